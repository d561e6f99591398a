//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type node struct {
	key         int
	left, right *node
}

func (n *node) insert(k int) *node {
	if n == nil {
		return &node{key: k}
	}
	switch {
	case k < n.key:
		n.left = n.left.insert(k)
	case k > n.key:
		n.right = n.right.insert(k)
	}
	return n
}

func (n *node) walk(f func(int)) {
	if n != nil {
		n.left.walk(f)
		f(n.key)
		n.right.walk(f)
	}
}

type list struct {
	head *item
	size int
}

type item struct {
	val  string
	next *item
}

func (l *list) push(s string) { l.head, l.size = &item{s, l.head}, l.size+1 }

func (l *list) reverse() {
	var prev *item
	cur := l.head
	for cur != nil {
		cur.next, prev, cur = prev, cur, cur.next
	}
	l.head = prev
}

func (l *list) String() string {
	var out []string
	for i := l.head; i != nil; i = i.next {
		out = append(out, i.val)
	}
	return strings.Join(out, ">")
}

type tree map[string]*kids

type kids struct{ t tree }

func (t tree) add(path ...string) {
	if len(path) == 0 {
		return
	}
	if t[path[0]] == nil {
		t[path[0]] = &kids{tree{}}
	}
	t[path[0]].t.add(path[1:]...)
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func perms(xs []int, k int, out *[][]int) {
	if k == len(xs) {
		*out = append(*out, append([]int{}, xs...))
		return
	}
	for i := k; i < len(xs); i++ {
		xs[k], xs[i] = xs[i], xs[k]
		perms(xs, k+1, out)
		xs[k], xs[i] = xs[i], xs[k]
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	var root *node
	for _, k := range []int{5, 2, 8, 1, 9, 2} {
		root = root.insert(k)
	}
	sum := 0
	root.walk(func(k int) { fmt.Print(k, " "); sum += k })
	fmt.Println(sum)
	var l list
	for _, s := range []string{"a", "b", "c"} {
		l.push(s)
	}
	fmt.Println(&l, l.size)
	l.reverse()
	fmt.Println(l.String())
	t := tree{}
	t.add("a", "b", "c")
	t.add("a", "d")
	fmt.Println(len(t), len(t["a"].t), len(t["a"].t["b"].t))
	fmt.Println(fib(15), even(10), odd(7))
	var out [][]int
	perms([]int{1, 2, 3}, 0, &out)
	fmt.Println(out)
	var walk func(t tree, depth int) int
	walk = func(t tree, depth int) int {
		m := depth
		for _, c := range t {
			if d := walk(c.t, depth+1); d > m {
				m = d
			}
		}
		return m
	}
	fmt.Println(walk(t, 0))
	return nil
}
