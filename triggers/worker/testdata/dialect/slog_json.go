//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"log/slog"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var b bytes.Buffer
	var lvl slog.LevelVar
	l := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: &lvl, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if a.Key == "time" {
			return slog.Attr{}
		}
		return a
	}}))
	l.Debug("unseen")
	lvl.Set(slog.LevelDebug)
	l.Debug("seen", "f", 1.5, "b", []byte("hi"), "e", fmt.Errorf("x"))
	l.With(slog.Group("req", "id", 7, "ok", false)).Info("done", "nested", map[string]any{"a": []string{"x"}})
	fmt.Print(b.String())
	a := slog.Any("k", 3)
	fmt.Println(a, a.Key, a.Value.Kind(), a.Value.Int64(), a.Equal(slog.Int("k", 3)))
	return nil
}
