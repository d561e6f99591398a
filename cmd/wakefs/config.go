package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	iofs "io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/script"
)

// config is what `up` is told.
type config struct {
	Data      string   // data directory: metadata, logs, the socket, and the disks' folders by default
	Mount     string   // mount point; empty: none
	Disks     int      // folders under Data to use as disks
	Disk      []string // folders to use as disks instead
	Listen    string   // loopback TCP address besides the socket; empty: none
	Metrics   string   // TCP address that serves /metrics; empty: none
	Samples   bool     // install the sample functions
	Triggers  string   // host folder of scripts to publish; empty: none
	Relaxed   bool     // durability=fsync
	Replace   bool     // a disk's folder that is empty replaces the disk that was there
	Verbose   bool
	Owner     []string // limits of each owner's functions, as in //wake:limit
	Workers   int      // invocations at once; 0: by the number of CPUs
	AllowHTTP []string // URL prefixes that functions may request, or "public"; empty: none
}

func (c *config) validate() error {
	switch {
	case c.Disks < 1 || c.Disks > 64:
		return usagef("--disks %d: need 1 to 64", c.Disks)
	case len(c.Disk) > 64:
		return usagef("--disk: at most 64 folders")
	case c.Workers < 0:
		return usagef("--workers %d: need 0 (by the number of CPUs) or more", c.Workers)
	}
	if _, err := c.ownerLimits(); err != nil {
		return err
	}
	if _, err := triggers.NewOutbound(c.AllowHTTP); err != nil {
		return usagef("--allow-http: %w; give URL prefixes such as https://hooks.example.com/, or public", err)
	}
	seen := make(map[string]bool)
	for _, d := range c.Disk {
		abs, err := filepath.Abs(d)
		if err != nil {
			return err
		}
		if seen[abs] {
			return usagef("--disk %s is given twice: a stripe's shards belong on different disks", d)
		}
		seen[abs] = true
	}
	if c.Listen != "" && !loopback(c.Listen) {
		return usagef("--listen %s: only loopback addresses (127.0.0.1:PORT) are served without mTLS", c.Listen)
	}
	return nil
}

// dataVersion is the version of the layout of a data directory.
const dataVersion = 1

// layout is the file node.json of a data directory.
type layout struct {
	Version int      `json:"version"`
	Disks   []string `json:"disks"` // folders, absolute or relative to the data directory
	UUIDs   []string `json:"uuids"` // of the chunk servers in them
}

const layoutFile = "node.json"

// ownerLimits are the limits of each owner's functions.
func (c *config) ownerLimits() ([]fs.Limit, error) {
	var list []fs.Limit
	for _, s := range c.Owner {
		l, err := script.ParseLimit(s)
		if err != nil {
			return nil, usagef("--owner-limit: %v", err)
		}
		list = append(list, triggers.LimitOf(l))
	}
	return list, nil
}

// socketPath is where the node of a data directory listens.
func socketPath(data string) string { return filepath.Join(data, "node.sock") }

// loadLayout reads node.json; a directory without one is new.
func loadLayout(data string) (layout, error) {
	var l layout
	b, err := os.ReadFile(filepath.Join(data, layoutFile))
	if errors.Is(err, iofs.ErrNotExist) {
		return layout{Version: dataVersion}, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		return l, fmt.Errorf("%s: %w", filepath.Join(data, layoutFile), err)
	}
	if l.Version > dataVersion {
		return l, fmt.Errorf("%s was made by a newer wakefs (layout %d, this one knows %d): run that version", data, l.Version, dataVersion)
	}
	return l, nil
}

// save writes node.json whole or not at all.
func (l *layout) save(fsys disk.FS) error {
	b, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(fsys, layoutFile, append(b, '\n'))
}

// folders says which folders are this node's disks: those it has, or for a new node those it
// is told. A node that has data keeps its disks.
func (c *config) folders(l *layout) ([]string, error) {
	var want []string
	for _, d := range c.Disk {
		abs, err := filepath.Abs(d)
		if err != nil {
			return nil, err
		}
		want = append(want, abs)
	}
	if len(want) == 0 {
		for i := range c.Disks {
			want = append(want, filepath.Join("disks", strconv.Itoa(i)))
		}
	}
	if len(l.Disks) == 0 {
		return want, nil
	}
	for i, d := range l.Disks {
		if i >= len(want) || want[i] != d {
			if len(c.Disk) > 0 || i >= len(want) {
				return nil, fmt.Errorf("this node has its data on the disks %q: give the same ones, in the same order (more may follow)", l.Disks)
			}
			return l.Disks, nil
		}
	}
	return want, nil
}

// sessionKey is the secret with which clients of this node's metadata claim their sessions
// after a restart: made once, kept in the data directory.
func sessionKey(data string) ([]byte, error) {
	dir, err := disk.OpenReal(data)
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // what was written is synced
	key, err := disk.ReadFile(dir, "session.key", 1024)
	if err == nil && len(key) >= 32 {
		return key, nil
	}
	if err != nil && fs.KindOf(err) != fs.KindNotFound && !errors.Is(err, iofs.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return key, disk.WriteFile(dir, "session.key", key)
}
