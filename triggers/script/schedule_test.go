package script

import (
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct{ schedule, base, now, due, next string }{
		{"*/5 * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:04:59Z", "", "2026-03-01T10:05:00Z"},
		{"*/5 * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z", "2026-03-01T10:05:00Z", "2026-03-01T10:10:00Z"},
		// Away for long: the last one only.
		{"*/5 * * * *", "2006-03-01T10:00:00Z", "2026-03-01T10:13:20Z", "2026-03-01T10:10:00Z", "2026-03-01T10:15:00Z"},
		{"@hourly", "2026-03-01T10:00:00Z", "2026-03-01T12:30:00Z", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"},
		{"30 4 29 2 *", "2016-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "2024-02-29T04:30:00Z", "2028-02-29T04:30:00Z"},
		{"@every 30s", "2026-03-01T10:00:01Z", "2026-03-01T10:00:30Z", "", "2026-03-01T10:00:31Z"},
		{"@every 30s", "2026-03-01T10:00:01Z", "2026-03-01T10:01:59Z", "2026-03-01T10:01:31Z", "2026-03-01T10:02:01Z"},
		{"@every 1s", "1990-03-01T10:00:01Z", "2026-03-01T10:01:59Z", "2026-03-01T10:01:59Z", "2026-03-01T10:02:00Z"},
		// The hour is UTC's, whatever zone the base came in.
		{"0 12 * * *", "2026-03-01T14:30:00+03:00", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"},
	} {
		s, err := ParseSchedule(tt.schedule)
		if err != nil {
			t.Fatalf("%s: %v", tt.schedule, err)
		}
		due := s.Due(at(tt.base), at(tt.now))
		if tt.due == "" && !due.IsZero() || tt.due != "" && !due.Equal(at(tt.due)) {
			t.Errorf("%s: due %v between %s and %s, want %s", tt.schedule, due, tt.base, tt.now, tt.due)
		}
		base := at(tt.base)
		if !due.IsZero() {
			base = due
		}
		if next := s.Next(base); !next.Equal(at(tt.next)) {
			t.Errorf("%s: next %v, want %s", tt.schedule, next, tt.next)
		}
	}
	for _, bad := range []string{"", "* * * *", "* * * * * *", "61 * * * *", "@never", "@every", "@every 10ms", "@every 1.5s", "TZ=Asia/Tokyo 0 1 * * *", "0 0 30 2 *"} {
		if _, err := ParseSchedule(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
