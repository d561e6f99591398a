package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
)

func newTrigger() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trigger",
		Short: "Functions: list, show, logs, test, rollback, dead letters",
		Long: `Functions. A script saved as /triggers/NAME.go in the mounted file system is live when
it is saved; these commands look at what is deployed and steer it.`,
		Args: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				return usagef("unknown command %q; see `wakefs trigger --help`", a[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTriggerList(), newTriggerShow(), newTriggerLogs(), newTriggerTest(), newTriggerNew(), newTriggerRun(),
		newTriggerHistory(), newTriggerDiff(), newTriggerRollback(),
		newTriggerSwitch("enable", "resume", "Let a disabled function run again (or: resume)", false),
		newTriggerSwitch("disable", "pause", "Stop a function; its events wait, see waiting (or: pause)", true),
		newTriggerRemove(), newTriggerWaiting(), newTriggerDead(), newTriggerRetry(), newTriggerDrop())
	return cmd
}

func newTriggerList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the functions with their counters", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := call[[]triggerRow](cmd.Context(), "trigger.list", nil)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), rows)
			}
			return printTriggers(cmd.OutOrStdout(), rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printTriggers(out io.Writer, rows []triggerRow) error {
	if len(rows) == 0 {
		fmt.Fprintln(out, "No functions yet: save a script as triggers/NAME.go in the mounted file system.")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tVERSION\tDONE\tFAILED\tDEAD\tBACKLOG\tRATE\tP50\tP99\tON")
	for _, r := range rows {
		rate, p50, p99 := "-", "-", "-"
		if p := r.Pace; p != nil {
			rate, p50, p99 = fmt.Sprintf("%.3g/s", p.Rate), p.P50.String(), p.P99.String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n", r.Name, r.State, short(r.Version), r.Done, r.Failed, r.Dead, r.Backlog,
			rate, p50, p99, strings.Join(r.On, "; "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Refused != "" {
			fmt.Fprintf(out, "\n%s: the newest save was refused:\n  %s\n", r.Name, strings.ReplaceAll(r.Refused, "\n", "\n  "))
		}
	}
	return nil
}

func short(version string) string {
	if version == "" {
		return "-"
	}
	return version[:min(10, len(version))]
}

func newTriggerShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show NAME|INVOCATION", Short: "Show a function, or all attempts of an invocation",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			out := cmd.OutOrStdout()
			if id, err := strconv.ParseUint(a[0], 10, 64); err == nil {
				found := false
				err := stream(cmd.Context(), "trigger.logs", logsRequest{Invocation: id}, func(line []byte) error {
					found = true
					return printEntry(out, line, asJSON, true)
				})
				if err == nil && !found {
					err = fmt.Errorf("invocation %d is not in the log: it waits, was long ago, or never was; see `wakefs trigger logs`", id)
				}
				return err
			}
			d, err := call[triggerDetail](cmd.Context(), "trigger.show", triggerRequest{Trigger: a[0]})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(out, d)
			}
			return d.print(out)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (d *triggerDetail) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\n", d.Name, d.State)
	fmt.Fprintf(w, "on\t%s\n", strings.Join(d.On, "; "))
	if len(d.When) > 0 {
		fmt.Fprintf(w, "when\t%s\n", strings.Join(d.When, ", "))
	}
	if len(d.HTTP) > 0 {
		fmt.Fprintf(w, "may request\t%s\n", strings.Join(d.HTTP, " "))
	}
	if len(d.Secrets) > 0 {
		fmt.Fprintf(w, "secrets\t%s\n", strings.Join(d.Secrets, " "))
	}
	if !d.Next.IsZero() {
		fmt.Fprintf(w, "next\t%s (%s)\n", d.Next.Format(time.RFC3339), humanize.Time(d.Next))
	}
	fmt.Fprintf(w, "version\t%s, %s\n", short(d.Version), ago(d.Deployed))
	fmt.Fprintf(w, "owner\tuid %d\n", d.Owner)
	b := &d.Budget
	fmt.Fprintf(w, "budget\tcpu %s, wall %s, memory %s, read %s, write %s, %s operations\n", time.Duration(b.CPU), time.Duration(b.Wall),
		humanize.IBytes(uint64(b.Memory)), humanize.IBytes(uint64(b.Read)), humanize.IBytes(uint64(b.Write)), humanize.Comma(b.Ops))
	fmt.Fprintf(w, "invocations\t%d done, %d failed attempts, %d waiting, %d dead\n", d.Done, d.Failed, d.Backlog, d.Dead)
	if p := d.Pace; p != nil {
		fmt.Fprintf(w, "pace\t%.3g calls/s in the last minute; the last %d: p50 %s, p99 %s, woke after p50 %s, p99 %s\n", p.Rate, p.Calls, p.P50, p.P99, p.Wake50, p.Wake99)
		fmt.Fprintf(w, "used\tcpu %s, read %s, wrote %s, %s operations, %d conflicts since the node started\n", p.Used.CPU.Round(time.Millisecond),
			humanize.IBytes(uint64(p.Used.Read)), humanize.IBytes(uint64(p.Used.Written)), humanize.Comma(p.Used.Ops), p.Used.Conflicts)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if d.Refused != "" {
		fmt.Fprintf(out, "\nthe newest save was refused:\n  %s\n", strings.ReplaceAll(d.Refused, "\n", "\n  "))
	}
	if len(d.Recent) > 0 {
		fmt.Fprintln(out, "\nrecently:")
		for i := range d.Recent {
			out.Write(d.Recent[i].AppendText(nil)) //nolint:errcheck // the terminal
		}
	}
	return nil
}

func ago(t time.Time) string {
	if t.IsZero() || t.Unix() == 0 {
		return "never deployed"
	}
	return humanize.Time(t)
}

func newTriggerLogs() *cobra.Command {
	var q logsRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use: "logs [NAME]", Short: "Print what functions did and printed; -f follows", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) == 1 {
				q.Trigger = a[0]
			}
			err := stream(cmd.Context(), "trigger.logs", q, func(line []byte) error {
				return printEntry(cmd.OutOrStdout(), line, asJSON, false)
			})
			if cmd.Context().Err() != nil {
				return nil // ^C is how following ends
			}
			return err
		},
	}
	cmd.Flags().BoolVarP(&q.Follow, "follow", "f", false, "go on with what comes")
	cmd.Flags().IntVarP(&q.Last, "last", "n", 100, "how many entries to begin with; 0 is all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an entry a line")
	return cmd
}

func printEntry(out io.Writer, line []byte, asJSON, whole bool) error {
	if asJSON {
		_, err := fmt.Fprintf(out, "%s\n", line)
		return err
	}
	var e triggers.Entry
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	if _, err := out.Write(e.AppendText(nil)); err != nil {
		return err
	}
	if whole {
		fmt.Fprintf(out, "    version %s, chain %v, woke after %s\n", short(e.Version), e.Chain, e.Latency.Round(10*time.Microsecond))
		fmt.Fprintf(out, "    used: cpu %s, wall %s, memory %s, read %s, wrote %s, %d operations\n", e.CPU.Round(10*time.Microsecond), e.Wall.Round(10*time.Microsecond),
			humanize.IBytes(uint64(e.Memory)), humanize.IBytes(uint64(e.Read)), humanize.IBytes(uint64(e.Written)), e.Ops)
		for i := range e.HTTP {
			fmt.Fprintf(out, "    %s\n", &e.HTTP[i])
		}
		for _, s := range e.Effects {
			fmt.Fprintf(out, "    effect: %s\n", s)
		}
	}
	return nil
}

func newTriggerHistory() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "history NAME", Short: "List the versions of a function that are kept", Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			d, err := call[triggerDetail](cmd.Context(), "trigger.show", triggerRequest{Trigger: a[0]})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), d.Versions)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "VERSION\tSIZE\tDEPLOYED\t")
			for _, v := range d.Versions {
				live := ""
				if v.Version == d.Version {
					live = "live"
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", short(v.Version), v.Size, ago(time.Unix(0, v.Deployed)), live)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newTriggerRollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback NAME [VERSION]", Short: "Make the version before, or a named one, live again", Args: args(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, a []string) error {
			q := triggerRequest{Trigger: a[0]}
			if len(a) == 2 {
				q.Version = a[1]
			}
			v, err := call[string](cmd.Context(), "trigger.rollback", q)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: version %s is live\n", a[0], short(v))
			}
			return err
		},
	}
}

func newTriggerSwitch(use, alias, what string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " NAME", Aliases: []string{alias}, Short: what, Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			_, err := call[struct{}](cmd.Context(), "trigger.set", triggerRequest{Trigger: a[0], Drop: disabled})
			return err
		},
	}
}

func newTriggerRemove() *cobra.Command {
	return &cobra.Command{
		Use: "rm NAME", Short: "Remove a function: its script, its versions, its waiting events", Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			_, err := call[struct{}](cmd.Context(), "trigger.remove", triggerRequest{Trigger: a[0]})
			return err
		},
	}
}

func newTriggerDead() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "dead [NAME]", Short: "List dead letters: events whose function failed for good", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			var q triggerRequest
			if len(a) == 1 {
				q.Trigger = a[0]
			}
			list, err := call[[]fs.Invocation](cmd.Context(), "trigger.dead", q)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON {
				return printJSON(out, list)
			}
			if len(list) == 0 {
				fmt.Fprintln(out, "No dead letters.")
				return nil
			}
			for i := range list {
				inv := &list[i]
				fmt.Fprintf(out, "#%d  %s  %s %q  %d attempts\n    %s\n", inv.ID, inv.Trigger, inv.Event.Type, inv.Event.Path, inv.Attempt,
					strings.ReplaceAll(inv.Error, "\n", "\n    "))
			}
			fmt.Fprintln(out, "\n`wakefs trigger retry NAME` runs them once more, `wakefs trigger drop NAME` forgets them.")
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
