package worker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"golang.org/x/sys/unix"
)

// firstUID is the first of the user IDs that workers of a root node get, one each; uidCount is how many there are.
const (
	firstUID = 2_000_000_000
	uidCount = 1_000_000
)

// process is a worker as its node sees it.
type process struct {
	proc   *os.Process
	conn   *conn
	stderr *os.File // what the runtime says when it dies; non-blocking on both ends
	layers []string

	version  string // of the script that it has loaded, or ""
	retire   bool   // not to be used again
	used     time.Time
	confined bool // to the CPUs that foreground work leaves; guarded by monitor.mu

	statm    *os.File // nil if there is no /proc
	baseline int64    // resident bytes when blank
	pageSize int64

	mu     sync.Mutex // guards killed; leaf
	killed string     // why the node killed it
	once   sync.Once
	state  *os.ProcessState
}

// spawner starts processes from one thread that lives as long as the pool: the kernel kills a worker when the thread
// that started it ends.
type spawner struct {
	group    idleGroup // of the workers
	requests chan spawnRequest
	stop     chan struct{}
}

type spawnRequest struct {
	attr  *os.ProcAttr
	reply chan<- spawnReply
}

type spawnReply struct {
	proc *os.Process
	err  error
}

func newSpawner() *spawner {
	s := &spawner{requests: make(chan spawnRequest), stop: make(chan struct{}), group: newIdleGroup()}
	go s.loop()
	return s
}

func (s *spawner) loop() {
	runtime.LockOSThread() // and never unlocked: the thread is not fit for other work
	beIdle()               // this thread; its children inherit that
	for {
		select {
		case r := <-s.requests:
			proc, err := os.StartProcess("/proc/self/exe", []string{argv0}, r.attr)
			r.reply <- spawnReply{proc, err}
		case <-s.stop:
			return
		}
	}
}

func (s *spawner) start(attr *os.ProcAttr) (*os.Process, error) {
	reply := make(chan spawnReply, 1)
	select {
	case s.requests <- spawnRequest{attr, reply}:
		r := <-reply
		return r.proc, r.err
	case <-s.stop:
		return nil, ErrClosed
	}
}

// nsFlags are the namespaces of a worker, best first: what the system refuses, the next entry does without.
var nsFlags = []uintptr{
	unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
	0,
}

// spawn starts a blank worker and waits until it has confined itself. serial tells workers apart.
func (s *spawner) spawn(serial int, probeName string, timeout time.Duration) (*process, error) {
	var first error
	for _, flags := range nsFlags {
		p, err := s.spawnWith(flags, serial, probeName)
		if err != nil {
			if first == nil {
				first = err
			}
			if errors.Is(err, ErrClosed) {
				break
			}
			continue
		}
		if probeName != "" {
			return p, nil
		}
		if err := p.hello(timeout); err != nil {
			p.kill("did not start")
			p.wait()
			if first == nil {
				first = fmt.Errorf("%w%s", err, p.lastWords())
			}
			p.release()
			continue
		}
		p.addNamespaces(flags)
		return p, nil
	}
	return nil, fmt.Errorf("start worker: %w", first)
}

func (s *spawner) spawnWith(flags uintptr, serial int, probeName string) (p *process, err error) {
	const sockFlags = unix.SOCK_STREAM | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	fds, err := unix.Socketpair(unix.AF_UNIX, sockFlags, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "node")
	defer theirs.Close()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		ours.Close()
		return nil, os.NewSyscallError("pipe2", err)
	}
	stderr, errIn := os.NewFile(uintptr(pipe[0]), "worker stderr"), os.NewFile(uintptr(pipe[1]), "stderr")
	defer errIn.Close()

	// Starting a process turns the descriptors it gets to blocking; the worker turns them back.
	attr := &os.ProcAttr{
		Dir: "/",
		Env: []string{
			envWorker + "=1", "GOMAXPROCS=1", "GOTRACEBACK=single", "GODEBUG=decoratemappings=0",
			"GORACE=atexit_sleep_ms=0", // for a binary with the race detector
		},
		Files: []*os.File{nil, errIn, errIn, theirs},
		Sys:   &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL, Setsid: true},
	}
	if probeName != "" {
		attr.Env = append(attr.Env, envProbe+"="+probeName)
	}
	if flags != 0 {
		attr.Env = append(attr.Env, envMountNS+"=1")
	}
	if os.Geteuid() == 0 {
		attr.Env = append(attr.Env, envUID+"="+strconv.Itoa(firstUID+serial%uidCount))
	} else if flags != 0 {
		attr.Sys.Cloneflags |= unix.CLONE_NEWUSER
		attr.Sys.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.Sys.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	proc, err := s.start(attr)
	if err != nil {
		ours.Close()
		stderr.Close()
		return nil, err
	}
	beNice(proc.Pid)
	s.group.add(proc.Pid)
	p = &process{proc: proc, conn: newConn(ours), stderr: stderr, pageSize: int64(os.Getpagesize())}
	p.statm, _ = os.Open("/proc/" + strconv.Itoa(proc.Pid) + "/statm") // without it memory is bounded by rlimit alone
	return p, nil
}

// hello waits for the worker to have confined itself.
func (p *process) hello(timeout time.Duration) error {
	if err := p.conn.f.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	k, payload, err := p.conn.read()
	if err != nil {
		return err
	}
	d := decoder{b: payload}
	for range d.count() {
		p.layers = append(p.layers, d.string())
	}
	if err := d.end(); err != nil {
		return err
	}
	if k != kindHello {
		return violation("no hello")
	}
	p.baseline = p.resident()
	return p.conn.f.SetReadDeadline(time.Time{})
}

func (p *process) addNamespaces(flags uintptr) {
	for _, ns := range []struct {
		flag uintptr
		name string
	}{{unix.CLONE_NEWNET, layerNetNS}, {unix.CLONE_NEWPID, layerPIDNS}, {unix.CLONE_NEWNS, layerMountNS},
		{unix.CLONE_NEWIPC, layerIPCNS}} {
		if flags&ns.flag != 0 {
			p.layers = append(p.layers, ns.name)
		}
	}
	if flags != 0 && os.Geteuid() != 0 {
		p.layers = append(p.layers, layerUserNS)
	}
}

// kill ends the worker. The first reason counts.
func (p *process) kill(reason string) {
	p.mu.Lock()
	if p.killed == "" {
		p.killed = reason
	}
	p.mu.Unlock()
	p.proc.Kill() // fails only if it has ended
}

func (p *process) reason() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed
}

// wait waits for the end of a worker that is dying, and returns how it ended.
func (p *process) wait() *os.ProcessState {
	p.once.Do(func() { p.state, _ = p.proc.Wait() })
	return p.state
}

// release gives back what the node holds of a worker that has been waited for.
func (p *process) release() {
	p.conn.f.Close()
	p.stderr.Close()
	if p.statm != nil {
		p.statm.Close()
	}
}

// discard ends a worker that is not needed any more.
func (p *process) discard() {
	p.kill("not needed")
	p.wait()
	p.release()
}

// maxLastWords bounds what is kept of what a dying worker says, in bytes.
const maxLastWords = 8 << 10

// lastWords returns what the runtime of a worker that has ended said, on lines of their own.
func (p *process) lastWords() string {
	var buf bytes.Buffer
	p.stderr.SetReadDeadline(time.Now().Add(time.Second))
	io.Copy(&buf, io.LimitReader(p.stderr, maxLastWords)) // whatever there is
	// The stacks that follow the first paragraph are those of the interpreter.
	text, _, _ := strings.Cut(strings.TrimSpace(buf.String()), "\n\n")
	text = strings.ToValidUTF8(text, "�")
	if text == "" {
		return ""
	}
	return "\n" + text
}

// resident returns the memory in use, in bytes, or 0 if it is unknown.
func (p *process) resident() int64 {
	if p.statm == nil {
		return 0
	}
	var buf [128]byte
	n, _ := p.statm.ReadAt(buf[:], 0)
	// size resident shared …, in pages
	_, rest, _ := bytes.Cut(buf[:n], []byte{' '})
	field, _, _ := bytes.Cut(rest, []byte{' '})
	pages, err := strconv.ParseInt(string(field), 10, 64)
	if err != nil {
		return 0
	}
	return pages * p.pageSize
}

// memory returns the memory in use beyond that of a blank worker, in bytes.
func (p *process) memory() int64 { return max(0, p.resident()-p.baseline) }

// cpu returns the processor time used since the start, and false if the worker has been waited for.
func (p *process) cpu() (time.Duration, bool) {
	// The clock of another process: its number, complemented, above three bits of which 2 means user and system.
	clock := int32(^p.proc.Pid<<3 | 2)
	var ts unix.Timespec
	if err := unix.ClockGettime(clock, &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}

// ready tells whether one of the process's threads runs or could.
func (p *process) ready() bool {
	dir := "/proc/" + strconv.Itoa(p.proc.Pid) + "/task"
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, t := range tasks {
		stat, err := os.ReadFile(dir + "/" + t.Name() + "/stat")
		if err == nil && bytes.Contains(stat, []byte(") R ")) {
			return true
		}
	}
	return false
}

// load sends the script, whose answer the caller awaits.
func (p *process) load(prog *script.Program, memory int64) error {
	c := p.conn
	c.begin(kindLoad)
	c.putInt(memory)
	c.putString(prog.File)
	c.putString(prog.Source)
	c.putBool(prog.Spec.Batch > 0)
	return c.send()
}
