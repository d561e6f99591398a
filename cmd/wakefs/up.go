package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

func newUp() *cobra.Command {
	var cfg config
	var durability string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run one node with every role, in the foreground",
		Long: `Run one node with every role, in the foreground: metadata, chunk servers on the
disks, the mount, and the functions. It prints "ready" when the mount answers; ^C
unmounts and ends it. Killed and started again it has lost nothing acknowledged.`,
		Example: "  wakefs up --mount mnt --samples\n  wakefs up --data /srv/wakefs --mount /mnt/wakefs --disk /disk1 --disk /disk2 --disk /disk3",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Data = dataDir
			switch durability {
			case "close":
			case "fsync":
				cfg.Relaxed = true
			default:
				return usagef("--durability %s: close (what a close has returned is durable) or fsync (only what an fsync has)", durability)
			}
			if err := cfg.validate(); err != nil {
				return err
			}
			return up(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.Mount, "mount", "", "mount point: an empty directory (default: no mount)")
	f.IntVar(&cfg.Disks, "disks", 3, "how many folders of the data directory to use as disks")
	f.StringArrayVar(&cfg.Disk, "disk", nil, "a folder to use as a disk, one on each real disk; repeat it")
	f.BoolVar(&cfg.Replace, "replace-disks", false, "a disk's folder that is empty now replaces the lost disk")
	f.BoolVar(&cfg.Samples, "samples", false, "install the sample functions in /triggers")
	f.StringVar(&cfg.Triggers, "triggers", "", "a folder of this host whose scripts are published as they are saved")
	f.StringVar(&durability, "durability", "close", "when writes are durable: close or fsync")
	f.StringVar(&cfg.Listen, "listen", "", "loopback TCP address to serve besides the socket in the data directory")
	f.StringVar(&cfg.Metrics, "metrics", "", "TCP address that serves figures for Prometheus at /metrics, such as 127.0.0.1:9400")
	f.StringArrayVar(&cfg.Owner, "owner-limit", nil, "what the functions of each user but root may use together: calls=NUMBER/TIME or cpu=TIME/TIME, such as cpu=10m/1h; repeat it")
	f.IntVar(&cfg.Workers, "workers", 0, "functions that run at once (default: twice the CPUs)")
	f.StringArrayVar(&cfg.AllowHTTP, "allow-http", nil, "let functions request URLs that begin so, such as https://hooks.example.com/, or \"public\" for all hosts with a public address; repeat it (default: none)")
	f.BoolVarP(&cfg.Verbose, "verbose", "v", false, "log more")
	return cmd
}

// spareProcs bounds how many goroutines may run beside those that the CPUs can. A goroutine in fdatasync keeps its place until the
// runtime's monitor, which sleeps up to 10 ms, takes it away; a request that came meanwhile would wait for that.
const spareProcs = 16

func up(ctx context.Context, cfg config, out io.Writer) error {
	level := slog.LevelWarn
	if cfg.Verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if os.Getenv("GOMAXPROCS") == "" {
		procs := runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(procs + min(2*procs, spareProcs))
	}
	n, err := openNode(ctx, cfg, log)
	if err != nil {
		return err
	}
	if err := n.serve(ctx, out); err != nil {
		_ = n.close(context.WithoutCancel(ctx)) // the first error is the one that tells
		return err
	}
	fmt.Fprintln(out, "stopping")
	// Whoever asks a second time does not want to wait.
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-again
		os.Exit(exitFailed)
	}()
	return n.close(context.WithoutCancel(ctx))
}

// serve prints what there is and waits until somebody wants the node to end.
func (n *node) serve(ctx context.Context, out io.Writer) error {
	if err := n.makeFolders(ctx); err != nil {
		return err
	}
	if err := n.summary(ctx, out); err != nil {
		return err
	}
	if n.cfg.Samples {
		printSamples(out)
	}
	fmt.Fprintln(out, "ready")
	var unmounted <-chan struct{}
	if m := n.mount.Load(); m != nil {
		unmounted = m.Done()
	}
	select {
	case <-ctx.Done():
	case <-unmounted:
		fmt.Fprintln(out, n.cfg.Mount, "was unmounted")
	}
	return nil
}

func (n *node) summary(ctx context.Context, out io.Writer) error {
	st, err := n.status(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "wakefs %s\n", version())
	if n.cfg.Mount != "" {
		fmt.Fprintf(w, "mount\t%s\n", abs(n.cfg.Mount))
	}
	fmt.Fprintf(w, "data\t%s\n", abs(n.cfg.Data))
	var disks, schemes []string
	for _, d := range st.Disks {
		disks = append(disks, fmt.Sprintf("%s (%s free)", d.Path, humanize.IBytes(d.Free)))
	}
	for _, g := range st.Groups {
		if g.Writable && (len(schemes) == 0 || schemes[len(schemes)-1] != g.Scheme) {
			schemes = append(schemes, g.Scheme)
		}
	}
	fmt.Fprintf(w, "disks\t%s\n", strings.Join(disks, ", "))
	fmt.Fprintf(w, "coding\t%s\n", describeScheme(schemes))
	fmt.Fprintf(w, "files\t%s, %s stored\n", humanize.Comma(int64(st.Inodes)), humanize.IBytes(st.Used))
	if n.metricsAddr != "" {
		fmt.Fprintf(w, "metrics\thttp://%s/metrics\n", n.metricsAddr)
	}
	if len(n.cfg.AllowHTTP) > 0 {
		fmt.Fprintf(w, "http\t%s\n", strings.Join(n.cfg.AllowHTTP, ", "))
	}
	fmt.Fprintf(w, "sandbox\t%s\n", strings.Join(st.Sandbox, ", "))
	return w.Flush()
}

func describeScheme(s []string) string {
	if len(s) == 0 {
		return "no group of disks can be written"
	}
	return strings.Join(s, ", ")
}

func abs(path string) string {
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}

// loopback tells whether an address is reachable from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// insideEachOther refuses a mount point that has the data directory below it, or is below it:
// the node would wait for itself.
func insideEachOther(data, dir string) error {
	d, m := abs(data), abs(dir)
	if d == m || strings.HasPrefix(d, m+"/") {
		return usagef("--data %s is below the mount point %s: the node would wait for itself", data, dir)
	}
	if strings.HasPrefix(m, d+"/") {
		return usagef("--mount %s is below the data directory %s: choose another directory", dir, data)
	}
	return nil
}
