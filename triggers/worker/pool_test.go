package worker

import (
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// compile compiles the body of a script with the imports given.
func compile(t testing.TB, src string) *script.Program {
	t.Helper()
	p, err := script.Compile("test", map[string]string{"test.go": src})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newPool(t testing.TB) *Pool {
	t.Helper()
	p := NewPool(Options{})
	t.Cleanup(func() { p.Close() })
	return p
}

func TestInvoke(t *testing.T) {
	p := newPool(t)
	prog := compile(t, `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	data, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	c.Log("read", len(data), "bytes")
	return c.WriteFile("/out/"+e.Name, data)
}
`)
	h := waketest.NewHost(map[string]string{"/in/a": "hello"}, nil)
	o, err := p.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/in/a", Name: "a"}, 1, prog.Spec.Budget, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", o)
	l, err := p.Layers()
	t.Log(l, err)
	start := time.Now()
	for range 1000 {
		_, err := p.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/in/a", Name: "a"}, 1, prog.Spec.Budget, h)
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Log(time.Since(start) / 1000)
}

func BenchmarkTrivial(b *testing.B) {
	p := newPool(b)
	prog := compile(b, `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error { return nil }
`)
	h := waketest.NewHost(map[string]string{"/in/a": "hello"}, nil)
	for b.Loop() {
		p.Invoke(b.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/in/a", Name: "a"}, 1, prog.Spec.Budget, h)
	}
}
