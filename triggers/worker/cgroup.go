package worker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// idleGroup is a control group of the processor for all workers of a pool, cgroups(7), that runs when nothing beside it wants to:
// whoever wakes up takes the CPU from a worker at once. "" if the system does not let us have one.
type idleGroup string

var groups atomic.Uint32 // made by this process

const groupPrefix = "wakefs-functions-"

// newIdleGroup makes the group in that of this process, whose limits are the workers', too.
func newIdleGroup() idleGroup {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	for _, dir := range groupParents(string(mounts), string(own)) {
		if g, err := makeIdleGroup(dir); err == nil {
			return g
		}
	}
	return ""
}

// groupParents lists the control groups that this process is in, from the text of /proc/self/mountinfo and
// /proc/self/cgroup: those that have, or may have, to do with the processor.
func groupParents(mounts, own string) (dirs []string) {
	paths := map[string]string{} // of this process, by version of cgroups
	for line := range strings.Lines(own) {
		if part := strings.SplitN(strings.TrimSpace(line), ":", 3); len(part) == 3 {
			switch {
			case part[1] == "":
				paths["cgroup2"] = part[2]
			case hasWord(part[1], "cpu"):
				paths["cgroup"] = part[2]
			}
		}
	}
	for line := range strings.Lines(mounts) {
		mount, super, ok := strings.Cut(strings.TrimSpace(line), " - ")
		left, right := strings.Fields(mount), strings.Fields(super)
		if !ok || len(left) < 5 || len(right) < 3 || right[0] != "cgroup2" && (right[0] != "cgroup" || !hasWord(right[2], "cpu")) {
			continue
		}
		if path, ok := paths[right[0]]; ok {
			dirs = append(dirs, filepath.Join(left[4], path))
		}
	}
	return dirs
}

func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

// makeIdleGroup makes a group in one that gives its children a share of the processor. Groups of nodes that were killed go.
func makeIdleGroup(parent string) (idleGroup, error) {
	old, _ := filepath.Glob(filepath.Join(parent, groupPrefix+"*"))
	for _, dir := range old {
		name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), groupPrefix), "-")
		pid, err := strconv.Atoi(name)
		if err == nil && errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			_ = unix.Rmdir(dir)
		}
	}
	dir := filepath.Join(parent, fmt.Sprintf("%s%d-%d", groupPrefix, os.Getpid(), groups.Add(1)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "cpu.idle"), []byte("1"), 0); err != nil { // there is no such file without a share
		_ = unix.Rmdir(dir)
		return "", err
	}
	return idleGroup(dir), nil
}

// add puts a process into the group.
func (g idleGroup) add(pid int) {
	if g != "" {
		_ = os.WriteFile(filepath.Join(string(g), "cgroup.procs"), []byte(strconv.Itoa(pid)), 0)
	}
}

// remove removes the group. Processes that were killed may still be about to leave it.
func (g idleGroup) remove() {
	for range 100 {
		if g == "" || !errors.Is(unix.Rmdir(string(g)), unix.EBUSY) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
