// Who wrote how much where: a CSV file a day, with the bytes and operations of each owner in each top-level folder.
//
//wake:on close,remove,rename /** !/chargeback/** !/triggers/**
//wake:budget cpu=5s wall=30s memory=64MiB read=16MiB write=16MiB ops=100
//wake:concurrency 1
package chargeback

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

var header = []string{"owner", "folder", "operations", "bytes"}

// total is a row of the report. The key of its map is "owner,folder".
type total struct {
	ops   int64
	bytes int64
}

// Handle adds one event to the report of its day.
func Handle(c *wake.Context, e wake.Event) error {
	report := "/chargeback/" + e.Time.UTC().Format("2006-01-02") + ".csv"
	totals, err := load(c, report)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%d,%s", e.UID, topFolder(e.Path))
	t := totals[key]
	t.ops++
	if e.Type == wake.Close {
		t.bytes += e.Size
	}
	totals[key] = t
	return save(c, report, totals)
}

// topFolder returns the first element of a path, "/" for a file at the top.
func topFolder(p string) string {
	first, _, below := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	if !below {
		return "/"
	}
	return "/" + first
}

func load(c *wake.Context, report string) (map[string]total, error) {
	totals := map[string]total{}
	data, err := c.ReadFile(report)
	if errors.Is(err, fs.ErrNotExist) {
		return totals, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", report, err)
	}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		ops, err1 := strconv.ParseInt(row[2], 10, 64)
		size, err2 := strconv.ParseInt(row[3], 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", report, i+1, err)
		}
		totals[row[0]+","+row[1]] = total{ops, size}
	}
	return totals, nil
}

func save(c *wake.Context, report string, totals map[string]total) error {
	keys := make([]string, 0, len(totals))
	for k := range totals {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.Write(header); err != nil {
		return err
	}
	for _, k := range keys {
		owner, folder, _ := strings.Cut(k, ",")
		t := totals[k]
		row := []string{owner, folder, strconv.FormatInt(t.ops, 10), strconv.FormatInt(t.bytes, 10)}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return c.WriteFile(report, out.Bytes())
}
