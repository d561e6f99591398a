package wire

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
)

const (
	// maxSpan bounds how far the newest Seq may be ahead of the oldest Tx that may have to be proposed
	// again: well within any service's dedup window.
	maxSpan = 512
	// settleAt is how many accepted Txs, or settleBytes how many bytes of them, start a Sync in the background.
	settleAt    = 128
	settleBytes = 1 << 20
	// maxOwed is how many bytes of accepted Txs make a Propose wait for it.
	maxOwed = 8 << 20
)

// metaSession is an fs.Meta over the wire. This file has its Txs.
type metaSession struct {
	c      *MetaClient
	id     fs.SessionID
	name   string
	token  []byte // proves that the session is ours; immutable
	prefix []byte // as every message begins; immutable

	blocks blocks
	views  atomic.Uint64 // the number of the last Speculation

	mu       sync.Mutex
	seq      fs.Seq  // the last one given
	owed     []*owed // in the order of their Seqs
	bytes    int     // of the accepted ones
	accepted int     // how many of owed are
	acks     uint64  // how many Txs were ever accepted
	settling bool    // a Sync runs in the background
	lost     error   // an accepted Tx failed when it was proposed again; until Sync tells
}

// owed is a Tx that may have to be proposed again: it is in flight, or accepted and not
// known to be committed. All but tx are guarded by metaSession.mu.
type owed struct {
	seq    fs.Seq
	tx     []byte // encoded; immutable
	ack    uint64 // acks when it was accepted; 0: in flight
	done   bool   // answered while it was proposed again, to
	result fs.Result
	err    error
}

// Session implements fs.Meta.
func (s *metaSession) Session() fs.SessionID { return s.id }

func (s *metaSession) newCall(op string, m method) *call {
	cl := newCall(op, m)
	cl.req = append(cl.req, s.prefix...)
	return cl
}

// retryable tells that the same Tx may yet succeed.
func retryable(err error) bool {
	switch fs.KindOf(err) {
	case fs.KindUnavailable, fs.KindNotLeader:
		return true
	}
	return false
}

// uncertain tells that the Tx may have been applied, or may still be.
func uncertain(err error) bool {
	switch fs.KindOf(err) {
	case fs.KindTimeout, fs.KindCanceled, fs.KindInterrupted:
		return true
	}
	return retryable(err)
}

// leaderOf is whom a KindNotLeader error names.
func leaderOf(err error) string {
	if e, ok := errors.AsType[*fs.Error](err); ok && e.Kind == fs.KindNotLeader {
		return e.Path
	}
	return ""
}

// Propose implements fs.Meta. It tries until ctx ends, over new connections as it must; KindUnavailable comes
// only from a closed client.
func (s *metaSession) Propose(ctx context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	const op = "propose"
	if err := s.makeRoom(ctx); err != nil {
		return fs.Result{}, err
	}
	if ctx.Err() != nil {
		return fs.Result{}, contextError(op, ctx)
	}
	assigned := tx.Seq == 0
	o := s.owe(tx)
	pause := s.c.opts.Backoff
	for {
		res, err := s.try(ctx, o, wait)
		switch {
		case err == nil:
			s.ack(o, wait)
			return res, nil
		case ctx.Err() != nil && (retryable(err) || errors.Is(err, ctx.Err())):
			s.drop(o)
			return fs.Result{}, contextError(op, ctx)
		case !retryable(err), s.c.isClosed():
			if s.drop(o); assigned && !uncertain(err) {
				tx.Seq = 0
			}
			return fs.Result{}, err
		}
		if sleep(ctx, &pause, s.c.opts.MaxBackoff) != nil {
			s.drop(o)
			return fs.Result{}, contextError(op, ctx)
		}
	}
}

// try proposes the Tx once, unless that was answered while a new connection was made.
func (s *metaSession) try(ctx context.Context, o *owed, wait fs.Wait) (fs.Result, error) {
	cl := s.newCall("propose", mPropose)
	defer cl.free()
	s.mu.Lock()
	done, res, err := o.done, o.result, o.err
	o.done = false
	s.mu.Unlock()
	if done && (err != nil || wait == fs.Accepted) {
		return res, err
	}
	cl.req = append(fs.AppendUint(cl.req, wait), o.tx...)
	cc, _, err := s.c.main.slots[0].conn(ctx)
	if err == nil {
		err = cc.do(ctx, cl)
	}
	if err == nil {
		cl.keep()
		res.Decode(&cl.d)
		return res, cl.decoded()
	}
	if cc != nil && !cl.broken {
		s.lostTouch(cc, err)
	}
	return res, err
}

// lostTouch starts anew with a service that may have lost what it accepted.
func (s *metaSession) lostTouch(cc *clientConn, err error) {
	switch fs.KindOf(err) {
	case fs.KindNotLeader:
		s.c.main.redirect(leaderOf(err))
	case fs.KindUnavailable:
		cc.fail(errReconnect)
	}
}

// owe gives the Tx a Seq, if it has none, and keeps it.
func (s *metaSession) owe(tx *fs.Tx) *owed {
	s.mu.Lock()
	defer s.mu.Unlock()
	if tx.Session = s.id; tx.Seq == 0 {
		tx.Seq = s.seq + 1
	}
	s.seq = max(s.seq, tx.Seq)
	o := &owed{seq: tx.Seq, tx: tx.Append(make([]byte, 0, 192))}
	i, _ := slices.BinarySearchFunc(s.owed, o.seq, func(x *owed, q fs.Seq) int { return int(x.seq) - int(q) })
	s.owed = slices.Insert(s.owed, i, o)
	return o
}

// ack takes note that the caller was told of the Tx's success.
func (s *metaSession) ack(o *owed, wait fs.Wait) {
	if wait == fs.Committed {
		s.drop(o)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks++
	o.ack = s.acks
	s.accepted++
	s.bytes += len(o.tx)
	if o.done && o.err != nil { // proposed again and refused between the answer and now
		s.loseLocked(o, o.err)
		return
	}
	if !s.settling && (s.accepted >= settleAt || s.bytes >= settleBytes) {
		s.settling = true
		go s.settleInBackground()
	}
}

func (s *metaSession) settleInBackground() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = s.settle(ctx) // an error leaves them owed: Sync, or a Propose that needs room, meets it again
	s.mu.Lock()
	s.settling = false
	s.mu.Unlock()
}

func (s *metaSession) drop(o *owed) {
	s.mu.Lock()
	s.dropLocked(func(x *owed) bool { return x == o })
	s.mu.Unlock()
}

func (s *metaSession) dropLocked(which func(*owed) bool) {
	s.owed = slices.DeleteFunc(s.owed, func(x *owed) bool {
		if !which(x) {
			return false
		}
		if x.ack > 0 {
			s.accepted--
			s.bytes -= len(x.tx)
		}
		return true
	})
}

// makeRoom waits while too much is owed.
func (s *metaSession) makeRoom(ctx context.Context) error {
	pause := s.c.opts.Backoff
	for {
		s.mu.Lock()
		far := len(s.owed) > 0 && s.seq-s.owed[0].seq >= maxSpan
		inFlight := far && s.owed[0].ack == 0
		full := far || s.bytes >= maxOwed
		s.mu.Unlock()
		switch {
		case inFlight: // its caller is trying
			if sleep(ctx, &pause, s.c.opts.MaxBackoff) != nil {
				return contextError("propose", ctx)
			}
		case full:
			return s.settle(ctx)
		default:
			return nil
		}
	}
}

// Sync implements fs.Meta.
func (s *metaSession) Sync(ctx context.Context) error {
	err := s.settle(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost != nil {
		err, s.lost = s.lost, nil
	}
	return err
}

// settle returns when all that was accepted is committed, proposing it again as it must, until ctx ends.
func (s *metaSession) settle(ctx context.Context) error {
	pause := s.c.opts.Backoff
	for {
		s.mu.Lock()
		mark := s.acks
		s.mu.Unlock()
		cc, _, err := s.c.main.slots[0].conn(ctx)
		if err == nil {
			var broken bool
			if broken, err = s.syncOn(ctx, cc); err != nil && !broken {
				s.lostTouch(cc, err)
			}
		}
		if err == nil {
			s.mu.Lock()
			s.dropLocked(func(x *owed) bool { return x.ack > 0 && x.ack <= mark })
			s.mu.Unlock()
			return nil
		}
		if !retryable(err) || s.c.isClosed() {
			return err
		}
		if ctx.Err() != nil || sleep(ctx, &pause, s.c.opts.MaxBackoff) != nil {
			return contextError("sync", ctx)
		}
	}
}

// replay proposes again all that is owed, in order, on a new connection. An error means that the
// connection is of no use.
func (s *metaSession) replay(ctx context.Context, cc *clientConn) error {
	told, err := s.replayOnce(ctx, cc)
	if told { // of a loss before this connection: now all is known to be proposed after it
		_, err = s.replayOnce(ctx, cc)
	}
	return err
}

// replayOnce is replay; told says that the service told of a loss.
func (s *metaSession) replayOnce(ctx context.Context, cc *clientConn) (told bool, err error) {
	s.mu.Lock()
	list := slices.Clone(s.owed)
	s.mu.Unlock()
	for len(list) > 0 {
		// Settled in steps: connections that break soon still get ahead.
		step := list[:min(len(list), replayStep)]
		list = list[len(step):]
		accepted := false
		for _, o := range step {
			owed, acked := s.standing(o)
			if !owed {
				continue
			}
			if err := s.replayOne(ctx, cc, o); err != nil {
				return false, err
			}
			accepted = accepted || acked
		}
		if !accepted {
			continue
		}
		broken, err := s.syncOn(ctx, cc)
		if err != nil {
			return !broken && fs.KindOf(err) == fs.KindUnavailable, err
		}
		s.mu.Lock()
		s.dropLocked(func(x *owed) bool { return x.ack > 0 && slices.Contains(step, x) })
		s.mu.Unlock()
	}
	return false, nil
}

// standing tells whether the Tx is owed still (else its caller gave up, or one before it is lost), and whether it was accepted.
func (s *metaSession) standing(o *owed) (owed, acked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.owed, o), o.ack > 0
}

// replayStep is how many Txs are proposed again before a Sync.
const replayStep = 16

func (s *metaSession) replayOne(ctx context.Context, cc *clientConn, o *owed) error {
	cl := s.newCall("propose", mPropose)
	defer cl.free()
	cl.req = append(fs.AppendUint(cl.req, fs.Accepted), o.tx...)
	var res fs.Result
	err := cc.do(ctx, cl)
	if err == nil {
		cl.keep()
		res.Decode(&cl.d)
		err = cl.decoded()
	}
	if err != nil && uncertain(err) {
		return err
	}
	s.replayed(o, res, err)
	return nil
}

// syncOn makes a Sync on a connection; broken says that the error is the connection's.
func (s *metaSession) syncOn(ctx context.Context, cc *clientConn) (broken bool, err error) {
	cl := s.newCall("sync", mSync)
	defer cl.free()
	err = cc.do(ctx, cl)
	return cl.broken, err
}

// loseLocked gives up an accepted Tx, and all accepted after it, as a lost log would.
func (s *metaSession) loseLocked(o *owed, err error) {
	if s.lost == nil {
		s.lost = err
	}
	s.dropLocked(func(x *owed) bool { return x.ack > 0 && x.seq >= o.seq })
}

// replayed takes note of the answer to a Tx that was proposed again. One whose caller waits gets it; one that was
// accepted and fails now is lost.
func (s *metaSession) replayed(o *owed, res fs.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.ack == 0 {
		o.done, o.result, o.err = true, res, err
		return
	}
	if err != nil {
		s.loseLocked(o, err)
	}
}
