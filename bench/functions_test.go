package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"
)

// TestFunctionSteps runs the steps that steer functions against a real node, which WAKEFS_BIN names.
func TestFunctionSteps(t *testing.T) {
	binary := os.Getenv("WAKEFS_BIN")
	if binary == "" || os.Getuid() != 0 {
		t.Skip("needs root and the binary that WAKEFS_BIN names, as in make test")
	}
	sizes := quickSizes
	sizes.backlog, sizes.hostile, sizes.foreground, sizes.million, sizes.drained = 2000, 100, 300*time.Millisecond, 2000, 200
	c := &config{wakefs: binary, dir: t.TempDir(), disks: 3, rounds: 1, json: true, sizes: &sizes,
		match: regexp.MustCompile("^(drain|deploy|worker|foreground|million)$")}
	var out bytes.Buffer
	must(t, run(t.Context(), c, &out, &progress{out: t.Output(), start: time.Now()}))
	var back struct {
		Results []jsonResult `json:"results"`
	}
	must(t, json.Unmarshal(out.Bytes(), &back))
	figures := map[string][]float64{}
	for _, r := range back.Results {
		figures[r.Name] = r.Wakefs
	}
	for _, m := range []metric{drainTrivial, drainCopy, deployP50, deployP99, rollbackP99, workerMemory, foreRead, foreWrite, busyRead, busyWrite,
		hostileRead, hostileWrite, millionDisk, millionMemory, millionList, millionLatency, millionDrop, millionStall, workersIdle} {
		if len(figures[m.name]) == 0 {
			t.Errorf("%s has no figure", m.name)
		}
	}
	wantEmpty(t, c.dir)
}
