package triggers

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	iofs "io/fs"
	"os"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Entry is what is kept of one attempt of an invocation, or of a deployment.
type Entry struct {
	Time       time.Time     `json:"time"`
	Trigger    string        `json:"trigger"`
	Version    string        `json:"version,omitempty"`
	Invocation uint64        `json:"invocation,omitempty"` // 0: a deployment
	Batch      []uint64      `json:"batch,omitempty"`      // the invocations of a call for several; Invocation is the first
	Attempt    uint32        `json:"attempt,omitempty"`    // from 1
	Event      string        `json:"event,omitempty"`
	Path       string        `json:"path,omitempty"`
	Chain      []string      `json:"chain,omitempty"`
	Result     string        `json:"result"` // done, failed, dead, dropped, deployed, refused, removed
	Error      string        `json:"error,omitempty"`
	Output     string        `json:"output,omitempty"` // what the function printed and logged
	Wall       time.Duration `json:"wall_ns,omitempty"`
	CPU        time.Duration `json:"cpu_ns,omitempty"`
	Latency    time.Duration `json:"latency_ns,omitempty"` // from the event to the start of the attempt
	Memory     int64         `json:"memory,omitempty"`     // bytes, peak
	Read       int64         `json:"read,omitempty"`       // bytes
	Written    int64         `json:"written,omitempty"`    // bytes
	Ops        int64         `json:"ops,omitempty"`
	HTTP       []HTTPCall    `json:"http,omitempty"`    // requests, sent whatever the result
	Effects    []string      `json:"effects,omitempty"` // what it changed, in words
	Conflicts  int           `json:"conflicts,omitempty"`
}

// Log keeps the newest entries in memory and all of them, as lines of JSON, in a file that
// is rotated by size. It is safe for concurrent use.
type Log struct {
	file  *lumberjack.Logger
	stats stats

	mu      sync.Mutex
	ring    []Entry       // the newest keepEntries at most
	first   uint64        // number of ring[0]
	changed chan struct{} // closed and made anew by every Add
}

// keepEntries is how many entries stay in memory.
const keepEntries = 2000

// OpenLog opens the log in a file, with the entries of before. With an empty path it is in
// memory only.
func OpenLog(path string) (*Log, error) {
	l := &Log{changed: make(chan struct{})}
	if path == "" {
		return l, nil
	}
	f, err := os.Open(path)
	if err == nil {
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			var e Entry
			if json.Unmarshal(s.Bytes(), &e) == nil { // a line cut by a crash is no entry
				l.add(e)
			}
		}
		err = errors.Join(s.Err(), f.Close())
	}
	if err != nil && !errors.Is(err, iofs.ErrNotExist) {
		return nil, err
	}
	l.file = &lumberjack.Logger{Filename: path, MaxSize: 32, MaxBackups: 3}
	return l, nil
}

func (l *Log) add(e Entry) {
	l.ring = append(l.ring, e)
	if n := len(l.ring) - keepEntries; n > keepEntries/4 {
		l.ring = append([]Entry(nil), l.ring[n:]...)
		l.first += uint64(n)
	}
}

// Add appends an entry. An error is that of the file; memory has the entry all the same.
func (l *Log) Add(e Entry) error {
	l.stats.note(&e)
	if e.Result == "removed" {
		l.stats.forget(e.Trigger)
	}
	l.mu.Lock()
	l.add(e)
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	return err
}

// Pace returns how a function has been doing since the node started; ok is false if it was not called.
func (l *Log) Pace(trigger string) (p Pace, ok bool) { return l.stats.pace(trigger, time.Now()) }

// Since returns the entries from number at on for which match is true, and the number to go on from. Number
// 0 begins with the oldest that is kept.
func (l *Log) Since(at uint64, match func(*Entry) bool) ([]Entry, uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Entry
	for i := max(at, l.first) - l.first; i < uint64(len(l.ring)); i++ {
		if match(&l.ring[i]) {
			out = append(out, l.ring[i])
		}
	}
	return out, l.first + uint64(len(l.ring))
}

// Wait returns when there is an entry with number at or above, or ctx ends.
func (l *Log) Wait(ctx context.Context, at uint64) error {
	for {
		l.mu.Lock()
		have, changed := l.first+uint64(len(l.ring)) > at, l.changed
		l.mu.Unlock()
		if have {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close closes the file.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
