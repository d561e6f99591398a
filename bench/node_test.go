package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs/wire"
)

// fakeEnv makes the test binary behave like wakefs as far as the bench can see: it says ready, answers dropped files like
// the two scripts would, counts, answers for its triggers, and ends on SIGTERM. Its value is how it behaves.
const fakeEnv = "WAKEFS_BENCH_FAKE_NODE"

func TestMain(m *testing.M) {
	switch mode := os.Getenv(fakeEnv); {
	case mode == "":
		os.Exit(m.Run())
	default:
		fakeUp(mode, argument("--data"), argument("--mount"))
	}
}

func argument(name string) string {
	for i, a := range os.Args {
		if a == name {
			return os.Args[i+1]
		}
	}
	panic("no " + name)
}

func fakeUp(mode, data, mount string) {
	fmt.Fprintln(os.Stderr, "a line of the log")
	if mode == "dies" {
		fmt.Fprintln(os.Stderr, "the reason")
		os.Exit(3)
	}
	os.MkdirAll(data, 0o755)
	var done atomic.Int64
	admin := wire.NewServer(wire.ServerOptions{})
	admin.Handle("trigger.list", func(context.Context, []byte) ([]byte, error) {
		return json.Marshal([]trigger{{Name: "other"}, {Name: "trivial", Version: "1", Done: done.Load()}})
	})
	socket := filepath.Join(data, "node.sock")
	os.Remove(socket) // of the start before
	l, err := net.Listen("unix", socket)
	if err != nil {
		panic(err)
	}
	go admin.Serve(l)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, unix.SIGTERM)
	fmt.Println("a summary\nready")
	for seen := map[string]bool{}; ; {
		select {
		case <-stop:
			if mode == "fails" {
				os.Exit(4)
			}
			os.Exit(0)
		case <-time.After(time.Millisecond):
			done.Store(fakeDispatch(data, mount, seen))
		}
	}
}

// fakeDispatch runs the "handlers" of the files that are new, and returns how many trivial ones ran so far. A file is complete when it has its
// page of content.
func fakeDispatch(data, mount string, seen map[string]bool) (done int64) {
	os.MkdirAll(filepath.Join(mount, "latency"), 0o755)
	for _, dir := range []string{"latency-in", "trivial-in"} {
		paths, _ := filepath.Glob(filepath.Join(mount, dir, "*"))
		for _, p := range paths {
			fi, err := os.Stat(p)
			if err != nil {
				continue
			}
			key := fmt.Sprint(p, fi.ModTime()) // the same name again is another file
			if fi.Size() != page || seen[key] {
				continue
			}
			seen[key] = true
			if dir == "latency-in" {
				tmp := filepath.Join(data, "answer")
				os.WriteFile(tmp, strconv.AppendInt(nil, time.Now().UnixNano(), 10), 0o644)
				os.Rename(tmp, filepath.Join(mount, "latency", filepath.Base(p)))
			}
		}
	}
	for p := range seen {
		if strings.Contains(p, "trivial-in") {
			done++
		}
	}
	return done
}

// fakeConfig is a configuration whose wakefs is this test binary.
func fakeConfig(t *testing.T, mode string) *config {
	t.Helper()
	t.Setenv(fakeEnv, mode)
	self, err := os.Executable()
	must(t, err)
	return &config{wakefs: self, dir: t.TempDir(), disks: 3, rounds: 1, match: regexp.MustCompile(""), sizes: &tinySizes}
}

func TestWholeRun(t *testing.T) {
	c := fakeConfig(t, "works")
	c.files, c.json, c.rounds = 50, true, 2
	c.match = regexp.MustCompile("sequential|untar|sqlite-wal|trigger|invocations") // TestWorkloads has the others
	var out bytes.Buffer
	must(t, run(t.Context(), c, &out, &progress{out: t.Output(), start: time.Now()}))
	var back struct {
		Results []jsonResult `json:"results"`
		Failed  []string     `json:"failed"`
	}
	must(t, json.Unmarshal(out.Bytes(), &back))
	if len(back.Failed) != 0 {
		t.Fatalf("failed: %q", back.Failed)
	}
	byName := map[string]jsonResult{}
	for _, r := range back.Results {
		byName[r.Name] = r
	}
	for _, m := range []metric{startTime, idleMemory, latencyP50, latencyP99, invocRate, restartTime, seqWrite, untarTime, walTx,
		memoryAfter("sqlite-wal"), {name: "restart to ready with 50 files"}, {name: "making 50 files, 8 threads"}} {
		if r := byName[m.name]; len(r.Wakefs) == 0 || r.Wakefs[0] <= 0 {
			t.Errorf("%s has no figure: %+v", m.name, r)
		}
	}
	if len(byName[latencyP50.name].Local) != 2 {
		t.Error("the baseline of trigger latency was not measured")
	}
	wantEmpty(t, c.dir)
}

func TestOnlyChooses(t *testing.T) {
	c := fakeConfig(t, "works")
	c.match = regexp.MustCompile("fsync-8|small-1")
	var out bytes.Buffer
	must(t, run(t.Context(), c, &out, &progress{out: io.Discard, start: time.Now()}))
	if s := out.String(); !strings.Contains(s, "create+fsync, 8 threads") || !strings.Contains(s, "stat, 1 thread") || strings.Contains(s, "untar") {
		t.Errorf("printed:\n%s", s)
	}
}

func TestANodeThatDiesIsReportedWithItsWords(t *testing.T) {
	c := fakeConfig(t, "dies")
	err := run(t.Context(), c, io.Discard, &progress{out: io.Discard, start: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "the reason") || !strings.Contains(err.Error(), "exit status 3") {
		t.Fatalf("returned %v", err)
	}
	wantEmpty(t, c.dir)
}

func TestANodeThatFailsToStopIsReported(t *testing.T) {
	c := fakeConfig(t, "fails")
	c.match = regexp.MustCompile("fsync-1")
	err := run(t.Context(), c, io.Discard, &progress{out: io.Discard, start: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "exit code 4") {
		t.Fatalf("returned %v", err)
	}
}

func TestMemoryCountsChildren(t *testing.T) {
	alone, err := memory(os.Getpid())
	must(t, err)
	c := fakeConfig(t, "works")
	n, err := newNode(c, t.TempDir())
	must(t, err)
	_, err = n.start(t.Context())
	must(t, err)
	defer n.release()
	child, err := memory(n.pid())
	must(t, err)
	if alone <= 0 || child <= 0 {
		t.Fatalf("memory of the test is %d and of its child %d", alone, child)
	}
	found := false
	for _, pid := range descendants(os.Getpid()) {
		found = found || pid == n.pid()
	}
	if !found {
		t.Error("the child is not among the descendants")
	}
}
