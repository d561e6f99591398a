package worker

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// TestCourtesy: workers are as nice as can be, and while there is foreground work they leave one CPU alone.
func TestCourtesy(t *testing.T) {
	if c, ok := lookAtCPUs(); !ok {
		t.Skipf("needs two CPUs, has %d", c.all.Count())
	}
	var busy atomic.Bool
	p := NewPool(Options{Foreground: busy.Load})
	t.Cleanup(func() { p.Close() })
	prog := compile(t, copyScript)
	host := waketest.NewHost(map[string]string{"/in/a": "hello"}, nil)
	// run runs something and returns on how many CPUs each thread of the worker may run.
	run := func() (counts []int) {
		out, err := p.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/in/a", Name: "a"}, 1, prog.Spec.Budget, host)
		if err != nil || out.Result != Succeeded {
			t.Fatalf("%+v, %v", out, err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		pid := p.idle[0].proc.Pid
		tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			var tid int
			fmt.Sscan(task.Name(), &tid)
			var set unix.CPUSet
			if err := unix.SchedGetaffinity(tid, &set); err != nil {
				t.Fatal(err)
			}
			counts = append(counts, set.Count())
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", tid))
			if err != nil {
				t.Fatal(err)
			}
			fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')'):])) // the first is the third
			if fields[17] != "19" || fields[39] != strconv.Itoa(unix.SCHED_IDLE) {
				t.Errorf("a thread of the worker is not nice and idle: %s", stat)
			}
			if group := filepath.Base(string(p.spawner.group)); group != "." {
				if own, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", tid)); err != nil || !strings.Contains(string(own), "/"+group+"\n") {
					t.Errorf("a thread of the worker is not in the group %s: %s, %v", group, own, err)
				}
			}
		}
		return counts
	}
	all := p.monitor.cpus.all.Count()
	for _, b := range []bool{false, true, false} {
		busy.Store(b)
		want := all
		if b {
			want--
		}
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(monitorInterval) {
			counts := run()
			good := true
			for _, n := range counts {
				good = good && n == want
			}
			if good {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("foreground work %v: the worker's threads may run on %v CPUs of %d, want %d", b, counts, all, want)
			}
		}
	}
}

// TestIdleGroup: a pool's group goes with it, and one that a killed node has left goes, too.
func TestIdleGroup(t *testing.T) {
	g := newIdleGroup()
	if g == "" {
		t.Skip("needs a control group of the processor that may be written to")
	}
	if idle, err := os.ReadFile(filepath.Join(string(g), "cpu.idle")); err != nil || strings.TrimSpace(string(idle)) != "1" {
		t.Errorf("cpu.idle is %q, %v", idle, err)
	}
	stale := filepath.Join(filepath.Dir(string(g)), groupPrefix+"4194304-1") // no process has a number above that
	if err := os.Mkdir(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	other := newIdleGroup()
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed node has left: %v", err)
	}
	g.remove()
	other.remove()
	for _, g := range []idleGroup{g, other} {
		if _, err := os.Stat(string(g)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", g, err)
		}
	}
}

func TestGroupParents(t *testing.T) {
	for _, tt := range []struct{ mounts, own, want string }{
		{"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n",
			"9:name=systemd:/a\n2:cpuacct,cpu:/b\n1:cpuset:/c\n", "/sys/fs/cgroup/cpu,cpuacct/b"},
		{"30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n", "0::/system.slice/wakefs.service\n", "/sys/fs/cgroup/system.slice/wakefs.service"},
		{"30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n", "/sys/fs/cgroup"},
		{"30 23 0:26 / /proc rw - proc proc rw\nnonsense\n", "0::/\nnonsense\n", ""},
	} {
		if got := strings.Join(groupParents(tt.mounts, tt.own), " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.mounts, got, tt.want)
		}
	}
}

// TestStarved: a call that others keep from running for longer than its wall budget is not to blame.
func TestStarved(t *testing.T) {
	p := NewPool(Options{})
	t.Cleanup(func() { p.Close() })
	prog := compile(t, `//wake:on arrive /**
package main

import (
	"crypto/sha256"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	b := make([]byte, 1<<20)
	for i := 0; i < 100; i++ {
		b[0] = sha256.Sum256(b)[0]
	}
	return nil
}
`)
	budget := prog.Spec.Budget
	invoke := func() Outcome {
		out, err := p.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/a", Name: "a"}, 1, budget, waketest.NewHost(nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	invoke() // what it needs is warm
	budget.Wall = 20*time.Millisecond + 2*invoke().Wall
	for range 2 * runtime.NumCPU() {
		hog := exec.Command("sh", "-c", "while :; do :; done")
		if err := hog.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			hog.Process.Kill()
			hog.Wait()
		}()
	}
	out := invoke()
	switch {
	case out.Result == Succeeded && out.Wall <= budget.Wall:
		t.Skipf("nothing kept the call from running: it took %v", out.Wall)
	case out.Result != Succeeded && out.Wall < maxStarved*budget.Wall/2:
		t.Errorf("of %v: %+v", budget.Wall, out)
	}
	t.Logf("%v of %v after %v", out.Result, budget.Wall, out.Wall)
}

// TestRest: a worker that has nothing to do gives back what its calls needed.
func TestRest(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector never gives back its own memory; the same test command runs this without it")
	}
	p := NewPool(Options{})
	t.Cleanup(func() { p.Close() })
	prog := compile(t, `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	b := make([]byte, 32<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	return nil
}
`)
	out, err := p.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/a", Name: "a"}, 1, prog.Spec.Budget, waketest.NewHost(nil, nil))
	if err != nil || out.Result != Succeeded {
		t.Fatalf("%+v, %v", out, err)
	}
	p.mu.Lock()
	w := p.idle[0]
	p.mu.Unlock()
	before := w.memory()
	if before < 32<<20 {
		t.Fatalf("%d bytes after a call that needed more", before)
	}
	// A worker gets the time that nobody else wants: on a busy machine that can be little.
	for deadline := time.Now().Add(3 * time.Minute); w.memory() > before-(24<<20); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes long after the call, %d right after it", w.memory(), before)
		}
	}
}
