package triggers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

func inv(id fs.InvocationID, trigger string, ino fs.Ino) fs.Invocation {
	return fs.Invocation{ID: id, Trigger: trigger, Event: fs.Event{Ino: ino, Path: fmt.Sprintf("/d%d/f", ino%10), Time: int64(id)}}
}

func newTestQueue(rules map[string]rule) *queue {
	q := newQueue()
	q.configure(rules, 0)
	return q
}

// ids picks until nothing may run.
func (q *queue) ids(now int64) (got []fs.InvocationID) {
	for {
		call := q.pick(now, true)
		if call == nil {
			return got
		}
		got = append(got, call[0].ID)
	}
}

func TestOrders(t *testing.T) {
	// Files 1 and 11 are in one directory, 2 in another; 4 is file 1's second event.
	events := []fs.Invocation{inv(1, "t", 1), inv(2, "t", 11), inv(3, "t", 2), inv(4, "t", 1)}
	for _, tt := range []struct {
		order fs.Order
		want  string
	}{
		{fs.OrderNone, "[1 2 3 4]"},
		{fs.OrderFile, "[1 2 3]"},
		{fs.OrderDirectory, "[1 3]"},
		{fs.OrderTrigger, "[1]"},
	} {
		q := newTestQueue(map[string]rule{"t": {concurrency: 10, order: tt.order}})
		for _, e := range events {
			q.offer(e, 100)
		}
		if got := fmt.Sprint(q.ids(100)); got != tt.want {
			t.Errorf("order %v: %s at once, want %s", tt.order, got, tt.want)
		}
		// A failure keeps its turn until it is retried.
		failed := events[0]
		failed.Attempt, failed.RetryAt = 1, 200
		q.finish(events[:1], []fs.Invocation{failed}, 0, 100)
		if got := q.ids(150); got != nil {
			t.Errorf("order %v: %v while the first waits to be retried", tt.order, got)
		}
		if at := q.next(); at != 200 {
			t.Errorf("order %v: next at %d", tt.order, at)
		}
		if got := q.ids(200); len(got) != 1 || got[0] != 1 {
			t.Errorf("order %v: %v when the first is to be retried", tt.order, got)
		}
		q.finish([]fs.Invocation{failed}, nil, 0, 200)
		if tt.order == fs.OrderTrigger {
			if got := q.ids(200); len(got) != 1 || got[0] != 2 {
				t.Errorf("after the first: %v", got)
			}
		}
	}
}

// TestQueueSettles: a newer event of a file takes the place of the one that waits for the file to be quiet.
func TestQueueSettles(t *testing.T) {
	q := newTestQueue(map[string]rule{"t": {concurrency: 10, settle: true}})
	at := func(id fs.InvocationID, ino fs.Ino, event int64) fs.Invocation {
		i := inv(id, "t", ino)
		i.Event.Time, i.RetryAt = event, event+100
		return i
	}
	q.offer(at(1, 1, 1000), 1000)
	q.offer(at(2, 2, 1010), 1010)
	q.offer(at(3, 1, 1050), 1050)
	if q.next() != 1110 || len(q.known) != 2 {
		t.Fatalf("next %d, %d known", q.next(), len(q.known))
	}
	if got := fmt.Sprint(q.ids(1149), q.ids(1150)); got != "[2] [3]" {
		t.Errorf("%s, want 2, then 3 in its own time", got)
	}
	// What is due stays, though it has not been taken yet.
	q.finish([]fs.Invocation{at(3, 1, 1050)}, nil, 0, 1150)
	q.offer(at(4, 1, 1200), 1200)
	q.offer(at(5, 1, 1300), 1299)
	if got := q.ids(1300); len(got) != 1 || got[0] != 4 {
		t.Errorf("%v, want 4, whose time had come when 5 happened", got)
	}
	q.finish([]fs.Invocation{at(4, 1, 1200)}, nil, 0, 1300)
	if got := q.ids(1400); len(got) != 1 || got[0] != 5 || len(q.settling) != 0 || q.lines["t"].held != 0 {
		t.Errorf("%v, %d settling, %d held", got, len(q.settling), q.lines["t"].held)
	}
}

func TestBatches(t *testing.T) {
	q := newTestQueue(map[string]rule{"t": {concurrency: 10, batch: 3, batchWait: 50}})
	for id := range fs.InvocationID(5) {
		q.offer(inv(id+1, "t", fs.Ino(id%2)), 10)
	}
	call := q.pick(10, true)
	if fmt.Sprint(idsOf(call)) != "[1 2 3]" {
		t.Fatalf("a full batch: %v", idsOf(call))
	}
	// 4 and 5 are of the same files: they wait for these, not only for their batch.
	if next := q.pick(1000, true); next != nil {
		t.Fatalf("%v beside events of the same files", idsOf(next))
	}
	again := make([]fs.Invocation, 2) // 2 was dropped
	for i, k := range []int{0, 2} {
		again[i] = call[k]
		again[i].Attempt, again[i].RetryAt = 1, 2000
	}
	q.finish(call, again, 0, 1000)
	if next := q.pick(1999, true); fmt.Sprint(idsOf(next)) != "[4]" { // 2's file is free, and 4 has waited
		t.Fatalf("%v before the retry", idsOf(next))
	}
	q.offer(inv(6, "t", 7), 1999)
	retry := q.pick(2000, true)
	if fmt.Sprint(idsOf(retry)) != "[1 3]" {
		t.Fatalf("%v is retried, want what failed together and nothing else", idsOf(retry))
	}
	q.finish(retry, nil, 0, 2000)
	// What is not full waits since its oldest event.
	q.offer(fs.Invocation{ID: 7, Trigger: "t", Event: fs.Event{Ino: 9, Time: 2040}}, 2040)
	if next := q.pick(2040, true); fmt.Sprint(idsOf(next)) != "[5 6 7]" {
		t.Fatalf("%v after the retry", idsOf(next))
	}
	q.offer(fs.Invocation{ID: 8, Trigger: "t", Event: fs.Event{Ino: 20, Time: 3000}}, 3000)
	q.offer(fs.Invocation{ID: 9, Trigger: "t", Event: fs.Event{Ino: 21, Time: 3020}}, 3020)
	if next := q.pick(3049, true); next != nil || q.next() != 3050 {
		t.Fatalf("%v, next at %d", idsOf(next), q.next())
	}
	if next := q.pick(3050, true); fmt.Sprint(idsOf(next)) != "[8 9]" {
		t.Fatalf("%v after the wait", idsOf(next))
	}
}

func idsOf(call []fs.Invocation) []fs.InvocationID {
	var out []fs.InvocationID
	for i := range call {
		out = append(out, call[i].ID)
	}
	return out
}

// TestBatchAfterRestart: what failed together is retried together though this node never saw it fail.
func TestBatchAfterRestart(t *testing.T) {
	q := newTestQueue(map[string]rule{"t": {concurrency: 10, batch: 10, batchWait: time.Hour}})
	for id := range fs.InvocationID(6) {
		i := inv(id+1, "t", 1)
		if id < 4 {
			i.Attempt, i.RetryAt = 1, 100+int64(id/2) // two batches
		}
		q.offer(i, 50)
	}
	if q.pick(99, true) != nil {
		t.Fatal("something runs before the retries")
	}
	if call := q.pick(101, true); fmt.Sprint(idsOf(call)) != "[1 2]" {
		t.Fatalf("%v", idsOf(call))
	} else {
		q.finish(call, nil, 0, 101)
	}
	if call := q.pick(101, true); fmt.Sprint(idsOf(call)) != "[3 4]" {
		t.Fatalf("%v", idsOf(call))
	}
}

func TestIdle(t *testing.T) {
	q := newTestQueue(map[string]rule{"batch": {concurrency: 3, idle: true}, "now": {concurrency: 3}})
	for id := range fs.InvocationID(4) {
		q.offer(inv(id+1, "batch", fs.Ino(id)), 0)
	}
	q.offer(inv(9, "now", 1), 0)
	if call := q.pick(10, false); call == nil || call[0].Trigger != "now" {
		t.Fatalf("%v on a busy node", call)
	}
	if call := q.pick(10, false); call != nil || !q.idleBacklog() {
		t.Fatalf("%v on a busy node", idsOf(call))
	}
	// Aged work is done all the same, a call at a time.
	old := int64(idleAging) + 1
	if call := q.pick(old, false); len(call) != 1 || q.pick(old, false) != nil {
		t.Fatalf("%v of the aged work", idsOf(call))
	}
	if got := q.ids(11); len(got) != 2 {
		t.Fatalf("%v more on a quiet node, want as many as the concurrency allows", got)
	}

	p := idlePolicy{on: true}
	var got []bool
	for _, left := range []float64{1, 0.3, 0.1, 0.3, 0.49, 0.5, 0.3} {
		got = append(got, p.quiet(left))
	}
	if fmt.Sprint(got) != "[true true false false false true true]" {
		t.Errorf("quiet: %v", got)
	}
}

func TestConfigure(t *testing.T) {
	q := newTestQueue(map[string]rule{"a": {concurrency: 1}, "b": {concurrency: 1}})
	for id := range fs.InvocationID(6) {
		q.offer(inv(id+1, []string{"a", "b"}[id%2], fs.Ino(id)), 0)
	}
	late := inv(7, "a", 50)
	late.Attempt, late.RetryAt = 1, 99
	q.offer(late, 0)
	q.configure(map[string]rule{"b": {}}, 0) // a is gone, b is paused
	if got := q.ids(1000); got != nil || q.next() != 0 {
		t.Errorf("%v of a trigger that is gone and one that is paused", got)
	}
	if len(q.known) != 3 {
		t.Errorf("%d known", len(q.known))
	}
	q.configure(map[string]rule{"b": {concurrency: 9}}, 0)
	if got := fmt.Sprint(q.ids(1000)); got != "[2 4 6]" {
		t.Error(got)
	}
}

// TestOwners: who has many functions gets as many turns as who has one, and gets those of all when nobody else has work.
func TestOwners(t *testing.T) {
	rules := map[string]rule{"one": {concurrency: 100, owner: 1}, "root": {concurrency: 100}}
	for i := range 10 {
		rules[fmt.Sprint("many", i)] = rule{concurrency: 100, owner: 2}
	}
	q := newTestQueue(rules)
	owners := map[fs.InvocationID]uint32{}
	id := fs.InvocationID(0)
	for name, r := range rules {
		n := 100
		if r.owner == 2 {
			n = 10
		}
		for range n {
			id++
			owners[id] = r.owner
			q.offer(inv(id, name, fs.Ino(id)), 0)
		}
	}
	count := func(picks int) (n [3]int, triggers map[string]int) {
		triggers = map[string]int{}
		for range picks {
			call := q.pick(1000, true)
			if call == nil {
				t.Fatal("nothing may run")
			}
			n[owners[call[0].ID]]++
			triggers[call[0].Trigger]++
		}
		return n, triggers
	}
	n, triggers := count(150)
	if n != [3]int{50, 50, 50} || triggers["many0"] != 5 || triggers["many9"] != 5 {
		t.Errorf("150 turns went to %v, %v", n, triggers)
	}
	// A function that changes hands takes its turns along.
	delete(rules, "root")
	r := rules["many0"]
	r.owner = 1
	rules["many0"] = r
	q.configure(rules, 0)
	if _, triggers := count(8); triggers["one"] != 2 || triggers["many0"] != 2 {
		t.Errorf("8 turns went to %v", triggers)
	}
	if n := len(q.ids(1000)); n != 50+50-8 {
		t.Errorf("then %d are left", n)
	}
}

// testSeed is the seed of a random test.
func testSeed(t *testing.T) uint64 {
	seed := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("rerun with WAKEFS_SEED=%d", seed)
	return seed
}

// TestWindow runs a queue over a model of the metadata: however the windows fill and empty, each invocation runs
// once, those of a file in order, and no line holds more than its window.
func TestWindow(t *testing.T) {
	seed := testSeed(t)
	rng := rand.New(rand.NewPCG(seed, 0))
	q := newTestQueue(map[string]rule{"a": {concurrency: 3}, "b": {concurrency: 200, order: fs.OrderNone}, "c": {concurrency: 1, order: fs.OrderTrigger}, "paused": {}})
	q.widest = 20
	refills, dropped := 0, 0
	var stored []fs.Invocation // the metadata, by ID
	read := func(trigger string, after fs.InvocationID) (page []fs.Invocation) {
		for _, i := range stored {
			if i.ID > after && len(page) < 100 && (trigger == "" || i.Trigger == trigger) {
				page = append(page, i)
			}
		}
		return page
	}
	names := []string{"a", "b", "c", "paused"}
	next, cursor := fs.InvocationID(1), fs.InvocationID(0)
	last := map[string]fs.InvocationID{}
	ran := map[fs.InvocationID]bool{}
	var running [][]fs.Invocation
	end := func(k int) {
		call := running[k]
		running = append(running[:k], running[k+1:]...)
		for at := range stored {
			if stored[at].ID == call[0].ID {
				stored = append(stored[:at], stored[at+1:]...)
				break
			}
		}
		q.finish(call, nil, 0, 0)
	}
	want := 0
	for step := 0; step < 30000 && (step < 6000 || len(ran) < want); step++ {
		if step < 6000 {
			for range rng.IntN(3) {
				name := names[min(rng.IntN(8), 3)]
				stored = append(stored, inv(next, name, fs.Ino(rng.IntN(50))))
				if next++; name != "paused" {
					want++
				}
			}
		}
		if rng.IntN(500) == 0 { // what waits of one is dropped
			name := names[rng.IntN(3)]
			stored = slices.DeleteFunc(stored, func(i fs.Invocation) bool {
				drop := i.Trigger == name && !ran[i.ID]
				if drop {
					want--
					dropped++
				}
				return drop
			})
			q.drop(name)
			q.rewind(name)
		}
		switch rng.IntN(4) {
		case 0:
			for _, i := range read("", cursor) {
				q.offer(i, 0)
				cursor = i.ID
			}
		case 1:
			if l := q.lean(); l != nil {
				after := l.skipped - 1
				page, through := read(l.trigger, after), cursor
				if len(page) == 100 {
					through = page[99].ID
				}
				if rng.IntN(2) == 0 { // meanwhile more is fetched
					for _, i := range read("", cursor) {
						q.offer(i, 0)
						cursor = i.ID
					}
				}
				refills++
				q.refill(l, page, through, cursor, 0)
			}
		case 2:
			call := q.pick(0, true)
			if call == nil {
				break
			}
			id, key := call[0].ID, call[0].Trigger
			if ran[id] {
				t.Fatalf("step %d: %d runs twice", step, id)
			}
			ran[id] = true
			if key == "a" {
				key = fmt.Sprint(key, call[0].Event.Ino)
			}
			if key != "b" {
				if id < last[key] {
					t.Fatalf("step %d: %s runs %d after %d", step, key, id, last[key])
				}
				last[key] = id
			}
			running = append(running, call)
		case 3:
			for len(running) > 0 && rng.IntN(3) > 0 {
				end(rng.IntN(len(running)))
			}
		}
		for _, l := range q.order {
			if l.held > q.window(l) || l.held != len(l.items) {
				t.Fatalf("step %d: %s holds %d, has %d", step, l.trigger, l.held, len(l.items))
			}
		}
	}
	if refills < 10 || dropped < 10 {
		t.Errorf("only %d refills, %d dropped: the test tests nothing", refills, dropped)
	}
	if len(ran) != want || want < 1000 {
		t.Fatalf("%d of %d ran", len(ran), want)
	}
}

// TestFairWindow: what a backlog of 100,000 leaves in memory, and when another trigger's event is seen.
func TestFairWindow(t *testing.T) {
	q := newTestQueue(map[string]rule{"big": {concurrency: 4}, "small": {concurrency: 4}})
	const backlog = 100_000
	for id := range fs.InvocationID(backlog) {
		q.offer(inv(id+1, "big", fs.Ino(id)), 0)
	}
	q.offer(inv(backlog+1, "small", 1), 0)
	if len(q.known) > windowMax+1 {
		t.Errorf("%d in memory", len(q.known))
	}
	for i := range 2 {
		if call := q.pick(0, true); call[0].Trigger == "small" {
			return
		} else if i == 1 {
			t.Error("the event behind the backlog is not among the first two")
		}
	}
}
