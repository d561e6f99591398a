package worker

import (
	"fmt"
	"os"
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
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", tid)); err != nil || strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')'):]))[17] != "19" {
				t.Errorf("a thread of the worker is not nice: %s, %v", stat, err)
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
