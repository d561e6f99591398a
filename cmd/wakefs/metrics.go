package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wakefs/wakefs/fs"
)

// metrics are a node's figures for Prometheus. All but the requests of the mount are read when they are asked for.
type metrics struct {
	n        *node
	requests *prometheus.HistogramVec
	lastSeen atomic.Int64 // ns, of the last request of the mount
}

func newMetrics(n *node) *metrics {
	return &metrics{n: n, requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "wakefs_mount_request_seconds", Help: "Time to answer a request of the mount.",
		Buckets: prometheus.ExponentialBuckets(50e-6, 2, 16), // 50 µs to 1.6 s
	}, []string{"op"})}
}

// observe is called for each request of the mount.
func (m *metrics) observe(op string, took time.Duration) {
	m.lastSeen.Store(now())
	m.requests.WithLabelValues(op).Observe(took.Seconds())
}

// foregroundFor is for how long a request of the mount is a sign that more will come.
const foregroundFor = 50 * time.Millisecond

// foreground tells whether the mount is in use.
func (m *metrics) foreground() bool { return now()-m.lastSeen.Load() < int64(foregroundFor) }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("wakefs_"+name, help, labels, nil)
}

// The figures that are read when they are asked for.
var (
	triggerInfo      = desc("trigger_info", "A function: 1, with its state (live, disabled, refused) and version.", "trigger", "state", "version")
	triggerQueued    = desc("trigger_events_total", "Events that woke a function.", "trigger")
	triggerDone      = desc("trigger_done_total", "Events that were handled.", "trigger")
	triggerFailed    = desc("trigger_failed_attempts_total", "Attempts that failed.", "trigger")
	triggerDead      = desc("trigger_dead_letters", "Events that were given up and wait for somebody.", "trigger")
	triggerBacklog   = desc("trigger_backlog", "Events that wait or are being handled.", "trigger")
	triggerCalls     = desc("trigger_calls_total", "Calls of a function on this node, by result.", "trigger", "result")
	triggerCPU       = desc("trigger_cpu_seconds_total", "Processor time of a function's calls on this node.", "trigger")
	triggerRead      = desc("trigger_read_bytes_total", "Bytes that a function read on this node.", "trigger")
	triggerWritten   = desc("trigger_written_bytes_total", "Bytes that a function wrote on this node.", "trigger")
	triggerOps       = desc("trigger_operations_total", "File operations of a function on this node.", "trigger")
	triggerConflicts = desc("trigger_conflicts_total", "Runs repeated because what they had read was changed meanwhile.", "trigger")
	triggerWall      = desc("trigger_call_seconds", "Duration of a function's last calls on this node.", "trigger")
	triggerWake      = desc("trigger_wake_seconds", "Time from an event to its first attempt, of a function's last calls on this node.", "trigger", "quantile")

	nodeRunning    = desc("functions_running", "Calls of functions that run on this node.")
	nodeInodes     = desc("inodes", "Files, directories and other inodes.")
	nodeUsed       = desc("stored_bytes", "Bytes of shards on the disks.")
	nodeFree       = desc("free_bytes", "Bytes of user data that there is room for.")
	nodeDegraded   = desc("degraded_stripes", "Stripes with missing shards.")
	nodeRepaired   = desc("repaired_stripes_total", "Stripes repaired by this node.")
	diskScore      = desc("disk_score", "How a disk feels, 0 to 100.", "disk")
	diskFree       = desc("disk_free_bytes", "Free bytes of a disk.", "disk")
	diskFailed     = desc("disk_failed", "1 if a disk has failed.", "disk")
	collectProblem = desc("collect_error", "The node could not be asked.")
)

// Describe implements prometheus.Collector: the figures depend on what there is.
func (m *metrics) Describe(chan<- *prometheus.Desc) {}

// collectTimeout bounds what a scrape waits for.
const collectTimeout = 5 * time.Second

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	if err := errors.Join(m.collectTriggers(ctx, out), m.collectNode(ctx, out)); err != nil {
		out <- prometheus.NewInvalidMetric(collectProblem, err)
	}
}

func (m *metrics) collectTriggers(ctx context.Context, out chan<- prometheus.Metric) error {
	list, err := m.n.session.Triggers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		m.collectTrigger(&list[i], out)
	}
	return nil
}

func (m *metrics) collectTrigger(t *fs.Trigger, out chan<- prometheus.Metric) {
	row := m.n.rowOf(t)
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, append([]string{t.Name}, labels...)...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{t.Name}, labels...)...)
	}
	gauge(triggerInfo, 1, row.State, row.Version)
	counter(triggerQueued, float64(row.Queued))
	counter(triggerDone, float64(row.Done))
	counter(triggerFailed, float64(row.Failed))
	gauge(triggerDead, float64(row.Dead))
	gauge(triggerBacklog, float64(row.Backlog))
	p := row.Pace
	if p == nil {
		return
	}
	calls := uint64(0)
	for result, n := range p.Used.Calls {
		counter(triggerCalls, float64(n), result)
		calls += n
	}
	counter(triggerCPU, p.Used.CPU.Seconds())
	counter(triggerRead, float64(p.Used.Read))
	counter(triggerWritten, float64(p.Used.Written))
	counter(triggerOps, float64(p.Used.Ops))
	counter(triggerConflicts, float64(p.Used.Conflicts))
	out <- prometheus.MustNewConstSummary(triggerWall, calls, p.Used.Wall.Seconds(),
		map[float64]float64{0.5: p.P50.Seconds(), 0.99: p.P99.Seconds()}, t.Name)
	gauge(triggerWake, p.Wake50.Seconds(), "0.5")
	gauge(triggerWake, p.Wake99.Seconds(), "0.99")
}

func (m *metrics) collectNode(ctx context.Context, out chan<- prometheus.Metric) error {
	st, err := m.n.status(ctx)
	if err != nil {
		return err
	}
	put := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	put(nodeRunning, prometheus.GaugeValue, float64(st.Running))
	put(nodeInodes, prometheus.GaugeValue, float64(st.Inodes))
	put(nodeUsed, prometheus.GaugeValue, float64(st.Used))
	put(nodeFree, prometheus.GaugeValue, float64(st.Free))
	put(nodeDegraded, prometheus.GaugeValue, float64(st.Degraded))
	put(nodeRepaired, prometheus.CounterValue, float64(st.Repaired))
	for _, d := range st.Disks {
		failed := 0.0
		if d.Failed != "" {
			failed = 1
		}
		put(diskScore, prometheus.GaugeValue, d.Score, d.Path)
		put(diskFree, prometheus.GaugeValue, float64(d.Free), d.Path)
		put(diskFailed, prometheus.GaugeValue, failed, d.Path)
	}
	return nil
}

// openMetrics serves the figures at /metrics of the address that the node was told; none if it was told none.
func (n *node) openMetrics(context.Context, context.Context) error {
	if n.cfg.Metrics == "" {
		return nil
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(n.metrics, n.metrics.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	l, err := net.Listen("tcp", n.cfg.Metrics)
	if err != nil {
		return fs.Errorf("metrics", fs.KindInvalid, n.cfg.Metrics, "%w; give --metrics an address of this machine with a free port", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelWarn)}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	n.run(func() {
		if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("metrics are no longer served", "addr", l.Addr(), "err", err)
		}
	})
	n.metricsAddr = l.Addr().String()
	n.stopMetrics = server.Close
	return nil
}
