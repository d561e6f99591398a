package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	iofs "io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers"
)

// campaignFiles is how many files a campaign drops unless WAKEFS_CAMPAIGN_FILES says otherwise.
const campaignFiles = 400

// campaign drops files into the folders of functions that count, append, move, fan out and read what others change, while workers and the
// node are killed and the functions fail in six ways of their own.
type campaign struct {
	n     *testNode
	files int
	kinds []string

	mu    sync.Mutex
	rng   *rand.Rand
	next  int
	sure  map[string]map[string]bool // by kind: names whose close returned
	doubt map[string]map[string]bool // a kill came between

	nodeKills   int
	workerKills atomic.Int64
}

// TestCampaign: whatever is killed and fails, each effect is there once, by a count that asks none of the functions'
// own counters; the lost update and write skew do not happen.
func TestCampaign(t *testing.T) {
	c := &campaign{
		n: newNode(t), files: campaignFiles, rng: seed(t), kinds: []string{"tally", "journal", "fan", "sum", "oncall"},
		sure: make(map[string]map[string]bool), doubt: make(map[string]map[string]bool),
	}
	if v := os.Getenv("WAKEFS_CAMPAIGN_FILES"); v != "" {
		var err error
		if c.files, err = strconv.Atoi(v); err != nil {
			t.Fatalf("WAKEFS_CAMPAIGN_FILES: %v", err)
		}
		c.n.bin = os.Getenv("WAKEFS_BIN")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("there is no /dev/fuse here")
	}
	c.n.start()
	for _, kind := range c.kinds {
		c.sure[kind], c.doubt[kind] = make(map[string]bool), make(map[string]bool)
		if err := os.MkdirAll(c.n.path("in", kind), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	stumble, err := os.ReadFile("testdata/campaign/stumble.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{"leaf"}, c.kinds...) {
		src, err := os.ReadFile("testdata/campaign/" + name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		c.n.deploy(name, string(src)+"\n"+string(stumble))
	}
	rounds := max(2, c.files/1000)
	for r := range rounds {
		c.round(c.files * (r + 1) / rounds)
	}
	c.drain()
	c.check()
	c.report()
	if out := c.n.ok("fsck"); !strings.Contains(out, "clean") {
		t.Errorf("fsck: %s", out)
	}
	c.n.stop()
}

// round drops files until there are as many as told, and kills the node while more are being written.
func (c *campaign) round(upTo int) {
	stopKiller := c.killWorkers()
	var wg sync.WaitGroup
	enough := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for c.drop() {
				c.mu.Lock()
				if c.next == upTo {
					close(enough)
				}
				c.mu.Unlock()
			}
		})
	}
	<-enough
	c.mu.Lock()
	pause := time.Duration(c.rng.IntN(200)) * time.Millisecond
	c.mu.Unlock()
	time.Sleep(pause) // files are written and functions run, until the power goes
	stopKiller()
	c.n.kill()
	c.nodeKills++
	wg.Wait()
	c.n.start()
}

// drop writes one more file, two for oncall. It returns false if the node is gone.
func (c *campaign) drop() bool {
	c.mu.Lock()
	i, kind, lane := c.next, c.kinds[c.rng.IntN(len(c.kinds))], c.rng.IntN(4)
	c.next++
	c.mu.Unlock()
	name := fmt.Sprintf("%d-%d", lane, i)
	write := func(name, content string) bool {
		err := os.WriteFile(c.n.path("in", kind, name), []byte(content), 0o644)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err != nil {
			c.doubt[kind][name] = true
			return false
		}
		c.sure[kind][name] = true
		return true
	}
	if kind != "oncall" {
		return write(name, strconv.Itoa(i))
	}
	shift := c.n.path("oncall", name)
	if os.MkdirAll(shift, 0o755) != nil || os.WriteFile(shift+"/a", nil, 0o644) != nil || os.WriteFile(shift+"/b", nil, 0o644) != nil {
		return false
	}
	return write("a"+name, "") && write("b"+name, "")
}

// killWorkers kills a worker of the node every now and then, until the function that it returns is called.
func (c *campaign) killWorkers() (stop func()) {
	node := c.n.cmd.Process.Pid
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c.mu.Lock()
			pause := time.Duration(50+c.rng.IntN(400)) * time.Millisecond
			victim := c.rng.Uint64()
			c.mu.Unlock()
			select {
			case <-done:
				return
			case <-time.After(pause):
			}
			if w := children(node); len(w) > 0 && syscall.Kill(w[victim%uint64(len(w))], syscall.SIGKILL) == nil {
				c.workerKills.Add(1)
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// children returns the processes whose parent is pid.
func children(pid int) []int {
	var list []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it ended
		}
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			list = append(list, child)
		}
	}
	return list
}

// drain waits until nothing waits any more, for as long as there is progress.
func (c *campaign) drain() {
	stopKiller := c.killWorkers()
	defer stopKiller()
	done, since := uint64(0), time.Now()
	for {
		sum, backlog := uint64(0), uint64(0)
		for _, row := range c.n.triggers() {
			if row.Dead > 0 {
				c.n.t.Fatalf("%s has %d dead letters: %+v", row.Name, row.Dead, row)
			}
			sum, backlog = sum+row.Done+row.Failed, backlog+row.Backlog
		}
		if backlog == 0 && !c.unannounced() {
			return
		}
		if sum != done {
			done, since = sum, time.Now()
		}
		if time.Since(since) > 2*patience { // a retry can be a minute away
			c.n.t.Errorf("nothing has happened for %v, and %d invocations wait", 2*patience, backlog)
			return
		}
		time.Sleep(100 * time.Millisecond) // between two looks
	}
}

// unannounced tells whether there are files whose close returned and whose event is still to come: empty ones that the last kill
// left, which are announced when the dead session ends.
func (c *campaign) unannounced() bool {
	for _, kind := range c.kinds {
		for _, name := range c.names("in", kind) {
			if c.sure[kind][name] {
				return true
			}
		}
	}
	return false
}

// names returns the names in a folder, sorted.
func (c *campaign) names(elem ...string) []string {
	list, err := os.ReadDir(c.n.path(elem...))
	if err != nil && !errors.Is(err, iofs.ErrNotExist) {
		c.n.t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// number reads a file that holds a number; 0 if there is none.
func (c *campaign) number(elem ...string) int {
	b, err := os.ReadFile(c.n.path(elem...))
	if errors.Is(err, iofs.ErrNotExist) {
		return 0
	}
	n, err2 := strconv.Atoi(string(b))
	if err := errors.Join(err, err2); err != nil {
		c.n.t.Fatal(err)
	}
	return n
}

// exactly checks that every sure file took effect once, and of those in doubt none more than once.
func (c *campaign) exactly(kind string, effects []string) {
	slices.Sort(effects)
	once := slices.Compact(slices.Clone(effects))
	if len(once) != len(effects) {
		c.n.t.Errorf("%s: %d effects of %d files: some happened twice", kind, len(effects), len(once))
	}
	for name := range c.sure[kind] {
		if _, ok := slices.BinarySearch(once, name); !ok {
			c.n.t.Errorf("%s: nothing came of %s", kind, name)
		}
	}
	for _, name := range once {
		if !c.sure[kind][name] && !c.doubt[kind][name] {
			c.n.t.Errorf("%s: %s was never dropped", kind, name)
		}
	}
	for _, name := range c.names("in", kind) {
		if c.sure[kind][name] {
			c.n.t.Errorf("%s: %s is still there", kind, name)
		}
	}
}

// check counts anew, from the names of files alone.
func (c *campaign) check() {
	t := c.n.t
	tallied := c.names("done", "tally")
	c.exactly("tally", tallied)
	for lane := range 4 {
		want := 0
		for _, name := range tallied {
			if name[0] == byte('0'+lane) {
				want++
			}
		}
		if got := c.number("tally", strconv.Itoa(lane)); got != want {
			t.Errorf("tally %d is %d; %d files were counted: an update was lost or made twice", lane, got, want)
		}
	}

	var lines []string
	for lane := range 4 {
		b, err := os.ReadFile(c.n.path("journal", strconv.Itoa(lane)))
		if err != nil && !errors.Is(err, iofs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, line := range strings.Fields(string(b)) {
			if line[0] != byte('0'+lane) {
				t.Errorf("journal %d has the line %q of another", lane, line)
			}
			lines = append(lines, line)
		}
	}
	c.exactly("journal", lines)

	of := make(map[string]int)
	for _, leaf := range c.names("leaves") {
		name, _, _ := strings.Cut(leaf, ".")
		of[name]++
	}
	var fanned []string
	for name, n := range of {
		fanned = append(fanned, name)
		if n != 5 {
			t.Errorf("fan: %s has %d leaves of 5", name, n)
		}
		if left := c.names("fan", name); len(left) > 0 {
			t.Errorf("fan: %s still has %v", name, left)
		}
	}
	c.exactly("fan", fanned)

	summed, sum := c.names("done", "sum"), 0
	c.exactly("sum", summed)
	for _, name := range summed {
		n, err := strconv.Atoi(name[2:])
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if got := c.number("sum"); got != sum {
		t.Errorf("the sum is %d; the files that were added up give %d", got, sum)
	}

	asked := c.names("done", "oncall")
	c.exactly("oncall", asked)
	for _, name := range asked {
		if name[0] != 'a' || !slices.Contains(asked, "b"+name[1:]) {
			continue // the other never asked
		}
		if left := c.names("oncall", name[1:]); len(left) != 1 {
			t.Errorf("write skew: of shift %s %v are on call", name[1:], left)
		}
	}
}

// report says what the campaign went through.
func (c *campaign) report() {
	sure, doubt := 0, 0
	for _, kind := range c.kinds {
		sure, doubt = sure+len(c.sure[kind]), doubt+len(c.doubt[kind])
	}
	attempts, conflicts, failed := 0, 0, make(map[string]int)
	logs, err := filepath.Glob(filepath.Join(c.n.data, "logs/functions*.jsonl"))
	if err != nil {
		c.n.t.Fatal(err)
	}
	for _, name := range logs {
		b, err := os.ReadFile(name)
		if err != nil {
			c.n.t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(b))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e triggers.Entry
			if json.Unmarshal(lines.Bytes(), &e) != nil {
				continue // cut by a kill
			}
			if e.Attempt > 0 {
				attempts++
				conflicts += e.Conflicts
			}
			if e.Result == "failed" {
				why, _, _ := strings.Cut(e.Error, "\n")
				failed[why]++
			}
		}
	}
	done := uint64(0)
	for _, row := range c.n.triggers() {
		done += row.Done
	}
	c.n.t.Logf("%d files dropped, %d in doubt, %d invocations done in %d attempts with %d conflicts; the node was killed %d times, workers %d times",
		sure, doubt, done, attempts, conflicts, c.nodeKills, c.workerKills.Load())
	for why, n := range failed {
		c.n.t.Logf("%6d failed: %s", n, why)
	}
}
