package wire

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// noSpeculation is an fs.Speculation that can't: see metaSession.Speculate.
type noSpeculation struct {
	s  *metaSession
	tx *fs.Tx
}

func (noSpeculation) unsupported() error {
	return fs.Errorf("speculate", fs.KindUnsupported, "", "not over a connection; run where the metadata is")
}

// Session implements fs.Meta.
func (x noSpeculation) Session() fs.SessionID { return x.s.id }

// Tx implements fs.Speculation: it is empty.
func (x noSpeculation) Tx() *fs.Tx { return x.tx }

// Close implements fs.Meta.
func (x noSpeculation) Close(context.Context) error { return nil }

// Speculate implements fs.Meta.
func (x noSpeculation) Speculate(fs.SpeculateOptions) fs.Speculation { return x }

// Propose implements fs.Meta.
func (x noSpeculation) Propose(context.Context, *fs.Tx, fs.Wait) (r fs.Result, _ error) {
	return r, x.unsupported()
}

// Sync implements fs.Meta.
func (x noSpeculation) Sync(context.Context) error { return x.unsupported() }

// Alloc implements fs.Meta.
func (x noSpeculation) Alloc(context.Context) (i fs.Ino, t fs.StripeID, _ error) {
	return i, t, x.unsupported()
}

// KeepAlive implements fs.Meta.
func (x noSpeculation) KeepAlive(context.Context, []fs.Ino) (o []fs.Ino, _ error) {
	return o, x.unsupported()
}

// Lock implements fs.Meta.
func (x noSpeculation) Lock(context.Context, fs.Lock) error { return x.unsupported() }

// TestLock implements fs.Meta.
func (x noSpeculation) TestLock(context.Context, fs.Lock) (l fs.Lock, _ error) {
	return l, x.unsupported()
}

// Changes implements fs.Meta.
func (x noSpeculation) Changes(context.Context, uint64) (c []fs.Change, n uint64, _ error) {
	return c, n, x.unsupported()
}

// Lookup implements fs.Meta.
func (x noSpeculation) Lookup(context.Context, fs.Ino, string) (a fs.Attr, _ error) {
	return a, x.unsupported()
}

// GetAttr implements fs.Meta.
func (x noSpeculation) GetAttr(context.Context, fs.Ino) (a fs.Attr, _ error) {
	return a, x.unsupported()
}

// ReadDir implements fs.Meta.
func (x noSpeculation) ReadDir(context.Context, fs.Ino, string, int) (l []fs.Dirent, _ error) {
	return l, x.unsupported()
}

// Readlink implements fs.Meta.
func (x noSpeculation) Readlink(context.Context, fs.Ino) (t string, _ error) {
	return t, x.unsupported()
}

// GetXattr implements fs.Meta.
func (x noSpeculation) GetXattr(context.Context, fs.Ino, string) (v []byte, _ error) {
	return v, x.unsupported()
}

// ListXattr implements fs.Meta.
func (x noSpeculation) ListXattr(context.Context, fs.Ino) (l []string, _ error) {
	return l, x.unsupported()
}

// Extents implements fs.Meta.
func (x noSpeculation) Extents(context.Context, fs.Ino, int64, int64) (a fs.Attr, l []fs.Extent, _ error) {
	return a, l, x.unsupported()
}

// Path implements fs.Meta.
func (x noSpeculation) Path(context.Context, fs.Ino) (p string, _ error) { return p, x.unsupported() }

// StatFS implements fs.Meta.
func (x noSpeculation) StatFS(context.Context) (s fs.StatFS, _ error) { return s, x.unsupported() }

// Triggers implements fs.Meta.
func (x noSpeculation) Triggers(context.Context) (l []fs.Trigger, _ error) { return l, x.unsupported() }

// TriggerVersions implements fs.Meta.
func (x noSpeculation) TriggerVersions(context.Context, string) (l []fs.TriggerVersion, _ error) {
	return l, x.unsupported()
}

// TriggerSource implements fs.Meta.
func (x noSpeculation) TriggerSource(context.Context, string, string) (b []byte, _ error) {
	return b, x.unsupported()
}

// Waiting implements fs.Meta.
func (x noSpeculation) Waiting(context.Context, fs.InvocationID, int, bool) (l []fs.Invocation, _ error) {
	return l, x.unsupported()
}

// DeadLetters implements fs.Meta.
func (x noSpeculation) DeadLetters(context.Context, string, fs.InvocationID, int) (l []fs.Invocation, _ error) {
	return l, x.unsupported()
}

// Invocation implements fs.Meta.
func (x noSpeculation) Invocation(context.Context, fs.InvocationID) (i fs.Invocation, _ error) {
	return i, x.unsupported()
}

// ReportStatus implements fs.Meta.
func (x noSpeculation) ReportStatus(context.Context, []fs.ServerStatus) (m fs.ClusterMap, _ error) {
	return m, x.unsupported()
}

// ClusterMap implements fs.Meta.
func (x noSpeculation) ClusterMap(context.Context) (m fs.ClusterMap, _ error) {
	return m, x.unsupported()
}

// Stripes implements fs.Meta.
func (x noSpeculation) Stripes(context.Context, fs.StripeFilter, fs.StripeID, int) (l []fs.Stripe, _ error) {
	return l, x.unsupported()
}

// Stripe implements fs.Meta.
func (x noSpeculation) Stripe(context.Context, fs.StripeID) (s fs.Stripe, _ error) {
	return s, x.unsupported()
}

// Inodes implements fs.Meta.
func (x noSpeculation) Inodes(context.Context, fs.Ino, int) (l []fs.Attr, _ error) {
	return l, x.unsupported()
}

// Status implements fs.Meta.
func (x noSpeculation) Status(context.Context) (s fs.MetaStatus, _ error) { return s, x.unsupported() }
