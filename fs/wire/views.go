package wire

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// maxViews is how many Speculations of one session a server keeps. A client does not say when it is
// done with one; the one unused for longest makes room.
const maxViews = 256

// views are the Speculations of a session that is served.
type views struct {
	mu   sync.Mutex
	byNo map[uint64]*view
	uses uint64
}

// view is one of them.
type view struct {
	spec fs.Speculation
	// busy holds one while a call runs: a canceled call may still run when the next one comes, and a
	// Speculation is for one at a time.
	busy chan struct{}
	used uint64 // views.uses at the last use; guarded by views.mu
}

func (v *views) add(number uint64, spec fs.Speculation) {
	if number == 0 || spec == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.byNo == nil {
		v.byNo = make(map[uint64]*view)
	}
	if len(v.byNo) >= maxViews {
		oldest, least := uint64(0), v.uses+1
		for no, x := range v.byNo {
			if x.used < least {
				oldest, least = no, x.used
			}
		}
		delete(v.byNo, oldest)
	}
	v.uses++
	v.byNo[number] = &view{spec: spec, busy: make(chan struct{}, 1), used: v.uses}
}

func (v *views) serve(ctx context.Context, number uint64, r *request, f metaHandler) error {
	v.mu.Lock()
	x := v.byNo[number]
	if x != nil {
		v.uses++
		x.used = v.uses
	}
	if r.head.method == mCloseSession {
		delete(v.byNo, number)
	}
	v.mu.Unlock()
	if x == nil {
		return fs.Errorf("speculate", fs.KindConflict, "", "the view is gone; begin another")
	}
	select {
	case x.busy <- struct{}{}:
	case <-ctx.Done():
		return contextError("speculate", ctx)
	}
	defer func() { <-x.busy }()
	r.view = x
	return f(ctx, x.spec, r)
}

func serveSpeculationTx(_ context.Context, _ fs.Meta, r *request) error {
	if r.view == nil {
		return fs.Errorf("speculate", fs.KindInvalid, "", "a session has no Tx")
	}
	r.out = r.view.spec.Tx().Append(r.out)
	return nil
}
