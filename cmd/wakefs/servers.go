package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
)

// localServers is the chunk servers of this node. It implements fs.Servers.
type localServers struct {
	mu    sync.RWMutex
	m     map[fs.ServerID]fs.ShardStore
	paths map[fs.ServerID]string
	on    map[uint64]uint64 // device → how many of the disks are on it

	cpu cpuMeter
}

func newLocalServers() *localServers {
	return &localServers{m: make(map[fs.ServerID]fs.ShardStore), paths: make(map[fs.ServerID]string), on: make(map[uint64]uint64)}
}

func (l *localServers) add(id fs.ServerID, path string, s fs.ShardStore) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[id], l.paths[id] = s, path
}

// addLocal adds a chunk server whose folder is on a device.
func (l *localServers) addLocal(id fs.ServerID, path string, s *chunks.Server, dev uint64) {
	l.mu.Lock()
	l.on[dev]++
	l.mu.Unlock()
	l.add(id, path, localDisk{s, id, func() uint64 {
		l.mu.RLock()
		defer l.mu.RUnlock()
		return l.on[dev]
	}})
}

// Server implements fs.Servers.
func (l *localServers) Server(id fs.ServerID) (fs.ShardStore, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if s, ok := l.m[id]; ok {
		return s, nil
	}
	return nil, fs.Errorf("chunk server", fs.KindUnavailable, "", "server %d is not on this node", id)
}

func (l *localServers) ids() []fs.ServerID {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var ids []fs.ServerID
	for id := range l.m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// all returns the servers with their IDs.
func (l *localServers) all() map[fs.ServerID]fs.ShardStore {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make(map[fs.ServerID]fs.ShardStore, len(l.m))
	for id, s := range l.m {
		out[id] = s
	}
	return out
}

func (l *localServers) path(id fs.ServerID) string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.paths[id]
}

// status asks every server how it feels.
func (l *localServers) status(ctx context.Context) []fs.ServerStatus {
	l.cpu.sample()
	var out []fs.ServerStatus
	for _, id := range l.ids() {
		s, err := l.Server(id)
		if err != nil {
			continue
		}
		st, err := s.Status(ctx)
		if err != nil {
			st = fs.ServerStatus{Failed: err.Error()}
		}
		st.ID = id
		out = append(out, st)
	}
	return out
}

func (l *localServers) cpuIdle() float64 { return l.cpu.idle() }

// localDisk is a chunk server under the ID that the metadata gave it. Folders on one
// file system share its space: each reports its share.
type localDisk struct {
	*chunks.Server
	id     fs.ServerID
	sharer func() uint64 // how many disks are on the same file system, this one included
}

// Status implements fs.ShardStore.
func (d localDisk) Status(ctx context.Context) (fs.ServerStatus, error) {
	st, err := d.Server.Status(ctx)
	st.ID = d.id
	n := max(d.sharer(), 1)
	st.Capacity, st.Free = st.Capacity/n, st.Free/n
	return st, err
}

// cpuMeter tells the share of idle CPU between its last two samples, from /proc/stat.
type cpuMeter struct {
	mu          sync.Mutex
	busy, total uint64 // jiffies at the last sample
	share       float64
	known       bool
}

func (c *cpuMeter) sample() {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(b), "\n")
	var busy, total uint64
	for i, f := range strings.Fields(line) {
		v, err := strconv.ParseUint(f, 10, 64)
		if err != nil || i > 8 { // i 0 is "cpu"; behind steal come guest times, counted in user
			continue
		}
		total += v
		if i != 4 && i != 5 { // idle and iowait
			busy += v
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total != 0 && total > c.total {
		c.share, c.known = 1-float64(busy-c.busy)/float64(total-c.total), true
	}
	c.busy, c.total = busy, total
}

func (c *cpuMeter) idle() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return 1
	}
	return c.share
}
