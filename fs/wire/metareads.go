package wire

import (
	"context"
	"math"

	"github.com/wakefs/wakefs/fs"
)

// This file has the calls of a metaSession that change nothing. All are safe to repeat.

// call makes the call over the connection for calls.
func (s *metaSession) call(ctx context.Context, cl *call) error { return s.c.main.do(ctx, cl, true) }

// Lookup implements fs.Meta.
func (s *metaSession) Lookup(ctx context.Context, dir fs.Ino, name string) (a fs.Attr, err error) {
	cl := s.newCall("lookup", mLookup)
	defer cl.free()
	cl.req = fs.AppendBytes(fs.AppendUint(cl.req, dir), name)
	if err := s.call(ctx, cl); err != nil {
		return fs.Attr{}, err
	}
	a.Decode(&cl.d)
	return a, cl.decoded()
}

// GetAttr implements fs.Meta.
func (s *metaSession) GetAttr(ctx context.Context, ino fs.Ino) (a fs.Attr, err error) {
	cl := s.newCall("getattr", mGetAttr)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, ino)
	if err := s.call(ctx, cl); err != nil {
		return fs.Attr{}, err
	}
	a.Decode(&cl.d)
	return a, cl.decoded()
}

// ReadDir implements fs.Meta.
func (s *metaSession) ReadDir(ctx context.Context, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	return pages(limit, metaPage, func(last *fs.Dirent, n int) ([]fs.Dirent, error) {
		if last != nil {
			after = last.Name
		}
		cl := s.newCall("readdir", mReadDir)
		defer cl.free()
		cl.req = fs.AppendBytes(fs.AppendUint(cl.req, dir), after)
		cl.req = fs.AppendInt(cl.req, int64(n))
		if err := s.call(ctx, cl); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeDirent), cl.decoded()
	})
}

// Readlink implements fs.Meta.
func (s *metaSession) Readlink(ctx context.Context, ino fs.Ino) (string, error) {
	return s.stringOf(ctx, "readlink", mReadlink, ino)
}

// Path implements fs.Meta.
func (s *metaSession) Path(ctx context.Context, ino fs.Ino) (string, error) {
	return s.stringOf(ctx, "path", mPath, ino)
}

func (s *metaSession) stringOf(ctx context.Context, op string, m method, ino fs.Ino) (string, error) {
	cl := s.newCall(op, m)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, ino)
	if err := s.call(ctx, cl); err != nil {
		return "", err
	}
	return cl.d.String(), cl.decoded()
}

// GetXattr implements fs.Meta.
func (s *metaSession) GetXattr(ctx context.Context, ino fs.Ino, name string) ([]byte, error) {
	cl := s.newCall("getxattr", mGetXattr)
	defer cl.free()
	cl.req = fs.AppendBytes(fs.AppendUint(cl.req, ino), name)
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	cl.keep()
	return cl.d.Bytes(), cl.decoded()
}

// ListXattr implements fs.Meta.
func (s *metaSession) ListXattr(ctx context.Context, ino fs.Ino) ([]string, error) {
	cl := s.newCall("listxattr", mListXattr)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, ino)
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	return decodeStrings(&cl.d), cl.decoded()
}

// Extents implements fs.Meta. An answer that takes several frames is put together only if the content
// stayed the same meanwhile; else it is asked for again, and after some tries KindUnavailable.
func (s *metaSession) Extents(ctx context.Context, ino fs.Ino, off, length int64) (fs.Attr, []fs.Extent, error) {
	const tries = 16
	for range tries {
		a, list, next, err := s.extents(ctx, ino, off, length)
		if err != nil {
			return fs.Attr{}, nil, err
		}
		same := true
		end := off + min(length, math.MaxInt64-max(off, 0))
		for next != 0 && same {
			var (
				b    fs.Attr
				more []fs.Extent
			)
			b, more, next, err = s.extents(ctx, ino, next, end-next)
			if err != nil {
				return fs.Attr{}, nil, err
			}
			same = a.Version == b.Version
			list = append(list, more...)
		}
		if same {
			return a, list, nil
		}
	}
	return fs.Attr{}, nil, fs.Errorf("extents", fs.KindUnavailable, "", "inode %d changes faster than it can be read", ino)
}

func (s *metaSession) extents(ctx context.Context, ino fs.Ino, off, length int64) (a fs.Attr, list []fs.Extent, next int64, err error) {
	cl := s.newCall("extents", mExtents)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, ino)
	cl.req = fs.AppendInt(fs.AppendInt(cl.req, off), length)
	if err := s.call(ctx, cl); err != nil {
		return fs.Attr{}, nil, 0, err
	}
	a.Decode(&cl.d)
	next = cl.d.Int()
	list = decodeList(&cl.d, func(d *fs.Decoder, e *fs.Extent) { e.Decode(d) })
	for i := range list {
		if list[i].Inline != nil {
			cl.keep() // it aliases the reply
			break
		}
	}
	if len(list) > 0 && next != 0 && next <= list[len(list)-1].Off {
		return fs.Attr{}, nil, 0, fs.Errorf("extents", fs.KindUnavailable, "", "the reply goes on at %d, behind what it has", next)
	}
	return a, list, next, cl.decoded()
}

// StatFS implements fs.Meta.
func (s *metaSession) StatFS(ctx context.Context) (fs.StatFS, error) {
	cl := s.newCall("statfs", mStatFS)
	defer cl.free()
	if err := s.call(ctx, cl); err != nil {
		return fs.StatFS{}, err
	}
	return decodeStatFS(&cl.d), cl.decoded()
}

// Triggers implements fs.Meta.
func (s *metaSession) Triggers(ctx context.Context) ([]fs.Trigger, error) {
	cl := s.newCall("triggers", mTriggers)
	defer cl.free()
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	return decodeList(&cl.d, func(d *fs.Decoder, t *fs.Trigger) { t.Decode(d) }), cl.decoded()
}

// TriggerVersions implements fs.Meta.
func (s *metaSession) TriggerVersions(ctx context.Context, name string) ([]fs.TriggerVersion, error) {
	cl := s.newCall("trigger versions", mTriggerVersions)
	defer cl.free()
	cl.req = fs.AppendBytes(cl.req, name)
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	return decodeList(&cl.d, func(d *fs.Decoder, v *fs.TriggerVersion) { v.Decode(d) }), cl.decoded()
}

// TriggerSource implements fs.Meta.
func (s *metaSession) TriggerSource(ctx context.Context, name, version string) ([]byte, error) {
	cl := s.newCall("trigger source", mTriggerSource)
	defer cl.free()
	cl.req = fs.AppendBytes(fs.AppendBytes(cl.req, name), version)
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	cl.keep()
	return cl.d.Bytes(), cl.decoded()
}

// Waiting implements fs.Meta.
func (s *metaSession) Waiting(ctx context.Context, trigger string, after fs.InvocationID, limit int, wait bool) ([]fs.Invocation, error) {
	return pages(limit, queuePage, func(last *fs.Invocation, n int) ([]fs.Invocation, error) {
		end := &s.c.main
		if last != nil {
			after, wait = last.ID, false
		}
		if wait {
			end = &s.c.poll
		}
		cl := s.newCall("waiting invocations", mWaiting)
		defer cl.free()
		cl.req = fs.AppendInt(fs.AppendUint(fs.AppendBytes(cl.req, trigger), after), int64(n))
		cl.req = fs.AppendBool(cl.req, wait)
		if err := end.do(ctx, cl, true); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeInvocation), cl.decoded()
	})
}

// DeadLetters implements fs.Meta.
func (s *metaSession) DeadLetters(ctx context.Context, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return pages(limit, queuePage, func(last *fs.Invocation, n int) ([]fs.Invocation, error) {
		if last != nil {
			after = last.ID
		}
		cl := s.newCall("dead letters", mDeadLetters)
		defer cl.free()
		cl.req = fs.AppendUint(fs.AppendBytes(cl.req, trigger), after)
		cl.req = fs.AppendInt(cl.req, int64(n))
		if err := s.call(ctx, cl); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeInvocation), cl.decoded()
	})
}

// Invocation implements fs.Meta.
func (s *metaSession) Invocation(ctx context.Context, id fs.InvocationID) (i fs.Invocation, err error) {
	cl := s.newCall("invocation", mInvocation)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, id)
	if err := s.call(ctx, cl); err != nil {
		return fs.Invocation{}, err
	}
	i.Decode(&cl.d)
	return i, cl.decoded()
}

// ClusterMap implements fs.Meta.
func (s *metaSession) ClusterMap(ctx context.Context) (fs.ClusterMap, error) {
	cl := s.newCall("cluster map", mClusterMap)
	defer cl.free()
	if err := s.call(ctx, cl); err != nil {
		return fs.ClusterMap{}, err
	}
	return decodeClusterMap(&cl.d), cl.decoded()
}

// Stripes implements fs.Meta.
func (s *metaSession) Stripes(ctx context.Context, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	return pages(limit, metaPage, func(last *fs.Stripe, n int) ([]fs.Stripe, error) {
		if last != nil {
			after = last.ID
		}
		cl := s.newCall("stripes", mStripes)
		defer cl.free()
		cl.req = fs.AppendUint(fs.AppendUint(cl.req, want), after)
		cl.req = fs.AppendInt(cl.req, int64(n))
		if err := s.call(ctx, cl); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeStripe), cl.decoded()
	})
}

// Stripe implements fs.Meta.
func (s *metaSession) Stripe(ctx context.Context, id fs.StripeID) (st fs.Stripe, err error) {
	cl := s.newCall("stripe", mStripe)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, id)
	if err := s.call(ctx, cl); err != nil {
		return fs.Stripe{}, err
	}
	st.Decode(&cl.d)
	return st, cl.decoded()
}

// Inodes implements fs.Meta.
func (s *metaSession) Inodes(ctx context.Context, after fs.Ino, limit int) ([]fs.Attr, error) {
	return pages(limit, metaPage, func(last *fs.Attr, n int) ([]fs.Attr, error) {
		if last != nil {
			after = last.Ino
		}
		cl := s.newCall("inodes", mInodes)
		defer cl.free()
		cl.req = fs.AppendInt(fs.AppendUint(cl.req, after), int64(n))
		if err := s.call(ctx, cl); err != nil {
			return nil, err
		}
		return decodeList(&cl.d, decodeAttr), cl.decoded()
	})
}

// Status implements fs.Meta.
func (s *metaSession) Status(ctx context.Context) (fs.MetaStatus, error) {
	cl := s.newCall("metadata status", mMetaStatus)
	defer cl.free()
	if err := s.call(ctx, cl); err != nil {
		return fs.MetaStatus{}, err
	}
	return decodeMetaStatus(&cl.d), cl.decoded()
}
