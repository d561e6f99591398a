package segment

import "sync"

// freelist keeps up to 32 used items. Unlike a sync.Pool it finds what another
// processor put back, which is the rule here: the callers block in system calls.
type freelist[T any] struct {
	mu    sync.Mutex
	items []*T
}

// get returns a used item, or a zero one.
func (l *freelist[T]) get() *T {
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

func (l *freelist[T]) put(item *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.items) < 32 {
		l.items = append(l.items, item)
	}
}
