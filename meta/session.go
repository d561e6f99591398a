package meta

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// session is what this node keeps in memory of a session. It lives on when the node loses and
// regains the lead.
type session struct {
	id   fs.SessionID
	name string
	seen atomic.Int64 // ns, of the last KeepAlive or Tx
	gone atomic.Bool  // closed or expired

	// Guarded by the proposer.
	seq  fs.Seq // of the last Tx
	last *entry // with the last accepted Tx
	lost error  // an accepted Tx was lost; until Sync has told it

	alloc allocator
}

// alive is KindStale when the session has ended.
func (s *session) alive() error {
	if s.gone.Load() {
		return fs.Errorf("session", fs.KindStale, s.name, "the session has ended")
	}
	return nil
}

// sessionTable knows the sessions.
type sessionTable struct {
	mu   sync.Mutex
	byID map[fs.SessionID]*session
}

func (t *sessionTable) init() { t.byID = map[fs.SessionID]*session{} }

// reset makes the table agree with the state. Everybody counts as seen now: a new leader
// cannot know better.
func (t *sessionTable) reset(infos []fs.SessionInfo, now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	live := map[fs.SessionID]*session{}
	for _, i := range infos {
		s := t.byID[i.ID]
		if s == nil {
			s = &session{id: i.ID, name: i.Name}
		}
		s.seen.Store(now)
		live[i.ID] = s
	}
	for id, s := range t.byID {
		if live[id] == nil {
			s.gone.Store(true)
		}
	}
	t.byID = live
}

func (t *sessionTable) get(id fs.SessionID) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

func (t *sessionTable) add(s *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[s.id] = s
}

// addOnce adds a session unless it is known, and returns the one that is.
func (t *sessionTable) addOnce(s *session) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.byID[s.id]; known != nil {
		return known
	}
	t.byID[s.id] = s
	return s
}

func (t *sessionTable) remove(id fs.SessionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.byID[id]; s != nil {
		s.gone.Store(true)
		delete(t.byID, id)
	}
}

// ids returns the live sessions.
func (t *sessionTable) ids() []fs.SessionID {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]fs.SessionID, 0, len(t.byID))
	for id := range t.byID {
		out = append(out, id)
	}
	return out
}

// silent returns the sessions not seen since a time.
func (t *sessionTable) silent(since int64) []*session {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []*session
	for _, s := range t.byID {
		if s.seen.Load() < since {
			out = append(out, s)
		}
	}
	return out
}

// stamp fills in what a Tx lacks and tells whether it gave it a sequence number. The proposer is locked.
func (t *sessionTable) stamp(s *session, tx *fs.Tx, now int64) (assigned bool, err error) {
	if tx.Time == 0 {
		tx.Time = now
	}
	if s == nil {
		tx.Session, tx.Seq = 0, 0
		return false, nil
	}
	if err := s.alive(); err != nil {
		return false, err
	}
	s.seen.Store(now)
	tx.Session = s.id
	if tx.Seq == 0 {
		tx.Seq = s.seq + 1
		return true, nil
	}
	s.seq = max(s.seq, tx.Seq)
	return false, nil
}

// advance takes a sequence number for good. The proposer is locked.
func (t *sessionTable) advance(s *session, seq fs.Seq) {
	if s != nil {
		s.seq = max(s.seq, seq)
	}
}

// note remembers which entry a session's last Tx is in. The proposer is locked.
func (t *sessionTable) note(s *session, e *entry) {
	if s != nil {
		s.last = e
	}
}

// lose notes that an entry's Txs are lost. The proposer is locked.
func (t *sessionTable) lose(e *entry, cause error) {
	for i := range e.txs {
		if s := t.get(e.txs[i].session); s != nil {
			s.lost = cause
		}
	}
}

// OpenSession implements fs.MetaService.
func (n *Node) OpenSession(ctx context.Context, name string) (fs.Meta, error) {
	res, err := n.propose(ctx, nil, &fs.Tx{Ops: []fs.Op{&fs.OpenSession{Name: name}}}, fs.Committed)
	if err != nil {
		return nil, err
	}
	s := &session{id: fs.SessionID(res.Ops[0].ID), name: name}
	s.seen.Store(n.o.Clock())
	n.sessions.add(s)
	return &bound{n: n, s: s}, nil
}

// Attach returns the service as an existing session sees it: for a client that comes to this node
// because it leads now. Errors: KindStale (no such session), KindNotLeader, KindUnavailable.
func (n *Node) Attach(ctx context.Context, id fs.SessionID) (fs.Meta, error) {
	if err := n.verifier.check(ctx); err != nil {
		return nil, err
	}
	s, err := readApplied(n, func(r kv.Reader) (*session, error) {
		info, err := state.GetSession(r, id)
		if err != nil {
			return nil, err
		}
		last, err := lastSeq(r, id)
		return &session{id: id, name: info.Name, seq: last}, err
	})
	if errors.Is(err, fs.KindNotFound) {
		return nil, fs.E("attach", fs.KindStale, "", err)
	}
	if err != nil {
		return nil, guard(n, err)
	}
	s.seen.Store(n.o.Clock())
	return &bound{n: n, s: n.sessions.addOnce(s)}, nil
}

// endSession closes a session in the state, and forgets what is kept of it in memory.
func (n *Node) endSession(ctx context.Context, id fs.SessionID) error {
	_, err := n.propose(ctx, nil, &fs.Tx{Ops: []fs.Op{&fs.CloseSession{ID: id}}}, fs.Committed)
	if err != nil {
		return err
	}
	n.sessions.remove(id)
	n.locks.release(id)
	n.reaper.sessionEnded(id)
	return nil
}

// expireSessions ends the sessions that have been silent for too long.
func (n *Node) expireSessions(ctx context.Context) {
	for _, s := range n.sessions.silent(n.o.Clock() - int64(n.o.SessionTTL)) {
		if !n.leads() {
			return
		}
		n.o.Logger.Info("session expired", "session", s.id, "name", s.name)
		if err := n.endSession(ctx, s.id); err != nil {
			n.o.Logger.Warn("session not closed; retrying", "session", s.id, "err", err)
			return
		}
	}
}

// leads tells whether this node serves. By the time the answer is used it may be wrong.
func (n *Node) leads() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.mu.pending.live
}
