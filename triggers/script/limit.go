package script

import (
	"fmt"
	"go/token"
	"strconv"
	"strings"
	"time"
)

// A Limit bounds what all calls of a script together use in any time of a length, on one node: calls, or processor time. What
// was not used gathers up to the amount, so it may be used at once.
type Limit struct {
	Calls int           `json:"calls,omitempty"`  // 0: it is of processor time
	CPU   time.Duration `json:"cpu_ns,omitempty"` // 0: it is of calls
	Per   time.Duration `json:"per_ns"`
}

// maxLimitPer bounds the time of a limit.
const maxLimitPer = 31 * 24 * time.Hour

// ParseLimit reads calls=NUMBER/DURATION or cpu=DURATION/DURATION.
func ParseLimit(s string) (l Limit, err error) {
	key, value, ok := strings.Cut(s, "=")
	amount, per, both := strings.Cut(value, "/")
	if !ok || !both {
		return l, fmt.Errorf("%q is not of the form calls=100/1m or cpu=30s/1h", s)
	}
	if l.Per, err = time.ParseDuration(per); err != nil || l.Per < time.Second || l.Per > maxLimitPer {
		return l, fmt.Errorf("%q is not a duration between 1s and %dh", per, maxLimitPer/time.Hour)
	}
	switch key {
	case "calls":
		if l.Calls, err = strconv.Atoi(amount); err != nil || l.Calls < 1 {
			return l, fmt.Errorf("%q is not a number of calls", amount)
		}
	case "cpu":
		if l.CPU, err = parseDuration(amount); err != nil {
			return l, err
		}
	default:
		return l, fmt.Errorf("unknown limit %q; there are calls and cpu", key)
	}
	return l, nil
}

func (d *directives) limit(pos token.Pos, args []word) {
	if len(args) == 0 {
		d.errorf(pos, "usage: //wake:limit calls=100/1m cpu=30s/1h")
	}
	for _, a := range args {
		l, err := ParseLimit(a.text)
		if err != nil {
			d.errorf(a.pos, "%v", err)
			continue
		}
		key, _, _ := strings.Cut(a.text, "=")
		if d.once(a.pos, "limit "+key) {
			d.spec.Limits = append(d.spec.Limits, l)
		}
	}
}
