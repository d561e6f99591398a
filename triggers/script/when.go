package script

import (
	"go/token"
	"slices"
	"strings"
	"time"
)

// The directives that say when, in what order and in what company events are handled.

// maxBatch bounds the events of one call.
const maxBatch = 1000

// duration reads the one argument of a directive.
func (d *directives) duration(a word) (time.Duration, bool) {
	v, err := parseDuration(a.text)
	if err != nil {
		d.errorf(a.pos, "%v", err)
	}
	return v, err == nil
}

func (d *directives) settle(pos token.Pos, args []word) {
	if len(args) != 1 {
		d.errorf(pos, "usage: //wake:settle DURATION, such as 2s")
		return
	}
	if v, ok := d.duration(args[0]); ok && d.once(pos, "settle") {
		d.spec.Settle = v
	}
}

// every takes the rest of the line, with or without quotes around it.
func (d *directives) every(pos token.Pos, args []word, text string) {
	if len(args) == 0 {
		d.errorf(pos, "usage: //wake:every \"MINUTE HOUR DAY MONTH WEEKDAY\", or @hourly, or @every 30s")
		return
	}
	rest := text[args[0].pos-pos:]
	if n := len(rest); n >= 2 && rest[0] == '"' && rest[n-1] == '"' {
		rest = rest[1 : n-1]
	}
	if _, err := ParseSchedule(rest); err != nil {
		d.errorf(args[0].pos, "%q is no schedule: %v", rest, err)
		return
	}
	if d.once(pos, "every") {
		d.spec.Every = rest
	}
}

func (d *directives) batch(pos token.Pos, args []word) {
	if len(args) != 2 {
		d.errorf(pos, "usage: //wake:batch NUMBER DURATION, such as 100 5s")
		return
	}
	var n int
	d.number(pos, "batch", args[:1], &n, maxBatch)
	if v, ok := d.duration(args[1]); ok && n > 0 {
		d.spec.Batch, d.spec.BatchWait = n, v
	}
}

func (d *directives) order(pos token.Pos, args []word) {
	if len(args) != 1 || !slices.Contains(Orders, args[0].text) {
		d.errorf(pos, "usage: //wake:order %s", strings.Join(Orders, "|"))
		return
	}
	if d.once(pos, "order") {
		d.spec.Order = args[0].text
	}
}

// contradictions refuses directives that cannot all be followed.
func (d *directives) contradictions() {
	s := d.spec
	if len(s.Rules) == 0 && s.Every == "" {
		d.errorf(d.files[0].Package, "no event wakes this script: add a directive such as //wake:on arrive /inbox/**")
		return
	}
	for _, what := range []string{"settle", "batch"} {
		if at, ok := d.seen[what]; ok && len(s.Rules) == 0 {
			d.errorf(at, "%s%s is about events of files, and there is no //wake:on", prefix, what)
		}
	}
	if at, ok := d.seen["concurrency"]; ok && s.Order == "trigger" && s.Concurrency > 1 {
		d.errorf(at, "concurrency %d contradicts //wake:order trigger, which handles one event after the other", s.Concurrency)
	}
}
