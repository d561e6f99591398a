package meta

import (
	"testing"

	"github.com/wakefs/wakefs/fs"
	conformance "github.com/wakefs/wakefs/fs/conformance/meta"
)

func TestConformanceNode(t *testing.T) {
	conformance.Run(t, func(t *testing.T) fs.MetaService {
		n := openTest(t, t.TempDir(), nil)
		t.Cleanup(func() {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
		return n
	})
}

func TestConformanceMemory(t *testing.T) {
	conformance.Run(t, func(t *testing.T) fs.MetaService {
		n, err := Memory(Options{Logger: testLogger()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
		return n
	})
}
