//wake:on arrive /**
package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type collector struct {
	lines []string
	attrs string
}

func (h *collector) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (h *collector) Handle(_ context.Context, r slog.Record) error {
	s := r.Level.String() + " " + r.Message + h.attrs
	r.Attrs(func(a slog.Attr) bool {
		s += " " + a.String()
		return true
	})
	h.lines = append(h.lines, s)
	return nil
}
func (h *collector) WithAttrs(as []slog.Attr) slog.Handler {
	for _, a := range as {
		h.attrs += " +" + a.String()
	}
	return h
}
func (h *collector) WithGroup(name string) slog.Handler { return h }

func Handle(c *wake.Context, e wake.Event) error {
	h := &collector{}
	l := slog.New(h)
	l.Info("one", "a", 1)
	l.Debug("no")
	l.With("b", 2).Error("two", "c", "d")
	fmt.Println(strings.Join(h.lines, "\n"))
	fmt.Println(len(h.lines))
	return nil
}
