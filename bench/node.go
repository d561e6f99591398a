package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const (
	startPatience = 5 * time.Minute // until the node says ready; the goal is seconds
	stopPatience  = time.Minute     // until it has unmounted and exited
)

// node is the wakefs process under test.
type node struct {
	binary string
	data   string // its data directory
	mount  string // its mount point
	disks  int
	log    string // file that takes what it says on stderr

	cmd    *exec.Cmd
	exited chan struct{} // closed when the process is gone
}

// newNode lays out a node below dir.
func newNode(c *config, dir string) (*node, error) {
	binary, err := filepath.Abs(c.wakefs)
	if err != nil {
		return nil, err
	}
	n := &node{binary: binary, data: filepath.Join(dir, "data"), mount: filepath.Join(dir, "mnt"), disks: c.disks, log: filepath.Join(dir, "node.log")}
	return n, os.MkdirAll(n.mount, 0o755)
}

// start runs the node and returns how many seconds it took until the mount answered.
func (n *node) start(ctx context.Context) (float64, error) {
	logFile, err := os.OpenFile(n.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	defer logFile.Close() // the process has its own copy
	cmd := exec.Command(n.binary, "up", "--data", n.data, "--mount", n.mount, "--disks", strconv.Itoa(n.disks))
	cmd.Stderr = logFile
	// A pipe of our own: StdoutPipe's reader would be closed by Wait under our hands.
	out, in, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	cmd.Stdout = in
	began := time.Now()
	err = cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		return 0, err
	}
	n.cmd, n.exited = cmd, make(chan struct{})
	go func() {
		cmd.Wait()
		close(n.exited)
	}()
	ready := make(chan struct{})
	go watchForReady(out, ready)
	select {
	case <-ready:
		return time.Since(began).Seconds(), nil
	case <-n.exited:
		err = n.died("before it was ready")
		n.cmd = nil
		return 0, err
	case <-time.After(startPatience):
		err = fmt.Errorf("the node was not ready after %v:\n%s", startPatience, tail(n.log, 15))
	case <-ctx.Done():
		err = ctx.Err()
	}
	return 0, errors.Join(err, n.stop())
}

// watchForReady closes ready when the node says so, and goes on reading so that the node never blocks on its output.
func watchForReady(out *os.File, ready chan struct{}) {
	defer out.Close()
	said := false
	for sc := bufio.NewScanner(out); sc.Scan(); {
		if !said && sc.Text() == "ready" {
			said = true
			close(ready)
		}
	}
}

// alive returns an error if the node is gone.
func (n *node) alive() error {
	if n.cmd == nil {
		return errors.New("the node is not running")
	}
	select {
	case <-n.exited:
		return n.died("while it was being measured")
	default:
		return nil
	}
}

func (n *node) died(when string) error {
	return fmt.Errorf("the node ended %s (%v); it said:\n%s", when, n.cmd.ProcessState, tail(n.log, 15))
}

// stop ends the node as a user would, and by force if it does not listen; then it also takes the mount away.
func (n *node) stop() error {
	if n.cmd == nil {
		return nil
	}
	n.cmd.Process.Signal(unix.SIGTERM)
	select {
	case <-n.exited:
		if code := n.cmd.ProcessState.ExitCode(); code != 0 {
			return fmt.Errorf("the node ended with exit code %d on SIGTERM; it said:\n%s", code, tail(n.log, 15))
		}
		n.cmd = nil
		return nil
	case <-time.After(stopPatience):
	}
	n.cmd.Process.Kill()
	<-n.exited
	n.cmd = nil
	unix.Unmount(n.mount, unix.MNT_DETACH)
	return fmt.Errorf("the node had to be killed: it did not end within %v of SIGTERM", stopPatience)
}

// restart stops the node and returns how long it took to be ready again.
func (n *node) restart(ctx context.Context) (float64, error) {
	if err := n.stop(); err != nil {
		return 0, err
	}
	return n.start(ctx)
}

// pid returns the process ID of the running node.
func (n *node) pid() int { return n.cmd.Process.Pid }

// release ends the node if it still runs and makes sure that nothing is left mounted, whatever happened before. It says
// whether that worked, apart from how the node ended.
func (n *node) release() (released bool, err error) {
	err = n.stop()
	if isMountPoint(n.mount) {
		err = errors.Join(err, unix.Unmount(n.mount, unix.MNT_DETACH))
	}
	return !isMountPoint(n.mount), err
}

// isMountPoint compares the device with that of the parent.
func isMountPoint(path string) bool {
	var here, above unix.Stat_t
	if err := unix.Stat(path, &here); err != nil {
		return errors.Is(err, unix.ENOTCONN) // the mount of a dead process
	}
	return unix.Stat(filepath.Dir(path), &above) == nil && here.Dev != above.Dev
}
