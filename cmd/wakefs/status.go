package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/fs"
)

func newStatus() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how the node feels: metadata, disks, functions",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := call[nodeStatus](cmd.Context(), "status", nil)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), st)
			}
			return st.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// status gathers how the node feels.
func (n *node) status(ctx context.Context) (nodeStatus, error) {
	m, err := n.session.Status(ctx)
	if err != nil {
		return nodeStatus{}, err
	}
	size, err := n.session.StatFS(ctx)
	if err != nil {
		return nodeStatus{}, err
	}
	cluster, err := n.session.ClusterMap(ctx)
	if err != nil {
		return nodeStatus{}, err
	}
	st := nodeStatus{
		Version: version(), Uptime: time.Since(n.started), Mount: n.cfg.Mount,
		Leader: m.Leader, Term: m.Term, Applied: m.Applied, Inodes: m.Inodes, Orphans: m.Orphans,
		Capacity: size.Capacity, Free: size.Free,
		Stripes: m.Stripes, Degraded: m.Degraded, Dead: m.Dead,
		RSS: rss(), Goroutines: runtime.NumGoroutine(),
	}
	if st.Sandbox, err = n.pool.Layers(); err != nil {
		st.Sandbox = []string{"none: functions cannot run: " + err.Error()}
	}
	st.Running, _, _ = n.dispatcher.Load()
	done := n.janitor.Load().Counts()
	st.Repaired, st.Compacted, st.Packed, st.Swept = done.Repaired, done.Compacted, done.Packed, done.Swept
	for _, s := range m.Sessions {
		st.Sessions = append(st.Sessions, s.Name)
	}
	scores := make(map[fs.ServerID]float64)
	for i, s := range cluster.Servers {
		if i < len(cluster.Scores) {
			scores[s.ID] = cluster.Scores[i]
		}
	}
	for _, d := range n.disks.status(ctx) {
		st.Used += d.LiveBytes
		st.Disks = append(st.Disks, diskStatus{
			ID: uint32(d.ID), Path: n.disks.path(d.ID), Score: scores[d.ID], Capacity: d.Capacity, Free: d.Free,
			Shards: d.Shards, Live: d.LiveBytes, Latency: d.Latency, Failed: d.Failed,
		})
	}
	for _, g := range cluster.PGs {
		row := groupStatus{ID: uint32(g.ID), Scheme: fmt.Sprintf("%d+%d", g.Scheme.K, g.Scheme.M), Writable: g.Writable}
		for _, id := range g.Members {
			row.Members = append(row.Members, uint32(id))
		}
		st.Groups = append(st.Groups, row)
	}
	return st, nil
}

// rss is the memory that the process has resident, bytes; 0 if the system does not tell.
func rss() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

func (st *nodeStatus) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "wakefs %s, up %s, %s of memory\n", st.Version, st.Uptime.Round(time.Second), humanize.IBytes(st.RSS))
	if st.Mount != "" {
		fmt.Fprintf(w, "mount\t%s\n", abs(st.Mount))
	}
	leader := st.Leader
	if leader == "" {
		leader = "none: no changes are possible"
	}
	fmt.Fprintf(w, "metadata\tleader %s, term %d, %s Txs applied\n", leader, st.Term, humanize.Comma(int64(st.Applied)))
	fmt.Fprintf(w, "files\t%s; %s stored on disks, %s free\n", humanize.Comma(int64(st.Inodes)), humanize.IBytes(st.Used), humanize.IBytes(st.Free))
	health := "all whole"
	if st.Degraded > 0 {
		health = fmt.Sprintf("%s are missing shards and being rebuilt", humanize.Comma(int64(st.Degraded)))
	}
	fmt.Fprintf(w, "stripes\t%s, %s; %s repaired, %s compacted since the start\n", humanize.Comma(int64(st.Stripes)), health,
		humanize.Comma(int64(st.Repaired)), humanize.Comma(int64(st.Compacted)))
	fmt.Fprintf(w, "functions\t%d running; sandbox: %s\n", st.Running, strings.Join(st.Sandbox, ", "))
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "DISK\tSCORE\tFREE\tSHARDS\tDATA\tWRITE\tSTATE\tPATH")
	for _, d := range st.Disks {
		state := "ok"
		if d.Failed != "" {
			state = "FAILED: " + d.Failed
		}
		fmt.Fprintf(w, "%d\t%.0f\t%s\t%s\t%s\t%.1f ms\t%s\t%s\n", d.ID, d.Score, humanize.IBytes(d.Free), humanize.Comma(int64(d.Shards)),
			humanize.IBytes(d.Live), d.Latency*1e3, state, d.Path)
	}
	return w.Flush()
}
