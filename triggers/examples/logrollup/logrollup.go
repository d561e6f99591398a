// Log files below /logs are counted by hour: /rollup/YYYY-MM-DD/HH.csv has a line for each log with what it says of that
// hour. A log that arrives again replaces its lines, so that nothing is counted twice.
//
//wake:on arrive /logs/**/*.log
//wake:budget cpu=60s wall=300s memory=64MiB read=1GiB write=64MiB ops=10000
//wake:concurrency 4
package logrollup

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

var header = []string{"log", "lines", "warnings", "errors"}

// count is what one log says of one hour.
type count struct{ lines, warnings, errors int }

// Handle counts the log that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	f, err := c.Open(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	hours := map[string]count{} // by YYYY-MM-DD/HH
	stamp, hour := "", "unknown/00"
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		// A line without a time, as of a stack trace, belongs to the one before it.
		if len(line) >= 13 && line[:13] != stamp {
			if t, err := time.Parse("2006-01-02 15", line[:10]+" "+line[11:13]); err == nil {
				stamp = line[:13]
				hour = t.Format("2006-01-02/15")
			}
		}
		n := hours[hour]
		n.lines++
		switch {
		case strings.Contains(line, "ERROR") || strings.Contains(line, "FATAL"):
			n.errors++
		case strings.Contains(line, "WARN"):
			n.warnings++
		}
		hours[hour] = n
	}
	if err := lines.Err(); err != nil {
		return err
	}
	for hour, n := range hours {
		if err := replace(c, "/rollup/"+hour+".csv", strings.TrimPrefix(e.Path, "/logs/"), n); err != nil {
			return err
		}
	}
	c.Logf("%s: %d hours", e.Path, len(hours))
	return nil
}

// replace sets the row of one log in the table of an hour.
func replace(c *wake.Context, table, log string, n count) error {
	data, err := c.ReadFile(table)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return err
	}
	rows := [][]string{{log, strconv.Itoa(n.lines), strconv.Itoa(n.warnings), strconv.Itoa(n.errors)}}
	for i, row := range old {
		if i > 0 && row[0] != log {
			rows = append(rows, row)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i][0] < rows[j][0] })
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := errors.Join(w.Write(header), w.WriteAll(rows)); err != nil {
		return err
	}
	return c.WriteFile(table, out.Bytes())
}
