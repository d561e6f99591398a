package triggers

import (
	"fmt"
	"strings"
	"time"
)

// AppendText appends an entry as people read it: a line for what happened, and indented below it the error and what the
// function printed.
func (e *Entry) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "%s  %s  %s", e.Time.Format("2006-01-02 15:04:05.000"), e.Trigger, e.Result)
	if e.Invocation != 0 {
		b = fmt.Appendf(b, "  #%d", e.Invocation)
		if e.Attempt > 1 {
			b = fmt.Appendf(b, " attempt %d", e.Attempt)
		}
		b = fmt.Appendf(b, "  %s", e.Event)
		if e.Path != "" {
			b = fmt.Appendf(b, " %q", e.Path)
		}
		if n := len(e.Batch); n > 1 {
			b = fmt.Appendf(b, " and %d more", n-1)
		}
		b = fmt.Appendf(b, "  %s", e.Wall.Round(10*time.Microsecond))
	}
	b = append(b, '\n')
	for _, text := range []string{e.Error, e.Output} {
		if text = strings.TrimRight(text, "\n"); text != "" {
			b = fmt.Appendf(b, "    %s\n", strings.ReplaceAll(text, "\n", "\n    "))
		}
	}
	return b
}
