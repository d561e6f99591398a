package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// sizes says how much each workload does.
type sizes struct {
	stream        int64         // bytes of the sequential file
	randomFile    int64         // bytes of the file for random access
	randomOps     int           // random reads, and writes
	smallFiles    int           // files per thread count
	syncedFiles   int           // files that are created and fsynced one by one
	treeEntries   int           // entries of the source tree to unpack; 0 is all
	walInserts    int           // SQLite transactions in WAL mode
	deleteInserts int           // SQLite transactions with a rollback journal
	latencyEvents int           // files dropped one by one
	invocations   int           // files dropped at once
	drained       int           // events that wait and are then worked off
	deploys       int           // versions saved in a round
	backlog       int           // events that wait beside the foreground's work
	hostile       int           // files for hostile handlers
	foreground    time.Duration // of a measurement of it
	million       int           // events that wait
	settle        time.Duration // pause before memory is looked at, for the node to calm down
}

var (
	fullSizes = sizes{stream: 1 << 30, randomFile: 256 << 20, randomOps: 5000, smallFiles: 4000, syncedFiles: 1000,
		walInserts: 3000, deleteInserts: 500, latencyEvents: 300, invocations: 5000, drained: 20000, deploys: 20,
		backlog: 100_000, hostile: 300, foreground: 10 * time.Second, million: 1_000_000, settle: 3 * time.Second}
	quickSizes = sizes{stream: 64 << 20, randomFile: 16 << 20, randomOps: 500, smallFiles: 400, syncedFiles: 100,
		treeEntries: 800, walInserts: 200, deleteInserts: 50, latencyEvents: 30, invocations: 300, drained: 1000, deploys: 5,
		backlog: 10_000, hostile: 100, foreground: time.Second, million: 20_000, settle: 300 * time.Millisecond}
)

// workload measures something in an empty directory, whatever filesystem that is on. It may leave what it made.
type workload struct {
	name string
	run  func(ctx context.Context, dir string, s *sizes) ([]sample, error)
}

// workloads run on both sides, in this order.
var workloads = []workload{
	{"sequential", sequential},
	{"random", random},
	{"small-1", func(ctx context.Context, dir string, s *sizes) ([]sample, error) { return smallFiles(ctx, dir, s, 1) }},
	{"small-8", func(ctx context.Context, dir string, s *sizes) ([]sample, error) { return smallFiles(ctx, dir, s, 8) }},
	{"fsync-1", func(ctx context.Context, dir string, s *sizes) ([]sample, error) { return createSynced(ctx, dir, s, 1) }},
	{"fsync-8", func(ctx context.Context, dir string, s *sizes) ([]sample, error) { return createSynced(ctx, dir, s, 8) }},
	{"untar", untar},
	{"sqlite-wal", sqliteWAL},
	{"sqlite-delete", sqliteDelete},
}

// allNames lists what --only can choose from.
func allNames() []string {
	var names []string
	for _, w := range workloads {
		names = append(names, w.name)
	}
	return append(names, latencyName, invocationsName, drainName, deployName, workerName, foregroundName, millionName)
}

// timed returns how many seconds f took.
func timed(f func() error) (float64, error) {
	start := time.Now()
	err := f()
	return time.Since(start).Seconds(), err
}

// rate is per second, safe for what took no time.
func rate(n int, secs float64) float64 { return float64(n) / max(secs, 1e-9) }

// parallel calls f(0) … f(n-1), spread over threads, and ends early on an error or with ctx.
func parallel(ctx context.Context, threads, n int, f func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for t := range threads {
		wg.Go(func() {
			for i := t; i < n && ctx.Err() == nil; i += threads {
				if err := f(i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// coldCaches writes out and drops what the kernel caches. It says false if it may not.
func coldCaches() bool {
	unix.Sync()
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0) == nil
}

// in runs a workload in a fresh directory below parent and removes it.
func (w *workload) in(ctx context.Context, parent string, s *sizes) (samples []sample, err error) {
	dir, err := os.MkdirTemp(parent, w.name+"-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	unix.Sync() // so that one side does not pay for what the other left unwritten
	return w.run(ctx, dir, s)
}

// compare runs a workload on both sides, turn by turn.
func compare(ctx context.Context, w *workload, mount, local string, rounds int, s *sizes, r *report, p *progress) error {
	for round := range rounds {
		for _, side := range []struct {
			name   string
			dir    string
			wakefs bool
		}{{"wakefs", mount, true}, {"local disk", local, false}} {
			samples, err := w.in(ctx, side.dir, s)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", w.name, side.name, err)
			}
			r.add(side.wakefs, samples)
			p.say("%s %d/%d on %s: %s", w.name, round+1, rounds, side.name, describe(samples))
		}
	}
	return nil
}

func fileName(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("file-%06d", i)) }
