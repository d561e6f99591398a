package meta

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// TestMain lets the test binary be the node that a test kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("WAKEFS_META_VICTIM"); dir != "" {
		victim(dir)
		return
	}
	os.Exit(m.Run())
}

// victim writes until it is killed, and tells what was committed: lines "session ID", "try NAME SEQ INO"
// before and "done NAME" after each Tx.
func victim(dir string) {
	n, err := Open(Options{Dir: dir, SnapshotBytes: 64 << 10})
	check(err)
	ctx := context.Background()
	check(n.WaitLeader(ctx))
	m, err := n.OpenSession(ctx, "victim")
	check(err)
	fmt.Println("session", uint64(m.Session()))
	for i := 0; ; i++ {
		ino, _, err := m.Alloc(ctx)
		check(err)
		name := fmt.Sprintf("%d-%d", m.Session(), i)
		tx := &fs.Tx{Seq: fs.Seq(1000 + i), Ops: []fs.Op{
			&fs.Create{Parent: fs.RootIno, Name: name, Ino: ino, Mode: fs.ModeRegular | 0o644},
			&fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: 500, Inline: []byte(strings.Repeat(name[:1], 500))}}, MinSize: 500, Close: true},
		}}
		fmt.Println("try", name, tx.Seq, uint64(ino))
		_, err = m.Propose(ctx, tx, fs.Committed)
		check(err)
		fmt.Println("done", name)
	}
}

func check(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// TestKill kills a node again and again: every committed Tx is there, and the one that was not answered is
// applied once when it is proposed again.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	want := map[string]bool{}
	for life := range 3 {
		session, try := killAfter(t, dir, 150+100*life, want)
		n := openTest(t, dir, func(o *Options) { o.SnapshotBytes = 64 << 10 })
		retryAfterKill(t, n, session, try, want)
		m := openSession(t, n, "check")
		list, err := m.ReadDir(t.Context(), fs.RootIno, "", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, d := range list {
			have[d.Name] = d.Attr.Size == 500
		}
		for name := range want {
			if !have[name] {
				t.Errorf("life %d: committed %s is lost", life, name)
			}
		}
		if len(list) != len(want) {
			t.Errorf("life %d: %d files, %d were committed", life, len(list), len(want))
		}
		checkState(t, n)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter runs a victim until it has committed some files, which it adds to want, and returns its session
// and its last try.
func killAfter(t *testing.T, dir string, files int, want map[string]bool) (session fs.SessionID, try *fs.Tx) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WAKEFS_META_VICTIM="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	in := bufio.NewScanner(out)
	done, killed := 0, false
	for in.Scan() {
		f := strings.Fields(in.Text())
		switch f[0] {
		case "session":
			fmt.Sscan(f[1], &session)
		case "try":
			try = &fs.Tx{}
			var ino fs.Ino
			fmt.Sscan(f[2], &try.Seq)
			fmt.Sscan(f[3], &ino)
			try.Ops = []fs.Op{
				&fs.Create{Parent: fs.RootIno, Name: f[1], Ino: ino, Mode: fs.ModeRegular | 0o644},
				&fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: 500, Inline: []byte(strings.Repeat("r", 500))}}, MinSize: 500, Close: true},
			}
		case "done":
			want[f[1]] = true
			if done++; done >= files && !killed {
				killed = true
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		default:
			t.Fatal(in.Text())
		}
	}
	_ = cmd.Wait() // it was killed
	if done < files {
		t.Fatalf("the node committed %d files and ended", done)
	}
	return session, try
}

func retryAfterKill(t *testing.T, n *Node, id fs.SessionID, try *fs.Tx, want map[string]bool) {
	t.Helper()
	m, err := n.Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := m.Propose(t.Context(), try, fs.Committed); err != nil {
			t.Fatalf("retrying: %v", err)
		}
	}
	want[try.Ops[0].(*fs.Create).Name] = true
	fresh := createTx(t, m, fs.RootIno, fmt.Sprintf("%d-fresh", id))
	fresh.Ops = append(fresh.Ops, &fs.Commit{Ino: fresh.Ops[0].(*fs.Create).Ino, MinSize: 500})
	if _, err := m.Propose(t.Context(), fresh, fs.Committed); err != nil {
		t.Fatal(err)
	}
	if fresh.Seq <= try.Seq {
		t.Errorf("an attached session goes on with sequence %d after %d", fresh.Seq, try.Seq)
	}
	want[fresh.Ops[0].(*fs.Create).Name] = true
}

// checkState checks the state's own invariants.
func checkState(t *testing.T, n *Node) {
	t.Helper()
	bad, err := readApplied(n, func(r kv.Reader) ([]string, error) { return state.Check(r) })
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Error(b)
	}
}

// TestRestartReplaysLittle counts what a restart has to do.
func TestRestartReplaysLittle(t *testing.T) {
	dir := t.TempDir()
	n := openTest(t, dir, nil)
	m := openSession(t, n, "w")
	for i := range 300 {
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint(i)), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	if got := n.stats.reused.Load(); got < 300 {
		t.Errorf("the leader took over %d of its own entries", got)
	}
	if err := n.log.(*raftLog).raft.Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint("more", i)), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	copied := t.TempDir() // as a crash now would leave it
	copyTree(t, dir, copied)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dir     string
		applied uint64
	}{{dir, 0}, {copied, 25}} {
		n = openTest(t, c.dir, nil)
		if got := n.stats.applied.Load(); got > c.applied {
			t.Errorf("restart executed %d entries, want up to %d", got, c.applied)
		}
		if got := n.stats.skipped.Load(); got > 30 {
			t.Errorf("restart read %d entries that are in the store", got)
		}
		m = openSession(t, n, "r")
		if list, err := m.ReadDir(t.Context(), fs.RootIno, "", 1000); err != nil || len(list) != 320 {
			t.Errorf("%d files, %v", len(list), err)
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogBehindSnapshot opens a node as a crash leaves it after a snapshot was received and before the
// log that it makes useless was dropped.
func TestLogBehindSnapshot(t *testing.T) {
	dir, old := t.TempDir(), t.TempDir()
	n := openTest(t, dir, nil)
	m := openSession(t, n, "w")
	write := func(name string) {
		t.Helper()
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, name), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	write("early")
	copyTree(t, dir+"/wal", old)
	for i := range 50 {
		write(fmt.Sprint(i))
	}
	if err := n.log.(*raftLog).raft.Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir + "/wal"); err != nil {
		t.Fatal(err)
	}
	copyTree(t, old, dir+"/wal")
	for life := range 2 {
		n = openTest(t, dir, nil)
		m = openSession(t, n, "w")
		write(fmt.Sprint("late", life))
		if list, err := m.ReadDir(t.Context(), fs.RootIno, "", 1000); err != nil || len(list) != 52+life {
			t.Errorf("life %d: %d files, %v", life, len(list), err)
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// copyTree copies a directory without its lock.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	n := openTest(t, dir, nil)
	defer n.Close()
	_, err := Open(Options{Dir: dir})
	if !errors.Is(err, fs.KindUnavailable) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("opening a directory in use: %v", err)
	}
}

func TestNewerFormat(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/FORMAT", []byte("2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, fs.KindInvalid) {
		t.Errorf("opening a newer directory: %v", err)
	}
}
