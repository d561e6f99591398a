//wake:on arrive /**
package main

import (
	"fmt"
	"io/fs"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type total struct {
	rows int
	sum  float64
}

func Handle(c *wake.Context, e wake.Event) error {
	if err := c.WriteFile("/d/a.csv", []byte("name,n\nx,1\ny,2\n\"z, z\",3\n")); err != nil {
		return err
	}
	names := []string{}
	err := c.EachCSV("/d/a.csv", func(row map[string]string) error {
		names = append(names, row["name"]+"="+row["n"])
		if row["n"] == "2" {
			return fs.SkipAll
		}
		return nil
	})
	fmt.Println(names, err)
	c.WriteFile("/d/b.jsonl", []byte("{\"k\":\"a\",\"v\":1.5}\n{\"k\":\"b\",\"v\":2}\n{\"k\":\"a\",\"v\":3,\"tags\":[\"t\"]}\n"))
	totals := map[string]*total{}
	err = c.EachJSON("/d/b.jsonl", func(r map[string]any) error {
		k, ok := r["k"].(string)
		if !ok {
			return fmt.Errorf("no key in %v", r)
		}
		if totals[k] == nil {
			totals[k] = &total{}
		}
		totals[k].rows++
		totals[k].sum += r["v"].(float64)
		return nil
	})
	keys := []string{}
	for k := range totals {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Println(k, totals[k].rows, totals[k].sum)
	}
	n, err := c.JSONToCSV("/d/b.jsonl", "/d/b.csv")
	b, _ := c.ReadFile("/d/b.csv")
	fmt.Printf("%d %v %q\n", n, err, b)
	err = c.Grep("/d/b.csv", `^(\w),(\d+)`, func(m wake.Match) error {
		fmt.Println(m.Line, m.Text, m.Group[1], m.Group[2])
		return nil
	})
	fmt.Println(err)
	i := 0
	err = c.EachLine("/d/a.csv", func(line string) error {
		i++
		if i > 2 {
			return fmt.Errorf("line %d: %q", i, line)
		}
		return nil
	})
	fmt.Println(err)
	sums, err := c.Hash("/d/a.csv", "md5", "crc32")
	fmt.Println(sums, err)
	_, err = c.Hash("/d/a.csv", "nope")
	fmt.Println(err)
	fmt.Println(c.EachJSON("/d/a.csv", func(map[string]any) error { return nil }))
	return nil
}
