package worker

import (
	"fmt"
	"sync"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// monitorInterval is how often running workers are looked at. An excess of a budget is noticed that much later.
const monitorInterval = 10 * time.Millisecond

// monitorRest is for how many looks without a running worker the monitor stays.
const monitorRest = 100

// watched is one running invocation.
type watched struct {
	p       *process
	budget  wake.Budget
	started time.Time
	cpu     time.Duration // clock of the process at the start
	peak    int64         // most memory seen, in bytes; guarded by monitor.mu

	starved   time.Duration // for how long others had the processor
	looked    time.Time     // when that was last looked at
	lookedCPU time.Duration // and the clock of the process then
}

// monitor kills workers that exceed their CPU, wall or memory budget, and keeps them off one CPU while there is foreground
// work. Its goroutine exists only while there is work.
type monitor struct {
	foreground func() bool // nil: there is none, or no CPU to spare
	cpus       cpus

	mu      sync.Mutex // taken by itself only
	active  map[*watched]struct{}
	running bool
	busy    bool // there is foreground work
}

// init takes what tells whether there is foreground work; nil: there is none.
func (m *monitor) init(foreground func() bool) {
	var ok bool
	if m.cpus, ok = lookAtCPUs(); ok {
		m.foreground = foreground
	}
}

func (m *monitor) add(w *watched) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.active == nil {
		m.active = map[*watched]struct{}{}
	}
	m.active[w] = struct{}{}
	m.confineLocked(w.p)
	if !m.running {
		m.running = true
		go m.loop()
	}
}

// remove returns the peak memory seen.
func (m *monitor) remove(w *watched) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.active, w)
	return w.peak
}

func (m *monitor) loop() {
	tick := time.NewTicker(monitorInterval)
	defer tick.Stop()
	idle := 0
	for range tick.C {
		m.mu.Lock()
		m.busy = m.foreground != nil && m.foreground()
		for w := range m.active {
			w.look()
			m.confineLocked(w.p)
		}
		if idle++; len(m.active) > 0 {
			idle = 0
		}
		if idle > monitorRest {
			m.running = false
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
	}
}

// confineLocked lets a worker have the CPUs that are for workers now. It needs mu.
func (m *monitor) confineLocked(p *process) {
	if p.confined == m.busy {
		return
	}
	set := &m.cpus.all
	if m.busy {
		set = &m.cpus.some
	}
	assign(p.proc.Pid, set)
	p.confined = m.busy
}

// maxStarved is how many times its wall budget a call may take that waits for a processor, which others have first.
const maxStarved = 10

// starve adds to w.starved the time since the last look in which the call could have run and others had the processor. Whether it could
// is asked only when half of its time has gone, or when this look comes so late that we are starved ourselves.
func (w *watched) starve(cpu time.Duration) {
	now := time.Now()
	since, ran := now.Sub(w.looked), cpu-w.lookedCPU
	w.looked, w.lookedCPU = now, cpu
	if late := since > 5*monitorInterval; ran < since && (late || now.Sub(w.started) > w.budget.Wall/2) && w.p.ready() {
		w.starved = min(w.starved+since-ran, (maxStarved-1)*w.budget.Wall)
	}
}

// look kills the worker if it has exceeded something.
func (w *watched) look() {
	if mem := w.p.memory(); mem > w.peak {
		w.peak = mem
	}
	cpu, _ := w.p.cpu()
	w.starve(cpu)
	switch {
	case w.peak > w.budget.Memory:
		w.p.kill(fmt.Sprintf("memory budget of %s exceeded", formatSize(w.budget.Memory)))
	case cpu-w.cpu > w.budget.CPU:
		w.p.kill(fmt.Sprintf("cpu budget of %s exceeded", formatDuration(w.budget.CPU)))
	case time.Since(w.started)-w.starved > w.budget.Wall:
		w.p.kill(fmt.Sprintf("wall budget of %s exceeded", formatDuration(w.budget.Wall)))
	}
}
