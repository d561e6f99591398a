package meta

import (
	"context"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/state"
)

// The reads of a speculation, and what it does not do.

// Session implements fs.Meta.
func (s *speculation) Session() fs.SessionID { return s.b.s.id }

// Sync implements fs.Meta: there is nothing to wait for.
func (s *speculation) Sync(context.Context) error { return nil }

// Alloc implements fs.Meta, from the session's numbers.
func (s *speculation) Alloc(ctx context.Context) (fs.Ino, fs.StripeID, error) { return s.b.Alloc(ctx) }

// Close implements fs.Meta: it forgets the view.
func (s *speculation) Close(context.Context) error {
	s.changes.Reset()
	return nil
}

func unsupported(op string) error {
	return fs.Errorf(op, fs.KindUnsupported, "", "not inside a speculation")
}

// KeepAlive implements fs.Meta: KindUnsupported.
func (s *speculation) KeepAlive(context.Context, []fs.Ino) ([]fs.Ino, error) {
	return nil, unsupported("keep alive")
}

// Lock implements fs.Meta: KindUnsupported.
func (s *speculation) Lock(context.Context, fs.Lock) error { return unsupported("lock") }

// TestLock implements fs.Meta: KindUnsupported.
func (s *speculation) TestLock(context.Context, fs.Lock) (fs.Lock, error) {
	return fs.Lock{}, unsupported("test lock")
}

// Changes implements fs.Meta: KindUnsupported.
func (s *speculation) Changes(context.Context, uint64) ([]fs.Change, uint64, error) {
	return nil, 0, unsupported("changes")
}

// Speculate implements fs.Meta: nil, for a view over a view would have nothing to propose to.
func (s *speculation) Speculate(fs.SpeculateOptions) fs.Speculation { return nil }

// Lookup implements fs.Namespace.
func (s *speculation) Lookup(ctx context.Context, dir fs.Ino, name string) (fs.Attr, error) {
	return spec(ctx, s, func(w *witness) (fs.Attr, error) {
		if err := w.may(dir, state.MayExec); err != nil {
			return fs.Attr{}, err
		}
		w.entry(dir, name)
		a, err := state.Lookup(w.view, dir, name)
		if err == nil && !a.IsDir() {
			w.version(a.Ino)
		}
		return a, err
	})
}

// GetAttr implements fs.Namespace.
func (s *speculation) GetAttr(ctx context.Context, ino fs.Ino) (fs.Attr, error) {
	return spec(ctx, s, func(w *witness) (fs.Attr, error) {
		a, err := state.GetAttr(w.view, ino)
		if err == nil && !a.IsDir() {
			w.version(ino)
		}
		return a, err
	})
}

// ReadDir implements fs.Namespace.
func (s *speculation) ReadDir(ctx context.Context, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	return spec(ctx, s, func(w *witness) ([]fs.Dirent, error) {
		if err := w.may(dir, state.MayRead); err != nil {
			return nil, err
		}
		w.version(dir)
		return state.ReadDir(w.view, dir, after, limit)
	})
}

// Readlink implements fs.Namespace. A link's target never changes.
func (s *speculation) Readlink(ctx context.Context, ino fs.Ino) (string, error) {
	return spec(ctx, s, func(w *witness) (string, error) { return state.Readlink(w.view, ino) })
}

// GetXattr implements fs.Namespace.
func (s *speculation) GetXattr(ctx context.Context, ino fs.Ino, name string) ([]byte, error) {
	return spec(ctx, s, func(w *witness) ([]byte, error) {
		if err := w.may(ino, state.MayRead); err != nil {
			return nil, err
		}
		w.version(ino)
		return state.GetXattr(w.view, ino, name)
	})
}

// ListXattr implements fs.Namespace.
func (s *speculation) ListXattr(ctx context.Context, ino fs.Ino) ([]string, error) {
	return spec(ctx, s, func(w *witness) ([]string, error) {
		w.version(ino)
		return state.ListXattr(w.view, ino)
	})
}

// Extents implements fs.Namespace.
func (s *speculation) Extents(ctx context.Context, ino fs.Ino, off, length int64) (fs.Attr, []fs.Extent, error) {
	out, err := spec(ctx, s, func(w *witness) (fileExtents, error) {
		if err := w.may(ino, state.MayRead); err != nil {
			return fileExtents{}, err
		}
		w.data(ino)
		a, e, err := state.Extents(w.view, ino, off, length)
		return fileExtents{a, e}, err
	})
	return out.attr, out.extents, err
}

// Path implements fs.Namespace. It is for messages and makes no precondition.
func (s *speculation) Path(ctx context.Context, ino fs.Ino) (string, error) {
	return spec(ctx, s, func(w *witness) (string, error) { return state.Path(w.view, ino) })
}

// StatFS implements fs.Namespace.
func (s *speculation) StatFS(ctx context.Context) (fs.StatFS, error) { return s.b.StatFS(ctx) }

// The queue and the cluster are not files: a speculation sees them as its session does.

// Triggers implements fs.Invocations.
func (s *speculation) Triggers(ctx context.Context) ([]fs.Trigger, error) { return s.b.Triggers(ctx) }

// TriggerVersions implements fs.Invocations.
func (s *speculation) TriggerVersions(ctx context.Context, name string) ([]fs.TriggerVersion, error) {
	return s.b.TriggerVersions(ctx, name)
}

// TriggerSource implements fs.Invocations.
func (s *speculation) TriggerSource(ctx context.Context, name, version string) ([]byte, error) {
	return s.b.TriggerSource(ctx, name, version)
}

// Waiting implements fs.Invocations.
func (s *speculation) Waiting(ctx context.Context, trigger string, after fs.InvocationID, limit int, wait bool) ([]fs.Invocation, error) {
	return s.b.Waiting(ctx, trigger, after, limit, wait)
}

// DeadLetters implements fs.Invocations.
func (s *speculation) DeadLetters(ctx context.Context, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return s.b.DeadLetters(ctx, trigger, after, limit)
}

// Invocation implements fs.Invocations.
func (s *speculation) Invocation(ctx context.Context, id fs.InvocationID) (fs.Invocation, error) {
	return s.b.Invocation(ctx, id)
}

// ReportStatus implements fs.Maintenance: KindUnsupported.
func (s *speculation) ReportStatus(context.Context, []fs.ServerStatus) (fs.ClusterMap, error) {
	return fs.ClusterMap{}, unsupported("report status")
}

// ClusterMap implements fs.Maintenance.
func (s *speculation) ClusterMap(ctx context.Context) (fs.ClusterMap, error) {
	return s.b.ClusterMap(ctx)
}

// Stripes implements fs.Maintenance.
func (s *speculation) Stripes(ctx context.Context, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	return s.b.Stripes(ctx, want, after, limit)
}

// Stripe implements fs.Maintenance.
func (s *speculation) Stripe(ctx context.Context, id fs.StripeID) (fs.Stripe, error) {
	return s.b.Stripe(ctx, id)
}

// Inodes implements fs.Maintenance.
func (s *speculation) Inodes(ctx context.Context, after fs.Ino, limit int) ([]fs.Attr, error) {
	return s.b.Inodes(ctx, after, limit)
}

// Status implements fs.Maintenance.
func (s *speculation) Status(ctx context.Context) (fs.MetaStatus, error) { return s.b.Status(ctx) }
