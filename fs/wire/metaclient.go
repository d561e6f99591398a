package wire

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// MetaClient is an fs.MetaService over the wire. It has two connections, each to one
// of the addresses: one for calls, one for those that wait for something to happen. Safe for concurrent use.
//
// Its sessions outlive connections: a session is known by its ID and a token that proves its owner. On each new
// connection Txs that were accepted and are not known to be committed are proposed again, in order and with the same
// Seqs, before anything else is asked.
type MetaClient struct {
	opts       ClientOptions
	main, poll metaEnd

	mu       sync.Mutex
	closed   bool
	sessions map[*metaSession]struct{}
}

// metaEnd is a client with the choice of an address.
type metaEnd struct {
	*client
	addrs []string // immutable

	mu sync.Mutex
	at int // index of the current address
}

// NewMetaClient makes a client of the nodes at these addresses, one at least, which all serve the same
// metadata. It connects when it must.
func NewMetaClient(o ClientOptions, addrs ...string) *MetaClient {
	c := &MetaClient{opts: o.withDefaults(), sessions: make(map[*metaSession]struct{})}
	c.main.init(c.opts, addrs)
	c.poll.init(c.opts, addrs)
	c.main.greet = c.replay
	return c
}

func (e *metaEnd) init(o ClientOptions, addrs []string) {
	e.addrs = slices.Clone(addrs)
	e.client = newClient(o, Metadata, 1, func(failures int) string {
		e.mu.Lock()
		defer e.mu.Unlock()
		if failures > 0 {
			e.at = (e.at + 1) % len(e.addrs)
		}
		return e.addrs[e.at]
	})
}

// redirect turns to the leader, if its name is one of the addresses, else to the next address.
func (e *metaEnd) redirect(leader string) {
	e.mu.Lock()
	if i := slices.Index(e.addrs, leader); i >= 0 {
		e.at = i
	} else {
		e.at = (e.at + 1) % len(e.addrs)
	}
	e.mu.Unlock()
	e.reconnect()
}

// errReconnect is why a connection was given up that may still work.
var errReconnect = fs.E("reconnect", fs.KindUnavailable, "", nil)

// reconnect makes the next call use a new connection. It ends the calls on this one.
func (e *metaEnd) reconnect() {
	if cc := e.slots[0].cur.Load(); cc != nil {
		cc.fail(errReconnect)
	}
}

// do makes a call; again as for client.do. It follows the leader.
func (e *metaEnd) do(ctx context.Context, cl *call, again bool) error {
	pause := e.opts.Backoff
	for tries := 0; ; tries++ {
		err := e.client.do(ctx, cl, again)
		if fs.KindOf(err) != fs.KindNotLeader {
			return err
		}
		if tries == 2*len(e.addrs) {
			return fs.E(cl.op, fs.KindUnavailable, "", err)
		}
		e.redirect(leaderOf(err))
		if sleep(ctx, &pause, e.opts.MaxBackoff) != nil {
			return contextError(cl.op, ctx)
		}
	}
}

// sleep pauses and doubles the next pause. Its error is ctx's.
func sleep(ctx context.Context, pause *time.Duration, most time.Duration) error {
	t := time.NewTimer(*pause)
	defer t.Stop()
	*pause = min(2**pause, most)
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// OpenSession implements fs.MetaService.
func (c *MetaClient) OpenSession(ctx context.Context, name string) (fs.Meta, error) {
	cl := newCall("open session", mOpenSession)
	defer cl.free()
	cl.req = fs.AppendBytes(cl.req, name)
	if err := c.main.do(ctx, cl, true); err != nil { // one opened in vain expires
		return nil, err
	}
	s := &metaSession{c: c, id: fs.SessionID(cl.d.Uint()), name: name}
	token := cl.d.Bytes()
	if err := cl.decoded(); err != nil {
		return nil, err
	}
	s.token = slices.Clone(token)
	s.prefix = prefix(s.id, s.token, 0)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, unavailable("open session", "", errClosed)
	}
	c.sessions[s] = struct{}{}
	return s, nil
}

// prefix is how every message of a session begins; view 0 is the session itself.
func prefix(id fs.SessionID, token []byte, view uint64) []byte {
	return fs.AppendUint(fs.AppendBytes(fs.AppendUint(nil, id), token), view)
}

// Close closes the connections; calls in flight end with KindUnavailable. It does not close the
// sessions: close each before.
func (c *MetaClient) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.main.close()
	c.poll.close()
}

func (c *MetaClient) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *MetaClient) forget(s *metaSession) {
	c.mu.Lock()
	delete(c.sessions, s)
	c.mu.Unlock()
}

// replay proposes again what the sessions are owed, on a new connection that nobody else uses yet.
func (c *MetaClient) replay(ctx context.Context, cc *clientConn) error {
	c.mu.Lock()
	all := make([]*metaSession, 0, len(c.sessions))
	for s := range c.sessions {
		all = append(all, s)
	}
	c.mu.Unlock()
	for _, s := range all {
		if err := s.replay(ctx, cc); err != nil {
			return err
		}
	}
	return nil
}
