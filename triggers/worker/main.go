package worker

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // the sandbox has no files

	"github.com/traefik/yaegi/interp"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/worker/symbols"
	"golang.org/x/sys/unix"
)

// How a node starts its binary as a worker.
const (
	argv0      = "wakefs-worker"
	envWorker  = "WAKEFS_WORKER"
	envUID     = "WAKEFS_WORKER_UID"
	envMountNS = "WAKEFS_WORKER_MOUNTNS"
	envProbe   = "WAKEFS_WORKER_PROBE"

	fdSocket = 3
)

// Exit codes of a worker.
const (
	exitNoNode  = 3 // the node has gone or talks nonsense
	exitSandbox = 4 // the sandbox could not be built
)

// probe, if set, is what a worker does instead of running scripts, once it is confined. Tests try the sandbox with it.
var probe func(name string)

// fake, if set, answers the invocations whose event has the type fakeEvent instead of a script. Tests abuse the protocol
// with it.
var fake func(name string, c *conn)

const fakeEvent wake.EventType = "fake"

// Main turns the process into a worker if a node has started it as one, and then never returns. Every binary that uses
// a Pool calls it first thing in main, and every test binary in TestMain.
func Main() {
	if len(os.Args) == 0 || os.Args[0] != argv0 || os.Getenv(envWorker) != "1" {
		return
	}
	// A read that blocks would cost a switch of threads; words of the runtime that nobody reads must not block it.
	for _, fd := range []int{1, 2, fdSocket} {
		if err := unix.SetNonblock(fd, true); err != nil {
			quit(err)
		}
	}
	w := &worker{host: &client{die: quit}}
	w.conn = newConn(os.NewFile(fdSocket, "node"))
	w.conn.idle = debug.FreeOSMemory
	w.host.c = w.conn
	if err := w.start(); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(exitSandbox)
	}
	quit(w.loop())
}

func quit(err error) {
	fmt.Fprintln(os.Stderr, "worker:", err)
	os.Exit(exitNoNode)
}

// worker is the state of a worker process.
type worker struct {
	conn    *conn
	host    *client
	interp  *interp.Interpreter
	source  sourceFS
	data    uint64 // address space in use when blank, in bytes
	handler func(*wake.Context, []wake.Event) error
	trace   *traceWriter
	resting int // goroutines when no handler runs
}

// start builds what every script needs, then confines the process and says hello.
func (w *worker) start() error {
	env := sandboxEnv{mountNS: os.Getenv(envMountNS) == "1"}
	env.uid, _ = strconv.Atoi(os.Getenv(envUID))
	probing := os.Getenv(envProbe)
	os.Clearenv()
	time.Local = time.UTC // before anything looks for the host's time zone
	out := outputWriter{w.host}
	slog.SetDefault(slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
	w.trace = &traceWriter{}
	w.interp = interp.New(interp.Options{
		Stdin: bytes.NewReader(nil), Stdout: out, Stderr: w.trace, Args: []string{}, Env: []string{},
		SourcecodeFilesystem: &w.source, GoPath: "/nowhere",
	})
	if err := w.interp.Use(symbols.Exports(out)); err != nil {
		return err
	}
	if err := symbols.WrapErrors(w.interp); err != nil {
		return err
	}
	runtime.GC()
	var err error
	if w.data, err = dataSize(); err != nil {
		return err
	}
	layers, err := confine(env)
	if err != nil {
		return err
	}
	if probing != "" && probe != nil {
		probe(probing)
	}
	w.conn.begin(kindHello)
	w.conn.putUint(uint64(len(layers)))
	for _, l := range layers {
		w.conn.putString(l)
	}
	return w.conn.send()
}

// withoutTime leaves the time out of what a script logs: the log that it is in has it.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// outputWriter sends what a script prints.
type outputWriter struct{ h *client }

func (o outputWriter) Write(p []byte) (int, error) {
	o.h.output(p)
	return len(p), nil
}

// traceWriter keeps what the interpreter says about panics: a line for each function that one leaves, even if it is
// recovered later. Only of the last one is it of interest.
type traceWriter struct {
	mu   sync.Mutex // guards text; leaf
	text []byte
}

// maxTrace bounds what is kept, in bytes.
const maxTrace = 4 << 10

func (t *traceWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.text)+len(p) <= maxTrace {
		t.text = append(t.text, p...)
	}
	return len(p), nil
}

// take returns what was kept and forgets it.
func (t *traceWriter) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := script.Positions(string(t.text))
	t.text = t.text[:0]
	return text
}

// idleAfter is how long after a call a worker gives back memory, if there is no other.
const idleAfter = time.Second

// loop serves the node until it goes away.
func (w *worker) loop() error {
	for {
		k, payload, err := w.conn.read()
		if err != nil {
			return err
		}
		d := decoder{b: payload}
		switch k {
		case kindLoad:
			err = w.load(&d)
		case kindInvoke:
			if err = w.invoke(&d); err == nil {
				err = w.conn.f.SetReadDeadline(time.Now().Add(idleAfter))
			}
		default:
			err = violation("unexpected frame %d", k)
		}
		if err != nil {
			return err
		}
	}
}

// load takes the one script that this worker will ever run.
func (w *worker) load(d *decoder) error {
	memory, name, source, batch := d.int(), d.string(), string(d.bytes(maxData)), d.bool()
	if err := d.end(); err != nil {
		return err
	}
	if w.handler != nil {
		return violation("loaded twice")
	}
	problem := ""
	if err := limitMemory(memory, w.data); err != nil {
		problem = "memory limit: " + err.Error()
	} else if err := w.compile(name, source, batch); err != nil {
		problem = script.Positions(err.Error())
	}
	w.resting = runtime.NumGoroutine()
	w.conn.begin(kindLoaded)
	w.conn.putString(clip(problem))
	return w.conn.send()
}

// compile gives the interpreter the script and looks up its handler. Package-level variables are set and init functions
// run here.
func (w *worker) compile(name, source string, batch bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic while loading: %s", panicText(r))
		}
	}()
	w.source = sourceFS{name, source}
	if _, err := w.interp.EvalPath(name); err != nil {
		return err
	}
	handler := "main.Handle"
	if batch {
		handler = "main.HandleBatch"
	}
	v, err := w.interp.Eval(handler)
	if err != nil {
		return err
	}
	switch f := v.Interface().(type) {
	case func(*wake.Context, wake.Event) error:
		w.handler = func(c *wake.Context, events []wake.Event) error { return f(c, events[0]) }
	case func(*wake.Context, []wake.Event) error:
		w.handler = f
	default:
		return fmt.Errorf("the type of %s is %v", handler, reflect.TypeOf(f))
	}
	return nil
}

func (w *worker) invoke(d *decoder) error {
	n := d.count()
	if n == 0 {
		d.fail("no event")
	}
	events := make([]wake.Event, n)
	for i := range events {
		events[i] = d.event()
	}
	inv := wake.Invocation{
		Trigger: d.string(), Key: d.string(), Attempt: int(d.int()), Started: d.time(), Budget: d.budget(),
		Log: func(line string) { w.host.output([]byte(line + "\n")) },
	}
	if err := d.end(); err != nil {
		return err
	}
	if w.handler == nil {
		return violation("nothing is loaded")
	}
	if fake != nil && events[0].Type == fakeEvent {
		fake(events[0].Path, w.conn)
	}
	cpu := cpuTime()
	inv.CPU = func() time.Duration { return cpuTime() - cpu }
	c := wake.NewContext(w.host, inv)
	failure, panicked := w.run(c, events)
	leftover := w.leftover()
	if trace := w.trace.take(); panicked {
		w.host.output([]byte(trace))
	}
	w.host.mu.Lock()
	defer w.host.mu.Unlock()
	w.conn.begin(kindDone)
	w.conn.putBool(failure != nil)
	w.conn.putBool(panicked)
	w.conn.putBool(leftover)
	if failure != nil {
		w.conn.putString(clip(errorText(failure)))
	}
	return w.conn.send()
}

// run calls the handler and ends its Context.
func (w *worker) run(c *wake.Context, events []wake.Event) (err error, panicked bool) {
	defer func() {
		if r := recover(); r != nil {
			err, panicked = fmt.Errorf("panic: %s", panicText(r)), true
		}
		if endErr := wake.End(c); endErr != nil && err == nil {
			err = endErr
		}
	}()
	return w.handler(c, events), false
}

// errorText calls a script's Error method, which may panic.
func errorText(err error) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = "the Error method of the returned error panicked"
		}
	}()
	if text = err.Error(); text == "" {
		text = "an error without text"
	}
	return text
}

func panicText(r any) (text string) {
	defer func() {
		if recover() != nil {
			text = "a value that cannot be printed"
		}
	}()
	if p, ok := r.(interp.Panic); ok {
		return fmt.Sprint(p.Value)
	}
	return fmt.Sprint(r)
}

// leftoverGrace is how long goroutines of a handler that has returned may take to end.
const leftoverGrace = 5 * time.Millisecond

// leftover reports whether goroutines of the handler are still there, after those that are about to end have had their
// chance.
func (w *worker) leftover() bool {
	if runtime.NumGoroutine() <= w.resting {
		return false
	}
	for start := time.Now(); time.Since(start) < leftoverGrace; {
		if runtime.Gosched(); runtime.NumGoroutine() <= w.resting {
			return false
		}
	}
	return true
}

// maxText bounds an error text, in bytes.
const maxText = 16 << 10

// clip bounds a text and makes it valid UTF-8.
func clip(s string) string {
	const mark = " … (cut)"
	if len(s) > maxText {
		s = s[:maxText-len(mark)] + mark
	}
	return strings.ToValidUTF8(s, "�")
}

// cpuTime returns the processor time that the process has used.
func cpuTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(syscall.TimespecToNsec(syscall.Timespec(ts)))
}
