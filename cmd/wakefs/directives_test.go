package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers"
	"golang.org/x/sys/unix"
)

// scriptOf makes a script of directives and a handler's body. It may use fmt and strings.
func scriptOf(directives, signature, body string) string {
	return directives + `
package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

var _, _, _ = errors.New, fmt.Sprint, strings.ToUpper

func ` + signature + ` error {
` + body + `
}
`
}

const (
	one  = "Handle(c *wake.Context, e wake.Event)"
	many = "HandleBatch(c *wake.Context, events []wake.Event)"
)

// TestSettleJourney: a file that is written again and again wakes its function when it has been quiet.
func TestSettleJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("calm", scriptOf("//wake:on arrive /in/*\n//wake:settle 1s", one, `
	b, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	return c.WriteFile("/out/"+e.Name, b)`))
	const writes = 100
	for i := range writes {
		n.write("in/busy", fmt.Sprint(i))
	}
	n.write("in/other", "once")
	n.expect("out/busy", fmt.Sprint(writes-1))
	n.expect("out/other", "once")
	// On a machine that stalls for a second, the file was quiet in between.
	if r := n.triggers()["calm"]; r.Queued > writes/4 || r.Queued < 2 {
		t.Errorf("%d invocations for %d writes", r.Queued, writes)
	}
	if out := n.ok("trigger", "show", "calm"); !strings.Contains(out, "settle 1s") {
		t.Error(out)
	}
	n.stop()
}

// TestEveryJourney: a schedule wakes a function that nothing else wakes, goes on after a restart, and rests while paused.
func TestEveryJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("tick", scriptOf("//wake:every @every 1s", one, `
	if e.Type != wake.Every || e.Path != "" || e.Name != "" {
		return errors.New("told of " + e.Path)
	}
	return c.WriteFile(fmt.Sprintf("/ticks/%d", e.Time.Unix()), nil)`))
	ticks := func(more int) func() error {
		return func() error {
			list, err := os.ReadDir(n.path("ticks"))
			if err == nil && len(list) < more {
				err = fmt.Errorf("%d ticks", len(list))
			}
			return err
		}
	}
	n.eventually("three ticks", ticks(3))
	if out := n.ok("trigger", "show", "tick"); !strings.Contains(out, "every @every 1s") || !strings.Contains(out, "next") {
		t.Error(out)
	}
	n.ok("trigger", "pause", "tick")
	n.eventually("what runs has ended", func() error {
		if r := n.triggers()["tick"]; r.Done+r.Backlog != r.Queued || r.State != "disabled" {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	n.stop()
	n.start()
	paused := n.triggers()["tick"]
	n.ok("trigger", "resume", "tick")
	n.eventually("it ticks again", func() error {
		if r := n.triggers()["tick"]; r.Done < paused.Done+2 || r.State != "live" {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	r := n.triggers()["tick"]
	list, err := os.ReadDir(n.path("ticks"))
	if err != nil || uint64(len(list)) < r.Done || r.Failed != 0 {
		t.Errorf("%d files of %d ticks (%d failed), %v: a time of the schedule was handled twice", len(list), r.Done, r.Failed, err)
	}
	n.stop()
}

// TestBatchJourney: many events are one call, and one call's failure is every event's.
func TestBatchJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("bulk", scriptOf("//wake:on arrive /in/*\n//wake:batch 5 1h\n//wake:retry 2", many, `
	var names []string
	for _, e := range events {
		if strings.HasPrefix(e.Name, "bad") {
			return errors.New("bad file " + e.Name)
		}
		names = append(names, e.Name)
	}
	c.Log("batch of", len(events))
	return c.WriteFile("/out/"+names[0], []byte(strings.Join(names, " ")))`))
	for i := range 10 {
		n.write(fmt.Sprintf("in/%d", i), "x")
	}
	n.expect("out/0", "0 1 2 3 4")
	n.expect("out/5", "5 6 7 8 9")
	for i := range 5 {
		n.write(fmt.Sprintf("in/b%d", i), "x")
	}
	n.expect("out/b0", "b0 b1 b2 b3 b4")
	if r := n.triggers()["bulk"]; r.Queued != 15 {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"bad", "c1", "c2", "c3", "c4"} {
		n.write("in/"+name, "x")
	}
	n.eventually("five dead letters", func() error {
		if r := n.triggers()["bulk"]; r.Dead != 5 || r.Failed != 10 || r.Done != 15 || r.Backlog != 0 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if out := n.ok("trigger", "logs", "bulk"); !strings.Contains(out, "and 4 more") || !strings.Contains(out, "batch of 5") || !strings.Contains(out, "bad file bad") {
		t.Error(out)
	}
	// Each of a batch's invocations shows the call.
	if out := n.ok("trigger", "show", "3"); !strings.Contains(out, "batch of 5") {
		t.Error(out)
	}
	n.stop()
}

// TestDirectivesSurviveKill: what settles, what gathers for a batch and what is retried goes on after a power cut, and
// each event is handled exactly once.
func TestDirectivesSurviveKill(t *testing.T) {
	n := startNode(t)
	n.deploy("calm", scriptOf("//wake:on arrive /in/*\n//wake:settle 3s", one, `
	return c.WriteFile("/calm/"+e.Name, []byte(fmt.Sprint(e.Size)))`))
	// Each event adds a byte to its file: one handled twice shows.
	n.deploy("bulk", scriptOf("//wake:on arrive /in/*\n//wake:batch 7 2s\n//wake:order none\n//wake:retry 50", many, `
	for _, e := range events {
		name := "/bulk/" + e.Name
		old := []byte{}
		if c.Exists(name) {
			var err error
			if old, err = c.ReadFile(name); err != nil {
				return err
			}
		}
		if err := c.WriteFile(name, append(old, '.')); err != nil {
			return err
		}
	}
	if c.Attempt() == 1 && events[0].Size%2 == 0 {
		return errors.New("not at the first attempt")
	}
	return nil`))
	const files, kills = 60, 3
	for k := range kills {
		for i := range files {
			n.write(fmt.Sprintf("in/%d", i), strings.Repeat("x", k+1))
		}
		n.kill()
		n.start()
	}
	n.eventually("all are handled", func() error {
		rows := n.triggers()
		if b := rows["bulk"]; b.Done != kills*files || b.Backlog != 0 || b.Dead != 0 {
			return fmt.Errorf("%+v", b)
		}
		if c := rows["calm"]; c.Backlog != 0 || c.Done != c.Queued {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	for i := range files {
		b, err := os.ReadFile(n.path(fmt.Sprintf("bulk/%d", i)))
		if err != nil || string(b) != strings.Repeat(".", kills) {
			t.Errorf("the batches of file %d: %q, %v", i, b, err)
		}
		if b, err := os.ReadFile(n.path(fmt.Sprintf("calm/%d", i))); err != nil || string(b) != fmt.Sprint(kills) {
			t.Errorf("file %d was quiet with %q bytes, %v", i, b, err)
		}
	}
	n.stop()
}

// TestOrderJourney: with order trigger a function that appends to one file never conflicts with itself.
func TestOrderJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("append", scriptOf("//wake:on arrive /in/*\n//wake:order trigger", one, `
	old := ""
	if c.Exists("/log") {
		b, err := c.ReadFile("/log")
		if err != nil {
			return err
		}
		old = string(b)
	}
	return c.WriteFile("/log", []byte(old + e.Name + " "))`))
	want := ""
	for i := range 30 {
		n.write(fmt.Sprintf("in/%d", i), "x")
		want += fmt.Sprint(i, " ")
	}
	n.expect("log", want)
	var conflicts int
	for line := range strings.Lines(n.ok("trigger", "logs", "append", "--json", "-n", "0")) {
		var e triggers.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		conflicts += e.Conflicts
	}
	if conflicts > 0 {
		t.Errorf("%d conflicts", conflicts)
	}
	if out := n.ok("trigger", "show", "append"); !strings.Contains(out, "order trigger") {
		t.Error(out)
	}
	n.stop()
}

// TestIdleJourney: while something else keeps the machine busy, work for idle times waits and other work does not.
func TestIdleJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("lazy", scriptOf("//wake:on arrive /in/*\n//wake:idle", one, "	return nil"))
	n.deploy("prompt", scriptOf("//wake:on arrive /in/*", one, "	return nil"))
	var stop atomic.Bool
	var burners sync.WaitGroup
	for range 2 * runtime.NumCPU() {
		burners.Go(func() {
			for n := 0; !stop.Load(); n++ {
			}
		})
	}
	end := func() { stop.Store(true); burners.Wait() }
	defer end()
	meter := &cpuMeter{}
	meter.sample()
	wrote := 0
	for deadline := time.Now().Add(patience / 2); ; time.Sleep(20 * time.Millisecond) { // between two looks
		n.write(fmt.Sprintf("in/%d", wrote), "x")
		wrote++
		rows := n.triggers()
		if rows["lazy"].Backlog >= 5 && rows["prompt"].Backlog == 0 {
			break
		}
		if time.Now().After(deadline) {
			if meter.sample(); meter.idle() > 0.15 {
				t.Skipf("this machine cannot be kept busy from here: %.2f of it is idle", meter.idle())
			}
			t.Fatalf("the machine is busy, and the lazy one does not wait, or the prompt one does: %+v", rows)
		}
	}
	end()
	if out := n.ok("trigger", "show", "lazy"); !strings.Contains(out, ", idle") {
		t.Error(out)
	}
	for deadline := time.Now().Add(patience / 4); ; time.Sleep(20 * time.Millisecond) { // between two looks
		l := n.triggers()["lazy"]
		if l.Backlog == 0 && l.Done == uint64(wrote) {
			break
		}
		if time.Now().After(deadline) {
			if load, err := os.ReadFile("/proc/loadavg"); err != nil || load[0] != '0' {
				t.Skipf("others keep this machine busy (load %s), so that the lazy one rightly waits", load)
			}
			t.Fatalf("the machine is idle, and it still waits: %+v", l)
		}
	}
	n.stop()
}

// TestRefusedDirectives: what cannot be followed is refused where a person looks, with its place.
func TestRefusedDirectives(t *testing.T) {
	n := startNode(t)
	for name, tt := range map[string]struct{ directives, want string }{
		"a": {"//wake:on arrive /x\n//wake:often", "a.go:2:1: unknown directive //wake:often; there are on, every,"},
		"b": {"//wake:every \"* * *\"", "b.go:1:14: \"* * *\" is no schedule"},
		"c": {"//wake:on arrive /x\n//wake:order trigger\n//wake:concurrency 8", "c.go:3:1: concurrency 8 contradicts //wake:order trigger"},
		"d": {"//wake:on arrive /x\n//wake:batch 5 1s", "d.go:3:1: the script needs a func HandleBatch"},
	} {
		n.write("triggers/"+name+".go", scriptOf(tt.directives, one, "	return nil"))
		n.eventually(name+" is refused", func() error {
			if r := n.triggers()[name]; !strings.HasPrefix(r.Refused, tt.want) {
				return fmt.Errorf("%+v", r)
			}
			b := make([]byte, 1<<16)
			size, err := unix.Getxattr(n.path("triggers", name+".go"), triggers.RefusedAttr, b)
			if err == nil && !strings.HasPrefix(string(b[:size]), tt.want) {
				err = fmt.Errorf("its attribute is %q", b[:size])
			}
			return err
		})
	}
	n.write("triggers/a.go", scriptOf("//wake:on arrive /x", one, "	return nil"))
	n.eventually("the attribute is gone", func() error {
		if _, err := unix.Getxattr(n.path("triggers/a.go"), triggers.RefusedAttr, nil); !errors.Is(err, unix.ENODATA) {
			return fmt.Errorf("%v", err)
		}
		return nil
	})
	n.stop()
}

// TestNamespaces: a folder in the folder of scripts is a namespace; what is in it deploys, and goes, like the rest, whether it is
// saved in the mount or in a folder of the host.
func TestNamespaces(t *testing.T) {
	host := t.TempDir()
	n := startNode(t, "--triggers", host)
	save := func(name, src string) {
		t.Helper()
		p := filepath.Join(host, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(src), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	state := func(name string, want bool) {
		t.Helper()
		n.eventually(fmt.Sprintf("%s is live: %v", name, want), func() error {
			if r := n.triggers()[name]; (r.Version != "") != want {
				return fmt.Errorf("%+v", r)
			}
			return nil
		})
	}
	n.write("triggers/text/upper.go", upperScript)
	n.write("triggers/text/testdata/ignored.go", upperScript)
	n.write("triggers/text/upper_test.go", upperScript)
	state("text.upper", true)
	n.write("inbox/a.txt", "x")
	n.expect("outbox/a.txt", "X")

	save("deep/er/lower.go", strings.NewReplacer("ToUpper", "ToLower", "outbox", "low").Replace(upperScript))
	state("deep.er.lower", true)
	n.write("inbox/b.txt", "Y")
	n.expect("low/b.txt", "y")
	save("deep/er/lower.go", strings.NewReplacer("ToUpper", "ToLower", "outbox", "lower").Replace(upperScript)) // the folder is watched
	n.eventually("the second version", func() error {
		n.write("inbox/b.txt", "Z")
		_, err := os.Stat(n.path("lower/b.txt"))
		return err
	})
	if err := os.RemoveAll(filepath.Join(host, "deep")); err != nil {
		t.Fatal(err)
	}
	state("deep.er.lower", false)
	if err := os.RemoveAll(n.path("triggers/text")); err != nil {
		t.Fatal(err)
	}
	state("text.upper", false)
	if rows := n.triggers(); len(rows) != 0 {
		t.Errorf("left: %+v", rows)
	}
	n.stop()
}

// TestRunOver: a function runs over what was there before it.
func TestRunOver(t *testing.T) {
	n := startNode(t)
	const folders, files = 6, 50
	for d := range folders {
		for f := range files {
			n.write(fmt.Sprintf("old/%d/%d.txt", d, f), "x")
		}
	}
	n.write("old/0/no.csv", "x")
	n.deploy("upper", strings.ReplaceAll(upperScript, "/outbox/", "/out/"))
	n.ok("trigger", "pause", "upper")
	dry := n.ok("trigger", "run", "upper", "--over", "/old/**/*.txt", "--dry-run")
	if !strings.Contains(dry, "/old/0/0.txt\n") || strings.Contains(dry, "no.csv") || !strings.Contains(dry, "300 files; nothing was queued") {
		t.Errorf("dry run: %s", dry)
	}
	if r := n.triggers()["upper"]; r.Queued != 0 {
		t.Errorf("a dry run has queued something: %+v", r)
	}
	// What it would do, file by file; nothing of it is done.
	if out := n.ok("trigger", "run", "upper", "--over", "/old/0/{1,2}.txt", "--dry-run", "--effects"); !strings.Contains(out, "/old/0/1.txt  done") ||
		!strings.Contains(out, "    got 2.txt\n    create out\n    create 2.txt\n    write 1 bytes\n") {
		t.Errorf("effects of a dry run: %s", out)
	}
	if _, err := os.Stat(n.path("out")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dry run has effects: %v", err)
	}
	if _, stderr, code := n.run("trigger", "run", "upper", "--over", "/**", "--effects"); code != exitUsage {
		t.Errorf("effects for good: exit %d, %s", code, stderr)
	}
	run := func(flags ...string) (r runReport) {
		t.Helper()
		out := n.ok(append([]string{"trigger", "run", "upper", "--json", "--over"}, flags...)...)
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run("/old/0/*.txt"); r.Queued != files || r.Waiting != 0 {
		t.Errorf("one folder: %+v", r)
	}
	// Started again it goes on: what waits is left out.
	if r := run("/old/**/*.txt", "--after", "/old/4/9.txt"); r.Matched != files {
		t.Errorf("behind a path: %+v", r)
	}
	if r := run("/old/**/*.txt"); r.Matched != folders*files || r.Waiting != 2*files || r.Queued != (folders-2)*files {
		t.Errorf("the rest: %+v", r)
	}
	if r := run("/old/**/*.txt", "--since", time.Now().Add(time.Hour).Format(time.RFC3339)); r.Matched != 0 {
		t.Errorf("since tomorrow: %+v", r)
	}
	version := n.triggers()["upper"].Version
	if r := run("/old/**/*.txt", "--since", version[:10]); r.Matched != 0 {
		t.Errorf("since the version, which came after the files: %+v", r)
	}
	n.write("old/new.txt", "x")
	if r := run("/old/**/*.txt", "--since", version[:10]); r.Matched != 1 {
		t.Errorf("since the version, with one file behind it: %+v", r)
	}
	if _, stderr, code := n.run("trigger", "run", "upper", "--over", "/old/*", "--since", "0123abcd"); code != exitFailed || !strings.Contains(stderr, "trigger history upper") {
		t.Errorf("since a version that is not: exit %d, %s", code, stderr)
	}
	if _, stderr, code := n.run("trigger", "run", "upper", "--over", "/old/*", "--since", "yesterday"); code != exitUsage || !strings.Contains(stderr, "an age (24h) or a version") {
		t.Errorf("since yesterday: exit %d, %s", code, stderr)
	}
	n.ok("trigger", "resume", "upper")
	n.eventually("all have run", func() error {
		if r := n.triggers()["upper"]; r.Done != folders*files+1 || r.Backlog != 0 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	n.expect("out/7.txt", "X")
	if _, stderr, code := n.run("trigger", "run", "nobody", "--over", "/**"); code != exitFailed || !strings.Contains(stderr, "trigger list") {
		t.Errorf("an unknown function: exit %d, %s", code, stderr)
	}
	if _, stderr, code := n.run("trigger", "run", "upper"); code != exitUsage || !strings.Contains(stderr, "--over") {
		t.Errorf("without --over: exit %d, %s", code, stderr)
	}
	n.stop()
}

// TestTriggerDiff: what a deployment changed.
func TestTriggerDiff(t *testing.T) {
	n := startNode(t)
	n.deploy("upper", upperScript)
	first := n.triggers()["upper"].Version
	if _, stderr, code := n.run("trigger", "diff", "upper"); code != exitFailed || !strings.Contains(stderr, "no other version") {
		t.Errorf("with one version: exit %d, %s", code, stderr)
	}
	n.deploy("upper", strings.Replace(upperScript, "ToUpper", "ToTitle", 1))
	n.deploy("upper", strings.Replace(upperScript, "ToUpper", "ToLower", 1))
	if out := n.ok("trigger", "diff", "upper"); !strings.Contains(out, "\n-\treturn c.WriteFile(\"/outbox/\"+e.Name, []byte(strings.ToTitle(string(b))))\n+\treturn c.WriteFile(\"/outbox/\"+e.Name, []byte(strings.ToLower") {
		t.Errorf("against the version before:\n%s", out)
	}
	if out := n.ok("trigger", "diff", "upper", first[:8]); !strings.Contains(out, "--- upper.go@"+first[:10]) || !strings.Contains(out, "ToUpper") {
		t.Errorf("against the first version:\n%s", out)
	}
	n.stop()
}

// TestTriggerRemove: what is removed is gone with its script and with what waited.
func TestTriggerRemove(t *testing.T) {
	n := startNode(t)
	n.deploy("upper", upperScript)
	n.write("inbox/a.txt", "x")
	n.expect("outbox/a.txt", "X")
	if out := n.ok("trigger", "show", "upper"); !strings.Contains(out, "calls/s in the last minute; the last 1: p50 ") {
		t.Errorf("no pace is shown:\n%s", out)
	}
	n.ok("trigger", "pause", "upper")
	n.write("inbox/b.txt", "x")
	if r := n.triggers()["upper"]; r.Backlog != 1 {
		t.Errorf("an event while paused: %+v", r)
	}
	n.write("inbox/c.txt", "x")
	for _, which := range [][]string{nil, {"upper"}} {
		out := n.ok(append([]string{"trigger", "waiting", "-n", "1"}, which...)...)
		if !strings.Contains(out, "upper  arrive \"/inbox/b.txt\"  ") || strings.Contains(out, "c.txt") || !strings.HasSuffix(out, "and 1 more\n") {
			t.Errorf("trigger waiting %v:\n%s", which, out)
		}
	}
	if out := n.ok("trigger", "waiting", "--json"); !strings.Contains(out, `"total": 2`) || !strings.Contains(out, "/inbox/c.txt") {
		t.Errorf("trigger waiting --json:\n%s", out)
	}
	if _, stderr, code := n.run("trigger", "waiting", "nobody"); code == 0 || !strings.Contains(stderr, "wakefs trigger list") {
		t.Errorf("trigger waiting nobody: exit %d, %s", code, stderr)
	}
	// Of those, one and then the other is dropped; more than are dropped at once come after them.
	for _, q := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"upper", "999999"}, exitFailed, "no event 999999 of it is there"},
		{[]string{"upper", "1", "--waiting"}, exitUsage, "leave it or the numbers out"},
		{[]string{"nobody", "--waiting"}, exitFailed, "wakefs trigger list"},
		{[]string{"upper"}, 0, "0 forgotten\n"},
		{[]string{"upper", fmt.Sprint(n.waiting()[0].ID)}, 0, "1 forgotten\n"},
		{[]string{"upper", "--waiting"}, 0, "1 forgotten\n"},
	} {
		if out, stderr, code := n.run(append([]string{"trigger", "drop"}, q.args...)...); code != q.code || !strings.Contains(out+stderr, q.want) {
			t.Errorf("trigger drop %v: exit %d, %s%s", q.args, code, out, stderr)
		}
	}
	const many = 2500
	for i := range many {
		n.write(fmt.Sprintf("inbox/%d.txt", i), "x")
	}
	if out := n.ok("trigger", "drop", "upper", "--waiting"); out != fmt.Sprintf("%d forgotten\n", many) {
		t.Errorf("dropping many: %s", out)
	}
	n.ok("trigger", "resume", "upper")
	n.write("inbox/after.txt", "x")
	n.expect("outbox/after.txt", "X") // and it does nothing of what was dropped
	if list, err := os.ReadDir(n.path("outbox")); err != nil || len(list) != 2 {
		t.Errorf("in the outbox: %v, %v", list, err)
	}
	n.ok("trigger", "pause", "upper")
	for i := range many {
		n.write(fmt.Sprintf("inbox/%d.txt", i), "y")
	}
	n.ok("trigger", "rm", "upper")
	if _, ok := n.triggers()["upper"]; ok {
		t.Error("it is still registered")
	}
	if list := n.waiting(); len(list) != 0 {
		t.Errorf("%d events are left of it", len(list))
	}
	n.eventually("its script is gone", func() error {
		if _, err := os.Stat(n.path("triggers/upper.go")); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%v", err)
		}
		return nil
	})
	if _, stderr, code := n.run("trigger", "rm", "upper"); code != exitFailed || !strings.Contains(stderr, "trigger list") {
		t.Errorf("once more: exit %d, %s", code, stderr)
	}
	n.deploy("upper", upperScript) // it may come back
	n.write("inbox/c.txt", "x")
	n.expect("outbox/c.txt", "X")
	if _, err := os.Stat(n.path("outbox/b.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what waited for the removed one has run: %v", err)
	}
	n.stop()
}

// TestTriggerNew: the scaffold is a script that runs, with a test that passes, and nothing is overwritten.
func TestTriggerNew(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	out, stderr, code := runWakefs(t, "trigger", "new", "measure")
	if code != 0 || !strings.Contains(out, "trigger test measure.go") {
		t.Fatalf("exit %d: %s%s", code, out, stderr)
	}
	if err := os.WriteFile("sample", []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, stderr, code = runWakefs(t, "trigger", "test", "measure.go", "--file", "sample")
	if code != 0 || !strings.Contains(out, "wrote /inbox/sample.length (2 bytes)\n  5") {
		t.Errorf("the scaffold does: exit %d, %s%s", code, out, stderr)
	}
	if _, stderr, code = runWakefs(t, "trigger", "new", "measure"); code != exitFailed || !strings.Contains(stderr, "there already") {
		t.Errorf("once more: exit %d, %s", code, stderr)
	}
	if _, stderr, code = runWakefs(t, "trigger", "new", "x", "--like", "nothing"); code != exitUsage || !strings.Contains(stderr, "csv2json") {
		t.Errorf("like nothing: exit %d, %s", code, stderr)
	}
	for _, name := range sampleNames() {
		src, err := scaffold("mine", name)
		if err != nil {
			t.Fatal(err)
		}
		test, err := scaffoldTest("mine", src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(src, "\npackage mine\n") || !strings.HasPrefix(test, "package mine\n") {
			t.Errorf("%s has another package", name)
		}
	}
}

// TestTriggerTestEvery: a script of a schedule is tried without a sample.
func TestTriggerTestEvery(t *testing.T) {
	file := filepath.Join(t.TempDir(), "daily.go")
	src := scriptOf("//wake:every @daily", one, "	return c.WriteFile(\"/report\", []byte(string(e.Type)))")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := runWakefs(t, "trigger", "test", file); code != 0 || !strings.Contains(out, "wrote /report (5 bytes)\n  every") {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for s, want := range map[string]string{
		"24h": "2026-03-03T12:00:00Z", "2026-01-31": "2026-01-31T00:00:00Z", "2026-01-31T10:00:00+01:00": "2026-01-31T09:00:00Z", "2026-01-31 07:30": "2026-01-31T07:30:00Z",
	} {
		if got, ok := parseSince(s, now); !ok || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v, want %s", s, got, ok, want)
		}
	}
	for _, s := range []string{"yesterday", "-3h", "31.1.2026", "1f0c36d2"} {
		if got, ok := parseSince(s, now); ok {
			t.Errorf("%s: %v", s, got)
		}
	}
	for s, want := range map[string]bool{"1f0c36d2": true, "1f0": false, "yesterday": false, "1F0C36D2": false} {
		if isVersion(s) != want {
			t.Errorf("%s is a version: %v", s, !want)
		}
	}
}

// TestLimitJourney: a function's calls wait for its limit, and an owner's functions for theirs; others do not.
func TestLimitJourney(t *testing.T) {
	n := startNode(t, "--owner-limit", "calls=3/1h")
	n.deploy("few", strings.ReplaceAll(strings.Replace(upperScript, "//wake:on", "//wake:limit calls=2/1h\n//wake:on", 1), "/outbox/", "/few/"))
	n.deploy("users", strings.ReplaceAll(upperScript, "/outbox/", "/users/"))
	for _, dir := range []string{"few", "users"} {
		if err := os.Mkdir(n.path(dir), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(n.path(dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	root := os.Getuid() == 0
	if root {
		if err := os.Chown(n.path("triggers", "users.go"), 1234, 1234); err != nil {
			t.Fatal(err)
		}
		n.write("triggers/users.go", strings.ReplaceAll(upperScript, "/outbox/", "/users/")+"// for its new owner\n")
		n.eventually("the owner", func() error {
			if r := n.triggers()["users"]; r.Owner != 1234 {
				return fmt.Errorf("%+v", r)
			}
			return nil
		})
	}
	for i := range 5 {
		n.write(fmt.Sprintf("inbox/%d.txt", i), "x")
	}
	n.eventually("the limits", func() error {
		few, users := n.triggers()["few"], n.triggers()["users"]
		if few.Done != 2 || few.Backlog != 3 || !strings.Contains(few.State, "limited until") {
			return fmt.Errorf("%+v", few)
		}
		if root && (users.Done != 3 || users.Backlog != 2 || !strings.Contains(users.State, "limited until")) {
			return fmt.Errorf("%+v", users)
		}
		return nil
	})
	if out := n.ok("trigger", "show", "few"); !strings.Contains(out, "limit 2 calls in 1h0m0s") {
		t.Errorf("no limit in\n%s", out)
	}
	// Without the limit the rest is done at once.
	n.deploy("few", strings.ReplaceAll(upperScript, "/outbox/", "/few/"))
	n.eventually("the rest", func() error {
		if r := n.triggers()["few"]; r.Done != 5 || r.Backlog != 0 || r.State != "live" {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	n.stop()
	if _, stderr, code := runWakefs(t, "up", "--owner-limit", "much"); code != exitUsage || !strings.Contains(stderr, "calls=100/1m or cpu=30s/1h") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
