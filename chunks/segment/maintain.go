package segment

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Changes of the index wait in memory for the maintainer, which writes them to Pebble
// from applyAt on. At most maxPending wait: beyond it calls do.
const (
	applyAt    = 4096
	maxPending = 64 << 10
)

// wake lets the maintainer look whether there is something to do.
func (s *Store) wake() {
	select {
	case s.wakeup <- struct{}{}:
	default:
	}
}

// throttle waits while too many changes wait for the index.
func (s *Store) throttle(ctx context.Context) error {
	n := s.ix.pending()
	if n >= applyAt {
		s.wake()
	}
	for n >= maxPending {
		select {
		case <-ctx.Done():
			return gaveUp(ctx.Err())
		case <-s.broken:
			return s.failed()
		case <-time.After(time.Millisecond):
		}
		if s.indexFull.Load() {
			return errIndexFull
		}
		n = s.ix.pending()
	}
	return nil
}

// maintain is the background goroutine: it writes the index, flushes it now and then,
// and gives back the space of deleted shards. It sleeps while nothing changes.
func (s *Store) maintain() {
	defer s.done.Done()
	timer := time.NewTimer(0)
	timer.Stop()
	armed := false
	due := false
	for {
		select {
		case <-s.closing:
			return
		case <-s.broken:
			return
		case <-timer.C:
			armed, due = false, true
		case <-s.wakeup:
		}
		if !s.tend(due) {
			continue
		}
		due = false
		if !armed && s.unflushed() {
			timer.Reset(s.opts.FlushInterval)
			armed = true
		}
	}
}

// unflushed tells whether the index has changes that a crash would lose.
func (s *Store) unflushed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsaved > 0 || len(s.punches) > 0 || s.ix.pending() > 0
}

// tend does what is due. False if the store has failed.
func (s *Store) tend(due bool) bool {
	s.tending.Lock()
	defer s.tending.Unlock()
	s.mu.Lock()
	due = due || s.unsaved >= s.opts.FlushBytes
	s.mu.Unlock()
	var err error
	switch {
	case due:
		err = s.flush()
	case s.ix.pending() >= applyAt:
		err = s.ix.apply()
	}
	if err == nil && due {
		s.punchAll()
		err = s.compact()
	}
	if err != nil && !errors.Is(err, errStopped) && !errors.Is(err, fs.KindNoSpace) {
		s.indexError(s.diskError(err))
		return false
	}
	return s.failed() == nil
}

// errStopped is internal: the store is closing or has failed.
var errStopped = errors.New("stopped")

// flush makes all changes of the index so far durable.
func (s *Store) flush() error {
	s.mu.Lock()
	s.unsaved = 0
	s.mu.Unlock()
	if err := s.ix.apply(); err != nil {
		return err
	}
	done, err := s.ix.db.AsyncFlush()
	if err != nil {
		return err
	}
	tick := time.NewTicker(fullPoll)
	defer tick.Stop()
	s.indexFull.Store(false)
	for {
		select {
		case <-done:
			return nil
		case <-s.broken:
			return s.failed()
		case <-tick.C:
			if s.indexFull.Load() {
				return errIndexFull
			}
		}
	}
}

// fullPoll is how soon a flush notices that the disk is full.
const fullPoll = 20 * time.Millisecond

// errIndexFull is KindNoSpace: the index cannot be flushed, though Pebble keeps trying.
// Nothing is lost by that, only more is to be read when the store is opened.
var errIndexFull = fs.Errorf("shard store", fs.KindNoSpace, "", "no space for the index")

// pebbleLogger takes what Pebble says. Its fatal errors must not end the process, in
// which other disks are well: the store fails and the goroutine ends.
type pebbleLogger struct{ s *Store }

func (l pebbleLogger) Infof(string, ...any) {}

func (l pebbleLogger) Errorf(format string, args ...any) {
	l.s.opts.Logger.Error("index", "err", fs.Errorf("", fs.KindOther, "", format, args...))
}

func (l pebbleLogger) Fatalf(format string, args ...any) {
	l.s.fail(fs.Errorf("index", fs.KindOther, "", format, args...))
	l.s.giveUpIndex()
}

// backgroundError is told of failed flushes and compactions, which Pebble retries at
// once and forever.
func (s *Store) backgroundError(err error) {
	if s.failed() == nil {
		if gone := s.fsys.Check(); gone != nil {
			s.fail(gone)
		}
	}
	if s.failed() != nil {
		s.giveUpIndex()
	}
	if !errors.Is(err, fs.KindNoSpace) {
		s.opts.Logger.Warn("index: will retry", "err", err)
	} else if !s.indexFull.Swap(true) {
		s.opts.Logger.Error("no space for the index: free some", "err", err)
	}
	select {
	case <-s.broken:
	case <-time.After(200 * time.Millisecond):
	}
}

// Reclaim does at once what the maintainer does in time: it flushes the index, and
// gives back the space of deleted shards.
func (s *Store) Reclaim() error {
	if err := s.enter(context.Background()); err != nil {
		return err
	}
	defer s.leave()
	s.tending.Lock()
	defer s.tending.Unlock()
	if err := s.flush(); err != nil {
		return err
	}
	s.punchAll()
	return s.compact()
}

// giveUpIndex ends one of Pebble's goroutines in the middle of its work; the database
// cannot be closed any more.
func (s *Store) giveUpIndex() {
	s.givenUp.Do(func() { close(s.abandoned) })
	runtime.Goexit()
}
