package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
)

func newTriggerWaiting() *cobra.Command {
	var q waitingRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use: "waiting [NAME]", Short: "List events that wait for their function, the oldest first", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) == 1 {
				q.Trigger = a[0]
			}
			if q.Limit < 1 {
				return usagef("-n %d: at least 1", q.Limit)
			}
			list, err := call[waitingList](cmd.Context(), "trigger.waiting", q)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON {
				return printJSON(out, list)
			}
			if len(list.Invocations) == 0 {
				fmt.Fprintln(out, "Nothing waits.")
				return nil
			}
			for i := range list.Invocations {
				inv := &list.Invocations[i]
				fmt.Fprintf(out, "#%d  %s  %s", inv.ID, inv.Trigger, inv.Event.Type)
				if inv.Event.Path != "" {
					fmt.Fprintf(out, " %q", inv.Event.Path)
				}
				fmt.Fprintf(out, "  %s", humanize.Time(time.Unix(0, inv.Event.Time)))
				if inv.RetryAt > now() {
					fmt.Fprintf(out, ", to run %s", humanize.Time(time.Unix(0, inv.RetryAt)))
				}
				fmt.Fprintln(out)
				if inv.Error != "" {
					fmt.Fprintf(out, "    attempt %d: %s\n", inv.Attempt, strings.ReplaceAll(inv.Error, "\n", "\n    "))
				}
			}
			if more := list.Total - min(list.Total, uint64(len(list.Invocations))); more > 0 {
				fmt.Fprintf(out, "and %s more\n", humanize.Comma(int64(more)))
			}
			return nil
		},
	}
	cmd.Flags().IntVarP(&q.Limit, "limit", "n", 100, "how many")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (n *node) triggerWaiting(ctx context.Context, q waitingRequest) (waitingList, error) {
	var l waitingList
	if q.Trigger != "" {
		t, err := n.find(ctx, q.Trigger)
		if err != nil {
			return l, err
		}
		l.Total = t.Stats.Backlog
	} else {
		list, err := n.session.Triggers(ctx)
		if err != nil {
			return l, err
		}
		for i := range list {
			l.Total += list[i].Stats.Backlog
		}
	}
	var err error
	l.Invocations, err = n.session.Waiting(ctx, q.Trigger, 0, min(max(q.Limit, 1), maxWaiting), false)
	if l.Invocations == nil {
		l.Invocations = []fs.Invocation{}
	}
	return l, err
}

// maxWaiting bounds one answer.
const maxWaiting = 10_000
