//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type rec struct {
	n  int
	xs []string
}

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string][]int{}
	m["a"] = append(m["a"], 1, 2)
	m["b"] = append(m["b"], 3)
	m["a"][0] = 9
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for i, k := range keys {
		fmt.Println(i, k, m[k], len(m[k]), len(m["zz"]))
	}
	rs := map[string]rec{}
	r := rs["x"]
	r.n++
	r.xs = append(r.xs, "q")
	rs["x"] = r
	r.n = 100
	fmt.Println(rs["x"].n, rs["x"].xs, rs["none"].n, rs["none"].xs == nil)
	ps := map[string]*rec{}
	for _, w := range []string{"a", "b", "a"} {
		p := ps[w]
		if p == nil {
			p = &rec{}
			ps[w] = p
		}
		p.n++
	}
	fmt.Println(ps["a"].n, ps["b"].n)
	cnt := map[rune]int{}
	for _, c := range "hello" {
		cnt[c]++
	}
	fmt.Println(cnt['l'], cnt['h'], cnt['z'])
	mm := map[string]map[string]int{}
	for _, p := range [][2]string{{"a", "x"}, {"a", "y"}, {"b", "x"}} {
		if mm[p[0]] == nil {
			mm[p[0]] = map[string]int{}
		}
		mm[p[0]][p[1]]++
	}
	fmt.Println(mm)
	set := map[[2]int]bool{{1, 2}: true}
	fmt.Println(set[[2]int{1, 2}], set[[2]int{2, 1}])
	type pt struct{ x, y int }
	grid := map[pt]string{{1, 2}: "a"}
	grid[pt{3, 4}] = "b"
	fmt.Println(grid[pt{1, 2}], grid[pt{3, 4}], grid[pt{}] == "", len(grid))
	if v, ok := grid[pt{9, 9}]; !ok {
		fmt.Printf("%q %v\n", v, ok)
	}
	delete(grid, pt{1, 2})
	fmt.Println(len(grid))
	var nm map[string]int
	fmt.Println(nm["a"], len(nm), nm == nil)
	for range nm {
		fmt.Println("no")
	}
	delete(nm, "a")
	return nil
}
