package triggers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/script"
)

// PublishedAttr is the extended attribute that marks a script published from a host folder,
// whose path is its value: such a script goes when it goes from there.
const PublishedAttr = "user.wakefs.published"

// Publisher copies the scripts of a folder of the host into Dir as they are saved there, for
// people who edit functions in a checkout.
type Publisher struct {
	c     *client.Client
	host  string
	owner fs.Cred
	log   *slog.Logger
}

// NewPublisher returns a Publisher of the host folder; its scripts act as owner.
func NewPublisher(c *client.Client, host string, owner fs.Cred, log *slog.Logger) (*Publisher, error) {
	abs, err := filepath.Abs(host)
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(abs); err != nil || !st.IsDir() {
		return nil, fs.Errorf("publish", fs.KindInvalid, host, "the folder of scripts does not exist: mkdir -p %s", host)
	}
	return &Publisher{c: c, host: abs, owner: owner, log: log}, nil
}

// settle is how long the folder must be quiet: editors save by several steps.
const settle = 50 * time.Millisecond

// Run publishes until ctx ends.
func (p *Publisher) Run(ctx context.Context) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close() //nolint:errcheck // nothing was written
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.Events:
			if !ok {
				return nil
			}
			quiet.Reset(settle)
		case err := <-w.Errors: // an overflow, say: look at everything
			p.log.Warn("watching the folder of scripts", "dir", p.host, "err", err)
			quiet.Reset(settle)
		case <-quiet.C:
			if err := p.sync(ctx, w); err != nil && ctx.Err() == nil {
				p.log.Warn("publishing scripts failed; trying again", "dir", p.host, "err", err)
				quiet.Reset(time.Second)
			}
		}
	}
}

// sync makes Dir have what the host folder has.
func (p *Publisher) sync(ctx context.Context, w *fsnotify.Watcher) error {
	here := make(map[string]bool)
	if err := p.syncFolder(ctx, w, "", here); err != nil {
		return err
	}
	dir, err := p.c.Resolve(ctx, Dir, true)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return nil
		}
		return err
	}
	return p.withdraw(ctx, dir.Ino, "", here)
}

// syncFolder publishes the scripts of a folder below the host folder, and of those below it. It notes in here which there are.
func (p *Publisher) syncFolder(ctx context.Context, w *fsnotify.Watcher, at string, here map[string]bool) error {
	host := filepath.Join(p.host, at)
	if err := w.Add(host); err != nil { // before it is read, so that no change is missed
		return err
	}
	entries, err := os.ReadDir(host)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(at, e.Name())
		switch {
		case e.IsDir() && isNamespace(e.Name()) && strings.Count(name, "/") < maxDepth:
			err := p.syncFolder(ctx, w, name, here)
			if err != nil && !errors.Is(err, os.ErrNotExist) { // it went meanwhile: the next event tells
				return err
			}
		case e.IsDir() || !IsScript(e.Name()):
		default:
			src, err := os.ReadFile(filepath.Join(p.host, name))
			if err != nil {
				continue // it went between the list and the look: the next event tells
			}
			here[name] = true
			if len(src) > 0 {
				if err := p.publish(ctx, name, src); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *Publisher) publish(ctx context.Context, name string, src []byte) error {
	to := Dir + "/" + name
	if a, err := p.c.Resolve(ctx, to, false); err == nil {
		p.c.Changed(fs.Change{Ino: a.Ino, Data: true})
		if old, err := p.c.ReadFile(ctx, a.Ino, script.MaxSource); err == nil && bytes.Equal(old, src) {
			return nil
		}
	}
	if _, err := p.c.MkdirAll(ctx, &p.owner, path.Dir(to), 0o755); err != nil {
		return err
	}
	if err := p.c.WriteFile(ctx, &p.owner, to, src, 0o644); err != nil {
		return err
	}
	a, err := p.c.Resolve(ctx, to, false)
	if err != nil {
		return err
	}
	p.log.Info("script published", "from", p.host, "script", to)
	return p.c.SetXattr(ctx, &p.owner, &fs.SetXattr{Ino: a.Ino, Name: PublishedAttr, Value: []byte(p.host)})
}

// withdraw removes scripts that were published from the host folder and are gone there.
func (p *Publisher) withdraw(ctx context.Context, dir fs.Ino, at string, here map[string]bool) error {
	list, err := p.c.Meta().ReadDir(ctx, dir, "", 1<<16)
	if err != nil {
		return err
	}
	for _, e := range list {
		name := path.Join(at, e.Name)
		if e.Attr.IsDir() && isNamespace(e.Name) && strings.Count(name, "/") < maxDepth {
			if err := p.withdraw(ctx, e.Attr.Ino, name, here); err != nil {
				return err
			}
		}
		if here[name] || !e.Attr.IsRegular() || !e.Attr.HasXattr {
			continue
		}
		from, err := p.c.Meta().GetXattr(ctx, e.Attr.Ino, PublishedAttr)
		if err != nil || string(from) != p.host {
			continue
		}
		if _, err := p.c.Unlink(ctx, &p.owner, dir, e.Name, false); err != nil {
			return err
		}
		p.log.Info("script withdrawn", "from", p.host, "script", Dir+"/"+name)
	}
	return nil
}
