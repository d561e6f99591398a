package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

var (
	startTime   = metric{"start to ready", seconds, goal{atMost, 3}}
	restartTime = metric{"restart to ready, after everything", seconds, goal{atMost, 5}}
	idleMemory  = metric{"memory, idle", megabytes, goal{atMost, 150}}
)

func memoryAfter(what string) metric {
	return metric{"memory, after " + what, megabytes, goal{atMost, 400}}
}

// bench is one run: a node, a local directory beside it, and what has been found so far.
type bench struct {
	config *config
	sizes  *sizes
	dir    string // holds all of it
	local  string
	node   *node
	report *report
	say    *progress
}

// run does everything the flags ask for and prints the report, also a partial one.
func run(ctx context.Context, c *config, out io.Writer, p *progress) (err error) {
	b, cleanUp, err := prepare(c, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cleanUp()) }()
	err = b.measure(ctx)
	print := b.report.table
	if c.json {
		print = b.report.json
	}
	err = errors.Join(err, print(out))
	if n := len(b.report.failed); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d workloads did not finish", n))
	}
	return err
}

// prepare lays out the directories. What it makes, cleanUp removes.
func prepare(c *config, p *progress) (*bench, func() error, error) {
	parent := c.dir
	if parent == "" {
		parent = os.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "wakefs-bench-")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, nil, err
	}
	b := &bench{config: c, sizes: c.sizes, dir: dir, local: filepath.Join(dir, "local"), say: p}
	b.report = &report{machine: describeMachine(dir, c)}
	if b.report.machine.Filesystem == "tmpfs" {
		b.report.notes = append(b.report.notes, parent+" is memory and not a disk; choose a directory on a disk with --dir")
	}
	if os.Geteuid() != 0 {
		b.report.notes = append(b.report.notes, "not root, so the kernel's caches could not be dropped: reads were warm")
	}
	if b.node, err = newNode(c, dir); err == nil {
		err = os.Mkdir(b.local, 0o755)
	}
	cleanUp := func() error {
		released, err := b.node.release()
		if !released { // removing would remove what is mounted below
			return errors.Join(err, fmt.Errorf("%s is still mounted; %s is left as it is", b.node.mount, dir))
		}
		return errors.Join(err, os.RemoveAll(dir))
	}
	return b, cleanUp, err
}

// measure goes through everything that was chosen. It ends early only if the node is gone or the user interrupts.
func (b *bench) measure(ctx context.Context) error {
	took, err := b.node.start(ctx)
	if err != nil {
		return err
	}
	b.put(sample{startTime, took})
	if err := b.rest(ctx); err != nil {
		return err
	}
	if err := b.lookAtMemory(idleMemory); err != nil {
		return err
	}
	b.put(sample{workersIdle, float64(len(descendants(b.node.pid())))})
	if b.config.files > 0 {
		if err := b.manyFiles(ctx); err != nil {
			return err
		}
	}
	for _, step := range b.steps() {
		if err := step.do(ctx); err != nil {
			if gone := errors.Join(b.node.alive(), ctx.Err()); gone != nil {
				return errors.Join(err, gone)
			}
			b.say.say("%s FAILED: %v", step.name, err)
			b.report.failed = append(b.report.failed, fmt.Sprintf("%s: %v", step.name, err))
		}
		if err := b.lookAtMemory(memoryAfter(step.name)); err != nil {
			return err
		}
	}
	if took, err = b.node.restart(ctx); err != nil {
		return err
	}
	b.put(sample{restartTime, took})
	return b.node.stop()
}

// step is a part of the run that --only can choose.
type step struct {
	name string
	do   func(ctx context.Context) error
}

func (b *bench) steps() []step {
	var all []step
	for i := range workloads {
		w := &workloads[i]
		all = append(all, step{w.name, func(ctx context.Context) error {
			return compare(ctx, w, b.node.mount, b.local, b.config.rounds, b.sizes, b.report, b.say)
		}})
	}
	all = append(all, step{latencyName, b.latency}, step{invocationsName, b.invocations}, step{drainName, b.drain}, step{deployName, b.deploys},
		step{workerName, b.workers}, step{foregroundName, b.foreground}, step{millionName, b.million})
	var chosen []step
	for _, s := range all {
		if b.config.match.MatchString(s.name) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// put files samples of the node and tells of them.
func (b *bench) put(samples ...sample) {
	b.report.add(true, samples)
	b.say.say("%s", describe(samples))
}

func (b *bench) lookAtMemory(m metric) error {
	bytes, err := memory(b.node.pid())
	if err != nil {
		return errors.Join(err, b.node.alive())
	}
	b.put(sample{m, float64(bytes) / 1e6})
	return nil
}

// rest gives the node the time to become idle.
func (b *bench) rest(ctx context.Context) error {
	select {
	case <-time.After(b.sizes.settle):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// latency compares the way from close to a handler with the way through inotify and exec.
func (b *bench) latency(ctx context.Context) error {
	for round := range b.config.rounds {
		for _, onWakefs := range []bool{true, false} {
			samples, err := latencyRound(ctx, onWakefs, b.node.mount, b.local, b.sizes.latencyEvents)
			if err != nil {
				return err
			}
			b.report.add(onWakefs, samples)
			side := map[bool]string{true: "wakefs", false: "inotify and exec on the local disk"}[onWakefs]
			b.say.say("%s %d/%d on %s: %s", latencyName, round+1, b.config.rounds, side, describe(samples))
		}
	}
	return nil
}

func (b *bench) invocations(ctx context.Context) error {
	for range b.config.rounds {
		perSecond, err := invocations(ctx, b.node, b.sizes.invocations)
		if err != nil {
			return err
		}
		b.put(sample{invocRate, perSecond})
	}
	return nil
}

// filesPerDirectory spreads the many files as a person would rather than into one directory.
const filesPerDirectory = 1000

// manyFiles makes the small files that --files asks for and looks at memory and restart with them.
func (b *bench) manyFiles(ctx context.Context) error {
	n := b.config.files
	root := filepath.Join(b.node.mount, "many")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	took, err := timed(func() error { return populate(ctx, root, n, b.say) })
	if err != nil {
		return err
	}
	text := thousands(int64(n)) + " files"
	b.put(sample{metric{"making " + text + ", 8 threads", perSecond, goal{}}, rate(n, took)})
	if err := b.lookAtMemory(memoryAfter("making " + text)); err != nil {
		return err
	}
	if took, err = b.node.restart(ctx); err != nil {
		return err
	}
	b.put(sample{metric{"restart to ready with " + text, seconds, goal{atMost, 5}}, took})
	if err := b.rest(ctx); err != nil {
		return err
	}
	return b.lookAtMemory(metric{"memory, idle with " + text, megabytes, goal{atMost, 400}})
}

// populate makes n small files below root with eight threads and tells now and then how far it is.
func populate(ctx context.Context, root string, n int, p *progress) error {
	dirs := (n + filesPerDirectory - 1) / filesPerDirectory
	return parallel(ctx, 8, dirs, func(d int) error {
		dir := filepath.Join(root, fmt.Sprintf("%06d", d))
		if err := unix.Mkdir(dir, 0o755); err != nil {
			return err
		}
		first := d * filesPerDirectory
		for i := first; i < min(first+filesPerDirectory, n); i++ {
			if err := createSmall(fileName(dir, i), i, false); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if d%20 == 0 {
			p.say("making files: about %s of %s", thousands(int64(first)), thousands(int64(n)))
		}
		return nil
	})
}
