package segment

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// countingReader is a source of "random" bytes that is the same in each run.
type countingReader struct{ n byte }

func (r *countingReader) Read(p []byte) (int, error) {
	for i := range p {
		r.n++
		p[i] = r.n
	}
	return len(p), nil
}

var _ io.Reader = (*countingReader)(nil)

// golden writes a store of fixed content.
func golden(t testing.TB, d disk.FS) {
	o := Options{
		SegmentSize: 64 << 10, FlushInterval: time.Hour, Random: &countingReader{},
		Now: func() int64 { return 1_700_000_000_000_000_000 },
	}
	s := openStore(t, d, o)
	for i, n := range []int{0, 1, 100, 16384, 20_000} {
		put(t, s, i, n)
	}
	check(t, s.Close())
}

// TestGolden compares what is written today with the files of version 1, byte for
// byte, and reads those.
func TestGolden(t *testing.T) {
	d := disk.NewMem()
	golden(t, d)
	for _, name := range []string{formatFile, segmentName(1)} {
		got, err := disk.ReadFile(d, name, 1<<20)
		check(t, err)
		path := filepath.Join("testdata", "v1", name)
		if *rewrite {
			check(t, os.MkdirAll(filepath.Dir(path), 0o755))
			check(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		check(t, err)
		if !bytes.Equal(got, want) {
			t.Fatalf("%s differs from the golden file: a change of the format needs a new version", name)
		}
	}
	d = disk.NewMem()
	for _, name := range []string{formatFile, segmentName(1)} {
		b, err := os.ReadFile(filepath.Join("testdata", "v1", name))
		check(t, err)
		check(t, disk.WriteFile(d, name, b))
	}
	s := openStore(t, d, small)
	for i, n := range []int{0, 1, 100, 16384, 20_000} {
		wantShard(t, s, i, n)
	}
	check(t, s.Close())
}

func TestRecordLenIsAligned(t *testing.T) {
	for n := range uint32(70_000) {
		l := recordLen(n)
		if l%align != 0 || l < headerLen+int64(n)+int64(blocks(n))*crcLen || l >= headerLen+int64(n)+int64(blocks(n))*crcLen+align {
			t.Fatalf("%d bytes of data: record of %d", n, l)
		}
	}
}

func FuzzDecodeHeader(f *testing.F) {
	var b [headerLen]byte
	h := header{kind: recordShard, addr: at(3), length: 77, owner: fs.Owner{Ino: 4, Off: -1}, gen: 9, written: 8}
	h.encode(b[:])
	f.Add(b[:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		h, ok := decodeHeader(in)
		if !ok {
			return
		}
		var out [headerLen]byte
		h.encode(out[:])
		again, ok := decodeHeader(out[:])
		if !ok || again != h {
			t.Fatalf("%+v came back as %+v", h, again)
		}
	})
}

// FuzzOpenDamaged opens a store whose segment is damaged anywhere: it must open, never
// return wrong bytes, and take repairs.
func FuzzOpenDamaged(f *testing.F) {
	d := disk.NewMem()
	golden(f, d)
	good, err := disk.ReadFile(d, segmentName(1), 1<<20)
	check(f, err)
	format, err := disk.ReadFile(d, formatFile, 1<<20)
	check(f, err)
	sizes := []int{0, 1, 100, 16384, 20_000}
	f.Add(uint32(0), []byte{1}, uint32(0))
	f.Add(uint32(headerLen+12), []byte{0xff, 0xff, 0xff, 0x7f}, uint32(0))
	f.Add(uint32(300), good[headerLen:headerLen+64], uint32(0))
	f.Add(uint32(200), []byte{}, uint32(5000))
	f.Fuzz(func(t *testing.T, off uint32, mask []byte, cut uint32) {
		b := bytes.Clone(good)
		for i, m := range mask {
			b[(int(off)+i)%len(b)] ^= m
		}
		b = b[:len(b)-int(cut)%len(b)]
		d := disk.NewMem()
		check(t, disk.WriteFile(d, formatFile, format))
		check(t, disk.WriteFile(d, segmentName(1), b))
		s := openStore(t, d, small)
		for i, n := range sizes {
			got := make([]byte, n)
			if err := s.Get(ctx, at(i), 0, got); err == nil && !bytes.Equal(got, content(at(i), n)) {
				t.Fatalf("shard %d has wrong bytes", i)
			}
		}
		for i, n := range sizes {
			put(t, s, i, n)
			wantShard(t, s, i, n)
		}
		check(t, s.Close())
	})
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	d, err := disk.MakeReal(t.TempDir())
	check(t, err)
	defer d.Close()
	s := openStore(t, d, Options{FlushInterval: time.Hour})
	defer s.Close()
	const n = 1 << 20
	data := content(at(0), n)
	next := 1000
	putAllocs := testing.AllocsPerRun(30, func() {
		next++
		if err := s.Put(ctx, at(next), fs.Owner{}, data); err != nil {
			t.Fatal(err)
		}
	})
	dst := make([]byte, n)
	getAllocs := testing.AllocsPerRun(100, func() {
		if err := s.Get(ctx, at(next), 5000, dst[:100_000]); err != nil {
			t.Fatal(err)
		}
	})
	if putAllocs > 4 || getAllocs > 0 {
		t.Fatalf("allocations: %v per Put, %v per Get", putAllocs, getAllocs)
	}
}
