// Package posixtest is a conformance suite for a POSIX filesystem on Linux. It takes any directory and puts it through
// what programs rely on, with ordinary system calls, so it judges a kernel filesystem and a mount of ours by the same
// measure:
//
//	posixtest.Run(t, dir, posixtest.Options{})
//
// The suite is run on the local disk first. A case that fails there is wrong about POSIX or about Linux, and is corrected
// before anything else is judged by it.
//
// Every case is a subtest with a fresh directory of its own; its name is the promise that it checks. Cases of one topic
// live in one file. They run as root, because they create devices and change owners. Where another user is needed, a thread
// takes that user's credentials (see [env.as]); where another process is needed, the test binary runs itself again as an
// agent (see agent.go). A program that imports this package must therefore be a test binary or be ready to become one.
//
// The process that runs the suite must not be the one that serves the filesystem under test: page faults and execve
// inside the Go runtime would wait for a server that they have stopped.
//
// What is left out: reads updating atime (ours are noatime), and limits that differ between filesystems for good reasons.
package posixtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Options selects what a run demands.
type Options struct {
	// Big adds the cases that take minutes or many inodes, such as a directory of 100,000 entries.
	Big bool

	// Full turns every "not supported here" into a failure. Without it such cases are skipped and name what is missing,
	// which is how a local disk without, say, 64 KiB attribute values passes.
	Full bool
}

// testCase is one promise and its check.
type testCase struct {
	name string
	run  func(c *env)
}

// groups lists the topics in the order in which a failure is most telling: the basics come first.
var groups = []struct {
	name  string
	cases []testCase
}{
	{"open", openCases},
	{"tmpfile", tmpfileCases},
	{"io", ioCases},
	{"truncate", truncateCases},
	{"sparse", sparseCases},
	{"fallocate", fallocateCases},
	{"copy", copyCases},
	{"model", modelCases},
	{"link", linkCases},
	{"symlink", symlinkCases},
	{"unlink", unlinkCases},
	{"mknod", mknodCases},
	{"dir", dirCases},
	{"readdir", readdirCases},
	{"rename", renameCases},
	{"name", nameCases},
	{"path", pathCases},
	{"time", timeCases},
	{"mode", modeCases},
	{"access", accessCases},
	{"xattr", xattrCases},
	{"acl", aclCases},
	{"flock", flockCases},
	{"fcntl", fcntlCases},
	{"ofd", ofdCases},
	{"mmap", mmapCases},
	{"exec", execCases},
	{"inotify", inotifyCases},
	{"sync", syncCases},
	{"concurrent", concurrentCases},
}

// Run checks the filesystem that holds dir, an existing directory, which it fills with one directory per case and leaves
// empty. It needs root and skips without it.
func Run(t *testing.T, dir string, opts Options) {
	if os.Geteuid() != 0 {
		t.Skip("the suite needs root: it changes owners and makes devices")
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, tc := range g.cases {
				t.Run(tc.name, func(t *testing.T) { runCase(t, dir, g.name, opts, tc) })
			}
		})
	}
}

func runCase(t *testing.T, parent, group string, opts Options, tc testCase) {
	dir, err := os.MkdirTemp(parent, group+"-")
	if err != nil {
		t.Fatalf("making the directory of the case: %v", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing what the case left: %v", err)
		}
		if _, err := os.Lstat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there after RemoveAll: %v", filepath.Base(dir), err)
		}
	})
	tc.run(&env{T: t, dir: dir, opts: opts})
}
