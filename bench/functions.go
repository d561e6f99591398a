package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wakefs/wakefs/fs/wire"
)

// The steps of this file and of backlog.go steer functions through the node's administration, whose calls cost the node less than a
// process for each command would.

const (
	drainName  = "drain"
	deployName = "deploy"
	workerName = "worker"
)

var (
	drainTrivial = metric{"backlog of a trivial handler, worked off", perSecond, goal{atLeast, 5000}}
	drainCopy    = metric{"backlog of one that reads and writes 4 KiB, worked off", perSecond, goal{atLeast, 2000}}
	deployP50    = metric{"script saved → live, p50", milliseconds, goal{}}
	deployP99    = metric{"script saved → live, p99", milliseconds, goal{atMost, 200}}
	rollbackP99  = metric{"rollback, p99", milliseconds, goal{atMost, 50}}
	workerMemory = metric{"private memory of an idle worker", megabytes, goal{atMost, 5}}
	workerMost   = metric{"the most of one, after thousands of calls", megabytes, goal{}}
	workersIdle  = metric{"workers before one is needed", count, goal{atMost, 0}}
)

// handlerScript is a script that does body for what arrives in the folder.
func handlerScript(folder, body, imports string) string {
	return "//wake:on arrive /" + folder + "/*\npackage main\n\nimport (\n" + imports + "\n\t\"github.com/wakefs/wakefs/triggers/wake\"\n)\n\n" +
		"func Handle(c *wake.Context, e wake.Event) error {\n" + body + "\n}\n"
}

const copyBody = `	b, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	return c.WriteFile("/drain-out/"+e.Name, b)`

// ask calls the node's administration.
func (n *node) ask(ctx context.Context, name string, question, answer any) error {
	admin := wire.NewAdmin(wire.ClientOptions{Dial: wire.NetDialer(nil)}, filepath.Join(n.data, "node.sock"))
	defer admin.Close() //nolint:errcheck // it was read only
	q, err := json.Marshal(question)
	if err != nil {
		return err
	}
	b, err := admin.Call(ctx, name, q)
	if err == nil && answer != nil {
		err = json.Unmarshal(b, answer)
	}
	return err
}

// named is the question about one trigger.
type named struct {
	Trigger string `json:"trigger"`
	Version string `json:"version,omitempty"`
	Drop    bool   `json:"drop,omitempty"` // of trigger.set: pause
	Limit   int    `json:"limit,omitempty"`
}

// list returns the triggers by name.
func (n *node) list(ctx context.Context) (map[string]trigger, error) {
	var rows []trigger
	err := n.ask(ctx, "trigger.list", struct{}{}, &rows)
	byName := make(map[string]trigger, len(rows))
	for _, t := range rows {
		byName[t.Name] = t
	}
	return byName, err
}

// until asks for a trigger every so often until it is as wanted.
func (n *node) until(ctx context.Context, name string, every, patience time.Duration, wanted func(trigger) bool) (trigger, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(every) {
		all, err := n.list(ctx)
		t := all[name]
		switch {
		case err != nil:
			return t, err
		case t.Refused != "":
			return t, fmt.Errorf("the script %s was refused: %s", name, t.Refused)
		case wanted(t):
			return t, nil
		case time.Now().After(deadline):
			return t, fmt.Errorf("trigger %s is not as wanted after %v: %+v", name, patience, t)
		}
	}
}

// deploy saves a script and returns when it is live.
func (n *node) deploy(ctx context.Context, name, script string) (before string, err error) {
	all, err := n.list(ctx)
	if err != nil {
		return "", err
	}
	before = all[name].Version
	if err := save(n.mount, name, script); err != nil {
		return "", err
	}
	_, err = n.until(ctx, name, time.Millisecond, deployPatience, func(t trigger) bool { return t.Version != "" && t.Version != before })
	return before, err
}

func (n *node) pause(ctx context.Context, name string, pause bool) error {
	return n.ask(ctx, "trigger.set", named{Trigger: name, Drop: pause}, nil)
}

func (n *node) remove(ctx context.Context, name string) error {
	return n.ask(ctx, "trigger.remove", named{Trigger: name}, nil)
}

// folders makes empty folders in the mount and returns how to remove them.
func (n *node) folders(names ...string) (remove func() error, err error) {
	remove = func() (err error) {
		for _, name := range names {
			err = errors.Join(err, os.RemoveAll(filepath.Join(n.mount, name)))
		}
		return err
	}
	err = remove()
	for _, name := range names {
		err = errors.Join(err, os.Mkdir(filepath.Join(n.mount, name), 0o755))
	}
	return remove, err
}

// drain lets events gather and then has them worked off.
func (b *bench) drain(ctx context.Context) error {
	for range b.config.rounds {
		for _, kind := range []struct {
			metric metric
			script string
		}{
			{drainTrivial, handlerScript("drain-in", "\treturn nil", "")},
			{drainCopy, handlerScript("drain-in", copyBody, "")},
		} {
			took, err := b.node.drainOnce(ctx, kind.script, b.sizes.drained)
			if err != nil {
				return err
			}
			b.put(sample{kind.metric, rate(b.sizes.drained, took)})
		}
	}
	return nil
}

func (n *node) drainOnce(ctx context.Context, script string, files int) (took float64, err error) {
	remove, err := n.folders("drain-in", "drain-out")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, n.remove(ctx, "drain"), remove()) }()
	if _, err := n.deploy(ctx, "drain", script); err != nil {
		return 0, err
	}
	if err := n.pause(ctx, "drain", true); err != nil {
		return 0, err
	}
	dir := filepath.Join(n.mount, "drain-in")
	if err := parallel(ctx, 8, files, func(i int) error { return createSmall(fileName(dir, i), i, false) }); err != nil {
		return 0, err
	}
	var after trigger
	took, err = timed(func() error {
		if err := n.pause(ctx, "drain", false); err != nil {
			return err
		}
		patience := deployPatience + time.Duration(files)*10*time.Millisecond
		after, err = n.until(ctx, "drain", 10*time.Millisecond, patience, func(t trigger) bool { return t.Backlog == 0 })
		return err
	})
	if err == nil && (after.Done != int64(files) || after.Failed > 0) {
		err = fmt.Errorf("of %d invocations %d are done, and %d attempts failed; see `wakefs trigger logs drain`", files, after.Done, after.Failed)
	}
	return took, err
}

// deploys saves versions of a script and rolls back.
func (b *bench) deploys(ctx context.Context) error {
	defer b.node.remove(ctx, "versions") //nolint:errcheck // what failed before is more telling
	var saved, back []float64
	for i := range b.sizes.deploys * b.config.rounds {
		script := handlerScript("none", fmt.Sprintf("\tc.Log(%d)\n\treturn nil", i), "")
		var before string
		took, err := timed(func() (err error) {
			before, err = b.node.deploy(ctx, "versions", script)
			return err
		})
		if err != nil {
			return err
		}
		saved = append(saved, took*1000)
		if before == "" {
			continue
		}
		took, err = timed(func() error {
			return b.node.ask(ctx, "trigger.rollback", named{Trigger: "versions", Version: before}, nil)
		})
		if err != nil {
			return err
		}
		back = append(back, took*1000)
	}
	b.put(sample{deployP50, percentile(saved, 0.5)}, sample{deployP99, percentile(saved, 0.99)}, sample{rollbackP99, percentile(back, 0.99)})
	return nil
}

// workers looks at the processes that run functions.
func (b *bench) workers(ctx context.Context) error {
	remove, err := b.node.folders("drain-in", "drain-out")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.node.remove(ctx, "worker"), remove()) }()
	if _, err := b.node.deploy(ctx, "worker", handlerScript("drain-in", copyBody, "")); err != nil {
		return err
	}
	dir := filepath.Join(b.node.mount, "drain-in")
	if err := parallel(ctx, 8, 100, func(i int) error { return createSmall(fileName(dir, i), i, false) }); err != nil {
		return err
	}
	if _, err := b.node.until(ctx, "worker", listPoll, deployPatience, func(t trigger) bool { return t.Done == 100 }); err != nil {
		return err
	}
	if err := b.rest(ctx); err != nil {
		return err
	}
	var all []float64
	for _, pid := range descendants(b.node.pid()) {
		private, err := privateMemory(pid)
		if err != nil {
			return err
		}
		all = append(all, float64(private)/1e6)
	}
	b.put(sample{workerMemory, median(all)}, sample{workerMost, percentile(all, 1)})
	return nil
}
