// Package wake is what a wakefs trigger script imports: the [Event] that woke it and the [Context] through which
// it reads and changes the filesystem.
//
// A script is one Go file with directives and a handler:
//
//	//wake:on arrive /inbox/**/*.csv
//	//wake:budget cpu=2s wall=10s memory=64MiB
//	package main
//
//	import "github.com/wakefs/wakefs/triggers/wake"
//
//	func Handle(c *wake.Context, e wake.Event) error {
//		data, err := c.ReadFile(e.Path)
//		if err != nil {
//			return err
//		}
//		return c.WriteFile("/outbox/"+e.Name+".txt", data)
//	}
//
// With a directive such as //wake:batch 100 5s it has, in place of Handle, a handler of many events at once, the
// acknowledgement of all of which appears with what it writes:
//
//	func HandleBatch(c *wake.Context, events []wake.Event) error
//
// It is ordinary Go, so gopls, go vet and go test work on it; package waketest runs a handler against files in
// memory. The package may have any name.
//
// # What a handler can rely on
//
// It sees the committed state of the filesystem plus its own changes. Nothing it writes is visible to anybody
// else until it returns nil; then all of it appears at once, together with the acknowledgement of the event. If it
// returns an error, panics or exceeds its budget, nothing of it appears and the event is tried again. It acts with
// the identity of the script's owner. A handler may run more than once before it succeeds. The one thing that is not undone
// then is what it has sent by [Context.HTTP].
//
// Package-level variables may keep their values between invocations on the same worker; never rely on it.
//
// # Conventions
//
// Paths are absolute, "/" separated, and start at the root of the filesystem; relative ones are refused with
// [io/fs.ErrInvalid]. Errors are *[io/fs.PathError] and satisfy errors.Is with the errors of io/fs and of this
// package. Creating a file creates its missing parent directories. All methods of a Context may be called from
// several goroutines, but a handler must not return before the goroutines it started have ended: its worker process
// would be thrown away. A Context is dead once Handle has returned.
package wake

import "time"

// An EventType says what happened to a file.
type EventType string

// The types of events. A script names those that wake it in its //wake:on directives.
const (
	// Arrive: a complete file is now at Path. It was closed after having been written, or renamed or linked to there.
	// This is what dropping a file means, for cp, mv and rsync alike.
	Arrive EventType = "arrive"
	// Create: a new file, directory or symbolic link exists at Path. A file is usually still empty.
	Create EventType = "create"
	// Close: a file was closed after having been written.
	Close EventType = "close"
	// Rename: OldPath is now Path.
	Rename EventType = "rename"
	// Remove: Path is gone.
	Remove EventType = "remove"
	// Attrib: mode, owner, times or extended attributes of Path changed.
	Attrib EventType = "attrib"
	// Every: it is time, says a //wake:every directive. There is no file: Path and Name are empty, and Time is the time
	// of the schedule, which may have passed while no node ran.
	Every EventType = "every"
)

// EventTypes returns every type of event, in the order of their constants.
func EventTypes() []EventType {
	return []EventType{Arrive, Create, Close, Rename, Remove, Attrib, Every}
}

// An Event tells a handler why it was woken. What it says about the file held when the event happened; the file may
// have changed or gone since.
type Event struct {
	Type    EventType
	Path    string    // absolute
	OldPath string    // absolute; the path before, of a Rename and of an Arrive by renaming, else ""
	Name    string    // the last element of Path
	Ino     uint64    // inode number
	Version uint64    // grows with every change of the inode
	Size    int64     // bytes
	UID     uint32    // owner of the file
	GID     uint32    // group of the file
	Time    time.Time // when the change was made
	Chain   []string  // triggers whose effects led to this event, oldest first; empty if a person's change did
}

// A Budget bounds one invocation. A zero field means that nothing of it is allowed, not that it is unbounded.
type Budget struct {
	CPU    time.Duration // processor time, user and system
	Wall   time.Duration // from the start of the invocation
	Memory int64         // bytes beyond what an idle worker uses
	Read   int64         // bytes of file data read
	Write  int64         // bytes of file data written
	Ops    int64         // requests made of the filesystem
}
