//wake:on arrive /**
package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type person struct {
	name string
	age  int
}

type byAge []person

func (b byAge) Len() int           { return len(b) }
func (b byAge) Less(i, j int) bool { return b[i].age < b[j].age }
func (b byAge) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func Handle(c *wake.Context, e wake.Event) error {
	ps := []person{{"bob", 30}, {"al", 25}, {"cy", 30}, {"di", 20}}
	sort.Slice(ps, func(i, j int) bool { return ps[i].name < ps[j].name })
	fmt.Println(ps)
	sort.SliceStable(ps, func(i, j int) bool { return ps[i].age > ps[j].age })
	fmt.Println(ps)
	sort.Sort(byAge(ps))
	fmt.Println(ps[0], ps[3].age)
	sort.Sort(sort.Reverse(byAge(ps)))
	fmt.Println(ps[0].age)
	sort.Stable(byAge(ps))
	fmt.Println(ps)
	m := map[string]int{"x": 2, "y": 5, "z": 2}
	type kv struct {
		k string
		v int
	}
	var kvs []kv
	for k, v := range m {
		kvs = append(kvs, kv{k, v})
	}
	sort.Slice(kvs, func(i, j int) bool {
		if kvs[i].v != kvs[j].v {
			return kvs[i].v > kvs[j].v
		}
		return kvs[i].k < kvs[j].k
	})
	fmt.Println(kvs)
	i := sort.Search(100, func(i int) bool { return i*i >= 50 })
	fmt.Println(i, sort.SearchInts([]int{1, 3, 5}, 3))
	pp := []*person{{"q", 2}, {"r", 1}}
	sort.Slice(pp, func(a, b int) bool { return pp[a].age < pp[b].age })
	fmt.Println(pp[0].name)
	ss := strings.Fields("the quick brown fox")
	sort.Sort(sort.Reverse(sort.StringSlice(ss)))
	fmt.Println(ss)
	for i, j := 0, len(ss)-1; i < j; i, j = i+1, j-1 {
		ss[i], ss[j] = ss[j], ss[i]
	}
	fmt.Println(ss)
	ps[0], ps[1] = ps[1], ps[0]
	ps[2].name, ps[3].name = ps[3].name, ps[2].name
	fmt.Println(ps)
	return nil
}
