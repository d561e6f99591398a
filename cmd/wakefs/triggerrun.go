package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
)

// runRequest asks the stream "trigger.run", whose answer is a runReport a line; the last has Done.
type runRequest struct {
	Trigger string `json:"trigger"`
	Over    string `json:"over"`            // glob of absolute paths
	After   string `json:"after,omitempty"` // begin behind this path
	Since   int64  `json:"since,omitempty"` // ns: only what changed at or after it
	// SinceVersion is the beginning of a version: only what changed since that was last made live.
	SinceVersion string `json:"since_version,omitempty"`
	DryRun       bool   `json:"dry_run,omitempty"` // name the files, queue nothing
	Effects      bool   `json:"effects,omitempty"` // with DryRun: call the function and drop what it does
}

// runReport is how far a backfill is.
type runReport struct {
	Scanned uint64   `json:"scanned"`         // entries looked at
	Of      uint64   `json:"of,omitempty"`    // of how many; 0: not known
	Matched uint64   `json:"matched"`         // files that the glob and the time are true of
	Queued  uint64   `json:"queued"`          // of these
	Waiting uint64   `json:"waiting"`         // of these, left out because an event of theirs waits already
	Last    string   `json:"last,omitempty"`  // everything up to this path is done
	Paths   []string `json:"paths,omitempty"` // of a dry run: the files, since the last report
	// Previews are what the function would have done, since the last report.
	Previews []triggers.Entry `json:"previews,omitempty"`
	Done     bool             `json:"done"`
}

func newTriggerRun() *cobra.Command {
	var q runRequest
	var since string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "run NAME --over GLOB",
		Short: "Run a function over files that are there already",
		Long: `Run a function over files that are there already: each gets an event as if it had just
arrived, behind whatever waits. Files of which an event waits are left out, so an interrupted
run may be started again; it also says from where to go on.`,
		Example: "  wakefs trigger run thumbnail --over '/photos/**' --dry-run --effects\n  wakefs trigger run thumbnail --over '/photos/**' --since 24h\n  wakefs trigger run thumbnail --over '/photos/**' --since 1f0c36d2",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			q.Trigger = a[0]
			if q.Over == "" {
				return usagef("--over is missing: say which files, as in --over '/photos/**'")
			}
			if q.Effects && !q.DryRun {
				return usagef("--effects goes with --dry-run: without it the function is run for good")
			}
			if since != "" {
				if t, ok := parseSince(since, time.Now()); ok {
					q.Since = t.UnixNano()
				} else if isVersion(since) {
					q.SinceVersion = since
				} else {
					return usagef("--since %s: give a date (2026-01-31), a time (2026-01-31T12:00:00Z), an age (24h) or a version (see `wakefs trigger history %s`)", since, q.Trigger)
				}
			}
			last, err := runOver(cmd.Context(), cmd.OutOrStdout(), q, asJSON)
			if err != nil {
				if last.Last != "" {
					err = fmt.Errorf("%w\n%d files are queued; go on with: wakefs trigger run %s --over '%s' --after '%s'", err, last.Queued, q.Trigger, q.Over, last.Last)
				}
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), last)
			}
			last.print(cmd.OutOrStdout(), &q)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.Over, "over", "", "which files: a glob of absolute paths, ** crosses folders")
	f.StringVar(&since, "since", "", "only files changed since: a date, a time (RFC 3339), an age such as 24h, or a version was made live")
	f.StringVar(&q.After, "after", "", "begin behind this path, where an interrupted run had come to")
	f.BoolVar(&q.DryRun, "dry-run", false, "print the files it would run on, and queue nothing")
	f.BoolVar(&q.Effects, "effects", false, "with --dry-run: call the function on each, print what it would change, and drop that")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// parseSince reads a date, a time or an age.
func parseSince(s string, now time.Time) (t time.Time, ok bool) {
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isVersion tells whether s may be the beginning of a version, a hash.
func isVersion(s string) bool {
	return len(s) >= 4 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// madeLive is when a version of a trigger was last made live, ns.
func (n *node) madeLive(ctx context.Context, t *fs.Trigger, prefix string) (int64, error) {
	versions, err := n.session.TriggerVersions(ctx, t.Name)
	if err != nil {
		return 0, err
	}
	want, err := pickVersion(t, versions, prefix)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(versions, func(v fs.TriggerVersion) bool { return v.Version == want })
	return versions[i].Deployed, nil
}

func runOver(ctx context.Context, out io.Writer, q runRequest, quiet bool) (runReport, error) {
	var last runReport
	var bar *progressbar.ProgressBar
	err := stream(ctx, "trigger.run", q, func(line []byte) error {
		last.Paths, last.Previews = nil, nil
		if err := json.Unmarshal(line, &last); err != nil {
			return err
		}
		for _, p := range last.Paths {
			if !quiet {
				fmt.Fprintln(out, p)
			}
		}
		for i := range last.Previews {
			if e := &last.Previews[i]; !quiet {
				printPreview(out, e)
			}
		}
		if quiet || q.DryRun || !isTerminal(os.Stderr) {
			return nil
		}
		if bar == nil {
			of := int64(-1) // a spinner
			if last.Of > 0 {
				of = int64(last.Of)
			}
			bar = progressbar.NewOptions64(of, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(q.Trigger),
				progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30))
		}
		bar.Describe(fmt.Sprintf("%s: %d queued", q.Trigger, last.Queued))
		at := last.Scanned
		if last.Of > 0 {
			at = min(at, last.Of)
		}
		_ = bar.Set64(int64(at)) // a bar that cannot be drawn is no failure of the run
		return nil
	})
	if bar != nil {
		_ = bar.Finish()
	}
	if err == nil && !last.Done {
		err = errors.New("the node stopped in the middle of the run")
	}
	return last, err
}

// printPreview prints what a call would have done.
func printPreview(out io.Writer, e *triggers.Entry) {
	fmt.Fprintf(out, "%s  %s in %s\n", e.Path, e.Result, e.Wall.Round(10*time.Microsecond))
	texts := []string{e.Error, strings.TrimRight(e.Output, "\n")}
	for i := range e.HTTP {
		texts = append(texts, e.HTTP[i].String())
	}
	for _, text := range append(texts, e.Effects...) {
		if text != "" {
			fmt.Fprintf(out, "    %s\n", strings.ReplaceAll(text, "\n", "\n    "))
		}
	}
}

func (r *runReport) print(out io.Writer, q *runRequest) {
	if q.DryRun {
		fmt.Fprintf(out, "%d files; nothing was queued\n", r.Matched)
		return
	}
	fmt.Fprintf(out, "%d files queued", r.Queued)
	if r.Waiting > 0 {
		fmt.Fprintf(out, ", %d left out because an event of theirs waits already", r.Waiting)
	}
	fmt.Fprintf(out, "; see `wakefs trigger logs -f %s`\n", q.Trigger)
}

// triggerRun is the node's side.
func (n *node) triggerRun(ctx context.Context, req []byte, w io.Writer) error {
	b := &backfill{n: n, out: w}
	if err := json.Unmarshal(req, &b.q); err != nil {
		return fs.E("call", fs.KindInvalid, "", err)
	}
	if !strings.HasPrefix(b.q.Over, "/") || !doublestar.ValidatePattern(b.q.Over) {
		return fs.Errorf("run", fs.KindInvalid, "", "%q is no glob of absolute paths", b.q.Over)
	}
	t, err := n.find(ctx, b.q.Trigger)
	if err != nil {
		return err
	}
	b.t = &t
	if t.Version == "" {
		return fs.Errorf("run", fs.KindInvalid, t.Name, "it has no live version: its script was refused, see `wakefs trigger show %s`", t.Name)
	}
	if b.q.SinceVersion != "" {
		if b.q.Since, err = n.madeLive(ctx, &t, b.q.SinceVersion); err != nil {
			return err
		}
	}
	if b.waiting, err = n.waitingFiles(ctx, &t); err != nil {
		return err
	}
	base := globBase(b.q.Over)
	if base == "/" {
		st, err := n.session.Status(ctx)
		if err != nil {
			return err
		}
		b.r.Of = st.Inodes
	}
	a, err := n.files.Resolve(ctx, base, false)
	switch {
	case err != nil && fs.KindOf(err) != fs.KindNotFound:
		return err
	case err == nil && a.IsDir():
		err = b.walk(ctx, a.Ino, base)
	case err == nil:
		err = b.look(ctx, base, &a)
	default:
		err = nil // no file is like this
	}
	if err == nil {
		err = b.flush(ctx)
	}
	if err != nil {
		return err
	}
	b.r.Done = true
	return writeLine(w, &b.r)
}

// waitingFiles returns the files of which an event of the trigger waits.
func (n *node) waitingFiles(ctx context.Context, t *fs.Trigger) (map[fs.Ino]bool, error) {
	set := make(map[fs.Ino]bool)
	for after := fs.InvocationID(0); t.Stats.Backlog > 0; {
		page, err := n.session.Waiting(ctx, t.Name, after, runPage, false)
		if err != nil || len(page) == 0 {
			return set, err
		}
		for i := range page {
			after = page[i].ID
			set[page[i].Event.Ino] = true
		}
	}
	return set, nil
}

// globBase is the folder, or the file, that all matches of a glob are below, or are.
func globBase(glob string) string {
	meta := strings.IndexAny(glob, `*?[{\`)
	if meta < 0 {
		return path.Clean(glob)
	}
	return path.Clean(glob[:strings.LastIndexByte(glob[:meta], '/')+1])
}

const (
	runPage  = 512 // records read at once
	runBatch = 256 // events queued by one Tx
)

// backfill is a run over existing files while it goes on.
type backfill struct {
	n       *node
	q       runRequest
	t       *fs.Trigger
	r       runReport
	out     io.Writer
	waiting map[fs.Ino]bool
	ops     []fs.Op
	at      string // the last path looked at
	said    uint64 // Scanned of the last report
}

// walk goes through a folder in the order of names, each folder with what is below it where its name is.
func (b *backfill) walk(ctx context.Context, dir fs.Ino, at string) error {
	for after := ""; ; {
		page, err := b.n.session.ReadDir(ctx, dir, after, runPage)
		if err != nil {
			if kind := fs.KindOf(err); kind == fs.KindNotFound || kind == fs.KindNotDir {
				return nil // it went meanwhile
			}
			return err
		}
		for i := range page {
			e := &page[i]
			after = e.Name
			p := path.Join(at, e.Name)
			switch {
			case e.Attr.IsDir():
				if p != triggers.Dir && !b.passed(p, true) && !tooDeep(b.q.Over, p) {
					err = b.walk(ctx, e.Attr.Ino, p)
				}
			case !b.passed(p, false):
				err = b.look(ctx, p, &e.Attr)
			}
			if err != nil {
				return err
			}
			b.r.Scanned++
		}
		if len(page) < runPage {
			return nil
		}
	}
}

// passed tells whether a path, of a folder also all below it, comes before where the run begins.
func (b *backfill) passed(p string, dir bool) bool {
	if b.q.After == "" {
		return false
	}
	at, from := strings.Split(p, "/"), strings.Split(b.q.After, "/")
	if dir && len(from) > len(at) {
		return slices.Compare(at, from[:len(at)]) < 0
	}
	return slices.Compare(at, from) <= 0
}

// tooDeep tells whether nothing below a folder can match.
func tooDeep(glob, dir string) bool {
	return !strings.Contains(glob, "**") && !strings.ContainsAny(glob, `{\`) && strings.Count(dir, "/") >= strings.Count(glob, "/")
}

// look takes a file if it is one of those that are asked for.
func (b *backfill) look(ctx context.Context, p string, a *fs.Attr) error {
	b.at = p
	if a.IsRegular() && max(a.Mtime, a.Ctime) >= b.q.Since && doublestar.MatchUnvalidated(b.q.Over, p) {
		b.r.Matched++
		ev := fs.Event{
			Type: fs.EventArrive, Path: p, Ino: a.Ino, Mode: a.Mode, Version: a.Version, Size: a.Size, UID: a.UID, GID: a.GID, Time: now(),
		}
		switch {
		case b.q.DryRun && b.q.Effects:
			e, err := b.n.dispatcher.Preview(ctx, b.t, ev)
			if err != nil {
				return err
			}
			b.r.Previews = append(b.r.Previews, e)
			return b.flush(ctx)
		case b.q.DryRun:
			b.r.Paths = append(b.r.Paths, p)
		case b.waiting[a.Ino]:
			b.r.Waiting++
		default:
			b.waiting[a.Ino] = true // under another name it is the same file
			b.ops = append(b.ops, &fs.Enqueue{Trigger: b.q.Trigger, Event: ev})
		}
	}
	if len(b.ops) >= runBatch || b.r.Scanned-b.said >= 16*runPage || len(b.r.Paths) >= runPage {
		return b.flush(ctx)
	}
	return nil
}

// flush queues what was gathered and reports.
func (b *backfill) flush(ctx context.Context) error {
	if len(b.ops) > 0 {
		if _, err := b.n.session.Propose(ctx, &fs.Tx{Time: now(), Ops: b.ops}, fs.Committed); err != nil {
			return err
		}
		b.r.Queued += uint64(len(b.ops))
		b.ops = nil
	}
	b.r.Last, b.said = b.at, b.r.Scanned
	err := writeLine(b.out, &b.r)
	b.r.Paths, b.r.Previews = nil, nil
	return err
}
