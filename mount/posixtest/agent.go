package posixtest

import (
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// agentEnv makes a test binary act as an agent instead of running tests: a second process that does on request what only
// a second process can show, such as holding a lock of its own.
const agentEnv = "WAKEFS_POSIXTEST_AGENT"

// Values of agentEnv.
const (
	agentServe = "serve" // answer requests on stdin
	agentHello = "hello" // print helloText and exit, for the exec cases
	agentUID   = "uid"   // print the effective user ID and exit
)

const helloText = "hello from the executed file\n"

func init() {
	switch os.Getenv(agentEnv) {
	case agentServe:
		serveAgent(os.Stdin, os.Stdout)
		os.Exit(0)
	case agentHello:
		fmt.Print(helloText)
		os.Exit(0)
	case agentUID:
		fmt.Println(os.Geteuid())
		os.Exit(0)
	}
}

// op names what an agent is asked to do.
type op int

const (
	opOpen      op = iota // Path, Flags → N, the descriptor
	opFcntl               // FD, Flags is the command, Lock → Lock
	opFlock               // FD, Flags is how
	opAppend              // Path, Count records of Size bytes, all Tag
	opCreate              // Path + "0" … Path + Count-1 with O_EXCL → N, how many it was the one to create
	opBlocked             // → N, how many lock requests sit in the kernel
	opInterrupt           // signal the threads that wait for a lock
	opExit                // leave without closing anything
)

type request struct {
	ID          int
	Op          op
	Path        string
	FD, Flags   int
	Lock        unix.Flock_t
	Count, Size int
	Tag         byte
}

type reply struct {
	ID    int
	Errno unix.Errno
	N     int
	Lock  unix.Flock_t
}

// agent is the test's end of an agent process. Its methods are for the goroutine of the case.
type agent struct {
	c    *env
	cmd  *exec.Cmd
	in   io.WriteCloser
	enc  *gob.Encoder
	next int

	mu      sync.Mutex
	waiting map[int]chan reply // by request ID
}

// agent starts another process; it ends with the case.
func (c *env) agent() *agent {
	c.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), agentEnv+"="+agentServe)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	c.ok(err)
	out, err := cmd.StdoutPipe()
	c.ok(err)
	c.ok(cmd.Start())
	a := &agent{c: c, cmd: cmd, in: in, enc: gob.NewEncoder(in), waiting: map[int]chan reply{}}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		a.receive(out)
	}()
	c.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		<-finished
		cmd.Wait()
	})
	return a
}

func (a *agent) receive(out io.Reader) {
	dec := gob.NewDecoder(out)
	for {
		var r reply
		if dec.Decode(&r) != nil {
			return
		}
		a.mu.Lock()
		ch := a.waiting[r.ID]
		delete(a.waiting, r.ID)
		a.mu.Unlock()
		ch <- r
	}
}

// begin sends a request and returns where its reply will arrive.
func (a *agent) begin(r request) chan reply {
	a.c.Helper()
	a.next++
	r.ID = a.next
	ch := make(chan reply, 1)
	a.mu.Lock()
	a.waiting[r.ID] = ch
	a.mu.Unlock()
	a.c.ok(a.enc.Encode(r))
	return ch
}

// do sends a request and returns its reply.
func (a *agent) do(r request) reply {
	a.c.Helper()
	return a.c.await(a.begin(r))
}

func (c *env) await(ch chan reply) reply {
	c.Helper()
	var r reply
	c.eventually("the other process answers", func() bool {
		select {
		case r = <-ch:
			return true
		default:
			return false
		}
	})
	return r
}

// err turns the outcome into an error as the system call would have.
func (r reply) err() error {
	if r.Errno == 0 {
		return nil
	}
	return r.Errno
}

func (a *agent) open(path string, flags int) int {
	a.c.Helper()
	r := a.do(request{Op: opOpen, Path: path, Flags: flags})
	a.c.ok(r.err())
	return r.N
}

// exit ends the process as a crash would: nothing is closed first.
func (a *agent) exit() {
	a.c.Helper()
	a.begin(request{Op: opExit})
	_, err := a.cmd.Process.Wait()
	a.c.ok(err)
}

// waitBlocked returns when a lock request begun at ch waits in the kernel, and fails if it was answered instead.
func (a *agent) waitBlocked(ch chan reply) {
	a.c.Helper()
	a.c.eventually("the other process waits for the lock", func() bool {
		if len(ch) > 0 {
			a.c.Fatalf("the other process did not have to wait for the lock: %v", (<-ch).err())
		}
		return a.do(request{Op: opBlocked}).N > 0
	})
}

// agentServer is the agent's own side.
type agentServer struct {
	mu      sync.Mutex
	enc     *gob.Encoder
	waiters map[int]bool // thread IDs inside a lock call
}

func serveAgent(in io.Reader, out io.Writer) {
	if !testing.Testing() {
		panic("posixtest agent outside a test binary")
	}
	makeSignalInterrupt(unix.SIGUSR1)
	s := &agentServer{enc: gob.NewEncoder(out), waiters: map[int]bool{}}
	dec := gob.NewDecoder(in)
	for {
		var r request
		if dec.Decode(&r) != nil {
			return
		}
		go s.handle(r)
	}
}

// makeSignalInterrupt makes sig end a waiting system call with EINTR. Go installs its handlers with SA_RESTART, which
// hides that; this takes the flag away again.
func makeSignalInterrupt(sig unix.Signal) {
	signal.Notify(make(chan os.Signal, 64), sig)
	var action struct {
		handler  uintptr
		flags    uint64
		restorer uintptr
		mask     uint64
	}
	const restart = 0x10000000
	const maskSize = 8
	ptr := uintptr(unsafe.Pointer(&action))
	if _, _, e := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, ptr, maskSize, 0, 0); e != 0 {
		panic(e)
	}
	action.flags &^= restart
	if _, _, e := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), ptr, 0, maskSize, 0, 0); e != 0 {
		panic(e)
	}
}

func (s *agentServer) handle(r request) {
	out := reply{ID: r.ID}
	n, err := s.run(&r)
	out.N, out.Lock = n, r.Lock
	if err != nil {
		e, ok := err.(unix.Errno)
		if !ok {
			e = unix.EPROTO
			fmt.Fprintln(os.Stderr, "posixtest agent:", err)
		}
		out.Errno = e
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enc.Encode(out); err != nil {
		os.Exit(1)
	}
}

func (s *agentServer) run(r *request) (int, error) {
	switch r.Op {
	case opOpen:
		return unix.Open(r.Path, r.Flags|unix.O_CLOEXEC, 0o644)
	case opFcntl:
		return 0, s.waitable(func() error { return unix.FcntlFlock(uintptr(r.FD), r.Flags, &r.Lock) })
	case opFlock:
		return 0, s.waitable(func() error { return unix.Flock(r.FD, r.Flags) })
	case opAppend:
		return 0, appendRecords(r.Path, r.Count, r.Size, r.Tag)
	case opCreate:
		return createExclusively(r.Path, r.Count)
	case opBlocked:
		return s.blocked(), nil
	case opInterrupt:
		s.mu.Lock()
		defer s.mu.Unlock()
		for tid := range s.waiters {
			if err := unix.Tgkill(os.Getpid(), tid, unix.SIGUSR1); err != nil {
				return 0, err
			}
		}
		return 0, nil
	case opExit:
		os.Exit(0)
	}
	return 0, unix.ENOSYS
}

// waitable runs a lock call on a thread that opBlocked and opInterrupt know of.
func (s *agentServer) waitable(call func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tid := unix.Gettid()
	s.mu.Lock()
	s.waiters[tid] = true
	s.mu.Unlock()
	err := call()
	s.mu.Lock()
	delete(s.waiters, tid)
	s.mu.Unlock()
	return err
}

// blocked counts the waiters that the kernel says are inside fcntl or flock. Where it does not say, all count.
func (s *agentServer) blocked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for tid := range s.waiters {
		b, err := os.ReadFile(filepath.Join("/proc/self/task", strconv.Itoa(tid), "syscall"))
		nr, _, _ := strings.Cut(string(b), " ")
		if err != nil || nr == strconv.Itoa(unix.SYS_FCNTL) || nr == strconv.Itoa(unix.SYS_FLOCK) {
			n++
		}
	}
	return n
}

// appendRecords appends count records of size bytes, each with one write.
func appendRecords(path string, count, size int, tag byte) error {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_APPEND|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	rec := make([]byte, size)
	for i := range rec {
		rec[i] = tag
	}
	rec[size-1] = '\n'
	for range count {
		if n, err := unix.Write(fd, rec); err != nil {
			return err
		} else if n != size {
			return fmt.Errorf("short append: %d of %d bytes", n, size)
		}
	}
	return nil
}

// createExclusively tries to create prefix0 … and returns how many of them it was the one to create.
func createExclusively(prefix string, count int) (won int, err error) {
	for i := range count {
		fd, err := unix.Open(prefix+strconv.Itoa(i), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		if err == unix.EEXIST {
			continue
		}
		if err != nil {
			return won, err
		}
		unix.Close(fd)
		won++
	}
	return won, nil
}
