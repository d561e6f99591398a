package triggers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/meta"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// cluster is a file system in memory with a dispatcher over it.
type cluster struct {
	t     *testing.T
	meta  fs.Meta // of those who make work
	files *client.Client
	d     *Dispatcher
	out   *Log
	skew  atomic.Int64 // ns that the clock is ahead
	calls atomic.Int64
	stop  func()
}

type servers map[fs.ServerID]fs.ShardStore

func (s servers) Server(id fs.ServerID) (fs.ShardStore, error) {
	if st, ok := s[id]; ok {
		return st, nil
	}
	return nil, fs.E("chunk server", fs.KindUnavailable, "", nil)
}

func (c *cluster) clock() int64 { return time.Now().UnixNano() + c.skew.Load() }

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t}
	all := servers{}
	n, err := meta.Memory(meta.Options{Servers: all, Clock: c.clock})
	must(t, err)
	t.Cleanup(func() { _ = n.Close() })
	c.meta, err = n.OpenSession(t.Context(), "test")
	must(t, err)
	all[1] = chunks.NewMem(1)
	c.do(&fs.PutServer{Info: fs.ServerInfo{UUID: "memory", Domain: "memory"}})
	st, err := all[1].Status(t.Context())
	must(t, err)
	_, err = c.meta.ReportStatus(t.Context(), []fs.ServerStatus{st})
	must(t, err)
	stripes := client.NewStripes(c.meta, all, 1)
	c.files = client.New(client.Options{Meta: c.meta, Stripes: stripes, Clock: c.clock})
	runs, err := n.OpenSession(t.Context(), "functions")
	must(t, err)
	c.out, err = OpenLog("")
	must(t, err)
	pool := worker.NewPool(worker.Options{})
	t.Cleanup(func() { _ = pool.Close() })
	c.d = NewDispatcher(Options{Meta: counted{runs, &c.calls}, Stripes: stripes, Pool: pool, Output: c.out, Clock: c.clock, Workers: 4})
	return c
}

// counted counts the invocations that are read from the queue.
type counted struct {
	fs.Meta
	read *atomic.Int64
}

func (m counted) Waiting(ctx context.Context, trigger string, after fs.InvocationID, limit int, wait bool) ([]fs.Invocation, error) {
	list, err := m.Meta.Waiting(ctx, trigger, after, limit, wait)
	m.read.Add(int64(len(list)))
	return list, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *cluster) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	ended := make(chan struct{})
	go func() {
		err = c.d.Run(ctx)
		close(ended)
	}()
	c.stop = func() {
		cancel()
		<-ended
		must(c.t, err)
	}
	c.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

func (c *cluster) do(ops ...fs.Op) {
	c.t.Helper()
	_, err := c.meta.Propose(c.t.Context(), &fs.Tx{Time: c.clock(), Ops: ops}, fs.Committed)
	must(c.t, err)
}

func (c *cluster) deploy(name, src string) {
	c.t.Helper()
	prog, err := script.Compile(name, map[string]string{name + ".go": src})
	must(c.t, err)
	t := Registration(prog)
	t.Deployed = c.clock()
	c.do(&fs.PutTrigger{Trigger: t, Source: []byte(src)})
	must(c.t, c.d.Refresh(c.t.Context()))
}

func (c *cluster) write(name, content string) {
	c.t.Helper()
	_, err := c.files.MkdirAll(c.t.Context(), &fs.Cred{}, path.Dir(name), 0o755)
	must(c.t, err)
	must(c.t, c.files.WriteFile(c.t.Context(), &fs.Cred{}, name, []byte(content), 0o644))
}

func (c *cluster) stats(name string) fs.TriggerStats {
	c.t.Helper()
	list, err := c.meta.Triggers(c.t.Context())
	must(c.t, err)
	for _, t := range list {
		if t.Name == name {
			return t.Stats
		}
	}
	return fs.TriggerStats{}
}

// until waits until check has no error.
func (c *cluster) until(what string, check func() error) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			entries, _ := c.out.Since(0, func(*Entry) bool { return true })
			c.t.Fatalf("%s: %v\nthe log: %+v", what, err, entries[max(0, len(entries)-5):])
		}
	}
}

func (c *cluster) ended(name string, n uint64) func() error {
	return func() error {
		if s := c.stats(name); s.Done+s.Dead != n || s.Backlog != 0 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	}
}

const handle = `package main

import (
	"errors"

	"github.com/wakefs/wakefs/triggers/wake"
)

var fail = errors.New("no")

func Handle(c *wake.Context, e wake.Event) error { return nil }

func HandleBatch(c *wake.Context, events []wake.Event) error {
	if c.Exists("/forbidden") {
		return fail
	}
	return nil
}
`

// TestDispatchSettle: the handler is called once for a file that was written many times, with the newest event.
func TestDispatchSettle(t *testing.T) {
	c := newCluster(t)
	c.deploy("t", "//wake:on arrive /in/**\n//wake:settle 1h\n"+handle)
	c.run()
	for i := range 20 {
		c.write("/in/a", strings.Repeat("x", i+1))
	}
	c.write("/in/b", "y")
	if s := c.stats("t"); s.Backlog != 2 || s.Done != 0 {
		t.Fatalf("before they were quiet: %+v", s)
	}
	c.skew.Add(int64(time.Hour + time.Minute))
	c.d.pokeKeeper()
	c.until("both are handled once", c.ended("t", 2))
	entries, _ := c.out.Since(0, func(e *Entry) bool { return e.Path == "/in/a" })
	if len(entries) != 1 || entries[0].Result != "done" {
		t.Errorf("the log of /in/a: %+v", entries)
	}
	c.stop()
}

// TestDispatchSchedule: a time that passed while nobody was there is made up for once.
func TestDispatchSchedule(t *testing.T) {
	c := newCluster(t)
	c.deploy("t", "//wake:every @hourly\n"+handle)
	c.skew.Add(int64(100 * time.Hour))
	c.run()
	c.until("the last of a hundred times", c.ended("t", 1))
	first := c.stats("t").Due
	if first%int64(time.Hour) != 0 || first > c.clock() || first < c.clock()-int64(time.Hour) {
		t.Errorf("due at %v, now it is %v", time.Unix(0, first).UTC(), time.Unix(0, c.clock()).UTC())
	}
	c.stop()
	// The next node takes over where this one ended.
	d := NewDispatcher(c.d.o)
	must(t, d.Refresh(t.Context()))
	must(t, d.schedule(t.Context()))
	if s := c.stats("t"); s.Queued != 1 {
		t.Errorf("a second node queues the same time: %+v", s)
	}
	c.skew.Add(int64(time.Hour))
	for range 2 { // two nodes: one of them is too late
		other := NewDispatcher(c.d.o)
		other.triggers = d.triggers
		must(t, other.schedule(t.Context()))
	}
	if s := c.stats("t"); s.Queued != 2 || s.Due != first+int64(time.Hour) {
		t.Errorf("an hour later: %+v", s)
	}
}

// TestDispatchBatch: many events are one call; a failing batch is retried as one and ends as dead letters.
func TestDispatchBatch(t *testing.T) {
	c := newCluster(t)
	c.deploy("t", "//wake:on arrive /in/**\n//wake:batch 10 1h\n//wake:retry 2\n"+handle)
	for i := range 20 {
		c.write(fmt.Sprintf("/in/%d", i), "x")
	}
	c.run()
	c.until("two batches", c.ended("t", 20))
	var entries []Entry
	c.until("their log", func() error {
		if entries, _ = c.out.Since(0, func(e *Entry) bool { return e.Result == "done" }); len(entries) < 2 {
			return fmt.Errorf("%+v", entries)
		}
		return nil
	})
	if len(entries) != 2 || len(entries[0].Batch) != 10 {
		t.Errorf("the log: %+v", entries)
	}
	c.write("/forbidden", "")
	for i := range 10 {
		c.write(fmt.Sprintf("/in/%d", i), "y")
	}
	c.until("dead letters", func() error {
		if s := c.stats("t"); s.Dead != 10 || s.Failed != 20 || s.Backlog != 0 {
			return fmt.Errorf("%+v", s)
		}
		if entries, _ = c.out.Since(0, func(e *Entry) bool { return e.Error != "" }); len(entries) < 2 {
			return fmt.Errorf("the log of the failures: %+v", entries) // it is written last
		}
		return nil
	})
	if len(entries) != 2 || !slices.Equal(entries[0].Batch, entries[1].Batch) || entries[1].Result != "dead" {
		t.Errorf("the log of the failures: %+v", entries)
	}
	c.stop()
}

// TestFairness: with a backlog of 100,000 of a trigger that takes all the workers it can, another trigger's new event runs
// long before the end, and all that waits is read about once.
func TestFairness(t *testing.T) {
	c := newCluster(t)
	c.deploy("big", "//wake:every @yearly\n//wake:concurrency 100\n//wake:order none\n"+handle)
	c.deploy("small", "//wake:on arrive /in/**\n"+handle)
	const backlog = 100_000
	for range backlog / 500 {
		ops := make([]fs.Op, 500)
		for i := range ops {
			ops[i] = &fs.Enqueue{Trigger: "big", Event: fs.Event{Type: fs.EventArrive, Path: "/x", Ino: 7}}
		}
		c.do(ops...)
	}
	c.run()
	c.until("the backlog is being worked on", func() error {
		if c.stats("big").Done < 100 {
			return errors.New("not yet")
		}
		return nil
	})
	c.write("/in/a", "x")
	c.until("the small one's event", c.ended("small", 1))
	if s := c.stats("big"); s.Done > backlog/2 {
		t.Errorf("%d of the backlog were done before", s.Done)
	}
	if _, queued, _ := c.d.Load(); queued > 2*windowMax {
		t.Errorf("%d in memory", queued)
	}
	c.stop()
	// Each is read when it is new, and once more when there is room for it; a page has some that were taken already.
	if read := c.calls.Load(); read > 4*backlog {
		t.Errorf("%d invocations were read from the metadata", read)
	}
}

// TestRequeueBehindBacklog: dead letters that are sent once more are found though many older ones wait.
func TestRequeueBehindBacklog(t *testing.T) {
	c := newCluster(t)
	c.deploy("paused", "//wake:every @yearly\n"+handle)
	c.do(&fs.SetTrigger{Name: "paused", Disabled: true})
	c.deploy("t", "//wake:on arrive /in/**\n//wake:batch 1 1s\n//wake:retry 1\n"+handle)
	for range 4 {
		ops := make([]fs.Op, 500)
		for i := range ops {
			ops[i] = &fs.Enqueue{Trigger: "paused", Event: fs.Event{Type: fs.EventEvery}}
		}
		c.do(ops...)
	}
	c.write("/forbidden", "")
	c.write("/in/a", "x")
	c.run()
	c.until("a dead letter", func() error {
		if c.stats("t").Dead != 1 {
			return errors.New("none yet")
		}
		return nil
	})
	must(t, c.d.Refresh(t.Context())) // sees it; the keeper would within two seconds
	dead, err := c.meta.DeadLetters(t.Context(), "t", 0, 10)
	must(t, err)
	forbidden, err := c.files.Resolve(t.Context(), "/forbidden", true)
	must(t, err)
	_, err = c.files.Unlink(t.Context(), &fs.Cred{}, forbidden.Parent, "forbidden", false)
	must(t, err)
	c.do(&fs.Requeue{IDs: []fs.InvocationID{dead[0].ID}})
	c.until("it is done", func() error {
		if s := c.stats("t"); s.Done != 1 || s.Dead != 0 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	c.stop()
}
