package state

import (
	"fmt"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

func (w *world) put(tr fs.Trigger) {
	w.t.Helper()
	tr.Version = "v1"
	w.do(&fs.PutTrigger{Trigger: tr, Source: []byte("package main")})
}

func (w *world) waiting() []fs.Invocation {
	w.t.Helper()
	list, err := Waiting(w.v, "", 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) statsOf(name string) fs.TriggerStats {
	w.t.Helper()
	list, err := Triggers(w.v)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, tr := range list {
		if tr.Name == name {
			return tr.Stats
		}
	}
	w.t.Fatalf("there is no trigger %s", name)
	return fs.TriggerStats{}
}

// TestSettle: of the events of a file that is not quiet only the newest waits, until the file was quiet.
func TestSettle(t *testing.T) {
	w := newWorld(t)
	const settle = 5000 // the world's clock goes 1000 a Tx
	w.put(fs.Trigger{Name: "t", Settle: settle, On: []fs.Match{{Events: fs.EventArrive, Globs: []string{"/**"}}}})
	write := func(ino fs.Ino) fs.InvocationID {
		t.Helper()
		w.do(&fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: 1, Inline: []byte("x")}}, Close: true})
		list := w.waiting()
		return list[len(list)-1].ID
	}
	f, g := w.file(1, "f"), w.file(1, "g")
	first := write(f)
	if list := w.waiting(); len(list) != 1 || list[0].RetryAt != w.now+settle {
		t.Fatalf("waiting %+v at %d", list, w.now)
	}
	write(g)
	second := write(f)
	list := w.waiting()
	if len(list) != 2 || list[0].Event.Ino != g || list[1].ID != second || list[1].RetryAt != w.now+settle {
		t.Fatalf("after a second write of f: %+v", list)
	}
	if w.eff.Queued != 1 {
		t.Fatalf("%d queued: whoever waits must hear of the new one", w.eff.Queued)
	}
	if s := w.statsOf("t"); s.Queued != 2 || s.Backlog != 2 {
		t.Fatalf("stats %+v", s)
	}
	w.check()
	w.fails(fs.KindConflict, &fs.Ack{ID: first})

	// Whose time has come is no longer replaced: it may be running.
	w.now += settle
	third := write(f)
	if list := w.waiting(); len(list) != 3 || list[1].ID != second || list[2].ID != third {
		t.Fatalf("after the time of the second has come: %+v", list)
	}
	w.check()
	w.do(&fs.Ack{ID: second}) // its end leaves the third's place alone
	fourth := write(f)
	if list := w.waiting(); len(list) != 2 || list[1].ID != fourth {
		t.Fatalf("a fourth write: %+v", list)
	}
	// A failed attempt is not replaced either: it has its own time.
	w.do(&fs.Fail{ID: fourth, RetryAt: w.now + 1e6})
	fifth := write(f)
	if list := w.waiting(); len(list) != 3 || list[1].ID != fourth || list[2].ID != fifth {
		t.Fatalf("after a failure: %+v", list)
	}
	w.check()
	w.do(&fs.DropTrigger{Name: "t"})
	w.check()
	if err := scan(w.v, []byte{tagSettling}, tagEnd(tagSettling), false, func(k, _ []byte) (bool, error) {
		return false, fmt.Errorf("%q is left of a dropped trigger", k)
	}); err != nil {
		t.Error(err)
	}
}

// TestSettleLeavesNothing: the index has no entry of what has ended.
func TestSettleLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.put(fs.Trigger{Name: "t", Settle: 1, On: []fs.Match{{Events: fs.EventCreate, Globs: []string{"/**"}}}})
	for i := range 10 {
		w.file(1, fmt.Sprint(i))
	}
	for i, inv := range w.waiting() {
		switch i % 3 {
		case 0:
			w.do(&fs.Ack{ID: inv.ID})
		case 1:
			w.do(&fs.Fail{ID: inv.ID, Dead: true})
		case 2:
			w.do(&fs.Requeue{IDs: []fs.InvocationID{inv.ID}, Drop: true})
		}
	}
	w.check()
	n := 0
	if err := scan(w.v, []byte{tagSettling}, tagEnd(tagSettling), false, func(_, _ []byte) (bool, error) { n++; return true, nil }); err != nil || n != 0 {
		t.Fatalf("%d entries are left, %v", n, err)
	}
}

func TestEnqueue(t *testing.T) {
	w := newWorld(t)
	w.fails(fs.KindNotFound, &fs.Enqueue{Trigger: "t"})
	w.do(&fs.SetTrigger{Name: "refused", Refused: "why"})
	w.fails(fs.KindNotFound, &fs.Enqueue{Trigger: "refused"})
	w.put(fs.Trigger{Name: "t", Every: "@hourly", Settle: 99})
	e := fs.Event{Type: fs.EventEvery, Time: 50}
	r := w.do(&fs.Enqueue{Trigger: "t", Due: 50, Event: e})
	list := w.waiting()
	if len(list) != 1 || uint64(list[0].ID) != r.Ops[0].ID || fmt.Sprint(list[0].Event) != fmt.Sprint(e) || list[0].RetryAt != 0 || w.eff.Queued != 1 {
		t.Fatalf("waiting %+v", list)
	}
	// Each time of the schedule is once, whoever proposes it.
	w.fails(fs.KindConflict, &fs.Enqueue{Trigger: "t", Due: 50, Event: e})
	w.fails(fs.KindConflict, &fs.Enqueue{Trigger: "t", Due: 49, Event: e})
	w.do(&fs.Enqueue{Trigger: "t", Due: 51, Event: e})
	w.do(&fs.Enqueue{Trigger: "t", Event: fs.Event{Type: fs.EventArrive, Path: "/f", Ino: 7}})
	if s := w.statsOf("t"); s != (fs.TriggerStats{Queued: 3, Backlog: 3, Due: 51}) {
		t.Fatalf("stats %+v", s)
	}
	// A new version keeps to what was done.
	w.put(fs.Trigger{Name: "t", Every: "@hourly"})
	w.fails(fs.KindConflict, &fs.Enqueue{Trigger: "t", Due: 51, Event: e})
	tx := w.tx(&fs.Enqueue{Trigger: "t", Event: e})
	tx.Check, tx.Cred = true, fs.Cred{UID: 1000}
	w.txFails(fs.KindPermission, tx)
	w.check()
}
