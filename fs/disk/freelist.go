package disk

import "sync"

// Freelist keeps up to 32 used items, for callers at once. Unlike a sync.Pool it finds what another
// processor put back, which is the rule here: the callers block in system calls.
type Freelist[T any] struct {
	mu    sync.Mutex
	items []*T
}

// Get returns a used item, or a zero one.
func (l *Freelist[T]) Get() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.items)
	if n == 0 {
		return new(T)
	}
	item := l.items[n-1]
	l.items[n-1] = nil
	l.items = l.items[:n-1]
	return item
}

// Put keeps an item for the next Get, unless there are enough.
func (l *Freelist[T]) Put(item *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.items) < 32 {
		l.items = append(l.items, item)
	}
}
