package worker

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// op is what a call asks for.
type op uint8

const (
	opStat op = iota + 1
	opReadDir
	opOpen
	opReadAt
	opWriteAt
	opClose
	opReadWhole
	opWriteWhole
	opMkdir
	opRemove
	opRename
	opSymlink
	opReadlink
	opLink
	opSetAttr
	opGetXattr
	opSetXattr
	opListXattr
	opRemoveXattr
	opSendBody
	opHTTP
	opReadBody
	opSecret
)

// maxPage bounds how many directory entries one call lists; they must fit a frame.
const maxPage = 1000

// maxXattr bounds the value of an extended attribute, in bytes, as Linux does.
const maxXattr = 64 << 10

// errTooManyOpen is returned for more than maxOpen open files.
var errTooManyOpen error = syscall.EMFILE

// errCodes are the errors that cross the socket, by their index plus one: 0 is success. Order matters twice: never
// change it, and a more special error comes before the one that it is too.
var errCodes = []error{
	io.EOF,
	wake.ErrNotEmpty, // is an fs.ErrExist too
	fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid, fs.ErrClosed,
	wake.ErrIsDir, wake.ErrNotDir, wake.ErrNoSpace, wake.ErrQuota, wake.ErrNameTooLong, wake.ErrFileTooLarge,
	wake.ErrNoXattr, wake.ErrReadOnly, wake.ErrLoop, wake.ErrNotSupported, errTooManyOpen,
	syscall.EINVAL, // what a Host over local files says for fs.ErrInvalid
	wake.ErrIO,
}

// codeOf returns the code of err. What is not in the table is an input/output error, whose text stays with the node.
func codeOf(err error) byte {
	if err == nil {
		return 0
	}
	for i, known := range errCodes {
		if errors.Is(err, known) {
			return byte(i + 1)
		}
	}
	return byte(len(errCodes))
}

func errOf(code byte) error {
	switch {
	case code == 0:
		return nil
	case int(code) > len(errCodes):
		return wake.ErrIO
	case errCodes[code-1] == syscall.EINVAL:
		return fs.ErrInvalid
	}
	return errCodes[code-1]
}

func (c *conn) putAttr(a *wake.Attr) {
	c.putString(a.Name)
	c.putUint(uint64(a.Mode))
	c.putInt(a.Size)
	c.putUint(uint64(a.UID))
	c.putUint(uint64(a.GID))
	c.putUint(uint64(a.Nlink))
	c.putUint(a.Ino)
	c.putUint(a.Version)
	c.putTime(a.ModTime)
	c.putTime(a.AccessTime)
	c.putTime(a.ChangeTime)
}

func (d *decoder) attr() wake.Attr {
	return wake.Attr{
		Name: d.string(), Mode: fs.FileMode(d.uint()), Size: d.int(), UID: uint32(d.uint()), GID: uint32(d.uint()),
		Nlink: uint32(d.uint()), Ino: d.uint(), Version: d.uint(),
		ModTime: d.time(), AccessTime: d.time(), ChangeTime: d.time(),
	}
}

// The bits say which fields of a wake.Change follow.
const (
	changeMode = 1 << iota
	changeUID
	changeGID
	changeSize
	changeAtime
	changeMtime
)

func (c *conn) putChange(ch *wake.Change) {
	at := len(c.out)
	c.putByte(0)
	var bits byte
	if ch.Mode != nil {
		bits |= changeMode
		c.putUint(uint64(*ch.Mode))
	}
	if ch.UID != nil {
		bits |= changeUID
		c.putUint(uint64(*ch.UID))
	}
	if ch.GID != nil {
		bits |= changeGID
		c.putUint(uint64(*ch.GID))
	}
	if ch.Size != nil {
		bits |= changeSize
		c.putInt(*ch.Size)
	}
	if ch.AccessTime != nil {
		bits |= changeAtime
		c.putTime(*ch.AccessTime)
	}
	if ch.ModTime != nil {
		bits |= changeMtime
		c.putTime(*ch.ModTime)
	}
	c.out[at] = bits
}

func (d *decoder) change() wake.Change {
	var ch wake.Change
	bits := d.byte()
	if bits&changeMode != 0 {
		ch.Mode = ptr(fs.FileMode(d.uint()))
	}
	if bits&changeUID != 0 {
		ch.UID = ptr(uint32(d.uint()))
	}
	if bits&changeGID != 0 {
		ch.GID = ptr(uint32(d.uint()))
	}
	if bits&changeSize != 0 {
		ch.Size = ptr(d.int())
	}
	if bits&changeAtime != 0 {
		ch.AccessTime = ptr(d.time())
	}
	if bits&changeMtime != 0 {
		ch.ModTime = ptr(d.time())
	}
	return ch
}

func ptr[T any](v T) *T { return &v }

func (c *conn) putEvent(e *wake.Event) {
	c.putString(string(e.Type))
	c.putString(e.Path)
	c.putString(e.OldPath)
	c.putString(e.Name)
	c.putUint(e.Ino)
	c.putUint(e.Version)
	c.putInt(e.Size)
	c.putUint(uint64(e.UID))
	c.putUint(uint64(e.GID))
	c.putTime(e.Time)
	c.putUint(uint64(len(e.Chain)))
	for _, name := range e.Chain {
		c.putString(name)
	}
}

// EventSize is an upper bound of what an event takes in a frame, in bytes.
func EventSize(e *wake.Event) int {
	n := 128 + len(e.Type) + len(e.Path) + len(e.OldPath) + len(e.Name)
	for _, name := range e.Chain {
		n += 10 + len(name)
	}
	return n
}

func (d *decoder) event() wake.Event {
	e := wake.Event{
		Type: wake.EventType(d.string()), Path: d.string(), OldPath: d.string(), Name: d.string(),
		Ino: d.uint(), Version: d.uint(), Size: d.int(), UID: uint32(d.uint()), GID: uint32(d.uint()), Time: d.time(),
	}
	for range d.count() {
		e.Chain = append(e.Chain, d.string())
	}
	return e
}

func (c *conn) putBudget(b *wake.Budget) {
	c.putInt(int64(b.CPU))
	c.putInt(int64(b.Wall))
	c.putInt(b.Memory)
	c.putInt(b.Read)
	c.putInt(b.Write)
	c.putInt(b.Ops)
}

func (d *decoder) budget() wake.Budget {
	return wake.Budget{
		CPU: time.Duration(d.int()), Wall: time.Duration(d.int()),
		Memory: d.int(), Read: d.int(), Write: d.int(), Ops: d.int(),
	}
}
