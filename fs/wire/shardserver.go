package wire

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// ServeShards serves the chunk servers with these IDs, as servers knows them, or
// without IDs all that it knows. Name the IDs unless all of them are this process's own: a request for another
// would be passed on.
func (s *Server) ServeShards(servers fs.Servers, ids ...fs.ServerID) {
	h := &shardHandlers{servers: servers}
	if len(ids) > 0 {
		h.only = make(map[fs.ServerID]bool, len(ids))
		for _, id := range ids {
			h.only[id] = true
		}
	}
	for m, serve := range map[method]func(context.Context, fs.ShardStore, *request) error{
		mShardPut: servePut, mShardGet: serveGet, mShardDelete: serveDelete,
		mShardList: serveList, mShardVerify: serveVerify, mShardStatus: serveStatus,
	} {
		s.register(m, handler{class: Bulk, serve: func(ctx context.Context, r *request) error {
			store, err := h.store(r)
			if err != nil {
				return err
			}
			return serve(ctx, store, r)
		}})
	}
}

type shardHandlers struct {
	servers fs.Servers
	only    map[fs.ServerID]bool // nil: all; immutable
}

func (h *shardHandlers) store(r *request) (fs.ShardStore, error) {
	id := fs.ServerID(r.d.Uint32())
	if h.only != nil && !h.only[id] {
		return nil, fs.Errorf("find chunk server", fs.KindUnavailable, "", "chunk server %d is not here", id)
	}
	return h.servers.Server(id)
}

// malformed is the error of a message that can't be read, nil if it could.
func (r *request) malformed() error {
	if r.d.Err != nil {
		return fs.E("read call", fs.KindInvalid, "", r.d.Err)
	}
	return nil
}

func servePut(ctx context.Context, store fs.ShardStore, r *request) error {
	addr, owner := decodeShardAddr(&r.d), decodeOwner(&r.d)
	if err := r.malformed(); err != nil {
		return err
	}
	return store.Put(ctx, addr, owner, r.bulk())
}

func serveGet(ctx context.Context, store fs.ShardStore, r *request) error {
	addr, off, n := decodeShardAddr(&r.d), r.d.Int(), r.d.Uint()
	if err := r.malformed(); err != nil {
		return err
	}
	if n > maxMessage || off != int64(int(off)) {
		return fs.Errorf("shard get", fs.KindInvalid, addr.String(), "%d bytes from %d exceed a shard", n, off)
	}
	if n == 0 {
		return store.Get(ctx, addr, int(off), nil)
	}
	dst, err := r.makeBulk(int(n))
	if err != nil {
		return err
	}
	return store.Get(ctx, addr, int(off), dst)
}

func serveDelete(ctx context.Context, store fs.ShardStore, r *request) error {
	addrs := decodeList(&r.d, func(d *fs.Decoder, a *fs.ShardAddr) { *a = decodeShardAddr(d) })
	if err := r.malformed(); err != nil {
		return err
	}
	return store.Delete(ctx, addrs)
}

func serveList(ctx context.Context, store fs.ShardStore, r *request) error {
	after, limit := decodeShardAddr(&r.d), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	infos, err := store.List(ctx, after, int(min(limit, listPage)))
	r.out = appendList(r.out, infos, appendShardInfo)
	return err
}

func serveVerify(ctx context.Context, store fs.ShardStore, r *request) error {
	addr := decodeShardAddr(&r.d)
	if err := r.malformed(); err != nil {
		return err
	}
	info, err := store.Verify(ctx, addr)
	r.out = appendShardInfo(r.out, &info)
	return err
}

func serveStatus(ctx context.Context, store fs.ShardStore, r *request) error {
	st, err := store.Status(ctx)
	r.out = appendServerStatus(r.out, &st)
	return err
}
