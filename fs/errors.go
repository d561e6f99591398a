package fs

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what went wrong, for programs. Kinds travel over the wire and are
// append-only. Package mount has the table from Kind to errno.
type Kind uint8

// The kinds of error. The comment names the errno that a mount answers with.
const (
	KindOther       Kind = iota // EIO
	KindNotFound                // ENOENT
	KindExists                  // EEXIST
	KindNotDir                  // ENOTDIR
	KindIsDir                   // EISDIR
	KindNotEmpty                // ENOTEMPTY
	KindPermission              // EPERM: the operation is not allowed at all
	KindAccess                  // EACCES: the mode bits or ACL refuse it
	KindInvalid                 // EINVAL
	KindNameTooLong             // ENAMETOOLONG
	KindNoAttr                  // ENODATA
	KindTooBig                  // EFBIG
	KindRange                   // ERANGE: the caller's buffer is too small
	KindNoSpace                 // ENOSPC
	KindQuota                   // EDQUOT
	KindLinks                   // EMLINK
	KindLoop                    // ELOOP
	KindCrossDevice             // EXDEV
	KindWouldBlock              // EAGAIN: a lock is held by another
	KindDeadlock                // EDEADLK
	KindInterrupted             // EINTR
	KindUnsupported             // EOPNOTSUPP
	KindReadOnly                // EROFS
	KindStale                   // ESTALE: the session or handle is gone
	KindConflict                // EAGAIN: a precondition of the Tx does not hold; nothing was applied
	KindCorrupt                 // EIO: stored bytes fail their checksum
	KindUnavailable             // EIO: no quorum, or too few chunk servers; retry later
	KindNotLeader               // EIO: ask the leader named in Path
	KindCanceled                // EINTR: the caller gave up
	KindTimeout                 // ETIMEDOUT
	KindBudget                  // EDQUOT: a function exceeded its budget
	KindLast                    // of no error; the number of kinds, grows
)

var kindNames = [...]string{
	"error", "not found", "already exists", "not a directory", "is a directory", "directory not empty",
	"operation not permitted", "permission denied", "invalid argument", "name too long", "no such attribute",
	"file too large", "buffer too small", "no space left", "quota exceeded", "too many links",
	"too many symbolic links", "crosses a device", "would block", "deadlock", "interrupted", "not supported",
	"read-only", "stale", "conflict", "corrupt data", "unavailable", "not the leader", "canceled", "timed out",
	"budget exceeded",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// Error makes a bare Kind usable as an error and as a target of errors.Is.
func (k Kind) Error() string { return k.String() }

// Error is the error of every boundary between the parts.
type Error struct {
	Op   string // what was being done, as "create" or "shard put"
	Kind Kind
	Path string // to what: a path, a name, an address; may be empty
	Err  error  // the cause, or a hint for people; may be nil
}

func (e *Error) Error() string {
	s := e.Op
	if e.Path != "" {
		s += " " + e.Path
	}
	if s != "" {
		s += ": "
	}
	if e.Err == nil {
		return s + e.Kind.String()
	}
	var inner *Error
	if e.Kind == KindOther || errors.As(e.Err, &inner) {
		return s + e.Err.Error()
	}
	return s + e.Kind.String() + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, KindNotFound) hold for an *Error of that kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// E makes an *Error. Err may be nil.
func E(op string, kind Kind, path string, err error) error {
	return &Error{Op: op, Kind: kind, Path: path, Err: err}
}

// Errorf makes an *Error whose cause is a message for people.
func Errorf(op string, kind Kind, path, format string, args ...any) error {
	return &Error{Op: op, Kind: kind, Path: path, Err: fmt.Errorf(format, args...)}
}

// KindOf tells the kind of any error: the outermost *Error's or Kind in its
// chain, a context's, or KindOther. That of nil is KindLast.
func KindOf(err error) Kind {
	if err == nil {
		return KindLast
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var k Kind
	if errors.As(err, &k) {
		return k
	}
	switch {
	case errors.Is(err, context.Canceled):
		return KindCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return KindTimeout
	}
	return KindOther
}

// Undecided tells whether a Tx whose proposing ended with err may be applied yet: nothing that
// it refers to may be deleted then.
func Undecided(err error) bool {
	switch KindOf(err) {
	case KindOther, KindUnavailable, KindNotLeader, KindStale, KindTimeout, KindCanceled, KindInterrupted:
		return true
	}
	return false
}
