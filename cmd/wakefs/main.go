// Command wakefs is the one binary of wakefs: a node with every role, and the commands
// that look at it and steer it. There is one file per command; node.go wires the roles.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/triggers/worker"
)

// The exit codes, also in the help.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitNoNode  = 3
	exitDamaged = 4
)

func main() {
	worker.Main() // does not return in a worker process
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "wakefs: "+err.Error())
	var coded *exitError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case isUsage(err):
		return exitUsage
	}
	return exitFailed
}

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func isUsage(err error) bool {
	var u *usageError
	return errors.As(err, &u)
}

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// dataDir is the flag of every command that needs a node.
var dataDir string

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "wakefs",
		Short: "A distributed filesystem that wakes your code",
		Long: `wakefs is a distributed filesystem that wakes your code: drop a file into a mounted
directory and a Go function from its triggers folder runs on it, within a budget,
with effects that happen exactly once.

  wakefs up --mount mnt --samples      one node with everything, in the foreground
  cp photo.jpg mnt/photos/             …and mnt/photos/thumbs/photo.jpg appears

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no node answers, 4 damage was found.`,
		SilenceUsage: true, SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q; see `wakefs help`", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see `%s --help`", err, cmd.CommandPath())
	})
	def := os.Getenv("WAKEFS_DATA")
	if def == "" {
		def = "./.wakefs"
	}
	root.PersistentFlags().StringVar(&dataDir, "data", def, "data directory of the node (or $WAKEFS_DATA)")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newUp(), newStatus(), newTrigger(), newSecret(), newFsck(), newVersion())
	return root
}

// args wraps a check of arguments so that its errors are usage errors.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := check(cmd, a); err != nil {
			return usagef("%w; see `%s --help`", err, cmd.CommandPath())
		}
		return nil
	}
}
