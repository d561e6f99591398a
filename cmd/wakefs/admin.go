package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"os"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/wire"
	"github.com/wakefs/wakefs/triggers"
)

// What the commands ask a node, by name of the call. Requests and answers are JSON, and
// what --json prints.
type (
	// nodeStatus answers "status".
	nodeStatus struct {
		Version    string        `json:"version"`
		Uptime     time.Duration `json:"uptime_ns"`
		Mount      string        `json:"mount,omitempty"`
		Leader     string        `json:"leader"`
		Term       uint64        `json:"term"`
		Applied    uint64        `json:"applied"`
		Inodes     uint64        `json:"inodes"`
		Orphans    uint64        `json:"orphans"`
		Used       uint64        `json:"used"`     // bytes of shards on the disks
		Capacity   uint64        `json:"capacity"` // bytes of user data
		Free       uint64        `json:"free"`     // bytes of user data
		Stripes    uint64        `json:"stripes"`
		Degraded   uint64        `json:"degraded"` // stripes with missing shards
		Dead       uint64        `json:"dead"`     // stripes to be deleted
		Disks      []diskStatus  `json:"disks"`
		Groups     []groupStatus `json:"groups"`
		Sessions   []string      `json:"sessions"`
		Sandbox    []string      `json:"sandbox"` // the active layers around functions
		Running    int           `json:"running"` // functions
		Repaired   uint64        `json:"repaired"`
		Compacted  uint64        `json:"compacted"`
		Packed     uint64        `json:"packed"` // small files moved into shared stripes
		Swept      uint64        `json:"swept"`
		RSS        uint64        `json:"rss"` // bytes
		Goroutines int           `json:"goroutines"`
	}
	diskStatus struct {
		ID       uint32  `json:"id"`
		Path     string  `json:"path"`
		Score    float64 `json:"score"` // 0..100
		Capacity uint64  `json:"capacity"`
		Free     uint64  `json:"free"`
		Shards   uint64  `json:"shards"`
		Live     uint64  `json:"live"` // bytes
		Latency  float64 `json:"latency_s"`
		Failed   string  `json:"failed,omitempty"`
	}
	groupStatus struct {
		ID       uint32   `json:"id"`
		Scheme   string   `json:"scheme"`
		Members  []uint32 `json:"members"`
		Writable bool     `json:"writable"`
	}
	// triggerRow is an element of the answer to "trigger.list".
	triggerRow struct {
		Name     string    `json:"name"`
		Version  string    `json:"version"`
		State    string    `json:"state"` // live, disabled, refused
		Refused  string    `json:"refused,omitempty"`
		On       []string  `json:"on"`
		Owner    uint32    `json:"owner"`
		Deployed time.Time `json:"deployed"`
		Queued   uint64    `json:"queued"`
		Done     uint64    `json:"done"`
		Failed   uint64    `json:"failed"`
		Dead     uint64    `json:"dead"`
		Backlog  uint64    `json:"backlog"`
		// Pace is of this node since its start; absent if the function was not called.
		Pace *triggers.Pace `json:"pace,omitempty"`
	}
	// logsRequest asks the stream "trigger.logs", whose answer is an Entry a line.
	logsRequest struct {
		Trigger    string `json:"trigger,omitempty"`
		Invocation uint64 `json:"invocation,omitempty"`
		Follow     bool   `json:"follow,omitempty"`
		Last       int    `json:"last,omitempty"` // entries; 0: all
	}
	// triggerRequest asks about or changes one trigger.
	triggerRequest struct {
		Trigger string `json:"trigger"`
		Version string `json:"version,omitempty"`
		Drop    bool   `json:"drop,omitempty"`
	}
	// requeueRequest revives or (Drop) forgets dead letters, or forgets what waits.
	requeueRequest struct {
		Trigger string            `json:"trigger"`
		IDs     []fs.InvocationID `json:"ids,omitempty"` // empty: all of the trigger
		Drop    bool              `json:"drop,omitempty"`
		Waiting bool              `json:"waiting,omitempty"`
	}
	// waitingRequest asks for the first invocations that wait, of one trigger or of all.
	waitingRequest struct {
		Trigger string `json:"trigger,omitempty"`
		Limit   int    `json:"limit"`
	}
	// waitingList answers "trigger.waiting".
	waitingList struct {
		Total       uint64          `json:"total"`
		Invocations []fs.Invocation `json:"invocations"`
	}
	// triggerDetail answers "trigger.show".
	triggerDetail struct {
		triggerRow
		Budget   fs.Budget           `json:"budget"`
		When     []string            `json:"when"`
		HTTP     []string            `json:"http,omitempty"`    // what it may request
		Secrets  []string            `json:"secrets,omitempty"` // the names of those that it may use
		Next     time.Time           `json:"next,omitzero"`     // of its schedule
		Versions []fs.TriggerVersion `json:"versions"`
		Files    map[string]string   `json:"files"` // by name; of the live version, or of the one asked for
		Recent   []triggers.Entry    `json:"recent"`
	}
)

// serveAdmin registers the calls.
func (n *node) serveAdmin() {
	n.wire.Handle("status", answer(func(ctx context.Context, _ struct{}) (nodeStatus, error) { return n.status(ctx) }))
	n.wire.Handle("trigger.list", answer(func(ctx context.Context, _ struct{}) ([]triggerRow, error) { return n.triggerList(ctx) }))
	n.wire.Handle("trigger.show", answer(n.triggerShow))
	n.wire.Handle("trigger.set", answer(n.triggerSet))
	n.wire.Handle("trigger.rollback", answer(n.triggerRollback))
	n.wire.Handle("trigger.remove", answer(n.triggerRemove))
	n.wire.Handle("trigger.dead", answer(n.triggerDead))
	n.wire.Handle("trigger.waiting", answer(n.triggerWaiting))
	n.wire.Handle("trigger.requeue", answer(n.triggerRequeue))
	n.wire.Handle("secret.set", answer(n.secretSet))
	n.wire.Handle("secret.list", answer(n.secretList))
	n.wire.Handle("secret.remove", answer(n.secretRemove))
	n.wire.HandleStream("trigger.logs", n.triggerLogs)
	n.wire.HandleStream("trigger.run", n.triggerRun)
	n.wire.HandleStream("fsck", n.fsck)
}

// answer makes a handler of a function from one JSON value to another.
func answer[Q, A any](f func(context.Context, Q) (A, error)) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, req []byte) ([]byte, error) {
		var q Q
		if len(req) > 0 {
			if err := json.Unmarshal(req, &q); err != nil {
				return nil, fs.E("call", fs.KindInvalid, "", err)
			}
		}
		a, err := f(ctx, q)
		if err != nil {
			return nil, err
		}
		return json.Marshal(a)
	}
}

// dial returns the administration of the node of the data directory. An error says
// that no node runs there and how to start one.
func dial() (*wire.Admin, error) {
	path := socketPath(dataDir)
	if _, err := os.Stat(path); errors.Is(err, iofs.ErrNotExist) {
		return nil, &exitError{exitNoNode, fmt.Errorf("no node runs on %s (there is no %s): start one with `wakefs up --data %s`, or name another with --data", dataDir, path, dataDir)}
	}
	return wire.NewAdmin(wire.ClientOptions{Dial: wire.NetDialer(nil)}, path), nil
}

// call asks the node and decodes its answer.
func call[A any](ctx context.Context, name string, q any) (A, error) {
	var a A
	req, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	admin, err := dial()
	if err != nil {
		return a, err
	}
	defer admin.Close()
	b, err := admin.Call(ctx, name, req)
	if err != nil {
		return a, noAnswer(err)
	}
	return a, json.Unmarshal(b, &a)
}

// noAnswer explains that nobody listens at the socket.
func noAnswer(err error) error {
	if fs.KindOf(err) == fs.KindUnavailable {
		return &exitError{exitNoNode, fmt.Errorf("the node on %s does not answer: %w; is `wakefs up --data %s` running?", dataDir, err, dataDir)}
	}
	return err
}

// stream asks the node and hands each line of its answer to each.
func stream(ctx context.Context, name string, q any, each func(line []byte) error) error {
	req, err := json.Marshal(q)
	if err != nil {
		return err
	}
	admin, err := dial()
	if err != nil {
		return err
	}
	defer admin.Close()
	var rest []byte
	err = admin.Stream(ctx, name, req, func(part []byte) error {
		rest = append(rest, part...)
		for {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				return nil
			}
			if err := each(rest[:i]); err != nil {
				return err
			}
			rest = rest[i+1:]
		}
	})
	if err != nil {
		return noAnswer(err)
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	return err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
