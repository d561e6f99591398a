package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/chunks/segment"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/fs/wire"
	"github.com/wakefs/wakefs/meta"
	"github.com/wakefs/wakefs/mount"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/worker"
)

// node is one process with every role. It is built up by open and taken down by close, in
// the reverse order.
type node struct {
	cfg     config
	log     *slog.Logger
	started time.Time

	meta       *meta.Node
	session    fs.Meta // the node's own: registrations, heartbeats, inspection
	disks      *localServers
	stripes    *client.Stripes
	files      *client.Client // what the mount serves
	janitor    atomic.Pointer[client.Janitor]
	mount      atomic.Pointer[mount.Mount]
	pool       *worker.Pool
	output     *triggers.Log
	dir        disk.FS // the data directory
	secrets    *triggers.Secrets
	dispatcher *triggers.Dispatcher
	wire       *wire.Server
	metrics    *metrics

	metricsAddr string // where they are served; empty: nowhere
	stopMetrics func() error

	stop    context.CancelFunc // of everything that runs in the background
	running sync.WaitGroup
	closers []func(context.Context) error
}

func now() int64 { return time.Now().UnixNano() }

// openNode starts a node. On an error what was started is stopped.
func openNode(ctx context.Context, cfg config, log *slog.Logger) (n *node, err error) {
	n = &node{cfg: cfg, log: log, started: time.Now()}
	n.metrics = newMetrics(n)
	background, stop := context.WithCancel(context.Background())
	n.stop = stop
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close(context.WithoutCancel(ctx)))
			n = nil
		}
	}()
	for _, step := range []func(ctx, background context.Context) error{
		n.openData, n.openMeta, n.openDisks, n.openClient, n.openTriggers, n.openWire, n.openMount, n.openMetrics,
	} {
		if err = step(ctx, background); err != nil {
			return n, err
		}
	}
	return n, nil
}

// onClose adds what close has to do, last added first.
func (n *node) onClose(f func(context.Context) error) { n.closers = append(n.closers, f) }

// run runs f in the background until the node closes.
func (n *node) run(f func()) { n.running.Go(f) }

// unmountWait is how long whoever still has files open in a mount that ends may go on.
const unmountWait = 5 * time.Second

// close stops everything: first whoever brings work, then what runs in the background, then
// what they stand on, last opened first. It returns all errors.
func (n *node) close(ctx context.Context) error {
	var err error
	if m := n.mount.Load(); m != nil {
		timeout, cancel := context.WithTimeout(ctx, unmountWait)
		err = m.Close(timeout)
		cancel()
	}
	if n.files != nil {
		err = errors.Join(err, n.files.SyncAll(ctx))
	}
	n.stop()
	if n.stopMetrics != nil {
		err = errors.Join(err, n.stopMetrics())
	}
	if n.wire != nil {
		err = errors.Join(err, n.wire.Close(ctx))
	}
	n.running.Wait()
	for i := len(n.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, n.closers[i](ctx))
	}
	n.closers = nil
	return err
}

// openData takes possession of the data directory.
func (n *node) openData(context.Context, context.Context) error {
	if n.cfg.Mount != "" {
		if err := insideEachOther(n.cfg.Data, n.cfg.Mount); err != nil {
			return err
		}
	}
	if _, err := loadLayout(n.cfg.Data); err != nil {
		return err // before anything is written there
	}
	dir, err := disk.MakeReal(n.cfg.Data)
	if err != nil {
		return err
	}
	n.dir = dir
	n.onClose(func(context.Context) error { return dir.Close() })
	lock, err := dir.Lock("lock")
	if err != nil {
		return err
	}
	n.onClose(func(context.Context) error { return lock.Close() })
	return nil
}

func (n *node) openMeta(ctx, _ context.Context) error {
	n.disks = newLocalServers()
	m, err := meta.Open(meta.Options{Dir: filepath.Join(n.cfg.Data, "meta"), Logger: n.log.With("part", "meta"), Servers: n.disks, Clock: now})
	if err != nil {
		return err
	}
	n.meta = m
	n.onClose(func(context.Context) error { return m.Close() })
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := m.WaitLeader(ctx); err != nil {
		return err
	}
	n.session, err = n.openSession(ctx, "node")
	return err
}

// user is who the node runs as.
func (n *node) user() fs.Cred { return fs.Cred{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())} }

// openSession opens a metadata session that lives as long as the node.
func (n *node) openSession(ctx context.Context, name string) (fs.Meta, error) {
	s, err := n.meta.OpenSession(ctx, name)
	if err != nil {
		return nil, err
	}
	n.onClose(s.Close)
	return s, nil
}

// openDisks opens a chunk server on each disk and registers it. A disk that is not there is
// left out: its shards are rebuilt from the others'.
func (n *node) openDisks(ctx, background context.Context) error {
	l, err := loadLayout(n.cfg.Data)
	if err != nil {
		return err
	}
	folders, err := n.cfg.folders(&l)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	cache := pebble.NewCache(8 << 20)
	defer cache.Unref()
	for i, folder := range folders {
		path := folder
		if !filepath.IsAbs(path) {
			path = filepath.Join(n.cfg.Data, path)
		}
		old := ""
		if i < len(l.UUIDs) {
			old = l.UUIDs[i]
		}
		uuid, err := n.openDisk(ctx, path, fmt.Sprintf("%s/%d", host, i), old, cache)
		if err != nil {
			return err
		}
		if i < len(l.UUIDs) {
			l.UUIDs[i] = uuid
		} else {
			l.UUIDs = append(l.UUIDs, uuid)
		}
	}
	l.Disks, l.Version = folders, dataVersion
	dir, err := disk.OpenReal(n.cfg.Data)
	if err != nil {
		return err
	}
	if err := errors.Join(l.save(dir), dir.Close()); err != nil {
		return err
	}
	n.stripes = client.NewStripes(n.session, n.disks, uint64(now()))
	if err := n.report(ctx); err != nil {
		return err
	}
	n.run(func() {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				if err := n.report(background); err != nil && background.Err() == nil {
					n.log.Warn("the disks' state cannot be reported", "err", err)
				}
			case <-background.Done():
				return
			}
		}
	})
	return nil
}

// openDisk opens the chunk server in a folder. old is the UUID of the one that was there
// when the node last ran; empty: none.
func (n *node) openDisk(ctx context.Context, path, domain, old string, cache *pebble.Cache) (uuid string, err error) {
	gone := false
	if old != "" {
		entries, err := os.ReadDir(path)
		gone = err != nil || len(entries) == 0
	}
	if gone && !n.cfg.Replace {
		n.log.Error("a disk is missing: its shards are rebuilt from the others as they are read. "+
			"Bring it back, or start with --replace-disks to rebuild it on the empty folder", "disk", path)
		id, err := n.register(ctx, fs.ServerInfo{UUID: old, Domain: domain})
		if err != nil {
			return "", err
		}
		n.disks.add(id, path, chunks.Absent{ID: id, Err: fmt.Errorf("the disk %s is missing", path)})
		return old, nil
	}
	dir, err := disk.MakeReal(path)
	if err != nil {
		return "", fmt.Errorf("disk %s: %w", path, err)
	}
	n.onClose(func(context.Context) error { return dir.Close() })
	s, err := chunks.Open(chunks.Options{
		ID: 1, Disk: dir, Segment: segment.Options{Cache: cache}, Logger: n.log.With("part", "chunks", "disk", path),
		CPUIdle: n.disks.cpuIdle, OnCorrupt: func(a fs.ShardAddr) {
			if j := n.janitor.Load(); j != nil {
				j.Degraded(a.Stripe)
			}
		},
	})
	if err != nil {
		return "", fmt.Errorf("disk %s: %w", path, err)
	}
	n.onClose(func(context.Context) error { return s.Close() })
	id, err := n.register(ctx, fs.ServerInfo{UUID: s.UUID(), Domain: domain})
	if err != nil {
		return "", err
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return "", fmt.Errorf("disk %s: %w", path, err)
	}
	n.disks.addLocal(id, path, s, st.Dev)
	if gone {
		lost, err := n.register(ctx, fs.ServerInfo{UUID: old, Domain: domain})
		if err != nil {
			return "", err
		}
		if _, err := n.register(ctx, fs.ServerInfo{ID: lost, UUID: old, Domain: domain, Lost: true}); err != nil {
			return "", err
		}
		n.log.Warn("a lost disk is replaced; its shards are being rebuilt", "disk", path, "lost", lost, "new", id)
	}
	return s.UUID(), nil
}

func (n *node) register(ctx context.Context, info fs.ServerInfo) (fs.ServerID, error) {
	res, err := n.session.Propose(ctx, &fs.Tx{Time: now(), Ops: []fs.Op{&fs.PutServer{Info: info}}}, fs.Committed)
	if err != nil {
		return 0, err
	}
	return fs.ServerID(res.Ops[0].ID), nil
}

// report tells the metadata how the disks feel and learns the cluster as it is.
func (n *node) report(ctx context.Context) error {
	m, err := n.session.ReportStatus(ctx, n.disks.status(ctx))
	if err != nil {
		return err
	}
	n.stripes.Learn(m)
	return client.KeepSession(ctx, n.session)
}

func (n *node) openClient(ctx, background context.Context) error {
	s, err := n.openSession(ctx, "files")
	if err != nil {
		return err
	}
	n.files = client.New(client.Options{
		Meta: s, Stripes: n.stripes, Clock: now, Log: n.log.With("part", "files"), Relaxed: n.cfg.Relaxed,
		Ragged:  func(ino fs.Ino) { n.janitor.Load().Ragged(ino) },
		Inlined: func(ino fs.Ino) { n.janitor.Load().Inlined(ino) },
		Changed: func(c fs.Change) {
			if m := n.mount.Load(); m != nil {
				m.Changed(c)
			}
		},
	})
	own, err := n.openSession(ctx, "janitor")
	if err != nil {
		return err
	}
	keeper := client.New(client.Options{Meta: own, Stripes: n.stripes, Clock: now, Log: n.log.With("part", "janitor")})
	janitor := client.NewJanitor(keeper, n.disks.all)
	n.janitor.Store(janitor)
	n.stripes.Degraded = janitor.Degraded
	n.run(func() { n.files.Run(background) })
	n.run(func() { keeper.Run(background) })
	n.run(func() { janitor.Run(background) })
	return nil
}

func (n *node) openTriggers(ctx, background context.Context) error {
	logs := filepath.Join(n.cfg.Data, "logs")
	if err := os.MkdirAll(logs, 0o700); err != nil {
		return err
	}
	var err error
	if n.output, err = triggers.OpenLog(filepath.Join(logs, "functions.jsonl")); err != nil {
		return err
	}
	n.onClose(func(context.Context) error { return n.output.Close() })
	n.pool = worker.NewPool(worker.Options{MaxRunning: n.cfg.Workers, Foreground: n.metrics.foreground})
	n.onClose(func(context.Context) error { return n.pool.Close() })

	runs, err := n.openSession(ctx, "functions")
	if err != nil {
		return err
	}
	limits, err := n.cfg.ownerLimits()
	if err != nil {
		return err
	}
	outbound, err := triggers.NewOutbound(n.cfg.AllowHTTP)
	if err != nil {
		return err
	}
	n.onClose(func(context.Context) error { outbound.Close(); return nil })
	if n.secrets, err = triggers.OpenSecrets(n.dir); err != nil {
		return err
	}
	n.dispatcher = triggers.NewDispatcher(triggers.Options{
		HTTP: outbound, Secrets: n.secrets,
		Meta: runs, Stripes: n.stripes, Pool: n.pool, Output: n.output, Clock: now, Log: n.log.With("part", "triggers"), Workers: n.cfg.Workers,
		Idle: n.disks.cpuIdle, OwnerLimits: limits,
	})
	scripts, err := n.openSession(ctx, "scripts")
	if err != nil {
		return err
	}
	folder := client.New(client.Options{Meta: scripts, Stripes: n.stripes, Clock: now})
	deployer := triggers.NewDeployer(folder, n.dispatcher.Refresh, n.output, now, n.log.With("part", "triggers"))
	logging, err := n.openSession(ctx, "logs")
	if err != nil {
		return err
	}
	journal := triggers.NewJournal(client.New(client.Options{
		Meta: logging, Stripes: n.stripes, Clock: now,
		Ragged:  func(ino fs.Ino) { n.janitor.Load().Ragged(ino) },
		Inlined: func(ino fs.Ino) { n.janitor.Load().Inlined(ino) },
	}), n.user(), n.output, n.log.With("part", "triggers"))
	n.keepAlive(background, runs, scripts, logging)
	n.runLogged(background, "journal", journal.Run)
	n.runLogged(background, "dispatcher", n.dispatcher.Run)
	n.runLogged(background, "deployer", deployer.Run)
	if n.cfg.Triggers != "" {
		s, err := n.openSession(ctx, "publisher")
		if err != nil {
			return err
		}
		c := client.New(client.Options{Meta: s, Stripes: n.stripes, Clock: now})
		p, err := triggers.NewPublisher(c, n.cfg.Triggers, n.user(), n.log.With("part", "triggers"))
		if err != nil {
			return err
		}
		n.keepAlive(background, s)
		n.runLogged(background, "publisher", p.Run)
	}
	return nil
}

// runLogged runs a part in the background and logs its end, if it ends by an error.
func (n *node) runLogged(ctx context.Context, part string, f func(context.Context) error) {
	n.run(func() {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("a part has stopped", "part", part, "err", err)
		}
	})
}

// keepAlive keeps sessions that hold no files open alive.
func (n *node) keepAlive(ctx context.Context, sessions ...fs.Meta) {
	n.run(func() {
		t := time.NewTicker(2 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				for _, s := range sessions {
					if err := client.KeepSession(ctx, s); err != nil && ctx.Err() == nil {
						n.log.Warn("session keep-alive failed", "session", s.Session(), "err", err)
					}
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

func (n *node) openWire(_, background context.Context) error {
	key, err := sessionKey(n.cfg.Data)
	if err != nil {
		return err
	}
	n.wire = wire.NewServer(wire.ServerOptions{Log: n.log.With("part", "wire"), SessionKey: key})
	n.wire.ServeMeta(n.meta)
	n.wire.ServeShards(n.disks, n.disks.ids()...)
	n.serveAdmin()
	serve := func(l net.Listener) {
		n.run(func() {
			if err := n.wire.Serve(l); err != nil && background.Err() == nil {
				n.log.Error("the node no longer listens", "addr", l.Addr(), "err", err)
			}
		})
	}
	l, err := wire.Listen(socketPath(n.cfg.Data), nil)
	if err != nil {
		return err
	}
	serve(l)
	if n.cfg.Listen != "" {
		if l, err = wire.Listen(n.cfg.Listen, nil); err != nil {
			return err
		}
		serve(l)
	}
	return nil
}

func (n *node) openMount(context.Context, context.Context) error {
	if n.cfg.Mount == "" {
		return nil
	}
	if err := mount.Detach(n.cfg.Mount); err != nil {
		return err
	}
	m, err := mount.New(mount.Options{Client: n.files, Dir: n.cfg.Mount, Log: n.log.With("part", "mount"), Observe: n.metrics.observe})
	if err != nil {
		return err
	}
	n.mount.Store(m)
	return nil
}
