//wake:on arrive /**
package main

import (
	"container/heap"
	"container/list"
	"fmt"
	"sort"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type pq []*task

type task struct {
	name string
	prio int
}

func (q pq) Len() int           { return len(q) }
func (q pq) Less(i, j int) bool { return q[i].prio > q[j].prio }
func (q pq) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *pq) Push(x any)        { *q = append(*q, x.(*task)) }
func (q *pq) Pop() any {
	old := *q
	n := len(old)
	x := old[n-1]
	*q = old[:n-1]
	return x
}

type queue struct{ items []any }

func (q *queue) put(x any) { q.items = append(q.items, x) }
func (q *queue) get() (x any, ok bool) {
	if len(q.items) == 0 {
		return nil, false
	}
	x, q.items = q.items[0], q.items[1:]
	return x, true
}

type graph map[string][]string

func (g graph) bfs(from string) (order []string) {
	seen := map[string]bool{from: true}
	q := []string{from}
	for len(q) > 0 {
		cur := q[0]
		q = q[1:]
		order = append(order, cur)
		for _, n := range g[cur] {
			if !seen[n] {
				seen[n] = true
				q = append(q, n)
			}
		}
	}
	return
}

func (g graph) topo() (out []string, err error) {
	state := map[string]int{}
	var visit func(n string) error
	visit = func(n string) error {
		switch state[n] {
		case 1:
			return fmt.Errorf("cycle at %s", n)
		case 2:
			return nil
		}
		state[n] = 1
		for _, m := range g[n] {
			if err := visit(m); err != nil {
				return err
			}
		}
		state[n] = 2
		out = append(out, n)
		return nil
	}
	keys := make([]string, 0)
	for k := range g {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if err = visit(k); err != nil {
			return nil, err
		}
	}
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	q := &pq{}
	heap.Init(q)
	for i, n := range []string{"a", "b", "c"} {
		heap.Push(q, &task{n, (i * 7) % 5})
	}
	for q.Len() > 0 {
		t := heap.Pop(q).(*task)
		fmt.Print(t.name, t.prio, " ")
	}
	fmt.Println()
	l := list.New()
	l.PushBack(&task{"x", 1})
	l.PushFront(task{"y", 2})
	for el := l.Front(); el != nil; el = el.Next() {
		switch t := el.Value.(type) {
		case *task:
			fmt.Print("p", t.name)
		case task:
			fmt.Print("v", t.name)
		}
	}
	fmt.Println()
	var fifo queue
	fifo.put(1)
	fifo.put("two")
	fifo.put(task{"z", 3})
	for {
		x, ok := fifo.get()
		if !ok {
			break
		}
		if t, ok := x.(task); ok {
			fmt.Println(t.name)
			continue
		}
		fmt.Println(x)
	}
	g := graph{"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": nil}
	fmt.Println(g.bfs("a"))
	fmt.Println(g.topo())
	g["d"] = []string{"a"}
	_, err := g.topo()
	fmt.Println(err)
	words := strings.Fields("b a c a b a")
	counts := map[string]int{}
	for _, w := range words {
		counts[w]++
	}
	type wc struct {
		w string
		n int
	}
	top := make([]wc, 0, len(counts))
	for w, n := range counts {
		top = append(top, wc{w, n})
	}
	sort.Slice(top, func(i, j int) bool { return top[i].n > top[j].n || top[i].n == top[j].n && top[i].w < top[j].w })
	fmt.Println(top[:2])
	return nil
}
