package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

// report is everything a run found, in the order in which it was found.
type report struct {
	machine machine
	results []*result
	notes   []string
	failed  []string // workloads that did not finish, with the reason
}

// machine is what one must know to judge the figures.
type machine struct {
	CPUs       int    `json:"cpus"`
	Kernel     string `json:"kernel"`
	Filesystem string `json:"filesystem"`
	Time       string `json:"time"`
	Rounds     int    `json:"rounds"`
	Quick      bool   `json:"quick"`
}

func describeMachine(dir string, c *config) machine {
	m := machine{CPUs: runtime.NumCPU(), Time: time.Now().UTC().Format(time.RFC3339), Rounds: c.rounds, Quick: c.quick}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel = unix.ByteSliceToString(u.Release[:])
	}
	m.Filesystem = filesystemName(dir)
	return m
}

// filesystemName names the filesystem that holds dir by its magic number.
func filesystemName(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return "unknown"
	}
	names := map[int64]string{
		unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs",
		unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlayfs", 0x2fc12fc1: "zfs",
	}
	if name := names[int64(st.Type)]; name != "" {
		return name
	}
	return fmt.Sprintf("%#x", st.Type)
}

// add files a sample under its metric.
func (r *report) add(onWakefs bool, samples []sample) {
	for _, s := range samples {
		res := r.find(s.metric)
		if onWakefs {
			res.wakefs = append(res.wakefs, s.value)
		} else {
			res.local = append(res.local, s.value)
		}
	}
}

// ordered returns the results as they are printed: speed in the order of the run, then memory, which was looked at in between.
func (r *report) ordered() []*result {
	isMemory := func(res *result) int {
		if res.metric.unit == megabytes {
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(r.results), func(a, b *result) int { return isMemory(a) - isMemory(b) })
}

func (r *report) find(m metric) *result {
	for _, res := range r.results {
		if res.metric.name == m.name {
			return res
		}
	}
	res := &result{metric: m}
	r.results = append(r.results, res)
	return res
}

// table prints the report for people.
func (r *report) table(w io.Writer) error {
	m := r.machine
	fmt.Fprintf(w, "%d CPUs, Linux %s, %s, medians of %d rounds, %s\n\n", m.CPUs, m.Kernel, m.Filesystem, m.Rounds, m.Time)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tunit\twakefs\tlocal disk\tratio\tgoal\t")
	for _, res := range r.ordered() {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", res.metric.name, res.metric.unit,
			figure(res.wakefs), figure(res.local), res.ratioText(), res.metric.goal, res.verdict())
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nratio: above 1× wakefs is better, whichever way better lies. On wakefs a file is durable when close returns;\n"+
		"the local disk promises that only after fsync, so compare its create+fsync with the plain create of wakefs. The local disk's\n"+
		"way from close to a handler is inotify and fork/exec of a static binary.")
	for _, n := range r.notes {
		fmt.Fprintln(w, "note:", n)
	}
	for _, f := range r.failed {
		fmt.Fprintln(w, "FAILED:", f)
	}
	return nil
}

func figure(values []float64) string {
	if len(values) == 0 {
		return "–"
	}
	return number(median(values))
}

func (r *result) ratioText() string {
	ratio, ok := r.ratio()
	if !ok {
		return ""
	}
	return number(ratio) + "×"
}

func (r *result) verdict() string {
	switch met, ok := r.met(); {
	case !ok:
		return ""
	case met:
		return "met"
	default:
		return "missed"
	}
}

// jsonResult is one metric for programs. Absent figures were not measured.
type jsonResult struct {
	Name   string    `json:"name"`
	Unit   string    `json:"unit"`
	Wakefs []float64 `json:"wakefs,omitempty"`
	Local  []float64 `json:"local,omitempty"`
	Ratio  *float64  `json:"ratio,omitempty"`
	Goal   string    `json:"goal,omitempty"`
	Met    *bool     `json:"met,omitempty"`
}

// json prints the report for programs.
func (r *report) json(w io.Writer) error {
	out := struct {
		Machine machine      `json:"machine"`
		Results []jsonResult `json:"results"`
		Notes   []string     `json:"notes,omitempty"`
		Failed  []string     `json:"failed,omitempty"`
	}{Machine: r.machine, Notes: r.notes, Failed: r.failed}
	for _, res := range r.ordered() {
		j := jsonResult{Name: res.metric.name, Unit: res.metric.unit.String(), Wakefs: res.wakefs, Local: res.local, Goal: res.metric.goal.String()}
		if ratio, ok := res.ratio(); ok {
			j.Ratio = &ratio
		}
		if met, ok := res.met(); ok {
			j.Met = &met
		}
		out.Results = append(out.Results, j)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// progress tells on stderr what is being done, since a full run takes a while.
type progress struct {
	out   io.Writer
	start time.Time
}

func (p *progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, "[%6.1fs] %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}

// describe lists samples in one line.
func describe(samples []sample) string {
	var parts []string
	for _, s := range samples {
		parts = append(parts, fmt.Sprintf("%s %s%s", s.metric.name, number(s.value), spaced(s.metric.unit)))
	}
	return strings.Join(parts, ", ")
}

func spaced(u unit) string {
	if u == perSecond || u == count {
		return u.String()
	}
	return " " + u.String()
}

// tail returns the last lines of a file, for errors about a process that logged there.
func tail(path string, lines int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
