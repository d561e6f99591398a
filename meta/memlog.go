package meta

import (
	"context"
	"sync"
)

// memLog is the entryLog of Memory: an entry is committed as soon as it is appended.
type memLog struct {
	n    *Node
	in   chan []byte // room for what may be in flight
	done sync.WaitGroup
}

func newMemLog(n *Node) *memLog {
	l := &memLog{n: n, in: make(chan []byte, maxInFlight)}
	l.done.Go(l.run)
	return l
}

func (l *memLog) run() {
	index := uint64(1)
	for data := range l.in {
		index++
		l.n.apply([]logged{{index, 1, data}})
	}
}

func (l *memLog) append(data []byte)           { l.in <- data }
func (l *memLog) verify(context.Context) error { return nil }
func (l *memLog) lone() bool                   { return true }
func (l *memLog) leader() (string, []string)   { return l.n.o.Name, []string{l.n.o.Name} }
func (l *memLog) position() (term, commit uint64) {
	return 1, l.n.applied.Load()
}

func (l *memLog) halt() {}

func (l *memLog) close() error {
	close(l.in)
	l.done.Wait()
	return nil
}
