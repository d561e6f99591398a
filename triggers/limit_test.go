package triggers

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

const sec = int64(time.Second)

// TestLimits: calls and processor time are held to their limits, of a trigger and of an owner's triggers together.
func TestLimits(t *testing.T) {
	q := newQueue()
	q.meters.ofOwner = []fs.Limit{{Kind: fs.LimitCPU, Amount: 10 * sec, Per: 100 * sec}}
	q.configure(map[string]rule{
		"few":    {concurrency: 100, order: fs.OrderNone, limits: []fs.Limit{{Amount: 3, Per: 60 * sec}}},
		"a":      {concurrency: 1, order: fs.OrderNone, owner: 7},
		"b":      {concurrency: 1, order: fs.OrderNone, owner: 7},
		"others": {concurrency: 1, order: fs.OrderNone, owner: 8},
		"roots":  {concurrency: 1, order: fs.OrderNone},
	}, 0)
	id := fs.InvocationID(0)
	offer := func(trigger string, n int) {
		for range n {
			id++
			i := inv(id, trigger, fs.Ino(id))
			i.Event.Time = 0
			q.offer(i, 0)
		}
	}
	count := func(now int64) map[string]int {
		n := map[string]int{}
		for call := q.pick(now, true); call != nil; call = q.pick(now, true) {
			n[call[0].Trigger]++
			q.finish(call, nil, 0, now)
		}
		return n
	}
	offer("few", 5)
	if n := count(0)["few"]; n != 3 || q.next() != 20*sec+1 {
		t.Errorf("%d calls at once, the next at %d", n, q.next())
	}
	if n := count(20*sec - sec/1000)["few"]; n != 0 {
		t.Errorf("%d calls too early", n)
	}
	if n := count(20*sec + 1)["few"]; n != 1 {
		t.Errorf("%d calls when there is one more", n)
	}
	if n := count(500 * sec)["few"]; n != 1 || q.next() != 0 {
		t.Errorf("%d calls at the end, the next at %d", n, q.next())
	}

	// One call of a takes more than the owner has: b of the same owner waits, another's does not.
	offer("a", 1)
	call := q.pick(1000*sec, true)
	q.finish(call, nil, 25*sec, 1000*sec)
	offer("a", 1)
	offer("b", 1)
	offer("others", 1)
	offer("roots", 2)
	if n := count(1000 * sec); n["others"] != 1 || n["roots"] != 2 || n["a"]+n["b"] != 0 {
		t.Errorf("with the owner's time used up: %v", n)
	}
	if at := q.next(); at < 1150*sec || at > 1151*sec {
		t.Errorf("15 s too much at 10 s in 100: the next at %v", time.Duration(at))
	}
	if n := count(q.next()); n["a"] != 1 || n["b"] != 1 {
		t.Errorf("when there is time again: %v", n)
	}

	// A changed limit begins anew, the same one goes on.
	offer("few", 10)
	count(2000 * sec)
	rules := q.rules
	q.configure(rules, 2000*sec)
	if n := count(2000 * sec)["few"]; n != 0 {
		t.Errorf("%d calls after the same rules once more", n)
	}
	rules["few"] = rule{concurrency: 100, order: fs.OrderNone, limits: []fs.Limit{{Amount: 5, Per: 60 * sec}}}
	q.configure(rules, 2000*sec)
	if n := count(2000 * sec)["few"]; n != 5 {
		t.Errorf("%d calls under the new limit", n)
	}
}

// TestLimitHolds: whatever the demand, no window of time has more calls than the limit and what was left from before.
func TestLimitHolds(t *testing.T) {
	seed := testSeed(t)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		l := fs.Limit{Amount: 1 + rng.Int64N(20), Per: sec * (1 + rng.Int64N(100))}
		m, now := newMeter([]fs.Limit{l}, 0), int64(0)
		var calls []int64
		for range 500 {
			now += rng.Int64N(l.Per/4 + 1)
			for rng.IntN(4) > 0 {
				if until := m.wait(now); until != 0 {
					if until <= now {
						t.Fatalf("wait at %d until %d", now, until)
					}
					break
				}
				m.use(1, 0)
				calls = append(calls, now)
			}
		}
		for i := range calls {
			if j := i + int(2*l.Amount); j < len(calls) && calls[j]-calls[i] < l.Per-int64(len(calls)) {
				t.Fatalf("seed %d: %d calls in %v, limit %+v", seed, 2*l.Amount+1, time.Duration(calls[j]-calls[i]), l)
			}
		}
	}
}
