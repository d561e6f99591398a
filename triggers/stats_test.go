package triggers

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	l, err := OpenLog("")
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := l.Pace("f"); ok {
		t.Errorf("before the first call: %+v", p)
	}
	now := time.Now()
	add := func(ago time.Duration, n int, e Entry) {
		for i := range n {
			e.Trigger, e.Time = "f", now.Add(-ago)
			if e.Invocation == 0 && e.Result != "deployed" {
				e.Invocation = uint64(i + 1)
			}
			if err := l.Add(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(time.Hour, 1, Entry{Result: "deployed", Wall: time.Hour}) // is no call
	add(0, 1, Entry{Result: "dropped", Wall: time.Hour})          // nor is this
	add(time.Hour, paceCalls, Entry{Result: "done", Wall: time.Hour, Attempt: 1, Latency: time.Hour})
	add(0, paceCalls-10, Entry{Result: "done", Attempt: 1, Wall: 2 * time.Millisecond, Latency: time.Millisecond, CPU: time.Millisecond, Read: 3, Written: 4, Ops: 5, Conflicts: 1})
	add(0, 10, Entry{Result: "failed", Attempt: 2, Wall: 9 * time.Millisecond, Latency: time.Minute})
	p, ok := l.Pace("f")
	if !ok || p.Calls != paceCalls || p.P50 != 2*time.Millisecond || p.P99 != 9*time.Millisecond || p.Wake50 != time.Millisecond {
		t.Errorf("%+v", p)
	}
	if p.Wake99 != time.Hour {
		t.Errorf("the ten oldest first attempts are still among the last: %v", p.Wake99)
	}
	n := uint64(paceCalls - 10)
	u := p.Used
	if u.Calls["done"] != n+paceCalls || u.Calls["failed"] != 10 || u.CPU != time.Duration(n)*time.Millisecond || u.Read != int64(3*n) || u.Written != int64(4*n) || u.Ops != int64(5*n) || u.Conflicts != n {
		t.Errorf("%+v", u)
	}
	if want := paceCalls / time.Minute.Seconds(); p.Rate < want || p.Rate > want*1.2 {
		t.Errorf("%g calls per second, want about %g", p.Rate, want)
	}
	if p, _ := l.stats.pace("f", now.Add(2*time.Minute)); p.Rate != 0 {
		t.Errorf("two minutes later: %g calls per second", p.Rate)
	}
	if err := l.Add(Entry{Trigger: "f", Result: "removed"}); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Pace("f"); ok {
		t.Error("a removed function has figures")
	}
}
