// How full the folders of /home are: /quota/report.csv has for each the files and bytes in it and its limit.
//
// The limits are lines FOLDER,BYTES in /quota/limits.csv, as in /home/ada,10GiB; the folder * is every other. A folder is
// measured some seconds after a file in it has arrived or gone; all are when the limits are saved.
//
//wake:on arrive,remove /home/*/** /quota/limits.csv
//wake:batch 1000 5s
//wake:order trigger
//wake:budget cpu=60s wall=300s memory=128MiB read=64MiB write=16MiB ops=1000000
package quota

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	report = "/quota/report.csv"
	limits = "/quota/limits.csv"
)

var header = []string{"folder", "files", "bytes", "limit", "percent", "state", "measured"}

// HandleBatch measures each folder that the events are about once, or all.
func HandleBatch(c *wake.Context, events []wake.Event) error {
	allowed, err := table(c, limits)
	if err != nil {
		return err
	}
	rows, err := table(c, report)
	if err != nil {
		return err
	}
	delete(rows, header[0])
	todo := map[string]bool{}
	for _, e := range events {
		if e.Path != limits {
			todo["/home/"+strings.Split(e.Path, "/")[2]] = true
			continue
		}
		folders, err := c.Glob("/home/*")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, folder := range folders {
			todo[folder] = true
		}
	}
	for folder := range todo {
		row, err := measure(c, folder, allowed)
		if err != nil {
			return err
		}
		delete(rows, folder)
		if row != nil {
			rows[folder] = row
		}
	}
	return save(c, rows)
}

// measure returns the row of a folder, nil if it has gone.
func measure(c *wake.Context, folder string, allowed map[string][]string) ([]string, error) {
	files, size := int64(0), int64(0)
	err := c.Walk(folder, func(_ string, info wake.FileInfo) error {
		if info.Mode().IsRegular() {
			files++
			size += info.Size()
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	limit, percent, state := "", "", "no limit"
	given := allowed[folder]
	if given == nil {
		given = allowed["*"]
	}
	if given != nil {
		most, err := parseSize(given[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", limits, folder, err)
		}
		limit = fmt.Sprint(most)
		percent = fmt.Sprintf("%.1f", 100*float64(size)/float64(most))
		state = "ok"
		if size > most {
			state = "OVER"
			c.Logf("%s is over its limit: %d of %d bytes", folder, size, most)
		}
	}
	return []string{folder, fmt.Sprint(files), fmt.Sprint(size), limit, percent, state, c.Now().UTC().Format(time.RFC3339)}, nil
}

// parseSize reads a number of bytes with one of the units KiB, MiB, GiB and TiB.
func parseSize(s string) (int64, error) {
	factor := int64(1)
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		factor *= 1024
		if digits, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseInt(digits, 10, 64)
			return n * factor, err
		}
	}
	return strconv.ParseInt(s, 10, 64)
}

// table reads a CSV file; the rows are by their first field.
func table(c *wake.Context, file string) (map[string][]string, error) {
	data, err := c.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	rows := map[string][]string{}
	for _, row := range list {
		rows[row[0]] = row
	}
	return rows, nil
}

func save(c *wake.Context, rows map[string][]string) error {
	list := make([][]string, 0, len(rows))
	for _, row := range rows {
		list = append(list, row)
	}
	sort.Slice(list, func(i, j int) bool { return list[i][0] < list[j][0] })
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := errors.Join(w.Write(header), w.WriteAll(list)); err != nil {
		return err
	}
	return c.WriteFile(report, out.Bytes())
}
