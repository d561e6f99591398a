package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var tinySizes = sizes{stream: 4 << 20, randomFile: 2 << 20, randomOps: 40, smallFiles: 30, syncedFiles: 12, treeEntries: 60,
	walInserts: 20, deleteInserts: 10, latencyEvents: 5, invocations: 40, settle: time.Millisecond}

// Every workload gives figures on a plain directory, and compare files them by side and leaves nothing behind.
func TestWorkloads(t *testing.T) {
	for i := range workloads {
		w := &workloads[i]
		t.Run(w.name, func(t *testing.T) {
			a, b, r := t.TempDir(), t.TempDir(), &report{}
			p := &progress{out: t.Output(), start: time.Now()}
			if err := compare(t.Context(), w, a, b, 2, &tinySizes, r, p); err != nil {
				t.Fatal(err)
			}
			if len(r.results) == 0 {
				t.Fatal("no figures")
			}
			for _, res := range r.results {
				if len(res.wakefs) != 2 || len(res.local) != 2 {
					t.Errorf("%s has %d and %d figures; must have 2 of each side", res.metric.name, len(res.wakefs), len(res.local))
				}
				if slices.Min(append(res.wakefs, res.local...)) <= 0 {
					t.Errorf("%s: %v, %v", res.metric.name, res.wakefs, res.local)
				}
			}
			wantEmpty(t, a)
			wantEmpty(t, b)
		})
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 0 {
		t.Errorf("%d entries were left behind", len(entries))
	}
}

// A workload must notice that what it reads is not what it wrote.
func TestReadersNoticeWrongContent(t *testing.T) {
	dir := t.TempDir()
	stream := filepath.Join(dir, "stream")
	must(t, writeStream(t.Context(), stream, 3<<20))
	must(t, readStream(t.Context(), stream, 3<<20))
	spoil(t, stream, 2<<20+77)
	if readStream(t.Context(), stream, 3<<20) == nil {
		t.Error("a wrong byte of the stream was not noticed")
	}
	small := fileName(dir, 7)
	must(t, createSmall(small, 7, true))
	must(t, readSmall(small, 7))
	must(t, statSmall(small, 7))
	if readSmall(small, 8) == nil {
		t.Error("the content of another small file was not noticed")
	}
	must(t, os.Truncate(small, 5))
	if statSmall(small, 7) == nil {
		t.Error("a short file was not noticed")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func spoil(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	must(t, err)
	b[0]++
	_, err = f.WriteAt(b, at)
	must(t, err)
}

func TestPackAndUnpack(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	must(t, os.MkdirAll(filepath.Join(from, "a/b"), 0o755))
	when := time.Unix(1_000_000_000, 0)
	for name, content := range map[string]string{"a/one": "1", "a/b/two": strings.Repeat("2", 10000), "empty": ""} {
		path := filepath.Join(from, name)
		must(t, os.WriteFile(path, []byte(content), 0o600))
		must(t, os.Chtimes(path, when, when))
	}
	archive, err := pack(from, 0)
	must(t, err)
	must(t, unpack(t.Context(), archive, to))
	for name, content := range map[string]string{"a/one": "1", "a/b/two": strings.Repeat("2", 10000), "empty": ""} {
		path := filepath.Join(to, name)
		b, err := os.ReadFile(path)
		must(t, err)
		fi, err := os.Stat(path)
		must(t, err)
		if string(b) != content || !fi.ModTime().Equal(when) || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s came out as %d bytes, %v, %v", name, len(b), fi.ModTime(), fi.Mode())
		}
	}
}

func TestPopulateMakesEveryFile(t *testing.T) {
	root := t.TempDir()
	must(t, populate(t.Context(), root, 2345, &progress{out: io.Discard, start: time.Now()}))
	paths, err := filepath.Glob(filepath.Join(root, "*", "file-*"))
	must(t, err)
	if len(paths) != 2345 {
		t.Fatalf("%d files; must be 2345", len(paths))
	}
	must(t, readSmall(fileName(filepath.Join(root, "000002"), 2344), 2344))
}

func TestParallelStopsAtAnError(t *testing.T) {
	failure := errors.New("failure")
	err := parallel(t.Context(), 4, 1<<40, func(i int) error {
		if i == 10 {
			return failure
		}
		return nil
	})
	if err != failure {
		t.Fatalf("returned %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := parallel(ctx, 2, 10, func(int) error { return nil }); err != context.Canceled {
		t.Fatalf("returned %v after cancel", err)
	}
}

func TestInotifyBaseline(t *testing.T) {
	samples, err := latencyRound(t.Context(), false, "", t.TempDir(), 5)
	must(t, err)
	if len(samples) != 2 || samples[0].value <= 0 || samples[1].value < samples[0].value {
		t.Fatalf("figures are %v", samples)
	}
}

func TestMedianPercentileAndRatio(t *testing.T) {
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("median is %v", m)
	}
	if m := median([]float64{1, 2, 3, 10}); m != 2.5 {
		t.Errorf("median of four is %v", m)
	}
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for p, expected := range map[float64]float64{0.5: 50, 0.99: 99, 1: 100, 0.001: 1} {
		if got := percentile(hundred, p); got != expected {
			t.Errorf("percentile %v is %v; must be %v", p, got, expected)
		}
	}
	faster := result{metric: metric{unit: perSecond}, wakefs: []float64{200}, local: []float64{100}}
	slower := result{metric: metric{unit: seconds}, wakefs: []float64{4}, local: []float64{1}}
	if r, ok := faster.ratio(); !ok || r != 2 {
		t.Errorf("twice the rate is a ratio of %v", r)
	}
	if r, ok := slower.ratio(); !ok || r != 0.25 {
		t.Errorf("four times the time is a ratio of %v", r)
	}
}

func TestGoals(t *testing.T) {
	for _, tc := range []struct {
		g             goal
		u             unit
		wakefs, local float64
		met, known    bool
	}{
		{goal{atLeast, 1500}, perSecond, 1500, 0, true, true},
		{goal{atLeast, 1500}, perSecond, 1499, 0, false, true},
		{goal{atMost, 3}, seconds, 2, 0, true, true},
		{goal{atMost, 3}, seconds, 3.1, 0, false, true},
		{goal{ratioAtLeast, 0.5}, mibPerSecond, 60, 100, true, true},
		{goal{ratioAtLeast, 0.5}, mibPerSecond, 40, 100, false, true},
		{goal{ratioAtLeast, 0.5}, mibPerSecond, 40, 0, false, false},
		{goal{}, perSecond, 1, 1, false, false},
	} {
		r := result{metric: metric{goal: tc.g, unit: tc.u}, wakefs: []float64{tc.wakefs}, local: []float64{tc.local}}
		if met, known := r.met(); met != tc.met || known != tc.known {
			t.Errorf("%v with %v and %v: met %v, known %v", tc.g, tc.wakefs, tc.local, met, known)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, expected := range map[float64]string{0: "0", 0.5: "0.5", 1.234: "1.23", 10: "10", 12.34: "12.3", 123.4: "123", 999.7: "1,000", 99.97: "100", 9.999: "10", 1234.5: "1,235", 1234567: "1,234,567"} {
		if got := number(v); got != expected {
			t.Errorf("%v is printed as %s; must be %s", v, got, expected)
		}
	}
}

func TestTableAndJSON(t *testing.T) {
	r := &report{machine: machine{CPUs: 2, Kernel: "6.18", Filesystem: "ext4", Rounds: 1, Time: "now"}, notes: []string{"a note"}, failed: []string{"untar: why"}}
	r.add(true, []sample{{seqWrite, 600}, {startTime, 1.5}})
	r.add(false, []sample{{seqWrite, 1000}})
	var table, text bytes.Buffer
	must(t, r.table(&table))
	for _, line := range []string{
		`sequential write +MiB/s +600 +1,000 +0\.6× +≥ 0\.5× +met`,
		`start to ready +s +1\.5 +– +≤ 3 +met`,
		`note: a note`,
		`FAILED: untar: why`,
	} {
		if !regexp.MustCompile(line).Match(table.Bytes()) {
			t.Errorf("the table has no line %q:\n%s", line, table.String())
		}
	}
	must(t, r.json(&text))
	var back struct {
		Results []jsonResult `json:"results"`
	}
	must(t, json.Unmarshal(text.Bytes(), &back))
	if len(back.Results) != 2 || *back.Results[0].Ratio != 0.6 || !*back.Results[0].Met || back.Results[1].Local != nil {
		t.Errorf("JSON came back as %+v", back.Results)
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"--only", "("}, {"--rounds", "0"}, {"--disks", "0"}, {"--wakefs", "/does/not/exist"}, {"stray"}, {"--files", "-1"}} {
		cmd := command()
		cmd.SetArgs(args)
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		if cmd.ExecuteContext(t.Context()) == nil {
			t.Errorf("%q were accepted", args)
		}
	}
	var out bytes.Buffer
	cmd := command()
	cmd.SetArgs([]string{"--list"})
	cmd.SetOut(&out)
	must(t, cmd.ExecuteContext(t.Context()))
	if lines := strings.Fields(out.String()); !slices.Equal(lines, allNames()) {
		t.Errorf("--list printed %q", lines)
	}
}

func TestTriggerFinished(t *testing.T) {
	before := trigger{Done: 10, Failed: 2, Dead: 1}
	for _, tc := range []struct {
		now      trigger
		expected bool
	}{
		{trigger{Done: 15, Failed: 2, Dead: 1}, true},
		{trigger{Done: 14, Failed: 2, Dead: 1, Backlog: 1}, false},
		{trigger{Done: 14, Failed: 9, Dead: 1, Backlog: 1}, false}, // retries are not invocations
		{trigger{Done: 14, Failed: 5, Dead: 2}, true},
		{trigger{Done: 12, Failed: 2, Dead: 1}, false}, // not yet enqueued
	} {
		if got := tc.now.finished(before, 5); got != tc.expected {
			t.Errorf("%+v after %+v: finished is %v", tc.now, before, got)
		}
	}
}
