package fs

// EventType says what happened. Types are bits, so that a set of them is one too.
type EventType uint16

// The types of event.
const (
	EventCreate EventType = 1 << iota // an inode got its first name
	EventClose                        // a file was closed after a write
	EventArrive                       // a complete file is now here: closed after a write, renamed or linked in
	EventRename                       // a name moved
	EventRemove                       // a name was removed
	EventAttrib                       // attributes or extended attributes changed
	EventEvery                        // a trigger's schedule came due; of no file
)

// EventNames are the names of the types in the order of their bits.
var EventNames = [...]string{"create", "close", "arrive", "rename", "remove", "attrib", "every"}

func (t EventType) String() string {
	s := ""
	for i, n := range EventNames {
		if t&(1<<i) != 0 {
			if s != "" {
				s += ","
			}
			s += n
		}
	}
	return s
}

// ParseEventType is the inverse of String for one type; 0 if there is none of that name.
func ParseEventType(name string) EventType {
	for i, n := range EventNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

// MaxChain is how many triggers may have led to an event. An invocation deeper than that is
// a dead letter at once, its error the cycle.
const MaxChain = 8

// Event is the record that a Tx did something, written by that same Tx.
type Event struct {
	Type    EventType // one bit
	Path    string    // absolute, from the root of the file system
	OldPath string    // of a rename
	Ino     Ino
	Mode    uint32
	Version Version // of the inode after the change
	Size    int64
	UID     uint32
	GID     uint32
	Time    int64    // ns
	Chain   []string // the triggers that led to it, the oldest first
}

// Invocation is one run of one trigger for one event, waiting in the queue or dead.
type Invocation struct {
	ID      InvocationID
	Trigger string
	Event   Event
	Attempt uint32 // failed attempts so far
	RetryAt int64  // ns; not to be run before. With Attempt 0: it waits for its file to be quiet
	Dead    bool
	Error   string // of the last failed attempt
}

// Match is one pattern of a trigger: events of these types, of paths that match a glob of
// Globs and none of Not. Globs are doublestar patterns (** crosses directories) on absolute paths.
type Match struct {
	Events EventType
	Globs  []string
	Not    []string
}

// Budget bounds an invocation. Zero is no bound.
type Budget struct {
	CPU    int64 // ns of CPU time
	Wall   int64 // ns
	Memory int64 // bytes
	Read   int64 // bytes read from files
	Write  int64 // bytes written to files
	Ops    int64 // file system operations
}

// Trigger is a function's registration: what of it is live.
type Trigger struct {
	Name        string
	Source      Ino    // of the script; 0 if published from outside
	Version     string // the live version: SHA-256 of its source in hex; empty: none is live
	Owner       Cred   // the identity it acts with
	On          []Match
	Budget      Budget
	Concurrency uint32
	MaxAttempts uint32
	Disabled    bool
	Refused     string // why the newest save is not live; empty if it is
	Deployed    int64  // ns
	Size        int64  // bytes of the live source

	Stats TriggerStats // counted by the metadata; ignored in PutTrigger

	// Settle is how long a file must have been quiet, ns: its newest event waits that long, and one that comes
	// meanwhile takes its place. 0: no event waits.
	Settle int64
	// Every is a cron schedule in UTC that makes events without a file; empty: none.
	Every string
	// Batch is how many events one call gets at most; 0: calls are for one event.
	Batch     uint32
	BatchWait int64 // ns that an event waits for its batch to be full
	Idle      bool  // runs only while its node has little else to do
	Order     Order
	Limits    []Limit // on what all its calls on one node use
}

// LimitKind says what a Limit is of.
type LimitKind uint8

// The kinds of limit.
const (
	LimitCalls LimitKind = iota // a number of calls
	LimitCPU                    // processor time, ns
)

// Limit bounds what is used in any time of length Per.
type Limit struct {
	Kind   LimitKind
	Amount int64
	Per    int64 // ns
}

// Order says which of a trigger's events are handled one after the other, in the order in which they happened.
type Order uint8

// The orders.
const (
	OrderFile      Order = iota // those of one inode
	OrderNone                   // none: any two may be handled at once
	OrderDirectory              // those in one directory
	OrderTrigger                // all
)

// OrderNames are the names of the orders.
var OrderNames = [...]string{"file", "none", "directory", "trigger"}

func (o Order) String() string {
	if int(o) < len(OrderNames) {
		return OrderNames[o]
	}
	return "unknown"
}

// TriggerStats counts a trigger's invocations since it was made.
type TriggerStats struct {
	Queued  uint64 // ever
	Done    uint64
	Failed  uint64 // attempts
	Dead    uint64 // dead letters now
	Backlog uint64 // waiting now
	Due     int64  // ns, the newest time of the schedule that was queued
}

// TriggerVersion is a version that is kept and can be made live again.
type TriggerVersion struct {
	Version  string
	Size     int64
	Deployed int64 // ns, when it was last made live
}

// Report is what is kept of an attempt.
type Report struct {
	Error   string // empty if it succeeded
	Started int64  // ns
	Wall    int64  // ns
	CPU     int64  // ns
	Memory  int64  // bytes, peak
	Read    int64  // bytes
	Written int64  // bytes
	Ops     int64
}
