package fs

import "context"

// MetaService is the metadata service of a partition, wherever it runs.
type MetaService interface {
	// OpenSession begins a session and returns the service as that session sees it.
	// Name is for people ("mount /mnt"). A session that does not KeepAlive for SessionTTL is closed
	// by the leader. Errors: KindUnavailable (no quorum).
	OpenSession(ctx context.Context, name string) (Meta, error)
}

// Meta is the metadata service as one session sees it. All methods may be called
// concurrently, and every one may return KindUnavailable (no quorum; it may work later), KindStale (the session
// has expired), or the context's error. Reads are linearizable: they see every Tx that was acknowledged, to anyone,
// before they began. A session sees its own accepted Txs at once; what other sessions were only promised, it waits for.
//
// What a read returns is the caller's to keep, but not to change: it may be shared with a cache.
type Meta interface {
	Namespace
	Invocations
	Maintenance

	// Session is this session's ID.
	Session() SessionID

	// Propose applies the Tx and returns when it is as safe as wait says. Session, and a Seq when it is 0, are filled in
	// here; Txs of one session take effect in the order of the calls. An error
	// means that nothing was or will be applied, except KindUnavailable, KindTimeout and a context's: then
	// the same Tx, with the Seq it was given, may be proposed again and is applied once at most in all. The Tx must not
	// be changed before the return. Errors: those of its operations, and KindConflict for a precondition.
	Propose(ctx context.Context, tx *Tx, wait Wait) (Result, error)

	// Sync returns when all Txs of this session that were accepted are committed, or with
	// the error that lost one of them.
	Sync(ctx context.Context) error

	// Alloc returns an inode and a stripe number that were never used, from blocks that
	// the session reserves. It rarely waits.
	Alloc(ctx context.Context) (Ino, StripeID, error)

	// KeepAlive keeps the session and tells which of the orphans it was told of it holds open.
	// It returns the orphans to answer for at the next call.
	KeepAlive(ctx context.Context, held []Ino) (orphans []Ino, err error)

	// Lock takes or releases a lock. With l.Wait it blocks until it is granted or ctx
	// ends (KindInterrupted). Errors: KindWouldBlock, KindDeadlock (POSIX locks).
	Lock(ctx context.Context, l Lock) error
	// TestLock returns a lock that would block l, or one with Type Unlock.
	TestLock(ctx context.Context, l Lock) (Lock, error)

	// Changes returns what other sessions' committed Txs changed since position after, and the position to ask from next.
	// It blocks until there is something. A reader that is too far behind gets one Change with Ino 0: anything may have changed.
	// After 0 it returns at once, with the present position.
	Changes(ctx context.Context, after uint64) (changes []Change, next uint64, err error)

	// Speculate opens a private view: see Speculation.
	Speculate(o SpeculateOptions) Speculation

	// Close ends the session: its locks and orphans go.
	Close(ctx context.Context) error
}

// Wait says how safe a Tx is when Propose returns.
type Wait uint8

// The ways to wait.
const (
	// Accepted: validated and in line; a crash of the leader may still lose it (as a crash
	// loses what a local disk has not been told to sync), and then all accepted after it.
	Accepted Wait = iota
	// Committed: on a majority's disks, fsynced.
	Committed
)

// Namespace is the read side: what a file system call needs to know.
type Namespace interface {
	// Lookup finds a name. "." and ".." are not names. Errors: KindNotFound, KindNotDir, KindNameTooLong.
	Lookup(ctx context.Context, dir Ino, name string) (Attr, error)
	// GetAttr returns an inode's attributes; of an orphan too. KindNotFound when it is gone.
	GetAttr(ctx context.Context, ino Ino) (Attr, error)
	// ReadDir returns up to limit entries with names greater than after, in the order of their bytes,
	// with complete attributes. Fewer than limit: there are no more. KindNotFound, KindNotDir.
	ReadDir(ctx context.Context, dir Ino, after string, limit int) ([]Dirent, error)
	// Readlink returns a symbolic link's target. KindNotFound, KindInvalid (no symbolic link).
	Readlink(ctx context.Context, ino Ino) (string, error)
	// GetXattr returns an extended attribute. KindNotFound, KindNoAttr.
	GetXattr(ctx context.Context, ino Ino, name string) ([]byte, error)
	// ListXattr returns the names in order. KindNotFound.
	ListXattr(ctx context.Context, ino Ino) ([]string, error)
	// Extents returns the attributes, and the extents that meet [off, off+length), in order, whole
	// (the first may begin before off), all of one moment. KindNotFound, KindInvalid (not a regular file).
	Extents(ctx context.Context, ino Ino, off, length int64) (Attr, []Extent, error)
	// Path returns a path of the inode, "/" for the root. KindNotFound for an orphan.
	Path(ctx context.Context, ino Ino) (string, error)
	// StatFS returns the sizes of the whole.
	StatFS(ctx context.Context) (StatFS, error)
}

// Invocations is the queue of triggers' work. Changes of it are Txs.
type Invocations interface {
	// Triggers lists all triggers by name, with their counters.
	Triggers(ctx context.Context) ([]Trigger, error)
	// TriggerVersions lists the versions kept, the newest deployment first. KindNotFound.
	TriggerVersions(ctx context.Context, name string) ([]TriggerVersion, error)
	// TriggerSource returns a kept version's script. KindNotFound.
	TriggerSource(ctx context.Context, name, version string) ([]byte, error)
	// Waiting returns up to limit invocations with IDs greater than after that are not dead, of one trigger or (empty) of all, in order. With
	// wait it blocks until there is one.
	Waiting(ctx context.Context, trigger string, after InvocationID, limit int, wait bool) ([]Invocation, error)
	// DeadLetters returns up to limit dead ones with IDs greater than after, of one trigger or (empty) of all.
	DeadLetters(ctx context.Context, trigger string, after InvocationID, limit int) ([]Invocation, error)
	// Invocation returns one, waiting or dead. KindNotFound if it is done or unknown.
	Invocation(ctx context.Context, id InvocationID) (Invocation, error)
}

// Maintenance is what keeps the whole healthy and what inspects it.
type Maintenance interface {
	// ReportStatus tells how chunk servers feel and returns the cluster as it is now.
	ReportStatus(ctx context.Context, status []ServerStatus) (ClusterMap, error)
	// ClusterMap returns the chunk servers and placement groups.
	ClusterMap(ctx context.Context) (ClusterMap, error)
	// Stripes returns up to limit stripe records with IDs greater than after, in order; those that all of want tells.
	Stripes(ctx context.Context, want StripeFilter, after StripeID, limit int) ([]Stripe, error)
	// Stripe returns one record. KindNotFound.
	Stripe(ctx context.Context, id StripeID) (Stripe, error)
	// Inodes returns up to limit inodes with numbers greater than after, in order; orphans too.
	Inodes(ctx context.Context, after Ino, limit int) ([]Attr, error)
	// Status tells about the metadata service itself.
	Status(ctx context.Context) (MetaStatus, error)
}

// StripeFilter selects stripe records.
type StripeFilter uint8

// The filters.
const (
	AllStripes     StripeFilter = iota
	DeadStripes                 // Live is 0: shards to be deleted
	MissingStripes              // Missing is not 0: shards to be rebuilt
)

// ClusterMap is the chunk servers and placement groups at one moment.
type ClusterMap struct {
	Index   uint64 // grows with every change of the map
	Servers []ServerInfo
	Scores  []float64 // 0..100, of Servers in their order
	PGs     []PG
}

// MetaStatus is the state of the metadata service.
type MetaStatus struct {
	Node     string // this node's name
	Leader   string // the leader's name; empty: none is known
	Peers    []string
	Term     uint64
	Commit   uint64 // raft index
	Applied  uint64 // raft index
	Inodes   uint64
	Stripes  uint64
	Orphans  uint64
	Dead     uint64 // stripes to be deleted
	Degraded uint64 // stripes with missing shards
	Sessions []SessionInfo
}

// SessionInfo describes a session.
type SessionInfo struct {
	ID   SessionID
	Name string
	Seen int64 // ns, of its last KeepAlive or Tx
}

// Change says that an inode, or the entry Name of directory Parent, is not what it was.
type Change struct {
	Ino    Ino    // changed attributes or content; 0 with Parent 0: anything
	Data   bool   // the content changed
	Parent Ino    // a directory one of whose entries changed; 0: none
	Name   string // the entry
}

// LockType is the type of a lock.
type LockType uint8

// The types of lock.
const (
	Unlock LockType = iota
	LockRead
	LockWrite
)

// Lock is a POSIX record lock, or with Flock one of flock(2).
type Lock struct {
	Ino        Ino
	Flock      bool
	Owner      uint64 // unique among the owners of one session
	Type       LockType
	Start, End int64 // bytes, both inclusive; End MaxSize: to the end
	PID        uint32
	Wait       bool
}

// SpeculateOptions say in whose name a Speculation reads and writes.
type SpeculateOptions struct {
	Cred  Cred     // whose permissions are checked, of reads too
	Chain []string // of the Tx that will come of it
	Time  int64    // ns, of the Tx
}

// Speculation is a private view: committed state with the changes of its own Txs
// over it, which nobody else sees. Propose validates and applies to the view only, with exactly the rules and errors of the
// real thing. What its reads saw is recorded as preconditions. Tx returns it all as one Tx, to be
// proposed for real: it fails with KindConflict if what was read has changed, and
// with an operation's error if that no longer applies.
//
// A Speculation is for one goroutine at a time. Locks, KeepAlive, Changes and Speculate are KindUnsupported.
type Speculation interface {
	Meta
	// Tx returns the preconditions and operations so far. The caller may append operations (an Ack).
	Tx() *Tx
}
