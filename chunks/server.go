// Package chunks is the chunk server: shards in, shards out.
//
// Server is one disk: fs.ShardStore over a segment.Store, with smoothed figures of how
// it feels, and a slow scrub that reads every shard over time. Mem is its in-memory
// twin with faults, for the tests of others. Absent stands for a server whose disk
// could not be opened, so that a node starts without it.
//
// The parts below are packages of their own: ec turns stripes into shards, segment
// keeps shards on a disk, conscience scores servers and chooses placement groups.
//
// Server has no lock of its own but that of its figures, under which nothing is called.
package chunks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/wakefs/wakefs/chunks/segment"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// Options configure a Server. ID and Disk are needed; other zero fields take their
// defaults.
type Options struct {
	ID      fs.ServerID
	Disk    disk.FS         // the data directory; the server alone uses it
	Segment segment.Options // of the store; its OnCorrupt is called besides this one's

	OnCorrupt func(fs.ShardAddr) // told once of each shard found corrupt; must not block or call the server

	CPUIdle func() float64 // the node's share of idle CPU, 0..1; default always 1

	ScrubRate  int64         // bytes per second that the scrub reads; default 8 MiB; negative is no scrub
	ScrubEvery time.Duration // from the end of one scrub to the next; default 24 h
	ScrubDelay time.Duration // from opening to the first scrub; default 1 min
	ProbeEvery time.Duration // how often the disk is asked whether it is there; default 5 s

	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default discards
}

func (o Options) withDefaults() (Options, error) {
	if o.ID == 0 {
		return o, errors.New("no server ID")
	}
	if o.Disk == nil {
		return o, errors.New("no disk")
	}
	if o.CPUIdle == nil {
		o.CPUIdle = func() float64 { return 1 }
	}
	if o.ScrubRate == 0 {
		o.ScrubRate = 8 << 20
	}
	if o.ScrubEvery == 0 {
		o.ScrubEvery = 24 * time.Hour
	}
	if o.ScrubDelay == 0 {
		o.ScrubDelay = time.Minute
	}
	if o.ProbeEvery == 0 {
		o.ProbeEvery = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Segment.Logger == nil {
		o.Segment.Logger = o.Logger
	}
	if both, own := o.Segment.OnCorrupt, o.OnCorrupt; both == nil {
		o.Segment.OnCorrupt = own
	} else if own != nil {
		o.Segment.OnCorrupt = func(a fs.ShardAddr) { both(a); own(a) }
	}
	return o, nil
}

// Server is one chunk server. It implements fs.ShardStore.
type Server struct {
	opts    Options // immutable
	store   *segment.Store
	figures figures

	stop    context.CancelFunc
	stopped sync.WaitGroup
	scrubs  scrubState
}

var _ fs.ShardStore = (*Server)(nil)

// Open opens the chunk server in its data directory, which is formatted if it is
// empty. Errors as of segment.Open.
func Open(o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fs.E("open chunk server", fs.KindInvalid, "", err)
	}
	store, err := segment.Open(o.Disk, o.Segment)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: o, store: store}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.stopped.Add(1)
	go s.probe(ctx)
	if o.ScrubRate > 0 {
		s.stopped.Add(1)
		go s.scrub(ctx)
	}
	return s, nil
}

// Close ends the background work, waits for the calls under way, and makes everything
// durable. Later calls get KindUnavailable.
func (s *Server) Close() error {
	s.stop()
	s.stopped.Wait()
	return s.store.Close()
}

// ID is the server's.
func (s *Server) ID() fs.ServerID { return s.opts.ID }

// UUID was made when the disk was formatted, and never changes.
func (s *Server) UUID() string { return s.store.UUID() }

// Put implements fs.ShardStore.
func (s *Server) Put(ctx context.Context, addr fs.ShardAddr, owner fs.Owner, data []byte) error {
	start := s.begin()
	err := s.store.Put(ctx, addr, owner, data)
	now := s.opts.Now()
	s.figures.end(now, err)
	if err == nil {
		s.figures.wrote(now.Sub(start))
	}
	return err
}

// Get implements fs.ShardStore.
func (s *Server) Get(ctx context.Context, addr fs.ShardAddr, off int, dst []byte) error {
	s.begin()
	err := s.store.Get(ctx, addr, off, dst)
	s.figures.end(s.opts.Now(), err)
	return err
}

// Delete implements fs.ShardStore.
func (s *Server) Delete(ctx context.Context, addrs []fs.ShardAddr) error {
	s.begin()
	err := s.store.Delete(ctx, addrs)
	s.figures.end(s.opts.Now(), err)
	return err
}

// List implements fs.ShardStore.
func (s *Server) List(ctx context.Context, after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	s.begin()
	list, err := s.store.List(ctx, after, limit)
	s.figures.end(s.opts.Now(), err)
	return list, err
}

// Verify implements fs.ShardStore.
func (s *Server) Verify(ctx context.Context, addr fs.ShardAddr) (fs.ShardInfo, error) {
	s.begin()
	info, err := s.store.Verify(ctx, addr)
	s.figures.end(s.opts.Now(), err)
	return info, err
}

func (s *Server) begin() time.Time {
	now := s.opts.Now()
	s.figures.begin(now)
	return now
}

// Status implements fs.ShardStore.
func (s *Server) Status(context.Context) (fs.ServerStatus, error) {
	st := s.store.Stats()
	out := fs.ServerStatus{
		ID: s.opts.ID, Capacity: st.Space.Total, Free: st.Space.Free,
		Shards: uint64(max(0, st.Shards)), LiveBytes: uint64(max(0, st.LiveBytes)),
		CPUIdle: s.opts.CPUIdle(),
	}
	out.Latency, out.Queue, out.ErrorRate = s.figures.now(s.opts.Now())
	if err := s.store.Failed(); err != nil {
		out.Failed = err.Error()
		out.Free = 0
	}
	return out, nil
}

// Stats are the store's counters and totals.
func (s *Server) Stats() segment.Stats { return s.store.Stats() }

// Corrupt lists the shards known to be corrupt, in no order. A shard leaves the list
// when it is put again or deleted.
func (s *Server) Corrupt() []fs.ShardAddr { return s.store.Corrupt() }

// Failed is why the server takes no requests, or nil.
func (s *Server) Failed() error { return s.store.Failed() }

// probe asks the disk now and then, so that one that vanished is noticed while nobody
// uses it.
func (s *Server) probe(ctx context.Context) {
	defer s.stopped.Done()
	tick := time.NewTicker(s.opts.ProbeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.store.Probe(ctx); err != nil && s.store.Failed() != nil {
			return
		}
	}
}

// Absent is a server that cannot be used, as when its disk is missing. It answers
// KindUnavailable.
type Absent struct {
	ID  fs.ServerID
	Err error // why
}

var _ fs.ShardStore = Absent{}

func (a Absent) err() error {
	return fs.E("chunk server", fs.KindUnavailable, fmt.Sprint(a.ID), a.Err)
}

// Put implements fs.ShardStore.
func (a Absent) Put(context.Context, fs.ShardAddr, fs.Owner, []byte) error { return a.err() }

// Get implements fs.ShardStore.
func (a Absent) Get(context.Context, fs.ShardAddr, int, []byte) error { return a.err() }

// Delete implements fs.ShardStore.
func (a Absent) Delete(context.Context, []fs.ShardAddr) error { return a.err() }

// List implements fs.ShardStore.
func (a Absent) List(context.Context, fs.ShardAddr, int) ([]fs.ShardInfo, error) {
	return nil, a.err()
}

// Verify implements fs.ShardStore.
func (a Absent) Verify(context.Context, fs.ShardAddr) (fs.ShardInfo, error) {
	return fs.ShardInfo{}, a.err()
}

// Status implements fs.ShardStore; it says why the server is absent.
func (a Absent) Status(context.Context) (fs.ServerStatus, error) {
	return fs.ServerStatus{ID: a.ID, Failed: a.err().Error()}, nil
}
