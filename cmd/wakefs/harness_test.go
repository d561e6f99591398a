package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/wire"
	"github.com/wakefs/wakefs/triggers/worker"
	"golang.org/x/sys/unix"
)

// The journeys run wakefs as a user does: as a process of its own, through a real mount. The
// process is this test binary, so that the race detector watches the node too.
const beWakefs = "WAKEFS_TEST_AS_WAKEFS"

func TestMain(m *testing.M) {
	worker.Main()
	if os.Getenv(beWakefs) == "1" {
		main()
	}
	os.Exit(m.Run())
}

// patience is how long anything may take on a busy machine with the race detector.
const patience = 60 * time.Second

// testNode is a running node.
type testNode struct {
	t     *testing.T
	dir   string // has data, mnt and what the test puts there
	mnt   string
	data  string
	flags []string
	bin   string // empty: this test binary
	cmd   *exec.Cmd
	log   *logBuffer
	ended chan error
}

// startNode runs `wakefs up` in a fresh directory and waits for "ready".
func startNode(t *testing.T, flags ...string) *testNode {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("there is no /dev/fuse here")
	}
	n := newNode(t, flags...)
	n.start()
	return n
}

func newNode(t *testing.T, flags ...string) *testNode {
	t.Helper()
	dir, err := os.MkdirTemp("", "wakefs-test-")
	if err != nil {
		t.Fatal(err)
	}
	n := &testNode{t: t, dir: dir, mnt: filepath.Join(dir, "mnt"), data: filepath.Join(dir, "data"), flags: flags}
	if err := os.Mkdir(n.mnt, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			if b, err := os.ReadFile(filepath.Join(n.data, "logs/functions.jsonl")); err == nil {
				t.Logf("the end of the functions' log:\n%s", b[max(0, len(b)-4000):])
			}
		}
		n.kill()
		_ = unix.Unmount(n.mnt, unix.MNT_DETACH) // if anything is left there
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		if n.log != nil && t.Failed() {
			t.Logf("the node's output:\n%s", n.log)
		}
	})
	return n
}

func (n *testNode) start() {
	n.t.Helper()
	args := append([]string{"up", "--data", n.data, "--mount", n.mnt}, n.flags...)
	n.cmd = wakefsCommand(context.Background(), args...)
	if n.bin != "" {
		n.cmd = exec.Command(n.bin, args...)
	}
	n.log = &logBuffer{}
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(n.cmd, n.ended)
	n.eventually("the node is ready", func() error {
		select {
		case err := <-n.ended:
			n.cmd = nil
			n.t.Fatalf("the node ended: %v\n%s", err, n.log)
		default:
		}
		if !n.log.hasLine("ready") {
			return errors.New("not ready")
		}
		return nil
	})
}

// stop ends the node as ^C does and checks that it ended well.
func (n *testNode) stop() {
	n.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		n.t.Fatal(err)
	}
	select {
	case err := <-n.ended:
		n.cmd = nil
		if err != nil {
			n.t.Fatalf("the node ended with %v\n%s", err, n.log)
		}
	case <-time.After(patience):
		n.t.Fatalf("the node does not end\n%s", n.log)
	}
	n.checkRaces()
}

// kill ends the node as a power cut does.
func (n *testNode) kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill() // it may have ended
	<-n.ended
	n.cmd = nil
	n.checkRaces()
}

func (n *testNode) checkRaces() {
	if strings.Contains(n.log.String(), "DATA RACE") {
		n.t.Errorf("the race detector found a race in the node:\n%s", n.log)
	}
}

// path is a path below the mount.
func (n *testNode) path(elem ...string) string {
	return filepath.Join(append([]string{n.mnt}, elem...)...)
}

func (n *testNode) write(name, content string) {
	n.t.Helper()
	p := n.path(name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

// eventually waits until check has no error.
func (n *testNode) eventually(what string, check func() error) {
	n.t.Helper()
	eventually(n.t, what, check)
}

func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v: %v", what, patience, err)
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
}

// expect waits until a file below the mount has the content.
func (n *testNode) expect(name, content string) {
	n.t.Helper()
	n.eventually(name, func() error {
		b, err := os.ReadFile(n.path(name))
		if err == nil && string(b) != content {
			err = fmt.Errorf("it has %.200q, want %.200q", b, content)
		}
		return err
	})
}

// run runs a wakefs command against the node and returns what it prints, and its exit code.
func (n *testNode) run(args ...string) (stdout, stderr string, code int) {
	n.t.Helper()
	return runWakefs(n.t, append(args, "--data", n.data)...)
}

// ok runs a command that must succeed.
func (n *testNode) ok(args ...string) string {
	n.t.Helper()
	out, stderr, code := n.run(args...)
	if code != 0 {
		n.t.Fatalf("wakefs %s: exit %d\n%s%s", strings.Join(args, " "), code, out, stderr)
	}
	return out
}

// waiting returns the events that wait.
func (n *testNode) waiting() []fs.Invocation {
	n.t.Helper()
	var l waitingList
	if err := json.Unmarshal([]byte(n.ok("trigger", "waiting", "--json")), &l); err != nil {
		n.t.Fatal(err)
	}
	return l.Invocations
}

// triggers returns the answer of trigger list by name. It asks as the command does, without starting one:
// tests ask often.
func (n *testNode) triggers() map[string]triggerRow {
	n.t.Helper()
	admin := wire.NewAdmin(wire.ClientOptions{Dial: wire.NetDialer(nil)}, socketPath(n.data))
	defer admin.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b, err := admin.Call(ctx, "trigger.list", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	var rows []triggerRow
	if err := json.Unmarshal(b, &rows); err != nil {
		n.t.Fatal(err)
	}
	m := make(map[string]triggerRow)
	for _, r := range rows {
		m[r.Name] = r
	}
	return m
}

// deploy saves a script and waits until exactly it is live.
func (n *testNode) deploy(name, src string) {
	n.t.Helper()
	before := n.triggers()[name].Version
	n.write("triggers/"+name+".go", src)
	n.eventually("the script "+name+" is live", func() error {
		r := n.triggers()[name]
		if r.Refused != "" {
			n.t.Fatalf("%s was refused: %s", name, r.Refused)
		}
		if r.Version == "" || r.Version == before {
			return errors.New("not live")
		}
		return nil
	})
}

func runWakefs(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := wakefsCommand(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func wakefsCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), beWakefs+"=1", "GORACE=exitcode=66")
	return cmd
}

// logBuffer is a process's output, readable while it grows.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) hasLine(want string) bool {
	s := bufio.NewScanner(io.Reader(strings.NewReader(l.String())))
	for s.Scan() {
		if s.Text() == want {
			return true
		}
	}
	return false
}
