package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

var untarTime = metric{"untar of the Go source", seconds, goal{atMost, 15}}

// untar unpacks the source of the Go standard library, which the machine has, as tar would: directories, files, times.
func untar(ctx context.Context, dir string, s *sizes) ([]sample, error) {
	archive, err := sourceTree(s.treeEntries)
	if err != nil {
		return nil, err
	}
	took, err := timed(func() error { return unpack(ctx, archive, dir) })
	return []sample{{untarTime, took}}, err
}

var packed struct {
	sync.Mutex
	entries int
	archive []byte // of that many entries, or nil
}

// sourceTree packs the Go source once and keeps it in memory. A limit of 0 packs all of it.
func sourceTree(limit int) ([]byte, error) {
	packed.Lock()
	defer packed.Unlock()
	if packed.archive != nil && packed.entries == limit {
		return packed.archive, nil
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding the Go source to unpack: %w; is go in the PATH?", err)
	}
	b, err := pack(filepath.Join(strings.TrimSpace(string(out)), "src"), limit)
	if err != nil {
		return nil, err
	}
	packed.entries, packed.archive = limit, b
	return b, nil
}

var errEnough = errors.New("enough entries")

// pack makes a tar of the directories and regular files below root, of limit entries at most unless limit is 0.
func pack(root string, limit int) ([]byte, error) {
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		if limit > 0 && n == limit {
			return errEnough
		}
		n++
		return packEntry(tw, root, path, d)
	})
	if err != nil && err != errEnough {
		return nil, err
	}
	return buf.Bytes(), tw.Close()
}

func packEntry(tw *tar.Writer, root, path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	h, err := tar.FileInfoHeader(info, "")
	if err != nil {
		return err
	}
	if h.Name, err = filepath.Rel(root, path); err != nil {
		return err
	}
	if err := tw.WriteHeader(h); err != nil || d.IsDir() {
		return err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = tw.Write(b)
	return err
}

// unpack extracts directories and regular files with their modes and times.
func unpack(ctx context.Context, archive []byte, dir string) error {
	tr := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.Mkdir(path, 0o755)
		} else {
			err = unpackFile(tr, path, h)
		}
		if err != nil {
			return err
		}
	}
}

func unpackFile(r io.Reader, path string, h *tar.Header) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, h.FileInfo().Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Chtimes(path, h.ModTime, h.ModTime)
}
