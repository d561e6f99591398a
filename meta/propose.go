package meta

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

const (
	// maxInFlight is how many entries are on their way through the log of several voters: one being
	// replicated while the one before it is being applied.
	maxInFlight = 2
	// maxEntry closes an entry for more Txs, in bytes of its encoding.
	maxEntry = 512 << 10
	// linger is how long Txs that nobody waits for may gather in an entry.
	linger = 2 * time.Millisecond
)

// proposer validates Txs on the leader, in the order they come, and packs them into entries of
// the log. The proposer's lock comes before Node.mu.
type proposer struct {
	sync.Mutex
	n       *Node
	machine *state.Machine

	leading bool
	term    uint64
	gen     gen    // of the last accepted Tx
	number  uint64 // of the last entry

	queue    []*entry // not in the log yet; the last one takes more
	inFlight []*entry // in the log, oldest first
	bytes    int      // of both
	room     chan struct{}
	timer    *time.Timer // sends off an entry that lingers

	lingering bool // timer is set
}

func (p *proposer) init(n *Node) {
	p.n = n
	p.machine = state.NewMachine()
	p.room = make(chan struct{})
	p.timer = time.AfterFunc(time.Hour, p.lingered)
	p.timer.Stop()
}

// promise is what a caller of submit may wait for.
type promise struct {
	result fs.Result
	entry  *entry // nil: nothing to wait for
	wait   bool   // the result depends on what others were only promised
	apply  bool   // whoever waits wants it applied: others read it beneath what is pending
}

// propose applies a Tx in a session, or (s nil) as the service's own.
func (n *Node) propose(ctx context.Context, s *session, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	if err := n.prop.admit(ctx); err != nil {
		return fs.Result{}, err
	}
	pr, err := n.prop.submit(s, tx, wait == fs.Committed)
	if pr.entry != nil && (pr.wait || wait == fs.Committed) {
		await := pr.entry.waitDurable
		if pr.apply || s == nil {
			await = pr.entry.wait
		}
		if lost := await(ctx); lost != nil {
			return fs.Result{}, lost
		}
	}
	return pr.result, err
}

// wait returns when the entry is applied, or with the error that lost it.
func (e *entry) wait(ctx context.Context) error {
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		return fs.E("propose", fs.KindOf(ctx.Err()), "", ctx.Err())
	}
}

// waitDurable returns when nothing can lose the entry any more, or with the error that lost it.
func (e *entry) waitDurable(ctx context.Context) error {
	select {
	case <-e.durable:
		return e.durableErr
	case <-ctx.Done():
		return fs.E("propose", fs.KindOf(ctx.Err()), "", ctx.Err())
	}
}

// admit waits while too much is accepted and not applied.
func (p *proposer) admit(ctx context.Context) error {
	for {
		p.Lock()
		if p.bytes < p.n.o.Queue || !p.leading {
			p.Unlock()
			return nil
		}
		room := p.room
		p.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return fs.E("propose", fs.KindOf(ctx.Err()), "", ctx.Err())
		}
	}
}

// submit validates a Tx on everything accepted before it and puts it in line. Besides an error of the Tx
// itself the promise may name an entry that the caller must wait for before it may tell the error.
func (p *proposer) submit(s *session, tx *fs.Tx, urgent bool) (promise, error) {
	p.Lock()
	defer p.Unlock()
	if !p.leading {
		return promise{}, p.n.notLeading()
	}
	if err := p.n.checkRoom(tx); err != nil {
		return promise{}, err
	}
	assigned, err := p.n.sessions.stamp(s, tx, p.n.o.Clock())
	if err != nil {
		return promise{}, err
	}
	delta, result, effects, foreign, err := p.validate(tx)
	if err != nil {
		if errors.Is(err, kv.ErrIO) {
			go p.n.fatal(err)
			err = fs.E("propose", fs.KindUnavailable, "", err)
		}
		if assigned {
			tx.Seq = 0
		}
		// A refusal may rest on what another session was only promised.
		e := p.entryOf(foreign)
		p.hurry(e, true)
		return promise{entry: e, wait: true}, err
	}
	if assigned {
		p.n.sessions.advance(s, tx.Seq)
	}
	if delta.Len() == 0 { // a retry of what is in line or applied, or nothing to do
		pr := promise{result: result, entry: p.entryOf(p.gen)}
		p.hurry(pr.entry, urgent)
		return pr, nil
	}
	e := p.enqueue(tx, delta, effects)
	pr := promise{result: result, entry: e, wait: foreign > 0, apply: effects.Triggers || effects.Map || effects.Sessions || len(effects.Orphans) > 0}
	p.n.sessions.note(s, e)
	p.hurry(e, urgent || pr.wait || effects.Queued > 0)
	return pr, nil
}

// validate runs a Tx on the accepted state.
func (p *proposer) validate(tx *fs.Tx) (*kv.Overlay, fs.Result, state.Effects, gen, error) {
	n := p.n
	n.mu.RLock()
	defer n.mu.RUnlock()
	v := &view{p: n.mu.pending, base: n.store, session: tx.Session}
	delta := kv.NewOverlay(v)
	result, effects, err := p.machine.Apply(delta, tx)
	return delta, result, effects, v.foreign, err
}

// enqueue adds a validated Tx to the last entry in line. p is locked.
func (p *proposer) enqueue(tx *fs.Tx, delta *kv.Overlay, effects state.Effects) *entry {
	var e *entry
	if len(p.queue) > 0 {
		e = p.queue[len(p.queue)-1]
	}
	if e == nil || len(e.data) >= maxEntry {
		p.number++
		e = newEntry(p.term, p.number)
		p.queue = append(p.queue, e)
	}
	p.gen++
	before := len(e.data)
	e.data = tx.Append(e.data)
	p.bytes += len(e.data) - before
	e.txs = append(e.txs, accepted{gen: p.gen, session: tx.Session, delta: delta, effects: effects})
	p.n.stats.txs.Add(1)

	p.n.mu.Lock()
	p.n.mu.pending.add(delta, p.gen, tx.Session)
	p.n.mu.Unlock()
	return e
}

// entryOf finds the entry that holds a Tx; nil if it is applied. p is locked.
func (p *proposer) entryOf(g gen) *entry {
	if g == 0 {
		return nil
	}
	for _, list := range [][]*entry{p.inFlight, p.queue} {
		for _, e := range list {
			if e.lastGen() >= g {
				return e
			}
		}
	}
	return nil
}

// hurry marks an entry as waited for, if it is, and sends off what can be sent. p is locked.
func (p *proposer) hurry(e *entry, urgent bool) {
	if urgent && e != nil {
		e.urgent = true
	}
	p.dispatch(false)
}

// clear tells whether another entry may go into the log. A lone voter's log takes one at a time, so that
// all that comes while it writes is in the next one; it applies them behind that. p is locked.
func (p *proposer) clear() bool {
	if !p.n.log.lone() {
		return len(p.inFlight) < maxInFlight
	}
	n := len(p.inFlight)
	return n == 0 || p.inFlight[n-1].stored
}

// stored notes that the log of a lone voter has an entry on disk: it is committed, whoever waits may know, and the next
// one may go.
func (p *proposer) stored(term, number uint64) {
	p.Lock()
	defer p.Unlock()
	if !p.leading || term != p.term {
		return
	}
	for _, e := range p.inFlight {
		if e.number == number && !e.stored {
			e.stored = true
			e.settle(nil)
			p.dispatch(false)
			return
		}
	}
}

// dispatch sends entries into the log while there is room. An entry that nobody waits for
// lingers, unless it is full or its time has come. p is locked.
func (p *proposer) dispatch(due bool) {
	for len(p.queue) > 0 && p.clear() {
		e := p.queue[0]
		if !e.urgent && !due && len(e.data) < maxEntry {
			if !p.lingering {
				p.lingering = true
				p.timer.Reset(linger)
			}
			return
		}
		p.queue = p.queue[1:]
		p.inFlight = append(p.inFlight, e)
		p.n.stats.entries.Add(1)
		p.n.log.append(e.data)
		due = false
	}
}

// lingered runs when an entry's time has come.
func (p *proposer) lingered() {
	p.Lock()
	defer p.Unlock()
	p.lingering = false
	if p.leading {
		p.dispatch(true)
	}
}

// own returns the entry with this number of this term, if this node validated it itself, which it
// expects behind the first landing entries in flight, which land with it.
func (p *proposer) own(term, number uint64, landing int) *entry {
	p.Lock()
	defer p.Unlock()
	if p.leading && term == p.term && len(p.inFlight) > landing && p.inFlight[landing].number == number {
		return p.inFlight[landing]
	}
	return nil
}

// landed takes an applied entry out of flight, sends off the next, and wakes who waits.
func (p *proposer) landed(e *entry) {
	p.Lock()
	if len(p.inFlight) == 0 || p.inFlight[0] != e { // leading has ended meanwhile
		p.Unlock()
		return
	}
	p.inFlight = p.inFlight[1:]
	p.bytes -= len(e.data)
	close(p.room)
	p.room = make(chan struct{})
	p.dispatch(false)
	p.Unlock()
	e.finish(nil)
}

// flush sends off everything accepted so far and returns the last entry; nil: all is applied.
func (p *proposer) flush() (*entry, error) {
	p.Lock()
	defer p.Unlock()
	if !p.leading {
		return nil, p.n.notLeading()
	}
	e := p.entryOf(p.gen)
	p.hurry(e, true)
	return e, nil
}

// drain waits until everything accepted is committed.
func (p *proposer) drain(ctx context.Context) error {
	e, err := p.flush()
	if err != nil || e == nil {
		return nil // not leading: nothing is promised
	}
	return e.wait(ctx)
}

// begin starts accepting Txs for a term.
func (p *proposer) begin(term uint64) {
	p.Lock()
	defer p.Unlock()
	p.leading = true
	p.term, p.gen, p.number = term, 0, 0
	p.n.mu.Lock()
	p.n.mu.pending.reset(true)
	p.n.mu.Unlock()
}

// end refuses Txs from now on, and loses those that are not applied, for cause.
func (p *proposer) end(cause error) {
	p.Lock()
	p.leading = false
	lost := append(p.inFlight, p.queue...)
	for _, e := range lost {
		p.n.sessions.lose(e, cause)
	}
	p.inFlight, p.queue, p.bytes = nil, nil, 0
	close(p.room)
	p.room = make(chan struct{})
	p.timer.Stop()
	p.n.mu.Lock()
	p.n.mu.pending.reset(false)
	p.n.mu.Unlock()
	p.Unlock()
	for _, e := range lost {
		e.finish(cause)
	}
}
