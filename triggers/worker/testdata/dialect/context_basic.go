//wake:on arrive /**
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type key struct{}

func work(ctx context.Context, n int) error {
	for i := range n {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("after %d: %w", i, err)
		}
	}
	return nil
}

func Handle(c *wake.Context, e wake.Event) error {
	ctx := context.WithValue(context.Background(), key{}, "value")
	fmt.Println(ctx.Value(key{}), ctx.Value("other"))
	ctx, cancel := context.WithCancel(ctx)
	fmt.Println(work(ctx, 3))
	cancel()
	err := work(ctx, 3)
	fmt.Println(err, errors.Is(err, context.Canceled), ctx.Value(key{}))
	dctx, cancel2 := context.WithTimeout(context.TODO(), time.Millisecond)
	defer cancel2()
	<-dctx.Done()
	fmt.Println(dctx.Err(), context.Cause(dctx), errors.Is(dctx.Err(), context.DeadlineExceeded))
	cctx, cancel3 := context.WithCancelCause(context.Background())
	cancel3(errors.New("why"))
	fmt.Println(cctx.Err(), context.Cause(cctx))
	_, ok := dctx.Deadline()
	fmt.Println(ok)
	return nil
}
