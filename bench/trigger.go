package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	latencyName     = "trigger-latency"
	invocationsName = "invocations"
)

// latencyScript tells when it was woken: its handler's first statement reads the clock of the node, which is ours too.
const latencyScript = `//wake:on arrive /latency-in/*
package main

import (
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	now := c.Now().UnixNano()
	return c.WriteFile("/latency/"+e.Name, []byte(strconv.FormatInt(now, 10)))
}
`

// trivialScript does nothing, so that what is measured is everything around it.
const trivialScript = `//wake:on arrive /trivial-in/*
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error { return nil }
`

var (
	latencyP50 = metric{"close → handler's first line, p50", milliseconds, goal{atMost, 1}}
	latencyP99 = metric{"close → handler's first line, p99", milliseconds, goal{atMost, 10}}
	invocRate  = metric{"invocations of a trivial handler", perSecond, goal{atLeast, 3000}}
)

const (
	deployPatience = time.Minute            // until a saved script answers
	eventPatience  = 30 * time.Second       // until one file's handler has answered
	answerPoll     = 300 * time.Microsecond // often enough to go on soon, seldom enough to leave the node its CPU
	listPoll       = 50 * time.Millisecond
)

// save puts a script into the triggers folder.
func save(mount, name, script string) error {
	dir := filepath.Join(mount, "triggers")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".go"), []byte(script), 0o644)
}

// triggerLatency drops files one by one into the mount and returns, in milliseconds, from just before each close to the
// first statement of its handler.
func triggerLatency(ctx context.Context, mount string, n int) ([]float64, error) {
	in := filepath.Join(mount, "latency-in")
	if err := os.MkdirAll(in, 0o755); err != nil {
		return nil, err
	}
	if err := save(mount, "latency", latencyScript); err != nil {
		return nil, err
	}
	if err := awaitDeployed(ctx, mount); err != nil {
		return nil, err
	}
	var all []float64
	for range n {
		name := unique("event")
		closing, err := drop(in, name)
		if err != nil {
			return nil, err
		}
		woken, err := awaitAnswer(ctx, mount, name, eventPatience)
		if err != nil {
			return nil, err
		}
		all = append(all, woken.Sub(closing).Seconds()*1000)
	}
	return all, nil
}

// unique returns a file name that was never used, so that no answer is taken for that of another file.
func unique(kind string) string { return fmt.Sprintf("%s-%d", kind, time.Now().UnixNano()) }

// drop writes a small file and returns the time just before it is closed.
func drop(dir, name string) (closing time.Time, err error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return closing, err
	}
	_, err = f.Write(smallNoise)
	closing = time.Now()
	return closing, errors.Join(err, f.Close())
}

// awaitAnswer waits for the file that the latency handler writes and returns the time in it.
func awaitAnswer(ctx context.Context, mount, name string, patience time.Duration) (time.Time, error) {
	path := filepath.Join(mount, "latency", name)
	for deadline := time.Now().Add(patience); ; time.Sleep(answerPoll) {
		b, err := os.ReadFile(path)
		if err == nil {
			ns, err := strconv.ParseInt(string(b), 10, 64)
			return time.Unix(0, ns), err
		}
		if !errors.Is(err, os.ErrNotExist) {
			return time.Time{}, err
		}
		if time.Now().After(deadline) {
			return time.Time{}, fmt.Errorf("no handler answered to %s within %v: %w", name, patience, os.ErrDeadlineExceeded)
		}
		if err := ctx.Err(); err != nil {
			return time.Time{}, err
		}
	}
}

// awaitDeployed drops probes until one is answered: only then the script is live everywhere and its worker is warm.
func awaitDeployed(ctx context.Context, mount string) error {
	deadline := time.Now().Add(deployPatience)
	for {
		name := unique("probe")
		if _, err := drop(filepath.Join(mount, "latency-in"), name); err != nil {
			return err
		}
		_, err := awaitAnswer(ctx, mount, name, time.Second)
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the saved script did not come to life within %v; see `wakefs trigger show latency`", deployPatience)
		}
	}
}

// trigger is what the node tells of a trigger, as far as it matters here.
type trigger struct {
	Name    string `json:"name"`
	Version string `json:"version"` // the live one
	Refused string `json:"refused"` // why its latest version was refused, if it was
	Done    int64  `json:"done"`    // invocations that succeeded
	Failed  int64  `json:"failed"`  // attempts that failed
	Dead    int64  `json:"dead"`    // invocations that were given up
	Backlog int64  `json:"backlog"` // invocations that wait or run
}

// finished says whether n more invocations than before have come to an end, good or bad. Attempts that failed are many for
// one invocation, so they count only when nothing is left to do.
func (t trigger) finished(before trigger, n int) bool {
	good := t.Done - before.Done
	bad := t.Failed + t.Dead - before.Failed - before.Dead
	return good >= int64(n) || t.Backlog == 0 && good+bad >= int64(n)
}

// invocations drops files with eight threads and returns how many handlers per second were run, counted from the first
// create to the last acknowledgement.
func invocations(ctx context.Context, n *node, files int) (float64, error) {
	dir := filepath.Join(n.mount, "trivial-in")
	if err := os.RemoveAll(dir); err != nil {
		return 0, err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return 0, err
	}
	if err := save(n.mount, "trivial", trivialScript); err != nil {
		return 0, err
	}
	before, err := n.until(ctx, "trivial", listPoll, deployPatience, func(t trigger) bool { return t.Version != "" && t.Backlog == 0 })
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := parallel(ctx, 8, files, func(i int) error { return createSmall(fileName(dir, i), i, false) }); err != nil {
		return 0, err
	}
	patience := deployPatience + time.Duration(files)*10*time.Millisecond
	after, err := n.until(ctx, "trivial", listPoll, patience, func(t trigger) bool { return t.finished(before, files) })
	took := time.Since(start).Seconds()
	if good := after.Done - before.Done; err == nil && good < int64(files) {
		err = fmt.Errorf("%d of %d invocations failed; see `wakefs trigger dead`", int64(files)-good, files)
	}
	return rate(files, took), err
}
