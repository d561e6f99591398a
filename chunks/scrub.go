package chunks

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// scrubPage is how many shards are listed at a time.
const scrubPage = 256

// Scrub tells how the scrub is doing.
type Scrub struct {
	Rounds   int64     // whole rounds since the server was opened
	Shards   int64     // shards read
	Bytes    int64     // bytes read
	Finished time.Time // end of the latest round
}

type scrubState struct {
	mu sync.Mutex
	s  Scrub
}

// Scrub tells how the scrub is doing.
func (s *Server) Scrub() Scrub {
	s.scrubs.mu.Lock()
	defer s.scrubs.mu.Unlock()
	return s.scrubs.s
}

// scrub reads every shard, round after round, at its rate. What it finds corrupt, the
// store remembers and reports.
func (s *Server) scrub(ctx context.Context) {
	defer s.stopped.Done()
	for wait := s.opts.ScrubDelay; sleep(ctx, wait); wait = s.opts.ScrubEvery {
		err := s.scrubRound(ctx)
		switch {
		case ctx.Err() != nil, s.store.Failed() != nil:
			return
		case err != nil:
			s.opts.Logger.Warn("scrub was cut short", "server", s.opts.ID, "err", err)
		}
	}
}

func (s *Server) scrubRound(ctx context.Context) error {
	after := fs.ShardAddr{}
	for {
		list, err := s.store.List(ctx, after, scrubPage)
		if err != nil {
			return err
		}
		for _, info := range list {
			_, err := s.store.Verify(ctx, info.Addr)
			if err != nil && !errors.Is(err, fs.KindCorrupt) && !errors.Is(err, fs.KindNotFound) {
				return err
			}
			s.scrubs.mu.Lock()
			s.scrubs.s.Shards++
			s.scrubs.s.Bytes += int64(info.Len)
			s.scrubs.mu.Unlock()
			pause := time.Duration(float64(info.Len) / float64(s.opts.ScrubRate) * float64(time.Second))
			if !sleep(ctx, pause) {
				return ctx.Err()
			}
			after = info.Addr
		}
		if len(list) < scrubPage {
			s.scrubs.mu.Lock()
			defer s.scrubs.mu.Unlock()
			s.scrubs.s.Rounds++
			s.scrubs.s.Finished = s.opts.Now()
			return nil
		}
	}
}

// sleep waits; false if ctx was done before.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
