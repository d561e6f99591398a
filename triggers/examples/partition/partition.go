// JSON lines become CSV tables in partitions by day: /events/NAME.jsonl goes to /tables/date=YYYY-MM-DD/NAME.csv by the
// field "time" of each line, with all fields of the file as columns. Lines that are no JSON object go to
// /tables/rejected/NAME.jsonl. A file that arrives again replaces what came of it.
//
//wake:on arrive /events/**/*.jsonl
//wake:budget cpu=120s wall=300s memory=512MiB read=128MiB write=512MiB ops=100000
package partition

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"sort"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle writes the tables of the file that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	f, err := c.Open(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	days := map[string][]map[string]string{}
	columns := map[string]bool{}
	var rejected []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		row, ok := parse(lines.Text())
		if !ok {
			rejected = append(rejected, lines.Text()+"\n")
			continue
		}
		for column := range row {
			columns[column] = true
		}
		day := day(row["time"])
		days[day] = append(days[day], row)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	name := strings.TrimSuffix(strings.TrimPrefix(e.Path, "/events/"), ".jsonl")
	if err := dropOld(c, name); err != nil {
		return err
	}
	names := make([]string, 0, len(columns))
	for column := range columns {
		names = append(names, column)
	}
	sort.Strings(names)
	for day, rows := range days {
		if err := write(c, "/tables/date="+day+"/"+name+".csv", names, rows); err != nil {
			return err
		}
	}
	c.Logf("%s: %d days, %d lines rejected", e.Path, len(days), len(rejected))
	if len(rejected) == 0 {
		return nil
	}
	return c.WriteFile("/tables/rejected/"+name+".jsonl", []byte(strings.Join(rejected, "")))
}

// parse returns the fields of a JSON object as text; what is nested stays JSON.
func parse(line string) (map[string]string, bool) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &fields); err != nil || fields == nil {
		return nil, false
	}
	row := map[string]string{}
	for name, value := range fields {
		text := string(value)
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, false
			}
		} else if text == "null" {
			text = ""
		}
		row[name] = text
	}
	return row, true
}

// day returns the date that a time begins with, or "unknown".
func day(s string) string {
	if len(s) < 10 {
		return "unknown"
	}
	if _, err := time.Parse("2006-01-02", s[:10]); err != nil {
		return "unknown"
	}
	return s[:10]
}

// dropOld removes what an earlier version of the file had left.
func dropOld(c *wake.Context, name string) error {
	parts, err := c.ReadDir("/tables")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, part := range parts {
		for _, old := range []string{".csv", ".jsonl"} {
			err := c.Remove("/tables/" + part.Name() + "/" + name + old)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func write(c *wake.Context, file string, columns []string, rows []map[string]string) error {
	f, err := c.Create(file)
	if err != nil {
		return err
	}
	out := csv.NewWriter(f)
	err = out.Write(columns)
	for _, row := range rows {
		record := make([]string, len(columns))
		for i, column := range columns {
			record[i] = row[column]
		}
		err = errors.Join(err, out.Write(record))
	}
	out.Flush()
	return errors.Join(err, out.Error(), f.Close())
}
