// Command bench compares wakefs with the local disk under it. It starts a node, runs the same workloads on its mount and in
// a plain directory of the same disk, turn by turn, and prints medians, ratios and the goals that the project has set itself.
//
//	make bench                        # everything, a quarter of an hour
//	go run ./bench --quick            # everything small, under a minute
//	go run ./bench --only 'sqlite'    # some of it
//
// A workload is a function of a directory (see workload), so it knows nothing of wakefs and its tests need no node; what
// needs a node, such as trigger latency, is in trigger.go and footprint.go. Nothing imports this package.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// config is what a person can choose.
type config struct {
	wakefs string // path of the binary under test
	dir    string // where the data, the mount and the local directory go; empty makes a temporary one
	disks  int    // disk folders of the node
	rounds int    // measurements per workload and side
	files  int    // small files to make through the mount before anything else
	quick  bool
	json   bool
	only   string // regular expression over workload names
	list   bool

	match *regexp.Regexp // compiled only
	sizes *sizes         // of the workloads, by quick
}

func (c *config) validate() error {
	var err error
	if c.match, err = regexp.Compile(c.only); err != nil {
		return fmt.Errorf("--only: %w", err)
	}
	c.sizes = &fullSizes
	if c.quick {
		c.sizes = &quickSizes
	}
	if c.disks < 1 || c.rounds < 1 || c.files < 0 {
		return errors.New("--disks and --rounds must be at least 1, --files at least 0")
	}
	if c.list {
		return nil
	}
	if _, err := os.Stat(c.wakefs); err != nil {
		return fmt.Errorf("no wakefs binary to measure: %w; build it with `make build` or name it with --wakefs", err)
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:           "wakefs-bench",
		Short:         "Compare wakefs with the local disk under it",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.validate(); err != nil {
				return err
			}
			if c.list {
				for _, name := range allNames() {
					fmt.Fprintln(cmd.OutOrStdout(), name)
				}
				return nil
			}
			return run(cmd.Context(), &c, cmd.OutOrStdout(), &progress{out: cmd.ErrOrStderr(), start: time.Now()})
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.wakefs, "wakefs", "bin/wakefs", "the `PATH` of the binary to measure")
	f.StringVar(&c.dir, "dir", "", "the `DIR` for data, mount and comparison, on the disk to compare with (default a temporary one)")
	f.IntVar(&c.disks, "disks", 3, "disk folders of the node")
	f.IntVar(&c.rounds, "rounds", 3, "measurements per workload and side; the median counts")
	f.IntVar(&c.files, "files", 0, "make this many small files first and report memory and restart time with them")
	f.BoolVar(&c.quick, "quick", false, "shrink everything to under a minute; for smoke tests, not for figures")
	f.BoolVar(&c.json, "json", false, "print JSON instead of a table")
	f.StringVar(&c.only, "only", "", "run only workloads whose name matches this `REGEX`")
	f.BoolVar(&c.list, "list", false, "print the names of the workloads and exit")
	return cmd
}
