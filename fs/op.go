package fs

// OpCode names an operation in the encoding. Codes are append-only.
type OpCode uint8

// Op is one operation of a Tx: one of the pointer types below.
type Op interface {
	Code() OpCode
	append([]byte) []byte
	decode(*Decoder)
}

// The codes of the operations.
const (
	opCreate OpCode = iota + 1
	opLink
	opUnlink
	opRename
	opSetAttr
	opSetXattr
	opCommit
	opPunch
	opClone
	opRelocate
	opReap
	opForget
	opMissing
	opAlloc
	opOpenSession
	opCloseSession
	opPutServer
	opPutPG
	opPutTrigger
	opSetTrigger
	opDropTrigger
	opAck
	opFail
	opRequeue
	opEnqueue
)

func newOp(c OpCode) Op {
	switch c {
	case opCreate:
		return new(Create)
	case opLink:
		return new(Link)
	case opUnlink:
		return new(Unlink)
	case opRename:
		return new(Rename)
	case opSetAttr:
		return new(SetAttr)
	case opSetXattr:
		return new(SetXattr)
	case opCommit:
		return new(Commit)
	case opPunch:
		return new(Punch)
	case opClone:
		return new(Clone)
	case opRelocate:
		return new(Relocate)
	case opReap:
		return new(Reap)
	case opForget:
		return new(Forget)
	case opMissing:
		return new(Missing)
	case opAlloc:
		return new(Alloc)
	case opOpenSession:
		return new(OpenSession)
	case opCloseSession:
		return new(CloseSession)
	case opPutServer:
		return new(PutServer)
	case opPutPG:
		return new(PutPG)
	case opPutTrigger:
		return new(PutTrigger)
	case opSetTrigger:
		return new(SetTrigger)
	case opDropTrigger:
		return new(DropTrigger)
	case opAck:
		return new(Ack)
	case opFail:
		return new(Fail)
	case opRequeue:
		return new(Requeue)
	case opEnqueue:
		return new(Enqueue)
	}
	return nil
}

// Create makes an inode of any type and names it Name in Parent; with an empty Name
// it makes an unnamed regular file (O_TMPFILE), an orphan until a Link names it. Owner
// is Cred; a setgid Parent gives its group, and to directories the bit. Without a default ACL on
// Parent the mode is Mode &^ Umask; with one, the ACL is inherited as in acl(5) and Umask ignored.
//
// Errors: KindNotFound (Parent is gone), KindNotDir, KindExists (Name is taken),
// KindNameTooLong, KindInvalid (".", "..", a slash or NUL; a taken Ino).
// Event: create; for a symbolic link, device, fifo or socket nothing more will arrive.
type Create struct {
	Parent Ino
	Name   string
	Ino    Ino // allocated before by Alloc or OpenSession
	Mode   uint32
	Umask  uint32
	Rdev   uint32
	Target string // of a symbolic link
}

// Link names the inode once more. It also names an orphan (linkat of an O_TMPFILE).
// Errors: KindNotFound, KindExists, KindPermission (a directory), KindLinks. Event: create and arrive.
type Link struct {
	Ino    Ino
	Parent Ino
	Name   string
}

// Unlink removes a name. With Dir it is rmdir, without it refuses directories. An inode
// that loses its last name becomes an orphan, which the reaper deletes when no live
// session holds it open. Errors: KindNotFound, KindNotDir, KindIsDir, KindNotEmpty. Event: remove.
type Unlink struct {
	Parent Ino
	Name   string
	Dir    bool
}

// Rename moves a name, replacing what has the new name, as rename(2). Errors as there:
// KindNotFound, KindExists (NoReplace), KindNotEmpty, KindIsDir, KindNotDir, KindInvalid (into its own
// subtree). Two names of one inode: nothing happens. The first OpResult.Attr is the replaced inode's as
// it is left, or zero. Events: rename and arrive (of a regular file); remove for what was replaced; for Exchange a rename of both.
type Rename struct {
	Parent    Ino
	Name      string
	NewParent Ino
	NewName   string
	NoReplace bool
	Exchange  bool
}

// SetMask says which fields a SetAttr sets.
type SetMask uint16

// The fields of a SetAttr.
const (
	SetMode     SetMask = 1 << iota
	SetUID              // with SetGID, clears setuid and setgid of non-directories as chown(2) does
	SetGID              //
	SetSize             // truncates or grows; sets mtime and the data version when it changes the size
	SetAtime            //
	SetMtime            //
	SetAtimeNow         // Tx.Time
	SetMtimeNow         // Tx.Time
	SetKillPriv         // clear setuid, and setgid if group-executable, with a truncate
	SetClose            // with SetSize: the file is complete after this, as if it had been written and closed
)

// SetAttr changes attributes. A mode set on an inode with an ACL changes the ACL's mask
// too. ctime becomes Tx.Time. Errors: KindNotFound, KindIsDir or KindInvalid (size of no regular file),
// KindTooBig. Event: attrib, if more than size or times were set; close and arrive with SetClose.
type SetAttr struct {
	Ino          Ino
	Set          SetMask
	Mode         uint32 // permission bits, the type bits are ignored
	UID, GID     uint32
	Size         int64
	Atime, Mtime int64
}

// XattrFlags are those of setxattr(2).
type XattrFlags uint8

// The flags of a SetXattr.
const (
	XattrCreate  XattrFlags = 1 // fail with KindExists if it exists
	XattrReplace XattrFlags = 2 // fail with KindNoAttr if it does not
	XattrRemove  XattrFlags = 4 // remove it; KindNoAttr if it does not exist
)

// SetXattr sets or removes an extended attribute. system.posix_acl_access and
// system.posix_acl_default are POSIX ACLs in their Linux form: checked, kept in step with the mode.
// Errors: KindNotFound, KindExists, KindNoAttr, KindRange, KindInvalid (an ACL that is none). Event: attrib.
type SetXattr struct {
	Ino   Ino
	Name  string
	Value []byte
	Flags XattrFlags
}

// Commit makes written data part of a file: Extents replace what was in their
// ranges, atomically. Stripes lists the stripes that Extents refer to for the first time, with Missing
// for those with shards not in place (ID, PG, Len, Missing; Live is counted by state).
//
// Errors: KindNotFound, KindInvalid (overlapping or unsorted extents, an unknown stripe). Event, if Close is
// set: close, and arrive; but none if the file's content did not change since the last such event.
type Commit struct {
	Ino      Ino
	Extents  []Extent
	Stripes  []Stripe
	MinSize  int64 // the file is at least this long afterwards; beyond extents there is a hole
	Mtime    int64 // ns; 0: Tx.Time
	Close    bool  // the writer is done: the file is complete
	KillPriv bool  // clear setuid, and setgid if group-executable
	// KeepTimes leaves mtime and ctime as they are (no data was written since a utimens set them).
	KeepTimes bool
	// Held says that a writer closed a file into which nothing was written yet, but may have it open under another descriptor: if its
	// session ends first, the file is announced as with Close. With Close it says that this is the end of that.
	Held bool
}

// Punch makes a hole of the range; the size stays. Errors: KindNotFound, KindInvalid.
type Punch struct {
	Ino      Ino
	Off, Len int64
}

// Clone makes Dst's range share Src's extents (a reflink): holes are copied as
// holes, the destination grows as needed. Inline bytes are copied. Src's range must lie within its size.
// Errors: KindNotFound, KindInvalid (overlap within one file; not regular files).
type Clone struct {
	Src    Ino
	SrcOff int64
	Dst    Ino
	DstOff int64
	Len    int64
}

// Relocate replaces where bytes are, not what they are (compaction, destaging, packing):
// Extents cover the same ranges with the same bytes elsewhere. Versions and times stay. With a DataVersion other than
// IfData it is KindConflict and the caller drops its stripes.
type Relocate struct {
	Ino     Ino
	IfData  Version
	Extents []Extent
	Stripes []Stripe
}

// Reap deletes up to Max extents of an orphan, then the orphan. A file that has names or is
// gone is left alone. OpResult.ID is the number of extents still left.
type Reap struct {
	Ino Ino
	Max int
}

// Forget removes the records of dead stripes (Live 0) whose shards are deleted.
type Forget struct{ Stripes []StripeID }

// Missing sets which shards of a stripe are missing; with none the stripe is whole.
// A stripe that is gone is no error. From is the value it replaces: another one is KindConflict.
type Missing struct {
	Stripe    StripeID
	From, Set uint32
}

// Alloc reserves consecutive numbers for this session: OpResult.ID is the first of
// Inos inodes, ID2 the first of Stripes stripes. Numbers not used are never used.
type Alloc struct{ Inos, Stripes uint32 }

// OpenSession begins a session; OpResult.ID is its SessionID.
type OpenSession struct{ Name string }

// CloseSession ends a session, its orphans and dedup window, and announces the files that it held. An unknown one is no error.
type CloseSession struct{ ID SessionID }

// PutServer registers a chunk server or changes its record. A server with Info.ID 0 is found by
// its UUID or given a new ID, which OpResult.ID is.
type PutServer struct{ Info ServerInfo }

// PutPG makes (ID 0) or changes a placement group; OpResult.ID is its PGID. A changed one has Epoch one more
// than before, else KindConflict.
type PutPG struct{ PG PG }

// PutTrigger makes a version of a trigger live: new, changed, or once more (a rollback). Source is the
// whole script, kept under Version; empty if that version is kept already (KindNotFound if it is not).
// Matching begins with the next Tx.
type PutTrigger struct {
	Trigger Trigger
	Source  []byte
}

// SetTrigger changes a trigger's state and nothing else: Disabled, and Refused, the reason why the
// newest save of the script is not live. KindNotFound if there is none, unless Refused is set: then a trigger without a live
// version is made that only shows the reason.
type SetTrigger struct {
	Name     string
	Source   Ino
	Disabled bool
	Refused  string
}

// DropTrigger removes a trigger; its waiting invocations are dropped, its dead letters stay.
type DropTrigger struct{ Name string }

// Ack ends an invocation well. In the Tx of the function's effects. KindConflict if the invocation
// is not waiting at this Attempt (it ended already, or another run of it failed meanwhile).
type Ack struct {
	ID      InvocationID
	Attempt uint32
	Report  Report
}

// Fail ends an attempt of an invocation: it waits until RetryAt, or is Dead. KindConflict as for Ack.
type Fail struct {
	ID      InvocationID
	Attempt uint32
	RetryAt int64 // ns
	Dead    bool
	Report  Report
}

// Requeue makes dead letters wait again with their attempts counted from 0. With Drop it forgets them instead, and invocations that
// wait: one that runs meanwhile has no effect, its Ack is KindConflict. Unknown ones are no error. OpResult.ID is how many there were.
type Requeue struct {
	IDs  []InvocationID
	Drop bool
}

// Enqueue makes an invocation of a live trigger that no change of a file caused: Event is what it is told. With
// Due it is for that time of the trigger's schedule, which happens once: one not later than the newest before is KindConflict.
// KindNotFound if the trigger has no live version. OpResult.ID is the InvocationID.
type Enqueue struct {
	Trigger string
	Due     int64 // ns; 0: not by the schedule
	Event   Event
}
