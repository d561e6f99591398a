//wake:on arrive /**
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type total struct {
	count int
	sum   float64
}

func Handle(c *wake.Context, e wake.Event) error {
	r := csv.NewReader(strings.NewReader("name,amount\nal,1.5\nbo,2\nal,3\n\"x, y\",4\nbad,zz\n"))
	header, err := r.Read()
	if err != nil {
		return err
	}
	col := map[string]int{}
	for i, h := range header {
		col[h] = i
	}
	totals := map[string]*total{}
	line := 1
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		line++
		amt, err := strconv.ParseFloat(rec[col["amount"]], 64)
		if err != nil {
			fmt.Println(line, err)
			continue
		}
		t, ok := totals[rec[col["name"]]]
		if !ok {
			t = &total{}
			totals[rec[col["name"]]] = t
		}
		t.count++
		t.sum += amt
	}
	names := []string{}
	for n := range totals {
		names = append(names, n)
	}
	sort.Strings(names)
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	for _, n := range names {
		t := totals[n]
		if err := w.Write([]string{n, strconv.Itoa(t.count), strconv.FormatFloat(t.sum/float64(t.count), 'f', 2, 64)}); err != nil {
			return err
		}
	}
	w.Flush()
	fmt.Print(buf.String(), w.Error())
	return nil
}
