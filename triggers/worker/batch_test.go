package worker

import (
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// TestBatch: HandleBatch gets all the events of a call, in order.
func TestBatch(t *testing.T) {
	prog, err := script.Compile("b", map[string]string{"b.go": `//wake:on arrive /**
//wake:batch 1000 1s
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func HandleBatch(c *wake.Context, events []wake.Event) error {
	text := ""
	for i := range events {
		text += fmt.Sprintln(events[i].Type, events[i].Path)
	}
	return c.WriteFile("/out", []byte(text))
}
`})
	if err != nil {
		t.Fatal(err)
	}
	p := NewPool(Options{MaxRunning: 1})
	defer p.Close()
	for _, n := range []int{1, 3, 1000} {
		host := waketest.NewHost(nil, nil)
		var events []wake.Event
		var want strings.Builder
		size := 0
		for i := range n {
			e := wake.Event{Type: wake.Arrive, Path: "/" + strings.Repeat("x", i%800), Name: "x", Chain: []string{"a"}}
			size += EventSize(&e)
			events = append(events, e)
			want.WriteString("arrive " + e.Path + "\n")
		}
		if size > MaxBatch {
			t.Fatalf("%d events take %d bytes: the test is to keep within a frame", n, size)
		}
		out, err := p.InvokeBatch(t.Context(), prog, events, 1, prog.Spec.Budget, host)
		if err != nil || out.Failed() {
			t.Fatalf("%d events: %+v, %v", n, out, err)
		}
		f, a, err := host.Open("/out", wake.OpenRead, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, a.Size)
		if _, err := f.ReadAt(got, 0); err != nil || string(got) != want.String() {
			t.Errorf("%d events: it wrote %.300q, %v", n, got, err)
		}
	}
	if _, err := p.InvokeBatch(t.Context(), prog, nil, 1, prog.Spec.Budget, nil); err == nil {
		t.Error("a call without events is made")
	}
	single, err := script.Compile("s", map[string]string{"s.go": "//wake:on arrive /**\npackage main\n\nimport \"github.com/wakefs/wakefs/triggers/wake\"\n\nfunc Handle(c *wake.Context, e wake.Event) error { return nil }\n"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.InvokeBatch(t.Context(), single, make([]wake.Event, 2), 1, single.Spec.Budget, nil); err == nil {
		t.Error("Handle gets two events")
	}
}
