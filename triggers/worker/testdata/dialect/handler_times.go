//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	t := time.Date(2024, time.February, 29, 13, 4, 5, 0, time.UTC)
	fmt.Println(t.Format(time.RFC3339), t.Format("2006-01-02 15:04"), t.Weekday(), t.YearDay(), t.Month() == 2)
	u := t.Add(36 * time.Hour)
	fmt.Println(u.Sub(t), u.After(t), t.Truncate(24*time.Hour).Equal(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), u.AddDate(0, 1, 0).Format("Jan 2"))
	p, err := time.Parse("2006-01-02", "2024-13-01")
	fmt.Println(p.IsZero(), err)
	d, _ := time.ParseDuration("1h15m")
	fmt.Println(d, d.Minutes(), d.Round(time.Hour), time.Duration(1500)*time.Millisecond)
	n := 3
	fmt.Println(time.Duration(n)*time.Second, 2*time.Minute+time.Second)
	y, w := t.ISOWeek()
	fmt.Println(y, w, t.Unix())
	days := map[time.Weekday]int{}
	days[t.Weekday()]++
	fmt.Println(days[time.Thursday], days)
	if t.Month() >= time.March || t.Day() > 28 {
		fmt.Println("late")
	}
	switch m := t.Month(); m {
	case time.January, time.February:
		fmt.Println("winter", m, int(m))
	}
	var zero time.Time
	fmt.Println(zero.IsZero(), zero)
	return nil
}
