package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
)

func newTriggerRetry() *cobra.Command {
	return &cobra.Command{
		Use: "retry NAME [INVOCATION...]", Short: "Run dead letters once more", Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			return requeue(cmd, a, requeueRequest{}, "%d to run once more\n")
		},
	}
}

func newTriggerDrop() *cobra.Command {
	var q requeueRequest
	cmd := &cobra.Command{
		Use: "drop NAME [INVOCATION...]", Short: "Forget dead letters, or events that wait",
		Long: `Forget the dead letters of a function, or with --waiting the events that wait for it;
with numbers those events, whether dead or waiting.`,
		Example: "  wakefs trigger drop thumbnail\n  wakefs trigger drop thumbnail --waiting\n  wakefs trigger drop thumbnail 17 18",
		Args:    args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if q.Waiting && len(a) > 1 {
				return usagef("--waiting is for all that wait: leave it or the numbers out")
			}
			q.Drop = true
			return requeue(cmd, a, q, "%d forgotten\n")
		},
	}
	cmd.Flags().BoolVar(&q.Waiting, "waiting", false, "events that wait, instead of dead letters")
	return cmd
}

func requeue(cmd *cobra.Command, a []string, q requeueRequest, say string) error {
	q.Trigger = a[0]
	for _, s := range a[1:] {
		id, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 10, 64)
		if err != nil {
			return usagef("%q is no invocation: they are numbers, see `wakefs trigger dead`", s)
		}
		q.IDs = append(q.IDs, fs.InvocationID(id))
	}
	n, err := call[uint64](cmd.Context(), "trigger.requeue", q)
	if err == nil {
		fmt.Fprintf(cmd.OutOrStdout(), say, n)
	}
	return err
}

func (n *node) triggerRequeue(ctx context.Context, q requeueRequest) (total uint64, err error) {
	_, known := n.find(ctx, q.Trigger) // dead letters may be forgotten of a function that is gone
	if known != nil && !q.Drop {
		return 0, known
	}
	switch {
	case len(q.IDs) > 0:
		total, err = n.requeueSome(ctx, q)
	case q.Waiting && q.Drop:
		total, err = triggers.DropWaiting(ctx, n.session, q.Trigger, now)
	default:
		total, err = n.requeueDead(ctx, q)
	}
	if err == nil && total == 0 {
		err = known
	}
	if q.Drop {
		n.dispatcher.Forget(q.Trigger)
	}
	return total, err
}

func (n *node) requeueSome(ctx context.Context, q requeueRequest) (uint64, error) {
	for _, id := range q.IDs {
		inv, err := n.session.Invocation(ctx, id)
		if err == nil && inv.Trigger != q.Trigger || err == nil && !inv.Dead && !q.Drop {
			err = fs.KindNotFound
		}
		if fs.KindOf(err) == fs.KindNotFound {
			return 0, fs.Errorf("trigger", fs.KindNotFound, q.Trigger, "no event %d of it is there; see `wakefs trigger dead` and `wakefs trigger waiting`", id)
		}
		if err != nil {
			return 0, err
		}
	}
	res, err := n.propose(ctx, &fs.Requeue{IDs: q.IDs, Drop: q.Drop})
	return res.ID, err
}

func (n *node) requeueDead(ctx context.Context, q requeueRequest) (total uint64, err error) {
	for {
		dead, err := n.session.DeadLetters(ctx, q.Trigger, 0, maxDead)
		if err != nil || len(dead) == 0 {
			return total, err
		}
		op := &fs.Requeue{Drop: q.Drop}
		for i := range dead {
			op.IDs = append(op.IDs, dead[i].ID)
		}
		res, err := n.propose(ctx, op)
		total += res.ID
		if err != nil || len(dead) < maxDead {
			return total, err
		}
	}
}
