package script

import (
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when a trigger with //wake:every wakes. Times are UTC. It is immutable.
type Schedule struct{ cron cron.Schedule }

// minEvery is the shortest time between two wakes.
const minEvery = time.Second

// ParseSchedule reads five fields of cron (minute, hour, day of the month, month, day of the week), a name such as
// @hourly, @daily, @weekly, @monthly or @yearly, or @every with a duration.
func ParseSchedule(text string) (Schedule, error) {
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		return Schedule{}, errors.New("schedules are in UTC, without a time zone")
	}
	if every, ok := strings.CutPrefix(text, "@every "); ok {
		d, err := time.ParseDuration(strings.TrimSpace(every))
		if err != nil || d < minEvery || d%time.Second != 0 {
			return Schedule{}, errors.New("@every takes a duration of whole seconds, such as 30s or 1h30m")
		}
	}
	s, err := cron.ParseStandard(text)
	if err != nil {
		return Schedule{}, err
	}
	if s.Next(time.Unix(0, 0).UTC()).IsZero() {
		return Schedule{}, errors.New("no day is like this")
	}
	return Schedule{s}, nil
}

// Next returns the first time of the schedule after base. For @every, base is itself a time of the schedule.
func (s Schedule) Next(base time.Time) time.Time { return s.cron.Next(base.UTC()) }

// Due returns the last time of the schedule after base and not after now; zero if there is none. Whoever was away
// for several of them makes up for one.
func (s Schedule) Due(base, now time.Time) time.Time {
	base, now = base.UTC(), now.UTC()
	first := s.Next(base)
	if first.IsZero() || first.After(now) {
		return time.Time{}
	}
	if c, ok := s.cron.(cron.ConstantDelaySchedule); ok {
		return first.Add(now.Sub(first) / c.Delay * c.Delay)
	}
	// A window before now that has a time in it and is no longer than it must be, so that few are to be gone through.
	due := first
	for w := time.Minute; now.Add(-w).After(first); w *= 2 {
		if at := s.Next(now.Add(-w)); !at.IsZero() && !at.After(now) {
			due = at
			break
		}
	}
	for next := s.Next(due); !next.IsZero() && !next.After(now); next = s.Next(next) {
		due = next
	}
	return due
}
