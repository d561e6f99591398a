package script

import (
	"fmt"
	"go/token"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/wakefs/wakefs/triggers/wake"
)

// Parse reads the directives of a script, whose files are given by name. It returns Errors if the source is not Go or a
// directive is unknown, malformed or contradicts another. It does not check types; see Compile.
func Parse(name string, files map[string]string) (*Spec, error) {
	s, err := parseFiles(name, files)
	if err != nil {
		return nil, err
	}
	spec := s.parseDirectives()
	return spec, s.err()
}

const prefix = "//wake:"

// directives gathers what the comments say.
type directives struct {
	*source
	spec *Spec
	seen map[string]token.Pos // of what may be said only once
}

func (s *source) parseDirectives() *Spec {
	d := &directives{source: s, seen: map[string]token.Pos{}, spec: &Spec{
		Name: s.name, Version: s.version(), Budget: DefaultBudget(),
		Concurrency: DefaultConcurrency, Attempts: DefaultAttempts, Order: Orders[0],
	}}
	for _, f := range s.files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, prefix) {
					if main := s.name + ".go"; len(s.files) > 1 && s.fset.File(c.Pos()).Name() != main {
						d.errorf(c.Pos(), "directives are in %s", main)
						continue
					}
					d.directive(c.Pos(), strings.TrimRight(c.Text, " \t\r"))
				} else if t := strings.TrimLeft(c.Text, "/ \t"); strings.HasPrefix(t, "wake:") && strings.HasPrefix(c.Text, "//") {
					d.errorf(c.Pos(), "a directive starts with %q, without a space", prefix)
				}
			}
		}
	}
	if len(s.errs) == 0 {
		d.contradictions()
	}
	return d.spec
}

// word is one blank-separated part of a directive.
type word struct {
	text string
	pos  token.Pos
}

func words(pos token.Pos, text string) []word {
	var all []word
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' {
			i++
			continue
		}
		end := i
		for end < len(text) && text[end] != ' ' && text[end] != '\t' {
			end++
		}
		all = append(all, word{text[i:end], pos + token.Pos(i)})
		i = end
	}
	return all
}

func (d *directives) directive(pos token.Pos, text string) {
	parts := words(pos, text)
	verb, args := strings.TrimPrefix(parts[0].text, prefix), parts[1:]
	switch verb {
	case "on":
		d.on(pos, args)
	case "budget":
		d.budget(pos, args)
	case "concurrency":
		d.number(pos, verb, args, &d.spec.Concurrency, 10_000)
	case "retry":
		d.number(pos, verb, args, &d.spec.Attempts, 100)
	case "settle":
		d.settle(pos, args)
	case "every":
		d.every(pos, args, text)
	case "batch":
		d.batch(pos, args)
	case "idle":
		if len(args) > 0 {
			d.errorf(args[0].pos, "usage: //wake:idle")
		} else if d.once(pos, verb) {
			d.spec.Idle = true
		}
	case "allow":
		d.allow(pos, args)
	case "secret":
		d.secret(pos, args)
	case "limit":
		d.limit(pos, args)
	case "order":
		d.order(pos, args)
	default:
		d.errorf(pos, "unknown directive %s%s; there are %s", prefix, verb, directiveNames)
	}
}

const directiveNames = "on, every, budget, concurrency, retry, settle, batch, order, limit, allow, secret and idle"

// once refuses what was said before.
func (d *directives) once(pos token.Pos, what string) bool {
	if at, ok := d.seen[what]; ok {
		d.errorf(pos, "%s was already given at %s", what, d.fset.Position(at))
		return false
	}
	d.seen[what] = pos
	return true
}

func (d *directives) on(pos token.Pos, args []word) {
	if len(args) < 2 {
		d.errorf(pos, "usage: //wake:on EVENT[,EVENT…] GLOB… [!GLOB…]")
		return
	}
	var rule Rule
	for name := range strings.SplitSeq(args[0].text, ",") {
		typ := wake.EventType(name)
		switch {
		case typ == wake.Every:
			d.errorf(args[0].pos, "a schedule has a directive of its own: //wake:every \"0 * * * *\"")
		case !slices.Contains(wake.EventTypes(), typ):
			d.errorf(args[0].pos, "unknown event %q; there are arrive, create, close, rename, remove and attrib", name)
		case slices.Contains(rule.Events, typ):
			d.errorf(args[0].pos, "event %q is named twice", name)
		default:
			rule.Events = append(rule.Events, typ)
		}
	}
	for _, a := range args[1:] {
		glob, exclude := strings.CutPrefix(a.text, "!")
		switch {
		case !strings.HasPrefix(glob, "/"):
			d.errorf(a.pos, "glob %q does not start with /", glob)
		case path.Clean(glob) != glob && !strings.ContainsAny(glob, `{\`):
			d.errorf(a.pos, "no path is like %q; did you mean %q?", glob, path.Clean(glob))
		case !doublestar.ValidatePattern(glob):
			d.errorf(a.pos, "malformed glob %q", glob)
		case exclude:
			rule.Exclude = append(rule.Exclude, glob)
		default:
			rule.Globs = append(rule.Globs, glob)
		}
	}
	if len(rule.Globs) == 0 && len(d.errs) == 0 {
		d.errorf(pos, "only exclusions; name what wakes the script, such as /**")
	}
	for _, glob := range rule.Globs {
		if slices.Contains(rule.Exclude, glob) {
			d.errorf(pos, "%q is both included and excluded", glob)
		}
	}
	d.spec.Rules = append(d.spec.Rules, rule)
}

func (d *directives) budget(pos token.Pos, args []word) {
	if len(args) == 0 {
		d.errorf(pos, "usage: //wake:budget cpu=2s wall=10s memory=64MiB read=1GiB write=1GiB ops=10000")
	}
	b := &d.spec.Budget
	for _, a := range args {
		key, value, ok := strings.Cut(a.text, "=")
		if !ok {
			d.errorf(a.pos, "%q is not of the form key=value", a.text)
			continue
		}
		var err error
		switch key {
		case "cpu":
			b.CPU, err = parseDuration(value)
		case "wall":
			b.Wall, err = parseDuration(value)
		case "memory":
			b.Memory, err = parseSize(value)
			if err == nil && (b.Memory < 1<<20 || b.Memory > 1<<40) {
				err = fmt.Errorf("%q is not between 1MiB and 1TiB", value)
			}
		case "read":
			b.Read, err = parseSize(value)
		case "write":
			b.Write, err = parseSize(value)
		case "ops":
			b.Ops, err = strconv.ParseInt(value, 10, 64)
			if err != nil || b.Ops < 0 {
				err = fmt.Errorf("%q is not a number of operations", value)
			}
		default:
			d.errorf(a.pos, "unknown budget %q; there are cpu, wall, memory, read, write and ops", key)
			continue
		}
		if err != nil {
			d.errorf(a.pos, "%s: %v", key, err)
		}
		d.once(a.pos, "budget "+key)
	}
}

func (d *directives) number(pos token.Pos, what string, args []word, to *int, limit int) {
	if len(args) != 1 {
		d.errorf(pos, "usage: %s%s NUMBER", prefix, what)
		return
	}
	n, err := strconv.Atoi(args[0].text)
	if err != nil || n < 1 || n > limit {
		d.errorf(args[0].pos, "%q is not a number from 1 to %d", args[0].text, limit)
		return
	}
	if d.once(pos, what) {
		*to = n
	}
}

func parseDuration(s string) (time.Duration, error) {
	v, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 500ms or 2s", s)
	}
	if v < time.Millisecond || v > 24*time.Hour {
		return 0, fmt.Errorf("%q is not between 1ms and 24h", s)
	}
	return v, nil
}

// units of sizes, longest suffix first.
var units = []struct {
	suffix string
	bytes  int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// parseSize parses a number of bytes with an optional unit.
func parseSize(s string) (int64, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.bytes {
			break
		}
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("%q is not a size such as 512KiB or 1GiB", s)
}
