package state

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

const everything = fs.EventCreate | fs.EventClose | fs.EventArrive | fs.EventRename | fs.EventRemove | fs.EventAttrib

// trigger registers a trigger on globs; those that begin with ! are exceptions.
func (w *world) trigger(name string, types fs.EventType, globs ...string) {
	w.t.Helper()
	m := fs.Match{Events: types}
	for _, g := range globs {
		if strings.HasPrefix(g, "!") {
			m.Not = append(m.Not, g[1:])
		} else {
			m.Globs = append(m.Globs, g)
		}
	}
	w.do(&fs.PutTrigger{Trigger: fs.Trigger{Name: name, Version: "v1", On: []fs.Match{m}}, Source: []byte("package main")})
}

// queued returns the invocations queued since the last call, as "trigger type path[ < old path]".
func (w *world) queued(after *fs.InvocationID) []string {
	w.t.Helper()
	list, err := Waiting(w.v, "", *after, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, i := range list {
		s := fmt.Sprintf("%s %v %s", i.Trigger, i.Event.Type, i.Event.Path)
		if i.Event.OldPath != "" {
			s += " < " + i.Event.OldPath
		}
		got = append(got, s)
		*after = i.ID
	}
	return got
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", everything, "/**")
	d, e := w.mkdir(1, "d"), w.mkdir(1, "e")
	f := w.file(d, "f")
	link := &fs.Create{Parent: d, Name: "s", Ino: w.newIno(), Mode: fs.ModeSymlink, Target: "f"}
	tmp := &fs.Create{Parent: d, Ino: w.newIno(), Mode: fs.ModeRegular | 0o600}
	var after fs.InvocationID
	w.queued(&after)
	hello := []fs.Extent{{Len: 5, Inline: []byte("hello")}}

	for _, c := range []struct {
		what string
		op   fs.Op
		want []string
	}{
		{"a symbolic link", link, []string{"t create /d/s"}},
		{"close of an empty new file", &fs.Commit{Ino: f, Close: true}, []string{"t close /d/f", "t arrive /d/f"}},
		{"close again", &fs.Commit{Ino: f, Close: true}, nil},
		{"write", &fs.Commit{Ino: f, Extents: hello}, nil},
		{"close after it", &fs.Commit{Ino: f, Close: true}, []string{"t close /d/f", "t arrive /d/f"}},
		{"write and close", &fs.Commit{Ino: f, Extents: hello, Close: true}, []string{"t close /d/f", "t arrive /d/f"}},
		{"times", &fs.SetAttr{Ino: f, Set: fs.SetMtime, Mtime: 7}, nil},
		{"mode", &fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o600}, []string{"t attrib /d/f"}},
		{"xattr", &fs.SetXattr{Ino: f, Name: "user.a"}, []string{"t attrib /d/f"}},
		{"truncate", &fs.SetAttr{Ino: f, Set: fs.SetSize}, nil},
		{"truncate by path", &fs.SetAttr{Ino: f, Set: fs.SetSize | fs.SetClose, Size: 3}, []string{"t close /d/f", "t arrive /d/f"}},
		{"truncate to the same", &fs.SetAttr{Ino: f, Set: fs.SetSize | fs.SetClose, Size: 3}, nil},
		{"link", &fs.Link{Ino: f, Parent: e, Name: "g"}, []string{"t create /e/g", "t arrive /e/g"}},
		{"unlink", &fs.Unlink{Parent: e, Name: "g"}, []string{"t remove /e/g"}},
		{"rename", &fs.Rename{Parent: d, Name: "f", NewParent: e, NewName: "h"}, []string{"t rename /e/h < /d/f", "t arrive /e/h < /d/f"}},
		{"close after a rename", &fs.Commit{Ino: f, Close: true}, nil},
		{"rename of a link", &fs.Rename{Parent: d, Name: "s", NewParent: d, NewName: "s2"}, []string{"t rename /d/s2 < /d/s"}},
		{"rename over", &fs.Rename{Parent: e, Name: "h", NewParent: d, NewName: "s2"}, []string{"t remove /d/s2", "t rename /d/s2 < /e/h", "t arrive /d/s2 < /e/h"}},
		{"exchange", &fs.Rename{Parent: d, Name: "s2", NewParent: 1, NewName: "e", Exchange: true},
			[]string{"t rename /e < /d/s2", "t arrive /e < /d/s2", "t rename /d/s2 < /e"}},
		{"rename of a directory", &fs.Rename{Parent: 1, Name: "d", NewParent: 1, NewName: "d2"}, []string{"t rename /d2 < /d"}},
		{"rmdir", &fs.Unlink{Parent: d, Name: "s2", Dir: true}, []string{"t remove /d2/s2"}},
		{"an unnamed file", tmp, nil},
		{"its content", &fs.Commit{Ino: tmp.Ino, Extents: hello, Close: true}, nil},
		{"its name", &fs.Link{Ino: tmp.Ino, Parent: d, Name: "named"}, []string{"t create /d2/named", "t arrive /d2/named"}},
	} {
		w.do(c.op)
		if got := w.queued(&after); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if w.eff.Queued != len(c.want) {
			t.Errorf("%s: %d queued by the effects", c.what, w.eff.Queued)
		}
	}
	w.check()
}

func TestEventRecord(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", fs.EventArrive, "/**")
	w.cred = fs.Cred{UID: 7, GID: 8}
	n := w.newIno()
	tx := w.tx(&fs.Create{Parent: 1, Name: "f", Ino: n, Mode: fs.ModeRegular | 0o640}, &fs.Commit{Ino: n, MinSize: 10, Close: true}, &fs.Commit{Ino: n, MinSize: 20, Close: true})
	tx.Chain = []string{"before"}
	if _, err := w.apply(tx); err != nil {
		t.Fatal(err)
	}
	list, err := Waiting(w.v, "", 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d invocations, want the two arrivals of one Tx as one: %v", len(list), err)
	}
	a := w.attr(n)
	want := fs.Event{Type: fs.EventArrive, Path: "/f", Ino: n, Mode: fs.ModeRegular | 0o640, Version: a.Version, Size: 20, UID: 7, GID: 8, Time: w.now, Chain: tx.Chain}
	if fmt.Sprintf("%+v", list[0].Event) != fmt.Sprintf("%+v", want) {
		t.Errorf("event %+v, want %+v", list[0].Event, want)
	}
	got, err := GetInvocation(w.v, list[0].ID)
	if err != nil || got.Trigger != "t" {
		t.Errorf("invocation %+v, %v", got, err)
	}
}

func TestMatching(t *testing.T) {
	w := newWorld(t)
	w.trigger("csv", fs.EventArrive, "/in/**/*.csv", "!/in/skip/**")
	w.trigger("dir", fs.EventCreate, "/in/**")
	w.trigger("one", fs.EventArrive|fs.EventCreate, "/in/{a,b}.txt")
	w.do(&fs.PutTrigger{Trigger: fs.Trigger{Name: "off", Version: "1", Disabled: true, On: []fs.Match{{Events: everything, Globs: []string{"/z"}}}}, Source: []byte("x")})
	w.do(&fs.SetTrigger{Name: "refused", Refused: "f.go:1:2: no"})
	var after fs.InvocationID
	var dirs = map[string]fs.Ino{"": 1}
	for _, d := range []string{"/in", "/in/skip", "/in/x", "/triggers"} {
		at := strings.LastIndexByte(d, '/')
		dirs[d] = w.mkdir(dirs[d[:at]], d[at+1:])
	}
	if got := w.queued(&after); fmt.Sprint(got) != "[dir create /in dir create /in/skip dir create /in/x]" {
		t.Errorf("directories: %q", got)
	}
	w.trigger("all", everything, "/**")
	for path, want := range map[string]string{
		"/in/a.csv":      "[all create dir create all close all arrive csv arrive]",
		"/in/x/b.csv":    "[all create dir create all close all arrive csv arrive]",
		"/in/skip/c.csv": "[all create dir create all close all arrive]",
		"/in/a.txt":      "[all create dir create one create all close all arrive one arrive]",
		"/a.csv":         "[all create all close all arrive]",
		"/triggers/t.go": "[]",
	} {
		at := strings.LastIndexByte(path, '/')
		n := w.newIno()
		w.do(&fs.Create{Parent: dirs[path[:at]], Name: path[at+1:], Ino: n, Mode: fs.ModeRegular}, &fs.Commit{Ino: n, Close: true})
		var got []string
		for _, s := range w.queued(&after) {
			got = append(got, strings.TrimSuffix(s, " "+path))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %q, want %s", path, got, want)
		}
	}
	w.do(&fs.DropTrigger{Name: "all"}) // "off" is disabled: its events wait until it is enabled
	w.file(1, "z")
	if got := w.queued(&after); fmt.Sprint(got) != "[off create /z]" {
		t.Errorf("after a drop and an enabling: %q", got)
	}
	w.check()
}

func TestChain(t *testing.T) {
	w := newWorld(t)
	w.trigger("a", fs.EventCreate, "/**")
	tx := w.tx(&fs.Create{Parent: 1, Name: "x", Ino: w.newIno(), Mode: fs.ModeRegular})
	tx.Chain = strings.Fields("a b a b a b a b")
	if _, err := w.apply(tx); err != nil {
		t.Fatal(err)
	}
	dead, err := DeadLetters(w.v, "a", 0, 10)
	if err != nil || len(dead) != 1 || !dead[0].Dead || !strings.Contains(dead[0].Error, "a → b → a") || w.eff.Queued != 0 {
		t.Fatalf("dead letters %+v, %v", dead, err)
	}
	tx = w.tx(&fs.Create{Parent: 1, Name: "y", Ino: w.newIno(), Mode: fs.ModeRegular})
	tx.Chain = strings.Fields("a b a b a b a")
	if _, err := w.apply(tx); err != nil || w.eff.Queued != 1 {
		t.Fatalf("a chain of seven: %v, %d queued", err, w.eff.Queued)
	}
	w.check()
}

func TestQueue(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", fs.EventCreate, "/**")
	w.trigger("u", fs.EventCreate, "/**")
	stats := func(name string) fs.TriggerStats {
		list, err := Triggers(w.v)
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range list {
			if tr.Name == name {
				return tr.Stats
			}
		}
		return fs.TriggerStats{}
	}
	for i := range 3 {
		w.file(1, fmt.Sprint(i)) // invocations 1..6, odd ones t's
	}
	w.do(&fs.Ack{ID: 1})
	w.fails(fs.KindConflict, &fs.Ack{ID: 1})
	w.fails(fs.KindConflict, &fs.Ack{ID: 3, Attempt: 1})
	w.fails(fs.KindConflict, &fs.Fail{ID: 3, Attempt: 1})
	w.do(&fs.Fail{ID: 3, RetryAt: 99, Report: fs.Report{Error: "boom"}})
	inv, err := GetInvocation(w.v, 3)
	if err != nil || inv.Attempt != 1 || inv.RetryAt != 99 || inv.Dead || inv.Error != "boom" {
		t.Fatalf("after a failure: %+v, %v", inv, err)
	}
	w.do(&fs.Fail{ID: 3, Attempt: 1, Dead: true, Report: fs.Report{Error: "bang"}})
	w.fails(fs.KindConflict, &fs.Ack{ID: 3, Attempt: 2})
	if s := stats("t"); s != (fs.TriggerStats{Queued: 3, Done: 1, Failed: 2, Dead: 1, Backlog: 1}) {
		t.Fatalf("stats %+v", s)
	}
	w.check()
	if r := w.do(&fs.Requeue{IDs: []fs.InvocationID{3, 999, 5}}); r.Ops[0].ID != 1 || w.eff.Queued != 1 {
		t.Fatalf("requeued %d, effects %d", r.Ops[0].ID, w.eff.Queued)
	}
	if inv, _ := GetInvocation(w.v, 3); inv.Attempt != 0 || inv.Dead {
		t.Fatalf("requeued as %+v", inv)
	}
	w.do(&fs.Ack{ID: 3})
	w.do(&fs.Fail{ID: 2, Dead: true})
	w.do(&fs.Fail{ID: 4, Dead: true})
	if r := w.do(&fs.Requeue{IDs: []fs.InvocationID{2}, Drop: true}); r.Ops[0].ID != 1 {
		t.Fatalf("dropped %d", r.Ops[0].ID)
	}
	if _, err := GetInvocation(w.v, 2); fs.KindOf(err) != fs.KindNotFound {
		t.Fatalf("a dropped letter: %v", err)
	}

	// What waits can be dropped as well, and only with Drop be meant.
	if r := w.do(&fs.Requeue{IDs: []fs.InvocationID{5}}); r.Ops[0].ID != 0 {
		t.Fatal("a waiting invocation was revived")
	}
	before := stats("t")
	if r := w.do(&fs.Requeue{IDs: []fs.InvocationID{5, 5}, Drop: true}); r.Ops[0].ID != 1 {
		t.Fatalf("dropped %d", r.Ops[0].ID)
	}
	w.fails(fs.KindConflict, &fs.Ack{ID: 5})
	before.Backlog--
	if s := stats("t"); s != before || s.Backlog != 0 {
		t.Fatalf("stats %+v, want %+v", s, before)
	}
	w.check()
	w.file(1, "7")

	// A dropped trigger's work goes, its dead letters stay and count again when it comes back.
	w.do(&fs.DropTrigger{Name: "u"})
	left, err := Waiting(w.v, "", 0, 10)
	if err != nil || len(left) != 1 || left[0].Trigger != "t" {
		t.Fatalf("waiting %+v, %v", left, err)
	}
	if r := w.do(&fs.Requeue{IDs: []fs.InvocationID{4}}); r.Ops[0].ID != 0 {
		t.Fatal("a letter of a dropped trigger was revived")
	}
	w.fails(fs.KindNotFound, &fs.DropTrigger{Name: "u"})
	w.trigger("u", fs.EventCreate, "/**")
	if s := stats("u"); s != (fs.TriggerStats{Dead: 1}) {
		t.Fatalf("stats of the new u: %+v", s)
	}
	w.check()
}

func TestTriggerVersions(t *testing.T) {
	w := newWorld(t)
	put := func(version, source string) {
		w.do(&fs.PutTrigger{Trigger: fs.Trigger{Name: "t", Version: version, Stats: fs.TriggerStats{Queued: 99}}, Source: []byte(source)})
		if !w.eff.Triggers {
			t.Fatal("the effects do not tell of the trigger")
		}
	}
	put("v1", "one")
	put("v2", "second")
	put("v1", "")
	w.fails(fs.KindNotFound, &fs.PutTrigger{Trigger: fs.Trigger{Name: "t", Version: "v9"}})
	w.fails(fs.KindInvalid, &fs.PutTrigger{Trigger: fs.Trigger{Name: "t", Version: ""}, Source: []byte("x")})
	w.fails(fs.KindInvalid, &fs.PutTrigger{Trigger: fs.Trigger{Name: "a/b", Version: "v"}, Source: []byte("x")})
	bad := fs.Trigger{Name: "t", Version: "v3", On: []fs.Match{{Events: fs.EventArrive, Globs: []string{"/a[" /* never closed */}}}}
	w.fails(fs.KindInvalid, &fs.PutTrigger{Trigger: bad, Source: []byte("x")})
	w.fails(fs.KindNotFound, &fs.SetTrigger{Name: "u"})
	list, err := TriggerVersions(w.v, "t")
	if err != nil || len(list) != 2 || list[0].Version != "v1" || list[0].Size != 3 || list[0].Deployed <= list[1].Deployed {
		t.Fatalf("versions %+v, %v", list, err)
	}
	if src, err := TriggerSource(w.v, "t", "v2"); err != nil || string(src) != "second" {
		t.Fatalf("source %q, %v", src, err)
	}
	w.do(&fs.SetTrigger{Name: "t", Source: 5, Disabled: true, Refused: "why"})
	all, err := Triggers(w.v)
	if err != nil || len(all) != 1 || all[0].Version != "v1" || all[0].Size != 3 || !all[0].Disabled || all[0].Refused != "why" || all[0].Source != 0 || all[0].Stats.Queued != 0 {
		t.Fatalf("triggers %+v, %v", all, err)
	}
	w.do(&fs.DropTrigger{Name: "t"})
	if _, err := TriggerVersions(w.v, "t"); fs.KindOf(err) != fs.KindNotFound {
		t.Fatalf("versions of a dropped trigger: %v", err)
	}
	if _, err := TriggerSource(w.v, "t", "v1"); fs.KindOf(err) != fs.KindNotFound {
		t.Fatalf("source of a dropped trigger: %v", err)
	}
}

// TestMachineFollowsTheView uses one machine for two views whose triggers went apart.
func TestMachineFollowsTheView(t *testing.T) {
	a := newWorld(t)
	b := newWorld(t)
	b.m = a.m
	a.trigger("a", fs.EventCreate, "/**")
	b.trigger("b", fs.EventCreate, "/**")
	var afterA, afterB fs.InvocationID
	for i := range 3 {
		a.file(1, fmt.Sprint(i))
		b.file(1, fmt.Sprint(i))
		if got := fmt.Sprint(a.queued(&afterA), b.queued(&afterB)); got != fmt.Sprintf("[a create /%d] [b create /%d]", i, i) {
			t.Fatal(got)
		}
	}
	a.m.NoEvents = true
	a.file(1, "quiet")
	if got := a.queued(&afterA); got != nil {
		t.Fatalf("without events: %q", got)
	}
	a.m.NoEvents = false
	a.file(1, "loud")
	if got := a.queued(&afterA); len(got) != 1 {
		t.Fatalf("with events again: %q", got)
	}
}

// TestMovedOut: whoever watches renames in a folder hears of a file that leaves it.
func TestMovedOut(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", fs.EventRename, "/from/**")
	from := w.mkdir(1, "from")
	w.file(from, "f")
	w.do(&fs.Rename{Parent: from, Name: "f", NewParent: 1, NewName: "out"})
	w.do(&fs.Rename{Parent: 1, Name: "out", NewParent: 1, NewName: "elsewhere"})
	var after fs.InvocationID
	if got := fmt.Sprint(w.queued(&after)); got != "[t rename /out < /from/f]" {
		t.Errorf("queued %s", got)
	}
}
