package wire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/fs/wire"
	"github.com/wakefs/wakefs/meta"
)

// roleEnv makes the test binary a server: "meta DIR" or "chunk DIR".
const roleEnv = "WAKEFS_WIRE_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		fmt.Fprintln(os.Stderr, runRole(role))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// runRole serves on DIR/s until it is killed.
func runRole(role string) error {
	var kind, dir string
	if _, err := fmt.Sscanf(role, "%s %s", &kind, &dir); err != nil {
		return err
	}
	s := wire.NewServer(wire.ServerOptions{SessionKey: []byte("the same after a restart")})
	switch kind {
	case "meta":
		n, err := meta.Open(meta.Options{Dir: filepath.Join(dir, "data")})
		if err != nil {
			return err
		}
		s.ServeMeta(n)
	case "chunk":
		d, err := disk.MakeReal(filepath.Join(dir, "data"))
		if err != nil {
			return err
		}
		c, err := chunks.Open(chunks.Options{ID: 1, Disk: d})
		if err != nil {
			return err
		}
		s.ServeShards(stores{1: c})
	}
	l, err := wire.Listen(filepath.Join(dir, "s"), nil)
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// child is a server process.
type child struct {
	role string
	cmd  *exec.Cmd
}

func startChild(t *testing.T, kind, dir string) *child {
	c := &child{role: kind + " " + dir}
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

func (c *child) start() error {
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), roleEnv+"="+c.role)
	c.cmd.Stderr = os.Stderr
	return c.cmd.Start()
}

// kill is kill -9.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may be dead
	_ = c.cmd.Wait()         // that it was killed is no error
}

// within polls until f succeeds.
func within(t *testing.T, what string, f func() error) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for err := f(); err != nil; err = f() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestProcesses has metadata and chunks in processes of their own, kills each, and goes on after it
// was started again: with the same session, and with nothing lost that was accepted.
func TestProcesses(t *testing.T) {
	dirM, dirC := t.TempDir(), t.TempDir()
	metaProc, chunkProc := startChild(t, "meta", dirM), startChild(t, "chunk", dirC)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	o := wire.ClientOptions{Dial: wire.NetDialer(nil), MaxBackoff: 50 * time.Millisecond}

	client := wire.NewMetaClient(o, filepath.Join(dirM, "s"))
	defer client.Close()
	var s fs.Meta
	within(t, "the first session", func() (err error) { s, err = client.OpenSession(ctx, "test"); return err })
	servers := wire.NewServers(o, []fs.ServerInfo{{ID: 1, Addr: filepath.Join(dirC, "s")}})
	defer servers.Close()
	st, err := servers.Server(1)
	if err != nil {
		t.Fatal(err)
	}
	addr, data := fs.ShardAddr{PG: 1, Stripe: 2}, bytes.Repeat([]byte("x"), 100_000)
	within(t, "the first shard", func() error { return st.Put(ctx, addr, fs.Owner{Ino: 3}, data) })

	make20 := func(prefix string) {
		t.Helper()
		for i := range 20 {
			ino, _, err := s.Alloc(ctx)
			if err != nil {
				t.Fatal(err)
			}
			tx := &fs.Tx{Time: 1, Ops: []fs.Op{&fs.Create{Parent: fs.RootIno, Name: fmt.Sprint(prefix, i), Ino: ino, Mode: fs.ModeRegular | 0o644}}}
			if _, err := s.Propose(ctx, tx, fs.Accepted); err != nil {
				t.Fatal(err)
			}
		}
	}
	make20("before")
	metaProc.kill()
	chunkProc.kill()
	if _, err := s.Lookup(ctx, fs.RootIno, "before0"); fs.KindOf(err) != fs.KindUnavailable {
		t.Errorf("looking up at a dead server: %v", err)
	}
	if err := st.Get(ctx, addr, 0, make([]byte, 10)); fs.KindOf(err) != fs.KindUnavailable {
		t.Errorf("reading from a dead server: %v", err)
	}
	started := make(chan error, 1)
	go func() { started <- errors.Join(metaProc.start(), chunkProc.start()) }()
	make20("after") // tries until there is a server again
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		for _, prefix := range []string{"before", "after"} {
			if _, err := s.Lookup(ctx, fs.RootIno, fmt.Sprint(prefix, i)); err != nil {
				t.Errorf("%s%d: %v", prefix, i, err)
			}
		}
	}
	got := make([]byte, len(data))
	within(t, "reading the shard again", func() error { return st.Get(ctx, addr, 0, got) })
	if !bytes.Equal(got, data) {
		t.Error("the shard changed")
	}
}
