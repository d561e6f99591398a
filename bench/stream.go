package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

const (
	streamChunk = 1 << 20 // bytes per read or write of the sequential workload
	page        = 4 << 10 // bytes per random access, and of a small file
)

// noise returns n bytes that do not compress and follow from the seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	var key [32]byte
	key[0], key[1], key[2], key[3] = byte(seed), byte(seed>>8), byte(seed>>16), byte(seed>>24)
	rand.NewChaCha8(key).Read(b)
	return b
}

var (
	seqWrite = metric{"sequential write", mibPerSecond, goal{ratioAtLeast, 0.5}}
	seqRead  = metric{"sequential read, cold", mibPerSecond, goal{ratioAtLeast, 0.6}}
	seqWarm  = metric{"sequential read, warm", mibPerSecond, goal{}}
)

// sequential writes one large file with fsync at its end and reads it with cold caches, or warm ones if it may not cool them.
func sequential(ctx context.Context, dir string, s *sizes) ([]sample, error) {
	path := filepath.Join(dir, "stream")
	wrote, err := timed(func() error { return writeStream(ctx, path, s.stream) })
	if err != nil {
		return nil, err
	}
	read := seqWarm
	if coldCaches() {
		read = seqRead
	}
	took, err := timed(func() error { return readStream(ctx, path, s.stream) })
	if err != nil {
		return nil, err
	}
	mib := int(s.stream >> 20)
	return []sample{{seqWrite, rate(mib, wrote)}, {read, rate(mib, took)}}, nil
}

// stamp marks a chunk with its number, so that a read notices chunks that are missing, stale or swapped.
func stamp(chunk []byte, i int64) { copy(chunk, fmt.Sprintf("%016x", i)) }

func writeStream(ctx context.Context, path string, size int64) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	chunk := noise(1, streamChunk)
	for i := range size / streamChunk {
		stamp(chunk, i)
		if _, err := f.Write(chunk); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return f.Sync()
}

func readStream(ctx context.Context, path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	expected, chunk := noise(1, streamChunk), make([]byte, streamChunk)
	for i := range size / streamChunk {
		if _, err := io.ReadFull(f, chunk); err != nil {
			return err
		}
		stamp(expected, i)
		if !bytes.Equal(chunk, expected) {
			return fmt.Errorf("%s: chunk %d is not what was written", path, i)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

var (
	randWrite = metric{"random 4 KiB write + fsync at end", perSecond, goal{}}
	randRead  = metric{"random 4 KiB read, cold", perSecond, goal{}}
	randWarm  = metric{"random 4 KiB read, warm", perSecond, goal{}}
)

// random overwrites pages of a file all over the place, syncs once, and reads them back with cold caches if it may.
func random(ctx context.Context, dir string, s *sizes) (samples []sample, err error) {
	path := filepath.Join(dir, "random")
	if err := writeStream(ctx, path, s.randomFile); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// Every page at most once, so that what is read back is known.
	where := rand.New(rand.NewPCG(1, 2)).Perm(int(s.randomFile / page))
	where = where[:min(s.randomOps, len(where))]
	data := noise(2, page)
	wrote, err := timed(func() error {
		for _, p := range where {
			stamp(data, int64(p))
			if _, err := f.WriteAt(data, int64(p)*page); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return f.Sync()
	})
	if err != nil {
		return nil, err
	}
	readMetric := randWarm
	if coldCaches() {
		readMetric = randRead
	}
	buf := make([]byte, page)
	read, err := timed(func() error {
		for _, p := range where {
			if _, err := f.ReadAt(buf, int64(p)*page); err != nil {
				return err
			}
			if stamp(data, int64(p)); !bytes.Equal(buf, data) {
				return fmt.Errorf("page %d is not what was written", p)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []sample{{randWrite, rate(len(where), wrote)}, {readMetric, rate(len(where), read)}}, nil
}
