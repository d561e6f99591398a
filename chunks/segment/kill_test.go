package segment

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// killDir tells the test binary to be the process that is killed.
const killDir = "WAKEFS_TEST_KILL_DIR"

const killSize = 5000

// TestKilled kills a process in the middle of its writes, several times, and finds
// every shard that it said was stored.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		victim(dir)
		return
	}
	dir := t.TempDir()
	next := 0
	for range 3 {
		next = killOnce(t, dir, next)
		d, err := disk.OpenReal(dir)
		check(t, err)
		s := openStore(t, d, small)
		for i := range next {
			wantShard(t, s, i, killSize)
		}
		if got := s.Corrupt(); len(got) > 0 {
			t.Fatalf("corrupt: %v", got)
		}
		check(t, s.Close())
		check(t, d.Close())
	}
}

// killOnce runs a process that stores shards from next on, kills it, and returns the
// first shard that it did not acknowledge.
func killOnce(t *testing.T, dir string, next int) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), killDir+"="+dir, fmt.Sprintf("WAKEFS_TEST_KILL_NEXT=%d", next))
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	killed := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		i, ok := strings.CutPrefix(lines.Text(), "stored ")
		if !ok {
			t.Errorf("the process said %q", lines.Text())
			continue
		}
		n, err := strconv.Atoi(i)
		check(t, err)
		if n != next {
			t.Fatalf("stored %d, expected %d", n, next)
		}
		next++
		if !killed && n%100 == 60 {
			wantLocked(t, dir, cmd.Process.Pid)
			check(t, cmd.Process.Kill())
			killed = true // what it said before it died still counts
		}
	}
	if err := cmd.Wait(); err == nil || !killed {
		t.Fatalf("the process was not killed: %v", err)
	}
	return next
}

// wantLocked checks that a directory in use is refused, with the user's process ID.
func wantLocked(t *testing.T, dir string, pid int) {
	t.Helper()
	d, err := disk.OpenReal(dir)
	check(t, err)
	defer d.Close()
	_, err = Open(d, small)
	wantKind(t, err, fs.KindWouldBlock)
	if !strings.Contains(err.Error(), strconv.Itoa(pid)) {
		t.Fatalf("%q does not name process %d", err, pid)
	}
}

func victim(dir string) {
	d, err := disk.OpenReal(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := Open(d, small)
	if err != nil {
		fmt.Println(err)
		return
	}
	next, _ := strconv.Atoi(os.Getenv("WAKEFS_TEST_KILL_NEXT"))
	for i := next; i < next+100_000; i++ {
		if err := s.Put(ctx, at(i), fs.Owner{}, content(at(i), killSize)); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("stored", i)
	}
}
