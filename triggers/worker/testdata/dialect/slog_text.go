//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type user struct {
	Name string
	Age  int
}

func Handle(c *wake.Context, e wake.Event) error {
	var b bytes.Buffer
	noTime := func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.Attr{}
		}
		if a.Key == "secret" {
			return slog.String("secret", "***")
		}
		return a
	}
	l := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: noTime}))
	l.Info("hello", "n", 1, "path", e.Path, "secret", "x")
	l.With("a", 1).WithGroup("g").Warn("grouped", slog.Int("n", 2), slog.Group("h", "x", true, "d", 3*time.Second))
	l.Error("failed", "err", fmt.Errorf("bad %d", 1))
	l.Debug("odd", "key")
	l.Info("list", "l", []int{1, 2}, "m", map[string]int{"a": 1}, "any", any(nil))
	l.Log(nil, slog.Level(2), "custom")
	fmt.Print(b.String())
	fmt.Println(strings.Count(b.String(), "\n"), slog.LevelWarn, slog.LevelInfo+1, l.Enabled(nil, slog.LevelDebug-1))
	return nil
}
