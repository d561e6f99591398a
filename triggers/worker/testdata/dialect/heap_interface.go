//wake:on arrive /**
package main

import (
	"container/heap"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type H []int

func (h H) Len() int           { return len(h) }
func (h H) Less(i, j int) bool { return h[i] < h[j] }
func (h H) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *H) Push(x any)        { *h = append(*h, x.(int)) }
func (h *H) Pop() any          { o := *h; n := len(o); x := o[n-1]; *h = o[:n-1]; return x }
func run() {
	h := &H{5, 2, 8}
	heap.Init(h)
	heap.Push(h, 1)
	for h.Len() > 0 {
		fmt.Print(heap.Pop(h), " ")
	}
	fmt.Println()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
