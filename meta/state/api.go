// Package state is the metadata state machine. (Signatures first; the bodies follow.)
package state

import (
	"errors"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// AppliedKey is reserved for the node: state never touches it.
var AppliedKey = []byte{'a'}

type Effects struct {
	Changes  []fs.Change
	Queued   int
	Triggers bool
	Map      bool
	Orphans  []fs.Ino
	Dead     int
	Missing  int
	Sessions bool
}

type Counters struct {
	Inodes, Used, Stripes, Orphans, Dead, Degraded uint64
	MapIndex                                       uint64
}

var errSoon = errors.New("not yet")

// Machine is for one goroutine at a time.
type Machine struct {
	NoEvents bool // do not match events with triggers (a speculation)
}

func NewMachine() *Machine { return &Machine{} }
func (m *Machine) Apply(v kv.View, tx *fs.Tx) (fs.Result, Effects, error) {
	return fs.Result{}, Effects{}, errSoon
}

func Format(v kv.View, now int64) error { return errSoon }
func Apply(v kv.View, tx *fs.Tx) (fs.Result, Effects, error) {
	return fs.Result{}, Effects{}, errSoon
}
func Access(r kv.Reader, attr *fs.Attr, cred *fs.Cred, mask uint32) error { return errSoon }
func Lookup(r kv.Reader, dir fs.Ino, name string) (fs.Attr, error)        { return fs.Attr{}, errSoon }
func GetAttr(r kv.Reader, ino fs.Ino) (fs.Attr, error)                    { return fs.Attr{}, errSoon }
func ReadDir(r kv.Reader, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	return nil, errSoon
}
func Readlink(r kv.Reader, ino fs.Ino) (string, error)              { return "", errSoon }
func GetXattr(r kv.Reader, ino fs.Ino, name string) ([]byte, error) { return nil, errSoon }
func ListXattr(r kv.Reader, ino fs.Ino) ([]string, error)           { return nil, errSoon }
func Extents(r kv.Reader, ino fs.Ino, off, length int64) (fs.Attr, []fs.Extent, error) {
	return fs.Attr{}, nil, errSoon
}
func Path(r kv.Reader, ino fs.Ino) (string, error)                          { return "", errSoon }
func GetCounters(r kv.Reader) (Counters, error)                             { return Counters{}, errSoon }
func Triggers(r kv.Reader) ([]fs.Trigger, error)                            { return nil, errSoon }
func TriggerVersions(r kv.Reader, name string) ([]fs.TriggerVersion, error) { return nil, errSoon }
func TriggerSource(r kv.Reader, name, version string) ([]byte, error)       { return nil, errSoon }
func Waiting(r kv.Reader, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return nil, errSoon
}
func DeadLetters(r kv.Reader, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return nil, errSoon
}
func GetInvocation(r kv.Reader, id fs.InvocationID) (fs.Invocation, error) {
	return fs.Invocation{}, errSoon
}
func Servers(r kv.Reader) ([]fs.ServerInfo, error) { return nil, errSoon }
func PGs(r kv.Reader) ([]fs.PG, error)             { return nil, errSoon }
func Stripes(r kv.Reader, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	return nil, errSoon
}
func GetStripe(r kv.Reader, id fs.StripeID) (fs.Stripe, error)       { return fs.Stripe{}, errSoon }
func Inodes(r kv.Reader, after fs.Ino, limit int) ([]fs.Attr, error) { return nil, errSoon }
func Sessions(r kv.Reader) ([]fs.SessionInfo, error)                 { return nil, errSoon }
func GetSession(r kv.Reader, id fs.SessionID) (fs.SessionInfo, error) {
	return fs.SessionInfo{}, errSoon
}
func Orphans(r kv.Reader, after fs.Ino, limit int) ([]fs.Ino, error) { return nil, errSoon }
func Check(r kv.Reader) ([]string, error)                            { return nil, errSoon }
