package fs

import "context"

// MaxStripe is the most data one stripe holds, in bytes.
const MaxStripe = 4 << 20

// Scheme is an erasure code: K data shards and M parity shards (Reed–Solomon,
// systematic). M is the number of shards that may be lost.
type Scheme struct{ K, M uint8 }

// Shards is K + M.
func (s Scheme) Shards() int { return int(s.K) + int(s.M) }

// ShardLen is the length of each shard of a stripe of n bytes: ⌈n/K⌉. Shard i < K
// holds the stripe's bytes [i·ShardLen, (i+1)·ShardLen), zero-padded at the end.
func (s Scheme) ShardLen(n int) int { return (n + int(s.K) - 1) / int(s.K) }

// PG is a placement group: an ordered set of chunk servers. Member i keeps shard i
// of each stripe of the group.
type PG struct {
	ID       PGID
	Epoch    Epoch
	Scheme   Scheme
	Members  []ServerID // Scheme.Shards() of them
	Writable bool       // new stripes may be placed here
	Weight   uint32     // share of new stripes, relative to the other writable groups
}

// ServerInfo is what the cluster knows of a chunk server for good.
type ServerInfo struct {
	ID       ServerID
	UUID     string // made when the disk was formatted; never changes
	Addr     string // where the node listens: host:port or a socket's path
	Domain   string // failure domains from large to small: "zone/rack/host/disk"
	Lost     bool   // declared lost for good: its shards are to be rebuilt elsewhere
	Draining bool   // gets no new stripes
}

// ServerStatus is how a chunk server feels now: the input of the conscience.
type ServerStatus struct {
	ID        ServerID
	Capacity  uint64  // bytes
	Free      uint64  // bytes that may still be written
	Shards    uint64  // live shards
	LiveBytes uint64  // bytes of live shards
	Latency   float64 // seconds, smoothed, of a durable write
	Queue     float64 // waiting requests, smoothed
	ErrorRate float64 // errors per request, smoothed, 0..1
	CPUIdle   float64 // 0..1
	Failed    string  // why the server takes no requests; empty if it does
}

// Owner says which file a shard was written for, so that a shard that no stripe
// record knows can be judged.
type Owner struct {
	Ino Ino
	Off int64 // the stripe's offset in the file
}

// ShardInfo describes a stored shard.
type ShardInfo struct {
	Addr    ShardAddr
	Len     uint32 // bytes
	Owner   Owner
	Written int64 // ns
}

// ShardStore is one chunk server. All methods may be called concurrently.
//
// Errors by kind: KindUnavailable when the server or its disk cannot be used (all
// of its shards are to be taken as missing for now), KindCorrupt for bytes that
// fail their checksum, KindNotFound for an unknown shard, KindNoSpace.
type ShardStore interface {
	// Put stores a shard and returns when it is durable (fsynced). A shard is
	// immutable: putting it again replaces nothing and succeeds if the stored one
	// is whole (a retry is safe), and replaces it if the stored one is corrupt.
	// Nothing keeps data after the return. KindNoSpace comes before anything is written.
	Put(ctx context.Context, addr ShardAddr, owner Owner, data []byte) error

	// Get reads len(dst) bytes of the shard from off into dst. Every byte returned
	// passed its block's CRC32C. Reading past the shard's end is KindInvalid.
	Get(ctx context.Context, addr ShardAddr, off int, dst []byte) error

	// Delete forgets shards. An unknown shard is no error: a retry is safe. It is
	// durable some time later; a deleted shard may come back after a crash, and is
	// then deleted again.
	Delete(ctx context.Context, addrs []ShardAddr) error

	// List returns up to limit shards with addresses greater than after, in order.
	List(ctx context.Context, after ShardAddr, limit int) ([]ShardInfo, error)

	// Verify reads a whole shard and checks it, without returning it.
	Verify(ctx context.Context, addr ShardAddr) (ShardInfo, error)

	// Status tells how the server feels. It never blocks on the disk.
	Status(ctx context.Context) (ServerStatus, error)
}

// Servers finds a chunk server's store by its ID: in this process or over the wire.
// An unknown one is KindUnavailable. Safe for concurrent use.
type Servers interface {
	Server(id ServerID) (ShardStore, error)
}
