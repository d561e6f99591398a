package wire

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// listPage is the most shards asked for in one call.
const listPage = 16 << 10

// Servers is an fs.Servers whose chunk servers are reached over the wire, each at
// its ServerInfo.Addr. Servers of one address share connections. Safe for concurrent use.
type Servers struct {
	opts ClientOptions

	mu      sync.RWMutex
	closed  bool
	addrs   map[fs.ServerID]string
	stores  map[fs.ServerID]*shardStore
	clients map[string]*client // by address
}

// NewServers makes a resolver that knows the servers; see Update.
func NewServers(o ClientOptions, servers []fs.ServerInfo) *Servers {
	s := &Servers{
		opts:    o.withDefaults(),
		stores:  make(map[fs.ServerID]*shardStore),
		clients: make(map[string]*client),
	}
	s.Update(servers)
	return s
}

// Update replaces what is known of the servers. Connections to addresses that nobody has any more are closed.
func (s *Servers) Update(servers []fs.ServerInfo) {
	addrs := make(map[fs.ServerID]string, len(servers))
	used := make(map[string]bool, len(servers))
	for i := range servers {
		addrs[servers[i].ID] = servers[i].Addr
		used[servers[i].Addr] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addrs = addrs
	for id, st := range s.stores {
		if addrs[id] != st.addr {
			delete(s.stores, id)
		}
	}
	for addr, c := range s.clients {
		if !used[addr] {
			c.close()
			delete(s.clients, addr)
		}
	}
}

// Server implements fs.Servers.
func (s *Servers) Server(id fs.ServerID) (fs.ShardStore, error) {
	s.mu.RLock()
	st := s.stores[id]
	s.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.stores[id]; st != nil {
		return st, nil
	}
	addr, ok := s.addrs[id]
	if !ok || addr == "" || s.closed {
		return nil, fs.Errorf("find chunk server", fs.KindUnavailable, "", "chunk server %d has no known address", id)
	}
	c := s.clients[addr]
	if c == nil {
		c = newClient(s.opts, Bulk, s.opts.BulkConns, func(int) string { return addr })
		s.clients[addr] = c
	}
	st = &shardStore{client: c, id: id, addr: addr}
	s.stores[id] = st
	return st, nil
}

// Close closes all connections; calls in flight end with KindUnavailable.
func (s *Servers) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.clients {
		c.close()
	}
	clear(s.clients)
	clear(s.stores)
}

// shardStore is an fs.ShardStore over the wire. All of its calls are safe to repeat.
type shardStore struct {
	client *client
	id     fs.ServerID
	addr   string
}

func (s *shardStore) call(op string, m method) *call {
	cl := newCall(op, m)
	cl.req = fs.AppendUint(cl.req, s.id)
	return cl
}

// Put implements fs.ShardStore.
func (s *shardStore) Put(ctx context.Context, addr fs.ShardAddr, owner fs.Owner, data []byte) error {
	if len(data) > maxMessage {
		return fs.Errorf("shard put", fs.KindTooBig, addr.String(), "%d bytes exceed a frame", len(data))
	}
	cl := s.call("shard put", mShardPut)
	defer cl.free()
	cl.req = appendOwner(appendShardAddr(cl.req, addr), owner)
	cl.bulk = data
	return s.client.do(ctx, cl, true)
}

// Get implements fs.ShardStore.
func (s *shardStore) Get(ctx context.Context, addr fs.ShardAddr, off int, dst []byte) error {
	if len(dst) > maxMessage { // longer than any shard
		return fs.Errorf("shard get", fs.KindInvalid, addr.String(), "%d bytes exceed a shard", len(dst))
	}
	cl := s.call("shard get", mShardGet)
	defer cl.free()
	cl.req = fs.AppendInt(appendShardAddr(cl.req, addr), int64(off))
	cl.req = fs.AppendUint(cl.req, uint(len(dst)))
	cl.dst = dst
	return s.client.do(ctx, cl, true)
}

// Delete implements fs.ShardStore.
func (s *shardStore) Delete(ctx context.Context, addrs []fs.ShardAddr) error {
	for len(addrs) > 0 {
		part := addrs[:min(len(addrs), listPage)]
		addrs = addrs[len(part):]
		cl := s.call("shard delete", mShardDelete)
		cl.req = appendList(cl.req, part, func(b []byte, a *fs.ShardAddr) []byte { return appendShardAddr(b, *a) })
		err := s.client.do(ctx, cl, true)
		cl.free()
		if err != nil {
			return err
		}
	}
	return nil
}

// List implements fs.ShardStore.
func (s *shardStore) List(ctx context.Context, after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	return pages(limit, listPage, func(last *fs.ShardInfo, n int) ([]fs.ShardInfo, error) {
		if last != nil {
			after = last.Addr
		}
		cl := s.call("shard list", mShardList)
		defer cl.free()
		cl.req = fs.AppendInt(appendShardAddr(cl.req, after), int64(n))
		if err := s.client.do(ctx, cl, true); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeShardInfo), cl.decoded()
	})
}

// Verify implements fs.ShardStore.
func (s *shardStore) Verify(ctx context.Context, addr fs.ShardAddr) (fs.ShardInfo, error) {
	cl := s.call("shard verify", mShardVerify)
	defer cl.free()
	cl.req = appendShardAddr(cl.req, addr)
	if err := s.client.do(ctx, cl, true); err != nil {
		return fs.ShardInfo{}, err
	}
	var info fs.ShardInfo
	decodeShardInfo(&cl.d, &info)
	return info, cl.decoded()
}

// Status implements fs.ShardStore.
func (s *shardStore) Status(ctx context.Context) (fs.ServerStatus, error) {
	cl := s.call("shard status", mShardStatus)
	defer cl.free()
	if err := s.client.do(ctx, cl, true); err != nil {
		return fs.ServerStatus{}, err
	}
	var st fs.ServerStatus
	decodeServerStatus(&cl.d, &st)
	return st, cl.decoded()
}
