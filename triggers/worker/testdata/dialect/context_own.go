//wake:on arrive /**
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type never struct{}

func (never) Deadline() (time.Time, bool) { return time.Time{}, false }
func (never) Done() <-chan struct{}       { return nil }
func (never) Err() error                  { return nil }
func (never) Value(k any) any             { return k }

func Handle(c *wake.Context, e wake.Event) error {
	var ctx context.Context = never{}
	sub := context.WithValue(ctx, "a", 1)
	fmt.Println(sub.Value("a"), sub.Value("b"), sub.Err(), sub.Done() == nil)
	sub, cancel := context.WithCancel(context.WithoutCancel(sub))
	cancel()
	fmt.Println(sub.Err(), sub.Value("a"))
	return nil
}
