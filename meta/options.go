package meta

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs"
)

// Options configure a Node. Zero fields get the defaults that the comments name.
type Options struct {
	// Dir is the node's data directory; it is made if it does not exist. Not used by Memory.
	Dir string
	// Name is the node's name in the raft configuration; "meta".
	Name string
	// Addr is the node's address for other meta nodes, as Transport understands it; Name.
	Addr string
	// Transport carries raft between nodes; nil: none, for a lone voter.
	Transport raft.Transport
	// Bootstrap are the voters of a new cluster. They are used once, when Dir is empty. Nil: this
	// node alone. A node that shall join an existing cluster sets Join instead.
	Bootstrap []Peer
	// Join starts without a configuration and waits to be added by a leader.
	Join bool

	// Clock tells the time, ns since the epoch; time.Now.
	Clock func() int64
	// Logger is for an operator; none.
	Logger *slog.Logger
	// Servers finds chunk servers to delete dead shards; nil: dead stripes stay.
	Servers fs.Servers
	// FixedPlacement leaves the placement groups alone: somebody else proposes them.
	FixedPlacement bool

	// Cache is the memory for hot records, bytes; 24 MiB.
	Cache int64
	// BlockCache is the memory for blocks of the state store, bytes; 32 MiB.
	BlockCache int64
	// Queue bounds the Txs that are accepted and not applied, in bytes of their encoding; 16 MiB.
	Queue int
	// Retention is how many log entries stay behind a snapshot for followers that are late; 1024, or 64
	// for a lone voter.
	Retention uint64
	// SnapshotBytes is how much log is written between two snapshots, bytes; 64 MiB. It bounds what is
	// replayed after a crash.
	SnapshotBytes int64
	// Reserve is the free space on Dir's disk below which nothing is added, bytes; 64 MiB, or a 16th of the disk.
	Reserve int64
	// SessionTTL is how long a silent session lives; 30 s.
	SessionTTL time.Duration
	// ServerTTL is how long a chunk server that reports nothing counts as well; 10 s.
	ServerTTL time.Duration
	// Election is raft's election timeout; 1 s, or 100 ms for a lone voter.
	Election time.Duration
}

// Peer is a voter.
type Peer struct {
	Name string
	Addr string
}

// defaultOption values are explained at the fields.
func (o Options) withDefaults() Options {
	def(&o.Name, "meta")
	def(&o.Addr, o.Name)
	if o.Clock == nil {
		o.Clock = func() int64 { return time.Now().UnixNano() }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	def(&o.Cache, 24<<20)
	def(&o.BlockCache, 32<<20)
	def(&o.Queue, 16<<20)
	if o.Retention == 0 {
		o.Retention = 1024
		if o.Transport == nil {
			o.Retention = 64
		}
	}
	def(&o.SnapshotBytes, 64<<20)
	def(&o.Reserve, 64<<20)
	def(&o.SessionTTL, 30*time.Second)
	def(&o.ServerTTL, 10*time.Second)
	if o.Election == 0 {
		o.Election = time.Second
		if o.Transport == nil {
			o.Election = 100 * time.Millisecond
		}
	}
	if o.Bootstrap == nil && !o.Join {
		o.Bootstrap = []Peer{{o.Name, o.Addr}}
	}
	return o
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o *Options) validate() error {
	switch {
	case o.Dir == "":
		return errors.New("meta: Options.Dir is empty")
	case o.Transport == nil && (o.Join || len(o.Bootstrap) > 1):
		return errors.New("meta: several voters need Options.Transport")
	}
	return nil
}
