package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
)

// fsckRequest asks the stream "fsck", whose answer is an fsckReport a line; the last has Done.
type fsckRequest struct {
	Quick  bool `json:"quick,omitempty"`  // whether shards are there, not whether they are sound
	Repair bool `json:"repair,omitempty"` // make damaged stripes whole
}

// fsckReport is how far a check is and what it found.
type fsckReport struct {
	Phase    string   `json:"phase"`
	At       uint64   `json:"at"`
	Of       uint64   `json:"of"`
	Done     bool     `json:"done"`
	Inodes   uint64   `json:"inodes"`
	Stripes  uint64   `json:"stripes"`
	Shards   uint64   `json:"shards"`
	Missing  uint64   `json:"missing"`            // shards that are not where they belong, or on a disk that cannot be read
	Corrupt  uint64   `json:"corrupt"`            // shards that fail their checksums
	Lost     uint64   `json:"lost"`               // stripes with fewer shards left than it takes
	Dangling uint64   `json:"dangling"`           // extents whose stripe is not recorded
	Repaired uint64   `json:"repaired"`           // shards that are whole again
	Problems []string `json:"problems,omitempty"` // the first of them, in words
}

// maxProblems is how many problems a report names.
const maxProblems = 100

func (r *fsckReport) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

func (r *fsckReport) damaged() bool {
	return r.Missing+r.Corrupt+r.Lost+r.Dangling > r.Repaired || r.Lost+r.Dangling > 0
}

func newFsck() *cobra.Command {
	var q fsckRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Check the metadata against the shards on the disks",
		Long: `Check the metadata against the shards on the disks: that every extent has its stripe,
and every stripe all its shards, each of which is read and compared with its checksums.
The node goes on serving meanwhile. Exit code 4: damage was found and not all repaired.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			last, err := runFsck(cmd.Context(), q, asJSON)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON {
				err = printJSON(out, last)
			} else {
				last.print(out)
			}
			if err == nil && last.damaged() {
				err = &exitError{exitDamaged, errors.New("damage was found; `wakefs fsck --repair` rebuilds what can be rebuilt")}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&q.Quick, "quick", false, "look whether shards are there, do not read them")
	cmd.Flags().BoolVar(&q.Repair, "repair", false, "rebuild damaged shards from the others")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// runFsck runs the check with a progress bar on a terminal, and returns its last report.
func runFsck(ctx context.Context, q fsckRequest, quiet bool) (fsckReport, error) {
	var last fsckReport
	var bar *progressbar.ProgressBar
	err := stream(ctx, "fsck", q, func(line []byte) error {
		var r fsckReport
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		if !quiet && isTerminal(os.Stderr) {
			if bar == nil || r.Phase != last.Phase {
				bar = progressbar.NewOptions64(int64(max(r.Of, 1)), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(r.Phase),
					progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30))
			}
			_ = bar.Set64(int64(min(r.At, r.Of))) // a bar that cannot be drawn is no failure of the check
		}
		last = r
		return nil
	})
	if bar != nil {
		_ = bar.Finish()
	}
	if err == nil && !last.Done {
		err = errors.New("the node stopped in the middle of the check: run it again")
	}
	return last, err
}

func isTerminal(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

func (r *fsckReport) print(out io.Writer) {
	fmt.Fprintf(out, "%d inodes, %d stripes, %d shards checked\n", r.Inodes, r.Stripes, r.Shards)
	for _, p := range r.Problems {
		fmt.Fprintln(out, "  "+p)
	}
	if r.Missing+r.Corrupt+r.Lost+r.Dangling == 0 {
		fmt.Fprintln(out, "clean")
		return
	}
	fmt.Fprintf(out, "%d shards missing, %d corrupt; %d stripes lost, %d extents without a stripe; %d shards repaired\n",
		r.Missing, r.Corrupt, r.Lost, r.Dangling, r.Repaired)
}

// fsck is the node's side.
func (n *node) fsck(ctx context.Context, req []byte, w io.Writer) error {
	var q fsckRequest
	if len(req) > 0 {
		if err := json.Unmarshal(req, &q); err != nil {
			return fs.E("call", fs.KindInvalid, "", err)
		}
	}
	st, err := n.session.Status(ctx)
	if err != nil {
		return err
	}
	r := &fsckReport{Phase: "inodes", Of: st.Inodes}
	if err := n.fsckInodes(ctx, w, r); err != nil {
		return err
	}
	r.Phase, r.At, r.Of = "stripes", 0, st.Stripes
	if err := n.fsckStripes(ctx, q, w, r); err != nil {
		return err
	}
	r.Done = true
	return writeLine(w, r)
}

// fsckBatch is how many records are looked at between two reports.
const fsckBatch = 512

// fsckInodes checks that every extent's stripe is recorded and covers it.
func (n *node) fsckInodes(ctx context.Context, w io.Writer, r *fsckReport) error {
	var after fs.Ino
	for {
		list, err := n.session.Inodes(ctx, after, fsckBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			after = list[i].Ino
			r.Inodes++
			if !list[i].IsRegular() || list[i].Used == 0 {
				continue
			}
			if err := n.fsckFile(ctx, after, r); err != nil && fs.KindOf(err) != fs.KindNotFound {
				return err
			}
		}
		r.At += uint64(len(list))
		if err := writeLine(w, r); err != nil {
			return err
		}
	}
}

func (n *node) fsckFile(ctx context.Context, ino fs.Ino, r *fsckReport) error {
	const window = 256 << 20
	for off := int64(0); ; off += window {
		attr, extents, err := n.session.Extents(ctx, ino, off, window)
		if err != nil {
			return err
		}
		for i := range extents {
			e := &extents[i]
			if e.Inline != nil {
				continue
			}
			st, err := n.session.Stripe(ctx, e.Stripe)
			if err != nil && fs.KindOf(err) != fs.KindNotFound {
				return err
			}
			if err != nil || int64(e.StripeOff)+e.Len > int64(st.Len) {
				if again, _, gone := n.session.Extents(ctx, ino, off, window); gone != nil || again.Version != attr.Version {
					continue // it changed under the check
				}
				r.Dangling++
				path, _ := n.session.Path(ctx, ino)
				r.problem("inode %d (%s): bytes %d to %d have no stripe", ino, path, e.Off, e.End())
			}
		}
		if off+window >= attr.Size {
			return nil
		}
	}
}

// fsckStripes checks that every stripe has its shards.
func (n *node) fsckStripes(ctx context.Context, q fsckRequest, w io.Writer, r *fsckReport) error {
	cluster, err := n.session.ClusterMap(ctx)
	if err != nil {
		return err
	}
	groups := make(map[fs.PGID]fs.PG, len(cluster.PGs))
	for _, g := range cluster.PGs {
		groups[g.ID] = g
	}
	var after fs.StripeID
	for {
		list, err := n.session.Stripes(ctx, fs.AllStripes, after, fsckBatch/8)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, st := range list {
			after = st.ID
			if st.Live == 0 {
				continue // being deleted
			}
			r.Stripes++
			if err := n.fsckStripe(ctx, q, groups[st.PG], st, r); err != nil {
				return err
			}
		}
		r.At += uint64(len(list))
		if err := writeLine(w, r); err != nil {
			return err
		}
	}
}

func (n *node) fsckStripe(ctx context.Context, q fsckRequest, pg fs.PG, st fs.Stripe, r *fsckReport) error {
	errs := make([]error, len(pg.Members))
	var wg sync.WaitGroup
	for i, m := range pg.Members {
		wg.Go(func() {
			errs[i] = n.checkShard(ctx, q.Quick, m, fs.ShardAddr{PG: pg.ID, Stripe: st.ID, Index: uint8(i)})
		})
	}
	wg.Wait()
	bad := 0
	for i, err := range errs {
		r.Shards++
		if err == nil {
			continue
		}
		if now, gone := n.session.Stripe(ctx, st.ID); gone != nil || now.Live == 0 {
			return nil // it was deleted under the check
		}
		bad++
		if fs.KindOf(err) == fs.KindCorrupt {
			r.Corrupt++
			r.problem("stripe %x shard %d on disk %d is corrupt", uint64(st.ID), i, pg.Members[i])
		} else {
			r.Missing++
			r.problem("stripe %x shard %d on disk %d is missing: %v", uint64(st.ID), i, pg.Members[i], err)
		}
	}
	if bad == 0 && len(pg.Members) > 0 {
		return nil
	}
	if len(errs)-bad < int(pg.Scheme.K) || len(errs) == 0 {
		r.Lost++
		r.problem("stripe %x is lost: %d of the %d shards it takes are left", uint64(st.ID), len(errs)-bad, pg.Scheme.K)
		return nil
	}
	if !q.Repair {
		return nil
	}
	if err := n.janitor.Load().Repair(ctx, st); err != nil {
		r.problem("stripe %x could not be repaired: %v", uint64(st.ID), err)
		return nil
	}
	if now, err := n.session.Stripe(ctx, st.ID); err == nil && now.Missing == 0 {
		r.Repaired += uint64(bad)
	}
	return nil
}

func (n *node) checkShard(ctx context.Context, quick bool, id fs.ServerID, a fs.ShardAddr) error {
	s, err := n.disks.Server(id)
	if err != nil {
		return err
	}
	if quick {
		return s.Get(ctx, a, 0, nil)
	}
	_, err = s.Verify(ctx, a)
	return err
}
