package posixtest_test

import (
	"os"
	"testing"

	"github.com/wakefs/wakefs/mount/posixtest"
)

// TestLocalDisk judges the suite itself: what the kernel's own filesystem does not pass is not POSIX. WAKEFS_BIG=1 adds
// the long cases.
func TestLocalDisk(t *testing.T) {
	posixtest.Run(t, t.TempDir(), posixtest.Options{Big: os.Getenv("WAKEFS_BIG") != ""})
}
