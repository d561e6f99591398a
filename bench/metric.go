package main

import (
	"fmt"
	"slices"
)

// unit is what a figure counts, and with it whether more is better.
type unit int

const (
	perSecond unit = iota // operations per second
	mibPerSecond
	seconds
	milliseconds
	megabytes // 10^6 bytes
	count
)

func (u unit) String() string {
	return [...]string{"/s", "MiB/s", "s", "ms", "MB", ""}[u]
}

// lessIsBetter tells how to turn two figures into a ratio.
func (u unit) lessIsBetter() bool { return u == seconds || u == milliseconds || u == megabytes }

// goal is what the project promises of a metric, checked against its median. The zero goal promises nothing.
type goal struct {
	kind  goalKind
	value float64
}

type goalKind int

const (
	noGoal  goalKind = iota
	atLeast          // the figure itself
	atMost           // the figure itself
	ratioAtLeast
)

func (g goal) String() string {
	switch g.kind {
	case atLeast:
		return "≥ " + number(g.value)
	case atMost:
		return "≤ " + number(g.value)
	case ratioAtLeast:
		return "≥ " + number(g.value) + "×"
	}
	return ""
}

// metric is one line of the report.
type metric struct {
	name string
	unit unit
	goal goal
}

// sample is one figure of one run.
type sample struct {
	metric metric
	value  float64
}

// result is a metric's figures on both sides. A side without figures was not measured.
type result struct {
	metric        metric
	wakefs, local []float64
}

// median returns the middle of the values, or the mean of the middle two; 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	mid := len(s) / 2
	if len(s)%2 == 1 {
		return s[mid]
	}
	return (s[mid-1] + s[mid]) / 2
}

// percentile returns the smallest value that at least the fraction p of the values do not exceed (nearest rank).
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	rank := int(p * float64(len(s)))
	if float64(rank) < p*float64(len(s)) {
		rank++
	}
	return s[min(max(rank-1, 0), len(s)-1)]
}

// ratio says how wakefs does beside the local disk: 2 is twice as good, whichever way good lies.
func (r *result) ratio() (float64, bool) {
	w, l := median(r.wakefs), median(r.local)
	if w <= 0 || l <= 0 {
		return 0, false
	}
	if r.metric.unit.lessIsBetter() {
		return l / w, true
	}
	return w / l, true
}

// met says whether the goal is reached; ok is false if there is no goal or no figure.
func (r *result) met() (met, ok bool) {
	if len(r.wakefs) == 0 {
		return false, false
	}
	switch g := r.metric.goal; g.kind {
	case atLeast:
		return median(r.wakefs) >= g.value, true
	case atMost:
		return median(r.wakefs) <= g.value, true
	case ratioAtLeast:
		ratio, known := r.ratio()
		return ratio >= g.value, known
	}
	return false, false
}

// number prints a figure with about three significant digits and thousands apart.
func number(v float64) string {
	switch {
	case v >= 999.5:
		return thousands(int64(v + 0.5))
	case v >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return trim(fmt.Sprintf("%.1f", v))
	default:
		return trim(fmt.Sprintf("%.2f", v))
	}
}

// trim takes the zeros off the end of a decimal fraction.
func trim(s string) string {
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
