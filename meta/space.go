package meta

import (
	"context"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// When the node's disk is nearly full, Txs that need more of it are refused before anything is written, while
// those that free some, and all reads, go on. What is kept back is for them, and for the store to
// tidy up with.
const (
	spaceInterval = time.Second
	spaceStep     = 4 << 20 // bytes of log after which to look again
)

// watchSpace looks at the disk from time to time.
func (l *raftLog) watchSpace() {
	l.n.every(func() time.Duration { return spaceInterval }, func(context.Context) { l.checkSpace() })
}

func (l *raftLog) checkSpace() {
	s, err := l.files.Space()
	if err != nil {
		l.n.o.Logger.Warn("free space of the metadata disk is not known", "err", err)
		return
	}
	if full := s.Free < reserve(l.n.o.Reserve, s); full != l.n.full.Swap(full) {
		l.n.o.Logger.Warn("metadata disk", "full", full, "free", s.Free)
	}
}

// reserve is the space to keep back, less on a small disk.
func reserve(want int64, s disk.Space) uint64 { return min(uint64(want), s.Total/16) }

// checkRoom refuses a Tx that makes the state grow while the disk is full. Errors: KindNoSpace.
func (n *Node) checkRoom(tx *fs.Tx) error {
	if !n.full.Load() {
		return nil
	}
	for _, op := range tx.Ops {
		switch o := op.(type) {
		case *fs.Create, *fs.Link, *fs.Commit, *fs.Clone, *fs.PutTrigger:
		case *fs.SetXattr:
			if o.Flags&fs.XattrRemove != 0 {
				continue
			}
		default:
			continue
		}
		return fs.Errorf("propose", fs.KindNoSpace, n.o.Name, "the metadata disk is full; delete files, or make room on it")
	}
	return nil
}
