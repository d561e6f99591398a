package meta

import (
	"slices"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// orphanage knows the inodes without a name, and who may still hold them open. An orphan may be
// deleted when every session that lived when it lost its name has said, since, that it does
// not hold it; later sessions can't get at it.
type orphanage struct {
	mu      sync.Mutex
	orphans map[fs.Ino]*orphan
	ready   []fs.Ino // to be deleted
	told    map[fs.SessionID][]fs.Ino
}

type orphan struct {
	// waiting are the sessions that have not let go of it.
	waiting map[fs.SessionID]bool
}

func (o *orphanage) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.orphans = map[fs.Ino]*orphan{}
	o.told = map[fs.SessionID][]fs.Ino{}
	o.ready = nil
}

// add takes in new orphans. Sessions are those alive.
func (o *orphanage) add(inos []fs.Ino, sessions []fs.SessionID) (ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ino := range inos {
		if o.orphans[ino] != nil {
			continue
		}
		n := &orphan{waiting: make(map[fs.SessionID]bool, len(sessions))}
		for _, s := range sessions {
			n.waiting[s] = true
		}
		o.orphans[ino] = n
		o.settleLocked(ino, n)
	}
	return len(o.ready) > 0
}

// maxTold bounds what one answer of KeepAlive asks about.
const maxTold = 4096

// answer takes a session's word on the orphans it was told of: it holds some and has let go of the
// others. It returns those to answer for next.
func (o *orphanage) answer(session fs.SessionID, held []fs.Ino) (next []fs.Ino, ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	holds := make(map[fs.Ino]bool, len(held))
	for _, ino := range held {
		holds[ino] = true
	}
	for _, ino := range o.told[session] {
		if n := o.orphans[ino]; n != nil && !holds[ino] && n.waiting[session] {
			delete(n.waiting, session)
			o.settleLocked(ino, n)
		}
	}
	for ino, n := range o.orphans {
		if len(next) < maxTold && n.waiting[session] {
			next = append(next, ino)
		}
	}
	slices.Sort(next)
	if len(next) > 0 {
		o.told[session] = next
	} else {
		delete(o.told, session)
	}
	return slices.Clone(next), len(o.ready) > 0
}

// ended lets go of everything that a session held.
func (o *orphanage) ended(session fs.SessionID) (ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.told, session)
	for ino, n := range o.orphans {
		if n.waiting[session] {
			delete(n.waiting, session)
			o.settleLocked(ino, n)
		}
	}
	return len(o.ready) > 0
}

func (o *orphanage) settleLocked(ino fs.Ino, n *orphan) {
	if len(n.waiting) == 0 {
		o.ready = append(o.ready, ino)
	}
}

// take returns the orphans to delete and forgets them. Those that got a name meanwhile are among them.
func (o *orphanage) take() []fs.Ino {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := o.ready
	o.ready = nil
	for _, ino := range out {
		delete(o.orphans, ino)
	}
	return out
}
