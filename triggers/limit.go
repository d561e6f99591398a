package triggers

import (
	"slices"

	"github.com/wakefs/wakefs/fs"
)

// bucket meters one limit: it holds what may be used now and fills up again at the rate of the limit. What calls use is known
// when they end, so it may hold less than nothing; then no call begins until it does not.
type bucket struct {
	fs.Limit
	left float64 // calls, or ns of CPU
	at   int64   // ns, when left was so
}

// meter meters all limits of something: of a trigger, or of an owner.
type meter []bucket

// newMeter returns a meter with all buckets full.
func newMeter(limits []fs.Limit, now int64) meter {
	m := make(meter, len(limits))
	for i, l := range limits {
		m[i] = bucket{l, float64(l.Amount), now}
	}
	return m
}

// limited is what a meter's limits are.
func (m meter) limits() []fs.Limit {
	var list []fs.Limit
	for i := range m {
		list = append(list, m[i].Limit)
	}
	return list
}

// least is what a bucket must hold for a call to begin: a call, or some time.
func (b *bucket) least() float64 {
	if b.Kind == fs.LimitCalls {
		return 1
	}
	return float64(min(b.Amount, 1e6))
}

// wait returns from when on a call may begin, ns; 0: now.
func (m meter) wait(now int64) (until int64) {
	for i := range m {
		b := &m[i]
		if now > b.at {
			b.left = min(float64(b.Amount), b.left+float64(b.Amount)*float64(now-b.at)/float64(b.Per))
			b.at = now
		}
		if lack := b.least() - b.left; lack > 1e-6 { // not what rounding leaves
			until = max(until, now+int64(lack/float64(b.Amount)*float64(b.Per))+1)
		}
	}
	return until
}

// use takes from the buckets what calls used: their number, and ns of CPU.
func (m meter) use(calls int, cpu int64) {
	for i := range m {
		if m[i].Kind == fs.LimitCalls {
			m[i].left -= float64(calls)
		} else {
			m[i].left -= float64(cpu)
		}
	}
}

// meters are those of a queue's triggers and of their owners.
type meters struct {
	ofOwner  []fs.Limit // each owner's, but root's
	triggers map[string]meter
	owners   map[uint32]meter
}

// configure follows what triggers there are. A meter whose limits are the same goes on.
func (m *meters) configure(rules map[string]rule, now int64) {
	triggers, owners := make(map[string]meter), make(map[uint32]meter)
	for name, r := range rules {
		if len(r.limits) > 0 {
			if triggers[name] = m.triggers[name]; !slices.Equal(triggers[name].limits(), r.limits) {
				triggers[name] = newMeter(r.limits, now)
			}
		}
		if len(m.ofOwner) > 0 && r.owner != 0 && owners[r.owner] == nil {
			if owners[r.owner] = m.owners[r.owner]; owners[r.owner] == nil {
				owners[r.owner] = newMeter(m.ofOwner, now)
			}
		}
	}
	m.triggers, m.owners = triggers, owners
}

// wait returns from when on a call of a trigger may begin, ns; 0: now.
func (m *meters) wait(trigger string, owner uint32, now int64) int64 {
	return max(m.triggers[trigger].wait(now), m.owners[owner].wait(now))
}

// use takes what calls of a trigger used.
func (m *meters) use(trigger string, owner uint32, calls int, cpu int64) {
	m.triggers[trigger].use(calls, cpu)
	m.owners[owner].use(calls, cpu)
}
