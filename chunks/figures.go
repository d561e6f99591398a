package chunks

import (
	"math"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Weights of a new sample, and half-lives of a figure while no sample comes: an idle
// server has no queue, and is forgiven its errors in time.
const (
	latencyWeight = 0.1
	queueWeight   = 0.05
	errorWeight   = 0.02

	queueHalfLife = 2 * time.Second
	errorHalfLife = 30 * time.Second
)

// figures are the smoothed figures of a server. The zero value is ready.
type figures struct {
	mu      sync.Mutex
	last    time.Time // of the latest sample
	latency float64   // seconds
	queue   float64   // requests
	errors  float64   // 0..1
	waiting int       // requests under way
}

func (f *figures) begin(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decayLocked(now)
	f.queue += queueWeight * (float64(f.waiting) - f.queue)
	f.waiting++
}

func (f *figures) end(now time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decayLocked(now)
	f.waiting--
	bad := 0.0
	if err != nil && countsAsError(err) {
		bad = 1
	}
	f.errors += errorWeight * (bad - f.errors)
}

// countsAsError tells the server's errors from the callers'.
func countsAsError(err error) bool {
	switch fs.KindOf(err) {
	case fs.KindUnavailable, fs.KindCorrupt, fs.KindOther:
		return true
	}
	return false
}

func (f *figures) wrote(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.latency == 0 {
		f.latency = d.Seconds()
	}
	f.latency += latencyWeight * (d.Seconds() - f.latency)
}

// decayLocked forgets with the time since the latest sample.
func (f *figures) decayLocked(now time.Time) {
	idle := now.Sub(f.last)
	f.last = now
	if idle <= 0 || f.waiting > 0 {
		return
	}
	f.queue *= math.Exp2(-idle.Seconds() / queueHalfLife.Seconds())
	f.errors *= math.Exp2(-idle.Seconds() / errorHalfLife.Seconds())
}

func (f *figures) now(now time.Time) (latency, queue, errors float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decayLocked(now)
	return f.latency, f.queue, f.errors
}
