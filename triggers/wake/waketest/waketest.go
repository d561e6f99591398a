// Package waketest runs trigger scripts in an ordinary go test, against files in memory and without a cluster:
//
//	func TestHandle(t *testing.T) {
//		w := waketest.New(t, map[string]string{"/inbox/a.csv": "x,y\n1,2\n"})
//		if err := Handle(w.Context, w.Arrive("/inbox/a.csv")); err != nil {
//			t.Fatal(err)
//		}
//		if got := w.Read("/outbox/a.json"); got != want { … }
//	}
//
// The handler runs as compiled Go, without a sandbox; its budget bounds nothing but is what [wake.Context.Left] tells.
package waketest

import (
	"io/fs"
	"path"
	"sync"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Time is what the clock shows in a test.
var Time = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Key is what Key returns in a test.
const Key = "00112233445566778899aabbccddeeff"

// Budget is what a handler is told that it may use.
var Budget = wake.Budget{
	CPU: 10 * time.Second, Wall: time.Minute, Memory: 128 << 20, Read: 1 << 30, Write: 1 << 30, Ops: 100_000,
}

// World is a filesystem in memory with a Context over it.
type World struct {
	*wake.Context
	Host *Host

	tb testing.TB
	mu sync.Mutex // guards logs; leaf
	// logs holds the lines that the handler logged.
	logs []string
}

// New returns a World that holds files, by absolute path. A path that ends in a slash is a directory.
func New(tb testing.TB, files map[string]string) *World {
	tb.Helper()
	w := &World{Host: NewHost(files, nil), tb: tb}
	w.Context = wake.NewContext(w.Host, wake.Invocation{
		Trigger: "test", Attempt: 1, Key: Key, Budget: Budget, Started: Time,
		Now: func() time.Time { return Time },
		Log: func(line string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.logs = append(w.logs, line)
		},
	})
	return w
}

// Event returns an event of type typ about the file at name, which need not exist.
func (w *World) Event(typ wake.EventType, name string) wake.Event {
	e := wake.Event{Type: typ, Path: name, Name: path.Base(name), Time: Time}
	if a, err := w.Host.Stat(name, true); err == nil {
		e.Ino, e.Version, e.Size, e.UID, e.GID = a.Ino, a.Version, a.Size, a.UID, a.GID
	}
	return e
}

// Arrive is Event for wake.Arrive.
func (w *World) Arrive(name string) wake.Event { return w.Event(wake.Arrive, name) }

// Read returns the contents of a file. The test fails if it cannot be read.
func (w *World) Read(name string) string {
	w.tb.Helper()
	data, err := w.ReadFile(name)
	if err != nil {
		w.tb.Fatal(err)
	}
	return string(data)
}

// Write replaces the contents of a file, creating it and its parents. The test fails if it cannot.
func (w *World) Write(name, data string) {
	w.tb.Helper()
	if err := w.WriteFile(name, []byte(data)); err != nil {
		w.tb.Fatal(err)
	}
}

// Files returns all regular files with their contents.
func (w *World) Files() map[string]string {
	w.tb.Helper()
	files := map[string]string{}
	err := w.Walk("/", func(name string, info wake.FileInfo) error {
		if info.Type() == fs.FileMode(0) {
			files[name] = w.Read(name)
		}
		return nil
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return files
}

// Logs returns the lines that the handler has logged.
func (w *World) Logs() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.logs...)
}
