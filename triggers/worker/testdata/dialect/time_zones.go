//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"} {
		l, err := time.LoadLocation(name)
		if err != nil {
			return err
		}
		t := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).In(l)
		fmt.Println(t, t.Truncate(time.Hour).Format(time.RFC1123Z), l)
	}
	_, err := time.LoadLocation("Nowhere/City")
	fmt.Println(err != nil)
	return nil
}
