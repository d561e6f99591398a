package triggers

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// dropAtOnce is how many invocations are forgotten in one Tx: others wait for the metadata meanwhile, some milliseconds.
const dropAtOnce = 1000

// DropWaiting forgets the invocations that wait for a trigger, part by part, and returns how many there were. Those that run have no effect.
func DropWaiting(ctx context.Context, m fs.Meta, trigger string, clock func() int64) (n uint64, err error) {
	for after := fs.InvocationID(0); ; {
		page, err := m.Waiting(ctx, trigger, after, dropAtOnce, false)
		if err != nil || len(page) == 0 {
			return n, err
		}
		op := &fs.Requeue{Drop: true}
		for i := range page {
			after = page[i].ID
			op.IDs = append(op.IDs, after)
		}
		res, err := m.Propose(ctx, &fs.Tx{Time: clock(), Ops: []fs.Op{op}}, fs.Committed)
		if err != nil {
			return n, err
		}
		n += res.Ops[0].ID
	}
}
