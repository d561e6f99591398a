package segment

import (
	"errors"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// closeWait is how long Close waits for the database of a disk that failed.
const closeWait = 2 * time.Second

// Close waits for the calls under way and for compaction to stop, makes everything
// durable and lets go of the directory. Later calls get KindUnavailable. A failed
// store closes without an error: it was told before.
func (s *Store) Close() error {
	s.mu.Lock()
	select {
	case <-s.closing:
		s.mu.Unlock()
		return nil
	default:
		close(s.closing)
	}
	s.mu.Unlock()
	s.done.Wait()
	s.life.Lock()
	defer s.life.Unlock()

	var err error
	if s.failed() == nil {
		err = s.log.close()
		if err == nil {
			err = s.flush()
		}
	}
	err = errors.Join(err, s.closeIndex())
	if errors.Is(err, fs.KindNoSpace) {
		err = nil // for the index: the segments have it all
	}
	err = errors.Join(err, s.handles.closeAll(), s.lock.Close())
	if s.failed() != nil {
		return nil
	}
	return err
}

// closeIndex closes the database, or leaves it alone if its work was given up: it would
// wait forever.
func (s *Store) closeIndex() error {
	closed := make(chan error, 1)
	go func() { closed <- s.ix.db.Close() }()
	select {
	case err := <-closed:
		return err
	case <-s.abandoned:
		return nil
	case <-s.broken:
	}
	select {
	case err := <-closed:
		return err
	case <-s.abandoned:
		return nil
	case <-time.After(closeWait):
		return nil
	}
}
