//wake:on arrive /**
package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func classify(s string) (kind string, n int, ok bool) {
	if v, err := strconv.Atoi(s); err == nil {
		if v < 0 {
			return "neg", v, true
		} else if v == 0 {
			kind = "zero"
		} else {
			kind, n = "pos", v
		}
		ok = true
		return
	} else if strings.HasPrefix(s, "x") {
		if h, err := strconv.ParseInt(s[1:], 16, 64); err != nil {
			return "badhex", 0, false
		} else {
			return "hex", int(h), true
		}
	}
	return "other", len(s), false
}

func lookup(ms ...map[string]int) func(string) (int, bool) {
	return func(k string) (int, bool) {
		for _, m := range ms {
			if v, ok := m[k]; ok {
				return v, true
			}
		}
		return 0, false
	}
}

func val(m map[string]any, path ...string) (any, error) {
	var cur any = m
	for i, p := range path {
		mm, ok := cur.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: not a map at %d", strings.Join(path, "."), i)
		}
		if cur, ok = mm[p]; !ok {
			return nil, fmt.Errorf("%s: no %s", strings.Join(path, "."), p)
		}
	}
	return cur, nil
}

func Handle(c *wake.Context, e wake.Event) error {
	for _, s := range []string{"5", "-3", "0", "xff", "xzz", "q"} {
		fmt.Println(classify(s))
	}
	l := lookup(map[string]int{"a": 1}, map[string]int{"b": 2, "a": 9})
	for _, k := range []string{"a", "b", "c", "a"} {
		fmt.Println(l(k))
	}
	m := map[string]any{"a": map[string]any{"b": 1, "c": nil}}
	fmt.Println(val(m, "a", "b"))
	fmt.Println(val(m, "a", "b", "c"))
	fmt.Println(val(m, "a", "z"))
	fmt.Println(val(m, "a", "c"))
	var n int
	var ok bool
	for _, x := range []any{1, "s", 2, nil} {
		if n, ok = x.(int); ok {
			fmt.Println("int", n)
		} else if s, isS := x.(string); isS && len(s) > 0 {
			fmt.Println("str", s, n)
		} else {
			fmt.Println("none", n, s == "", isS)
		}
	}
	cache := map[string][]string{}
	for _, w := range strings.Fields("ab ba cd dc ab") {
		k := w
		if k[0] > k[1] {
			k = string([]byte{k[1], k[0]})
		}
		if list, ok := cache[k]; !ok {
			cache[k] = []string{w}
		} else if len(list) < 3 {
			cache[k] = append(list, w)
		}
	}
	fmt.Println(cache)
	return nil
}
