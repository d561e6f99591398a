package wire

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// speculation is an fs.Speculation whose view the server keeps. One that the server has lost (it was started
// again, or there were too many) is KindConflict, call by call. Reads are those of a session whose messages name the view.
type speculation struct {
	*metaSession
	parent *metaSession
	opts   fs.SpeculateOptions
}

// Speculate implements fs.Meta. It makes a call; if that fails, so does every call of the Speculation.
func (s *metaSession) Speculate(o fs.SpeculateOptions) fs.Speculation {
	in := &metaSession{c: s.c, id: s.id, name: s.name, token: s.token}
	in.prefix = prefix(s.id, s.token, s.views.Add(1))
	cl := in.newCall("speculate", mSpeculate)
	defer cl.free()
	cl.req = o.Cred.Append(cl.req)
	cl.req = fs.AppendInt(appendStrings(cl.req, o.Chain), o.Time)
	ctx, cancel := context.WithTimeout(context.Background(), s.c.opts.DialTimeout)
	defer cancel()
	_ = in.call(ctx, cl) // the server will not know the view then: the next call is a conflict, and says so
	return &speculation{metaSession: in, parent: s, opts: o}
}

// Propose implements fs.Speculation. It is not repeated: after KindUnavailable begin anew.
func (s *speculation) Propose(ctx context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	cl := s.newCall("propose", mPropose)
	defer cl.free()
	cl.req = tx.Append(fs.AppendUint(cl.req, wait))
	if err := s.c.main.do(ctx, cl, false); err != nil {
		return fs.Result{}, err
	}
	cl.keep()
	var res fs.Result
	res.Decode(&cl.d)
	return res, cl.decoded()
}

// Sync implements fs.Speculation: there is nothing to wait for.
func (s *speculation) Sync(context.Context) error { return nil }

// Alloc implements fs.Speculation, with numbers of the session.
func (s *speculation) Alloc(ctx context.Context) (fs.Ino, fs.StripeID, error) {
	return s.parent.Alloc(ctx)
}

// Speculate implements fs.Speculation: there is none within one.
func (s *speculation) Speculate(fs.SpeculateOptions) fs.Speculation { return nil }

// Tx implements fs.Speculation. If the server can't be asked it returns a Tx that is a conflict whenever it
// is proposed, so that its maker begins anew.
func (s *speculation) Tx() *fs.Tx {
	cl := s.newCall("speculate", mSpeculationTx)
	defer cl.free()
	ctx, cancel := context.WithTimeout(context.Background(), s.c.opts.DialTimeout)
	defer cancel()
	tx := new(fs.Tx)
	err := s.call(ctx, cl)
	if err == nil {
		cl.keep()
		tx.Decode(&cl.d)
		err = cl.decoded()
	}
	if err != nil { // there is no inode 0
		return &fs.Tx{Time: s.opts.Time, Cred: s.opts.Cred, Chain: s.opts.Chain, Pre: []fs.Pre{{Kind: fs.PreVersion, Version: 1}}}
	}
	return tx
}

// Close implements fs.Speculation: the server forgets the view.
func (s *speculation) Close(ctx context.Context) error {
	cl := s.newCall("speculate", mCloseSession)
	defer cl.free()
	return s.call(ctx, cl)
}
