package posixtest_test

import (
	"os"
	"testing"

	"github.com/wakefs/wakefs/mount/posixtest"
)

// TestLocalDisk judges the suite itself: what the kernel's own filesystem does not pass is not POSIX.
//
// WAKEFS_POSIX_DIR=/some/mount runs the suite there instead, and WAKEFS_BIG=1 adds the long cases.
func TestLocalDisk(t *testing.T) {
	dir := os.Getenv("WAKEFS_POSIX_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	posixtest.Run(t, dir, posixtest.Options{Big: os.Getenv("WAKEFS_BIG") != ""})
}
