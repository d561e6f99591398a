package meta

import "sync"

// waitQueue wakes those who wait for something to happen.
type waitQueue struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody waits
}

func newWaitQueue() *waitQueue { return &waitQueue{} }

// wait returns a channel that the next wake closes. It is taken before looking whether the thing has
// happened already.
func (q *waitQueue) wait() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ch == nil {
		q.ch = make(chan struct{})
	}
	return q.ch
}

func (q *waitQueue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ch != nil {
		close(q.ch)
		q.ch = nil
	}
}
