package wire

import (
	"context"
	"math"

	"github.com/wakefs/wakefs/fs"
)

// metaHandler serves a call of a session: it decodes r.d and appends the answer to r.out.
type metaHandler func(ctx context.Context, m fs.Meta, r *request) error

const (
	// metaPage is the most entries of a list in one reply.
	metaPage = 4096
	// queuePage is the same for invocations, which may be large: two paths, an error, a chain.
	queuePage = 512
	// partSize is where a reply that can be continued is cut, in bytes.
	partSize = MaxFrame / 2
)

var metaHandlers = map[method]metaHandler{
	mCloseSession:    func(ctx context.Context, m fs.Meta, _ *request) error { return m.Close(ctx) },
	mPropose:         servePropose,
	mSync:            func(ctx context.Context, m fs.Meta, _ *request) error { return m.Sync(ctx) },
	mKeepAlive:       serveKeepAlive,
	mLock:            serveLock,
	mTestLock:        serveTestLock,
	mChanges:         serveChanges,
	mLookup:          serveLookup,
	mGetAttr:         serveGetAttr,
	mReadDir:         serveReadDir,
	mReadlink:        serveReadlink,
	mGetXattr:        serveGetXattr,
	mListXattr:       serveListXattr,
	mExtents:         serveExtents,
	mPath:            servePath,
	mStatFS:          serveStatFS,
	mTriggers:        serveTriggers,
	mTriggerVersions: serveTriggerVersions,
	mTriggerSource:   serveTriggerSource,
	mWaiting:         serveWaiting,
	mDeadLetters:     serveDeadLetters,
	mInvocation:      serveInvocation,
	mReportStatus:    serveReportStatus,
	mClusterMap:      serveClusterMap,
	mStripes:         serveStripes,
	mStripe:          serveStripe,
	mInodes:          serveInodes,
	mMetaStatus:      serveMetaStatus,
	mSpeculationTx:   serveSpeculationTx,
}

func servePropose(ctx context.Context, m fs.Meta, r *request) error {
	wait := fs.Wait(r.d.Uint())
	var tx fs.Tx
	tx.Decode(&r.d)
	if err := r.malformed(); err != nil {
		return err
	}
	if r.view == nil && (tx.Session != m.Session() || tx.Seq == 0) {
		return fs.Errorf("propose", fs.KindInvalid, "", "session %d proposes for session %d with sequence %d", m.Session(), tx.Session, tx.Seq)
	}
	res, err := m.Propose(ctx, &tx, wait)
	if err != nil {
		return err
	}
	r.out = res.Append(r.out)
	return nil
}

func appendIno(b []byte, i *fs.Ino) []byte               { return fs.AppendUint(b, *i) }
func decodeIno(d *fs.Decoder, i *fs.Ino)                 { *i = fs.Ino(d.Uint()) }
func appendAttr(b []byte, a *fs.Attr) []byte             { return a.Append(b) }
func decodeAttr(d *fs.Decoder, a *fs.Attr)               { a.Decode(d) }
func appendStripe(b []byte, s *fs.Stripe) []byte         { return s.Append(b) }
func decodeStripe(d *fs.Decoder, s *fs.Stripe)           { s.Decode(d) }
func appendInvocation(b []byte, i *fs.Invocation) []byte { return i.Append(b) }
func decodeInvocation(d *fs.Decoder, i *fs.Invocation)   { i.Decode(d) }

func serveKeepAlive(ctx context.Context, m fs.Meta, r *request) error {
	held := decodeList(&r.d, decodeIno)
	if err := r.malformed(); err != nil {
		return err
	}
	orphans, err := m.KeepAlive(ctx, held)
	r.out = appendList(r.out, orphans, appendIno)
	return err
}

func serveLock(ctx context.Context, m fs.Meta, r *request) error {
	l := decodeLock(&r.d)
	if err := r.malformed(); err != nil {
		return err
	}
	return m.Lock(ctx, l)
}

func serveTestLock(ctx context.Context, m fs.Meta, r *request) error {
	l := decodeLock(&r.d)
	if err := r.malformed(); err != nil {
		return err
	}
	l, err := m.TestLock(ctx, l)
	r.out = appendLock(r.out, &l)
	return err
}

func serveChanges(ctx context.Context, m fs.Meta, r *request) error {
	after := r.d.Uint()
	if err := r.malformed(); err != nil {
		return err
	}
	changes, next, err := m.Changes(ctx, after)
	if err != nil {
		return err
	}
	r.out = fs.AppendUint(r.out, next)
	begin := len(r.out)
	if r.out = appendList(r.out, changes, appendChange); len(r.out) > partSize {
		r.out = appendList(r.out[:begin], []fs.Change{{}}, appendChange) // anything may have changed
	}
	return nil
}

func serveLookup(ctx context.Context, m fs.Meta, r *request) error {
	dir, name := fs.Ino(r.d.Uint()), r.d.String()
	if err := r.malformed(); err != nil {
		return err
	}
	a, err := m.Lookup(ctx, dir, name)
	r.out = a.Append(r.out)
	return err
}

func serveGetAttr(ctx context.Context, m fs.Meta, r *request) error {
	ino := fs.Ino(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	a, err := m.GetAttr(ctx, ino)
	r.out = a.Append(r.out)
	return err
}

func serveReadDir(ctx context.Context, m fs.Meta, r *request) error {
	dir, after, limit := fs.Ino(r.d.Uint()), r.d.String(), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.ReadDir(ctx, dir, after, int(min(limit, metaPage)))
	r.out = appendList(r.out, list, appendDirent)
	return err
}

func serveReadlink(ctx context.Context, m fs.Meta, r *request) error {
	ino := fs.Ino(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	target, err := m.Readlink(ctx, ino)
	r.out = fs.AppendBytes(r.out, target)
	return err
}

func serveGetXattr(ctx context.Context, m fs.Meta, r *request) error {
	ino, name := fs.Ino(r.d.Uint()), r.d.String()
	if err := r.malformed(); err != nil {
		return err
	}
	value, err := m.GetXattr(ctx, ino, name)
	r.out = fs.AppendBytes(r.out, value)
	return err
}

func serveListXattr(ctx context.Context, m fs.Meta, r *request) error {
	ino := fs.Ino(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	names, err := m.ListXattr(ctx, ino)
	r.out = appendStrings(r.out, names)
	return err
}

// serveExtents answers with the attributes, where to ask on (0: that is all), and the extents. What
// exceeds partSize is left to the next call.
func serveExtents(ctx context.Context, m fs.Meta, r *request) error {
	ino, off, length := fs.Ino(r.d.Uint()), r.d.Int(), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	attr, list, err := m.Extents(ctx, ino, off, length)
	if err != nil {
		return err
	}
	size, next := 0, int64(0)
	for i := range list {
		if size += len(list[i].Inline) + 64; size > partSize && i > 0 {
			next, list = list[i].Off, list[:i]
			break
		}
	}
	r.out = attr.Append(r.out)
	r.out = fs.AppendInt(r.out, next)
	r.out = appendList(r.out, list, func(b []byte, e *fs.Extent) []byte { return e.Append(b) })
	return nil
}

func servePath(ctx context.Context, m fs.Meta, r *request) error {
	ino := fs.Ino(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	path, err := m.Path(ctx, ino)
	r.out = fs.AppendBytes(r.out, path)
	return err
}

func serveStatFS(ctx context.Context, m fs.Meta, r *request) error {
	st, err := m.StatFS(ctx)
	r.out = appendStatFS(r.out, &st)
	return err
}

func serveTriggers(ctx context.Context, m fs.Meta, r *request) error {
	list, err := m.Triggers(ctx)
	r.out = appendList(r.out, list, func(b []byte, t *fs.Trigger) []byte { return t.Append(b) })
	return err
}

func serveTriggerVersions(ctx context.Context, m fs.Meta, r *request) error {
	name := r.d.String()
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.TriggerVersions(ctx, name)
	r.out = appendList(r.out, list, func(b []byte, v *fs.TriggerVersion) []byte { return v.Append(b) })
	return err
}

func serveTriggerSource(ctx context.Context, m fs.Meta, r *request) error {
	name, v := r.d.String(), r.d.String()
	if err := r.malformed(); err != nil {
		return err
	}
	src, err := m.TriggerSource(ctx, name, v)
	r.out = fs.AppendBytes(r.out, src)
	return err
}

func serveWaiting(ctx context.Context, m fs.Meta, r *request) error {
	trigger, after, limit, wait := r.d.String(), fs.InvocationID(r.d.Uint()), r.d.Int(), r.d.Bool()
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.Waiting(ctx, trigger, after, int(min(limit, queuePage)), wait)
	r.out = appendList(r.out, list, appendInvocation)
	return err
}

func serveDeadLetters(ctx context.Context, m fs.Meta, r *request) error {
	trigger, after, limit := r.d.String(), fs.InvocationID(r.d.Uint()), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.DeadLetters(ctx, trigger, after, int(min(limit, queuePage)))
	r.out = appendList(r.out, list, appendInvocation)
	return err
}

func serveInvocation(ctx context.Context, m fs.Meta, r *request) error {
	id := fs.InvocationID(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	i, err := m.Invocation(ctx, id)
	r.out = i.Append(r.out)
	return err
}

func serveReportStatus(ctx context.Context, m fs.Meta, r *request) error {
	status := decodeList(&r.d, decodeServerStatus)
	if err := r.malformed(); err != nil {
		return err
	}
	cm, err := m.ReportStatus(ctx, status)
	r.out = appendClusterMap(r.out, &cm)
	return err
}

func serveClusterMap(ctx context.Context, m fs.Meta, r *request) error {
	cm, err := m.ClusterMap(ctx)
	r.out = appendClusterMap(r.out, &cm)
	return err
}

func serveStripes(ctx context.Context, m fs.Meta, r *request) error {
	want, after, limit := r.d.Uint(), fs.StripeID(r.d.Uint()), r.d.Int()
	if want > math.MaxUint8 {
		return fs.Errorf("stripes", fs.KindInvalid, "", "no filter %d", want)
	}
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.Stripes(ctx, fs.StripeFilter(want), after, int(min(limit, metaPage)))
	r.out = appendList(r.out, list, appendStripe)
	return err
}

func serveStripe(ctx context.Context, m fs.Meta, r *request) error {
	id := fs.StripeID(r.d.Uint())
	if err := r.malformed(); err != nil {
		return err
	}
	st, err := m.Stripe(ctx, id)
	r.out = st.Append(r.out)
	return err
}

func serveInodes(ctx context.Context, m fs.Meta, r *request) error {
	after, limit := fs.Ino(r.d.Uint()), r.d.Int()
	if err := r.malformed(); err != nil {
		return err
	}
	list, err := m.Inodes(ctx, after, int(min(limit, metaPage)))
	r.out = appendList(r.out, list, appendAttr)
	return err
}

func serveMetaStatus(ctx context.Context, m fs.Meta, r *request) error {
	st, err := m.Status(ctx)
	r.out = appendMetaStatus(r.out, &st)
	return err
}
