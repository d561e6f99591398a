package worker

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

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

// workers returns the workers that a pool has.
func (p *Pool) workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle) + len(p.blank) + p.starting + len(p.running)
}

const copyScript = `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	data, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	return c.WriteFile("/out/"+e.Name, data)
}
`

func TestInvoke(t *testing.T) {
	p := newPool(t)
	if n := p.workers(); n != 0 {
		t.Errorf("%d workers before the first is needed", n)
	}
	host := waketest.NewHost(map[string]string{"/in/a": "hello", "/in/big": strings.Repeat("0123456789abcdef", 200_000)}, nil)
	prog := compile(t, copyScript)
	for _, name := range []string{"a", "big", "a"} {
		e := wake.Event{Type: wake.Arrive, Path: "/in/" + name, Name: name}
		out, err := p.Invoke(t.Context(), prog, e, 1, prog.Spec.Budget, host)
		if err != nil || out.Result != Succeeded {
			t.Fatalf("%+v, %v", out, err)
		}
		from, _ := host.Stat("/in/"+name, true)
		to, err := host.Stat("/out/"+name, true)
		if err != nil || from.Size != to.Size || out.Read != from.Size || out.Written != from.Size || out.Ops < 2 || out.CPU <= 0 {
			t.Errorf("%d of %d bytes, %v; %+v", to.Size, from.Size, err, out)
		}
	}
	out, err := p.Invoke(t.Context(), prog, wake.Event{Path: "/in/none"}, 1, prog.Spec.Budget, host)
	if err != nil || out.Result != Failed || out.Reason != "open /in/none: file does not exist" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestReadStops checks what a large file costs that does not fit the budget: not more than the budget.
func TestReadStops(t *testing.T) {
	p := newPool(t)
	host := waketest.NewHost(map[string]string{"/big": strings.Repeat("x", 10<<20)}, nil)
	prog := compile(t, copyScript)
	out, err := p.Invoke(t.Context(), prog, wake.Event{Path: "/big"}, 1, tight, host)
	if err != nil || out.Result != Exceeded || out.Read > tight.Read+1 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestBroken(t *testing.T) {
	p := newPool(t)
	prog := compile(t, `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

var x = f()

func f() int { panic("while loading") }

func Handle(c *wake.Context, e wake.Event) error { c.Log(x); return nil }
`)
	out, err := p.Invoke(t.Context(), prog, wake.Event{}, 1, tight, waketest.NewHost(nil, nil))
	if err != nil || out.Result != Broken || !strings.Contains(out.Reason, "while loading") {
		t.Errorf("%+v, %v", out, err)
	}
}

// blockingHost blocks in Stat until it is released.
type blockingHost struct {
	wake.Host
	entered, release chan struct{}
}

func (h *blockingHost) Stat(string, bool) (wake.Attr, error) {
	h.entered <- struct{}{}
	<-h.release
	return wake.Attr{}, fs.ErrNotExist
}

const statScript = `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	c.Stat("/")
	for {
	}
}
`

func TestCancelAndClose(t *testing.T) {
	prog := compile(t, statScript)
	budget := tight
	budget.CPU = time.Minute
	for _, tt := range []struct {
		name string
		end  func(cancel func(), p *Pool)
		want error
	}{
		{"cancel", func(cancel func(), p *Pool) { cancel() }, context.Canceled},
		{"close", func(cancel func(), p *Pool) { go p.Close() }, ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPool(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h := &blockingHost{entered: make(chan struct{}), release: make(chan struct{})}
			go func() {
				<-h.entered
				tt.end(cancel, p)
				close(h.release)
			}()
			if _, err := p.Invoke(ctx, prog, wake.Event{}, 1, budget, h); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// TestConcurrent runs several scripts at a time on fewer workers, and checks that no two invocations see each other.
func TestConcurrent(t *testing.T) {
	p := NewPool(Options{MaxRunning: 3, MaxIdle: 2})
	defer p.Close()
	progs := []*script.Program{compile(t, copyScript), compile(t, copyScript+"// two"), compile(t, copyScript+"// three")}
	var wg sync.WaitGroup
	var failed atomic.Int64
	for i := range 60 {
		wg.Go(func() {
			want := strings.Repeat("x", i)
			host := waketest.NewHost(map[string]string{"/in": want}, nil)
			out, err := p.Invoke(t.Context(), progs[i%3], wake.Event{Path: "/in", Name: "f"}, 1, progs[0].Spec.Budget, host)
			a, serr := host.Stat("/out/f", true)
			if err != nil || out.Failed() || serr != nil || a.Size != int64(i) {
				failed.Add(1)
				t.Errorf("%+v, %v, %+v, %v", out, err, a, serr)
			}
		})
	}
	wg.Wait()
	if n := p.workers(); n > 3+1 {
		t.Errorf("%d workers are left", n)
	}
}

// TestIdleWorkerDies kills an idle worker from outside; the next invocation must not notice.
func TestIdleWorkerDies(t *testing.T) {
	p := newPool(t)
	prog := compile(t, copyScript)
	host := waketest.NewHost(map[string]string{"/in": "x"}, nil)
	for range 3 {
		out, err := p.Invoke(t.Context(), prog, wake.Event{Path: "/in", Name: "f"}, 1, prog.Spec.Budget, host)
		if err != nil || out.Failed() {
			t.Fatalf("%+v, %v", out, err)
		}
		p.mu.Lock()
		if len(p.idle) != 1 {
			t.Errorf("%d idle workers", len(p.idle))
		}
		victim := p.idle[0]
		p.mu.Unlock()
		if err := victim.proc.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			if _, err := victim.stderr.Read(make([]byte, 1)); err == io.EOF {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the worker does not die")
			}
		}
	}
}

func TestIdleTimeout(t *testing.T) {
	p := NewPool(Options{IdleTimeout: time.Millisecond, Blank: -1})
	defer p.Close()
	prog := compile(t, copyScript)
	host := waketest.NewHost(map[string]string{"/in": "x"}, nil)
	if _, err := p.Invoke(t.Context(), prog, wake.Event{Path: "/in", Name: "f"}, 1, prog.Spec.Budget, host); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); p.workers() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the idle worker stays")
		}
	}
}

// TestUnprivileged runs a test of the sandbox again as an ordinary user.
func TestUnprivileged(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("is not root, so the other tests show it")
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "wakefs-unprivileged")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	bin := dir + "/test"
	if err := errors.Join(os.WriteFile(bin, self, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-test.v", "-test.run", "^(TestEscape|TestLayers|TestReadStops|TestCancelAndClose)$")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASS: TestEscape") {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, layerSeccomp) {
			t.Log(strings.TrimSpace(line))
		}
	}
}

func BenchmarkTrivial(b *testing.B) {
	p := newPool(b)
	prog := compile(b, trivial)
	h := waketest.NewHost(nil, nil)
	for b.Loop() {
		if out, err := p.Invoke(b.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/a"}, 1, prog.Spec.Budget, h); err != nil || out.Failed() {
			b.Fatal(out, err)
		}
	}
}

func BenchmarkReadWrite(b *testing.B) {
	p := newPool(b)
	prog := compile(b, copyScript)
	h := waketest.NewHost(map[string]string{"/in": "hello"}, nil)
	for b.Loop() {
		if out, err := p.Invoke(b.Context(), prog, wake.Event{Path: "/in", Name: "f"}, 1, prog.Spec.Budget, h); err != nil || out.Failed() {
			b.Fatal(out, err)
		}
	}
}

func BenchmarkSpawn(b *testing.B) {
	p := NewPool(Options{MaxIdle: -1, Blank: -1})
	defer p.Close()
	prog := compile(b, trivial)
	h := waketest.NewHost(nil, nil)
	for b.Loop() {
		if out, err := p.Invoke(b.Context(), prog, wake.Event{}, 1, prog.Spec.Budget, h); err != nil || out.Failed() {
			b.Fatal(out, err)
		}
	}
}

// TestDefaultLogger: what a script logs without a logger of its own is its output.
func TestDefaultLogger(t *testing.T) {
	prog, err := script.Compile("s", map[string]string{"s.go": `//wake:on arrive /in/*
package main

import (
	"log/slog"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	slog.Info("hello", "path", e.Path)
	slog.With("n", 1).Error("bad")
	slog.Debug("not shown")
	return nil
}
`})
	if err != nil {
		t.Fatal(err)
	}
	pool := NewPool(Options{})
	defer pool.Close()
	out, err := pool.Invoke(t.Context(), prog, dialectEvent, 1, prog.Spec.Budget, waketest.NewHost(nil, nil))
	if want := "level=INFO msg=hello path=/in/file.txt\nlevel=ERROR msg=bad n=1\n"; err != nil || out.Output != want {
		t.Errorf("%v: %+v", err, out)
	}
}

// TestNoneBeforeNeeded: a pool has no worker until somebody asks for one.
func TestNoneBeforeNeeded(t *testing.T) {
	p := NewPool(Options{})
	defer p.Close()
	if layers, err := p.Layers(); err != nil || len(layers) == 0 {
		t.Fatal(layers, err)
	}
	if n := p.workers(); n != 0 {
		t.Errorf("%d workers before one is needed", n)
	}
	p.Warm()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		p.mu.Lock()
		n := len(p.blank)
		p.mu.Unlock()
		if n == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d workers are ready", n)
		}
	}
}
