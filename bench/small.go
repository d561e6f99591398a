package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// smallMetric names a step of the small-file workload by its number of threads.
func smallMetric(step string, threads int, g goal) metric {
	plural := "s"
	if threads == 1 {
		plural = ""
	}
	return metric{fmt.Sprintf("small files: %s, %d thread%s", step, threads, plural), perSecond, g}
}

// createGoals are the durable small files per second by threads.
var createGoals = map[int]goal{1: {atLeast, 1500}, 8: {atLeast, 8000}}

// smallFiles creates, stats, reads and removes files of 4 KiB.
func smallFiles(ctx context.Context, dir string, s *sizes, threads int) ([]sample, error) {
	steps := []struct {
		name string
		goal goal
		do   func(path string, i int) error
	}{
		{"create", createGoals[threads], func(path string, i int) error { return createSmall(path, i, false) }},
		{"stat", goal{}, statSmall},
		{"read", goal{}, readSmall},
		{"unlink", goal{}, func(path string, _ int) error { return os.Remove(path) }},
	}
	var samples []sample
	for _, step := range steps {
		took, err := timed(func() error {
			return parallel(ctx, threads, s.smallFiles, func(i int) error { return step.do(fileName(dir, i), i) })
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
		samples = append(samples, sample{smallMetric(step.name, threads, step.goal), rate(s.smallFiles, took)})
	}
	return samples, nil
}

// createSynced creates files of 4 KiB and fsyncs each before closing it.
func createSynced(ctx context.Context, dir string, s *sizes, threads int) ([]sample, error) {
	took, err := timed(func() error {
		return parallel(ctx, threads, s.syncedFiles, func(i int) error { return createSmall(fileName(dir, i), i, true) })
	})
	if err != nil {
		return nil, err
	}
	return []sample{{smallMetric("create+fsync", threads, goal{}), rate(s.syncedFiles, took)}}, nil
}

// smallNoise is what all small files have in common; each begins with its own number.
var smallNoise = noise(3, page)

// smallContent returns the content of the i-th small file.
func smallContent(i int) []byte {
	b := bytes.Clone(smallNoise)
	stamp(b, int64(i))
	return b
}

func createSmall(path string, i int, sync bool) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(smallContent(i)); err != nil || !sync {
		return err
	}
	return f.Sync()
}

func statSmall(path string, _ int) error {
	fi, err := os.Lstat(path)
	if err == nil && fi.Size() != page {
		return fmt.Errorf("%s has %d bytes; must have %d", path, fi.Size(), page)
	}
	return err
}

func readSmall(path string, i int) error {
	b, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(b, smallContent(i)) {
		return fmt.Errorf("%s is not what was written", path)
	}
	return err
}
