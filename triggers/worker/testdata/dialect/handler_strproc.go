//wake:on arrive /**
package main

import (
	"fmt"
	"sort"
	"strings"
	"unicode"

	"github.com/wakefs/wakefs/triggers/wake"
)

type span struct{ from, to int }

func words(s string) (out []string) {
	start := -1
	for i, r := range s {
		letter := unicode.IsLetter(r) || r == '\''
		switch {
		case letter && start < 0:
			start = i
		case !letter && start >= 0:
			out, start = append(out, s[start:i]), -1
		}
	}
	if start >= 0 {
		out = append(out, s[start:])
	}
	return
}

func palin(s string) bool {
	rs := []rune(strings.ToLower(s))
	for i, j := 0, len(rs)-1; i < j; i, j = i+1, j-1 {
		if rs[i] != rs[j] {
			return false
		}
	}
	return true
}

func rle(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		fmt.Fprintf(&b, "%c%d", s[i], j-i)
		i = j
	}
	return b.String()
}

func caesar(s string, k int) string {
	out := make([]byte, 0, len(s))
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' {
			c = 'a' + (c-'a'+byte(k))%26
		}
		out = append(out, c)
	}
	return string(out)
}

func merge(sp []span) []span {
	sort.Slice(sp, func(i, j int) bool { return sp[i].from < sp[j].from })
	var out []span
	for _, s := range sp {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			if s.to > out[n-1].to {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

func lev(a, b string) int {
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
		}
		prev, cur = cur, prev
	}
	return prev[len(b)]
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Printf("%q\n", words("the quick, brown fox's  end"))
	fmt.Println(palin("Level"), palin("ab"), rle("aaabcc"), caesar("xyz abc", 3))
	fmt.Println(merge([]span{{5, 7}, {1, 3}, {2, 4}, {6, 9}}))
	fmt.Println(lev("kitten", "sitting"))
	freq := map[rune]int{}
	for _, r := range "mississippi" {
		freq[r]++
	}
	type rf struct {
		r rune
		n int
	}
	var list []rf
	for r, n := range freq {
		list = append(list, rf{r, n})
	}
	sort.Slice(list, func(a, b int) bool {
		if x, y := list[a], list[b]; x.n != y.n {
			return x.n > y.n
		} else {
			return x.r < y.r
		}
	})
	for _, l := range list {
		fmt.Printf("%c%d ", l.r, l.n)
	}
	fmt.Println()
	primes := []int{}
	sieve := make([]bool, 30)
	for i := 2; i < len(sieve); i++ {
		if sieve[i] {
			continue
		}
		primes = append(primes, i)
		for j := i * i; j < len(sieve); j += i {
			sieve[j] = true
		}
	}
	fmt.Println(primes)
	return nil
}
