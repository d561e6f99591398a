package meta

import (
	"bytes"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// TestSpeculationKeepsCopies: what a speculation will propose does not change with the buffers of its maker.
func TestSpeculationKeepsCopies(t *testing.T) {
	n, err := Memory(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close() //nolint:errcheck // nothing of it outlives the test
	m, err := n.OpenSession(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	s := m.Speculate(fs.SpeculateOptions{Time: 1})
	ino, _, err := s.Alloc(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("before")
	_, err = s.Propose(t.Context(), &fs.Tx{Ops: []fs.Op{
		&fs.Create{Parent: fs.RootIno, Name: "f", Ino: ino, Mode: fs.ModeRegular | 0o644},
		&fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: int64(len(data)), Inline: data}}},
	}}, fs.Accepted)
	if err != nil {
		t.Fatal(err)
	}
	copy(data, "after!")
	if _, err := m.Propose(t.Context(), s.Tx(), fs.Committed); err != nil {
		t.Fatal(err)
	}
	_, extents, err := m.Extents(t.Context(), ino, 0, 100)
	if err != nil || len(extents) != 1 || !bytes.Equal(extents[0].Inline, []byte("before")) {
		t.Fatalf("%v, %v", extents, err)
	}
}
