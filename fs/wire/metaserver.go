package wire

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Attacher is what a fs.MetaService may also be: then clients can claim sessions that were opened
// through another process, or by this one before it was started again.
type Attacher interface {
	// Attach returns the service as an existing session sees it. Errors: KindStale (no
	// such session), KindNotLeader, KindUnavailable.
	Attach(ctx context.Context, id fs.SessionID) (fs.Meta, error)
}

// ServeMeta serves the metadata service. Calls of one session run concurrently as they come, so that
// Txs whose Propose calls overlap may reach the service with their Seqs in any order within its
// dedup window.
func (s *Server) ServeMeta(svc fs.MetaService) {
	key := s.opts.SessionKey
	if len(key) == 0 {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
	}
	t := &sessions{svc: svc, key: key, idle: s.opts.SessionIdle, byID: make(map[fs.SessionID]*served)}
	t.attacher, _ = svc.(Attacher)
	s.register(mOpenSession, handler{class: Metadata, serve: t.open})
	s.register(mSpeculate, handler{class: Metadata, serve: t.speculate})
	for m, serve := range metaHandlers {
		h := handler{class: Metadata}
		switch m {
		case mPropose:
			h.keeps = true // the state may keep parts of a Tx
		case mChanges, mWaiting, mLock:
			h.waits = true
		}
		h.serve = func(ctx context.Context, r *request) error { return t.serve(ctx, r, serve) }
		s.register(m, h)
	}
}

// tokenLen is the length of a session's token, in bytes.
const tokenLen = 16

// sessions is the sessions that are served here. A connection is nothing to a session: every call names it and proves by its
// token that it may, so any connection serves any session.
type sessions struct {
	svc      fs.MetaService
	attacher Attacher // nil: svc is none
	key      []byte
	idle     time.Duration

	mu    sync.Mutex
	byID  map[fs.SessionID]*served
	swept time.Time // when idle ones were last forgotten
}

type served struct {
	meta  fs.Meta
	token [tokenLen]byte
	used  atomic.Int64 // ns
	views views
}

// token is the proof that a client opened the session.
func (t *sessions) token(id fs.SessionID) [tokenLen]byte {
	mac := hmac.New(sha256.New, t.key)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	mac.Write(b[:])
	return [tokenLen]byte(mac.Sum(nil))
}

func (t *sessions) open(ctx context.Context, r *request) error {
	name := r.d.String()
	if err := r.malformed(); err != nil {
		return err
	}
	m, err := t.svc.OpenSession(ctx, name)
	if err != nil {
		return err
	}
	x := t.add(m)
	r.out = fs.AppendUint(r.out, m.Session())
	r.out = fs.AppendBytes(r.out, x.token[:])
	return nil
}

func (t *sessions) add(m fs.Meta) *served {
	x := &served{meta: m, token: t.token(m.Session())}
	now := time.Now()
	x.used.Store(now.UnixNano())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[m.Session()] = x
	if now.Sub(t.swept) > t.idle/4 {
		t.swept = now
		for id, old := range t.byID {
			if now.UnixNano()-old.used.Load() > int64(t.idle) {
				delete(t.byID, id)
			}
		}
	}
	return x
}

func (t *sessions) forget(id fs.SessionID) {
	t.mu.Lock()
	delete(t.byID, id)
	t.mu.Unlock()
}

func stale(id fs.SessionID) error {
	return fs.Errorf("session", fs.KindStale, "", "session %d is not known here", id)
}

// claim finds the session of a call.
func (t *sessions) claim(ctx context.Context, id fs.SessionID, token []byte) (*served, error) {
	t.mu.Lock()
	x := t.byID[id]
	t.mu.Unlock()
	if x == nil {
		want := t.token(id)
		if t.attacher == nil || subtle.ConstantTimeCompare(token, want[:]) != 1 {
			return nil, stale(id)
		}
		m, err := t.attacher.Attach(ctx, id)
		if err != nil {
			return nil, err
		}
		return t.add(m), nil
	}
	if subtle.ConstantTimeCompare(token, x.token[:]) != 1 {
		return nil, stale(id)
	}
	x.used.Store(time.Now().UnixNano())
	return x, nil
}

func (t *sessions) serve(ctx context.Context, r *request, f metaHandler) error {
	x, number, err := t.claimFor(ctx, r)
	if err != nil {
		return err
	}
	if number != 0 {
		return x.views.serve(ctx, number, r, f)
	}
	err = f(ctx, x.meta, r)
	if fs.KindOf(err) == fs.KindStale || err == nil && r.head.method == mCloseSession {
		t.forget(x.meta.Session())
	}
	return err
}

// claimFor reads how every message of a session begins.
func (t *sessions) claimFor(ctx context.Context, r *request) (x *served, view uint64, err error) {
	id, token, view := fs.SessionID(r.d.Uint()), r.d.Bytes(), r.d.Uint()
	if err := r.malformed(); err != nil {
		return nil, 0, err
	}
	x, err = t.claim(ctx, id, token)
	return x, view, err
}

// speculate begins a view, under the number that the client chose.
func (t *sessions) speculate(ctx context.Context, r *request) error {
	x, number, err := t.claimFor(ctx, r)
	if err != nil {
		return err
	}
	var o fs.SpeculateOptions
	o.Cred.Decode(&r.d)
	o.Chain, o.Time = decodeStrings(&r.d), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	x.views.add(number, x.meta.Speculate(o))
	return nil
}
