//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	t := time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	fmt.Println(t.Format(time.RFC3339), t.Add(36*time.Hour).Weekday(), t.YearDay())
	d, err := time.ParseDuration("1h15m")
	fmt.Println(d, err, d.Minutes())
	u, err := time.Parse("2006-01-02", "2026-02-30")
	fmt.Println(u.IsZero(), err != nil)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
