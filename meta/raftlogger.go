package meta

import (
	"context"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// newRaftLogger passes raft's messages on to an operator's log. Raft tells of each election at
// its level Info, which for an operator is detail; for a lone voter, which elects itself at every
// start, so are its warnings.
func newRaftLogger(to *slog.Logger, lone bool) hclog.Logger {
	l := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "raft", Level: hclog.Debug, Output: io.Discard})
	l.RegisterSink(raftSink{to, lone})
	return l
}

type raftSink struct {
	to   *slog.Logger
	lone bool
}

// Accept implements hclog.SinkAdapter.
func (s raftSink) Accept(_ string, level hclog.Level, msg string, args ...any) {
	to := slog.LevelDebug
	switch level {
	case hclog.Warn:
		if !s.lone {
			to = slog.LevelWarn
		}
	case hclog.Error:
		to = slog.LevelError
	}
	if s.to.Enabled(context.Background(), to) {
		s.to.Log(context.Background(), to, "raft: "+msg, args...)
	}
}
