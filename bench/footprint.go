package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memory returns the bytes that a process and its children keep in memory: its resident set, and what is private to each
// descendant, since what they share with it is counted already.
func memory(pid int) (int64, error) {
	total, err := procField(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	if err != nil {
		return 0, err
	}
	for _, child := range descendants(pid) {
		if n, err := privateMemory(child); err == nil { // it may have ended meanwhile
			total += n
		}
	}
	return total, nil
}

// privateMemory returns the bytes that a process shares with no other.
func privateMemory(pid int) (total int64, err error) {
	rollup := fmt.Sprintf("/proc/%d/smaps_rollup", pid)
	for _, field := range []string{"Private_Clean:", "Private_Dirty:"} {
		n, err := procField(rollup, field)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// procField returns the bytes of a field that a file of /proc gives in kB.
func procField(path, field string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), field); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, field)
}

// descendants lists the processes below pid. Those that end meanwhile may be missing.
func descendants(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []int
	for _, list := range lists {
		b, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for text := range strings.FieldsSeq(string(b)) {
			if child, err := strconv.Atoi(text); err == nil {
				all = append(all, child)
				all = append(all, descendants(child)...)
			}
		}
	}
	return all
}
