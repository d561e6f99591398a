package triggers

import (
	"context"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers/script"
)

// schedule queues the events of the schedules whose time has come. Every node does; the metadata takes each time
// once. Of several times that passed while nobody was there, only the last is made up for.
func (d *Dispatcher) schedule(ctx context.Context) error {
	d.mu.Lock()
	var list []fs.Trigger
	for _, t := range d.triggers {
		if t.Every != "" && !t.Disabled && t.Version != "" {
			list = append(list, t)
		}
	}
	d.mu.Unlock()
	now := d.o.Clock()
	next := int64(0)
	var failed error
	for i := range list {
		at, err := d.follow(ctx, &list[i], now)
		if err != nil {
			failed = err
		}
		if at != 0 && (next == 0 || at < next) {
			next = at
		}
	}
	d.mu.Lock()
	d.nextDue = next
	d.mu.Unlock()
	return failed
}

// follow queues the event of a trigger if it is due, and returns the next time of its schedule.
func (d *Dispatcher) follow(ctx context.Context, t *fs.Trigger, now int64) (int64, error) {
	s, ok := d.schedules[t.Every]
	if !ok {
		var err error
		if s, err = script.ParseSchedule(t.Every); err != nil {
			return 0, err // it was parsed when it was deployed
		}
		d.schedules[t.Every] = s
	}
	base := time.Unix(0, max(t.Stats.Due, t.Deployed))
	due := s.Due(base, time.Unix(0, now))
	if !due.IsZero() {
		at := due.UnixNano()
		_, err := d.o.Meta.Propose(ctx, &fs.Tx{Time: now, Ops: []fs.Op{
			&fs.Enqueue{Trigger: t.Name, Due: at, Event: fs.Event{Type: fs.EventEvery, Time: at}},
		}}, fs.Accepted)
		if err != nil && fs.KindOf(err) != fs.KindConflict && fs.KindOf(err) != fs.KindNotFound {
			return 0, err
		}
		d.mu.Lock()
		if live, ok := d.triggers[t.Name]; ok {
			live.Stats.Due = max(live.Stats.Due, at)
			d.triggers[t.Name] = live
		}
		d.mu.Unlock()
		base = due
	}
	if next := s.Next(base); !next.IsZero() {
		return next.UnixNano(), nil
	}
	return 0, nil
}
