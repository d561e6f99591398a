package chunks_test

import (
	"errors"
	"testing"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/chunks/segment"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/conformance/shardstore"
	"github.com/wakefs/wakefs/fs/disk"
)

func open(t testing.TB, d disk.FS, o segment.Options) *chunks.Server {
	t.Helper()
	s, err := chunks.Open(chunks.Options{ID: 7, Disk: d, Segment: o, ScrubRate: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func realDisk(t testing.TB) *disk.Real {
	t.Helper()
	d, err := disk.MakeReal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestConformance(t *testing.T) {
	small := segment.Options{SegmentSize: 1 << 20}
	for name, f := range map[string]func(t *testing.T) fs.ShardStore{
		"Real": func(t *testing.T) fs.ShardStore { return open(t, realDisk(t), segment.Options{}) },
		"Disk": func(t *testing.T) fs.ShardStore { return open(t, disk.NewMem(), small) },
		"Mem":  func(*testing.T) fs.ShardStore { return chunks.NewMem(7) },
	} {
		t.Run(name, func(t *testing.T) { shardstore.Run(t, f) })
	}
}

func TestAbsent(t *testing.T) {
	var s fs.ShardStore = chunks.Absent{ID: 3, Err: errors.New("no such directory")}
	if err := s.Put(t.Context(), fs.ShardAddr{}, fs.Owner{}, nil); !errors.Is(err, fs.KindUnavailable) {
		t.Fatal(err)
	}
	st, err := s.Status(t.Context())
	if err != nil || st.ID != 3 || st.Failed == "" {
		t.Fatalf("%+v %v", st, err)
	}
}
