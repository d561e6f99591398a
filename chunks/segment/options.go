package segment

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/wakefs/wakefs/fs"
)

// Options tune a Store. Zero fields take their defaults.
type Options struct {
	SegmentSize int64 // bytes of a segment file; default 256 MiB, at least 4 KiB
	Preallocate int64 // bytes of disk space that a segment takes at a time; default SegmentSize/4, less on a disk with little space

	// Reserve is how many bytes of the disk stay free: below it writes get KindNoSpace,
	// so that the index and compaction can still work. Default 128 MiB or 2 % of the
	// disk, whichever is less. Negative is none.
	Reserve int64

	Cache *pebble.Cache // of the index's blocks, shared among stores; default 4 MiB of its own

	FlushBytes    int64         // written bytes after which the index is flushed; default 64 MiB
	FlushInterval time.Duration // the longest that a change of the index waits for its flush; default 10 s

	CompactBelow float64 // sealed segments whose live share is less are compacted; default 0.5
	CompactRate  int64   // bytes per second read by compaction; default 32 MiB

	OpenFiles int // segment files kept open; default 256

	OnCorrupt func(fs.ShardAddr) // told once of each shard found corrupt; must not block or call the store

	Now    func() int64 // ns; default the clock
	Random io.Reader    // of IDs; default crypto/rand
	Logger *slog.Logger // default discards
}

func (o Options) withDefaults() (Options, error) {
	if o.SegmentSize == 0 {
		o.SegmentSize = 256 << 20
	}
	if o.SegmentSize < 4<<10 || o.SegmentSize > 1<<32 {
		return o, fmt.Errorf("segment size of %d bytes: need 4 KiB to 4 GiB", o.SegmentSize)
	}
	if o.Preallocate == 0 {
		o.Preallocate = o.SegmentSize / 4
	}
	if o.FlushBytes == 0 {
		o.FlushBytes = 64 << 20
	}
	if o.FlushInterval == 0 {
		o.FlushInterval = 10 * time.Second
	}
	if o.CompactBelow == 0 {
		o.CompactBelow = 0.5
	}
	if o.CompactBelow < 0 || o.CompactBelow > 0.9 {
		return o, fmt.Errorf("compact below %v: need 0 to 0.9", o.CompactBelow)
	}
	if o.CompactRate == 0 {
		o.CompactRate = 32 << 20
	}
	if o.OpenFiles == 0 {
		o.OpenFiles = 256
	}
	if o.Now == nil {
		o.Now = func() int64 { return time.Now().UnixNano() }
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
