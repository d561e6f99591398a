package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/meta"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/worker"
)

func newTriggerTest() *cobra.Command {
	var t tryOptions
	cmd := &cobra.Command{
		Use:   "test SCRIPT --file SAMPLE",
		Short: "Run a script on a local file, without a node, and print what it did",
		Long: `Run a script on a local file, without a node, and print what it did. The script runs in
the same sandbox and under the same budget as in a cluster, on a file system in memory
that has only the sample; nothing on disk changes. SCRIPT is a Go file, or the folder of
a function of several files.`,
		Example: "  wakefs trigger test csv2json.go --file orders.csv --as /inbox/orders.csv",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			t.script = a[0]
			res, err := t.run(cmd.Context())
			if res == nil {
				return err
			}
			if t.json {
				return errors.Join(err, printJSON(cmd.OutOrStdout(), res))
			}
			res.print(cmd.OutOrStdout())
			return err
		},
	}
	cmd.Flags().StringVar(&t.file, "file", "", "the sample, a local file; needed unless the event is every")
	cmd.Flags().StringVar(&t.as, "as", "", "the path at which the sample arrives (default: one that the script's first glob matches)")
	cmd.Flags().StringVar(&t.event, "event", "", "the type of event: "+strings.Join(fs.EventNames[:], ", ")+" (default: arrive, or every if nothing else wakes the script)")
	cmd.Flags().BoolVar(&t.json, "json", false, "print JSON")
	return cmd
}

// tryOptions are the command's flags.
type tryOptions struct {
	script, file, as, event string
	json                    bool
}

// tryResult is what the script did.
type tryResult struct {
	triggers.Entry
	Files []tryFile `json:"files"`
}

// tryFile is a file that is there after the run and was not before, or not so.
type tryFile struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Head string `json:"head,omitempty"` // the first bytes, if they are text
}

func (t *tryOptions) run(ctx context.Context) (*tryResult, error) {
	name, files, err := readScript(t.script)
	if err != nil {
		return nil, err
	}
	prog, err := script.Compile(name, files)
	if err != nil {
		return nil, err
	}
	s, err := newScratch(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close()
	ev, err := t.eventOf(ctx, s, prog)
	if err != nil {
		return nil, err
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close() //nolint:errcheck // its processes end with this one
	before, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	entry, err := triggers.Try(ctx, s.meta, s.files.Stripes(), pool, now, prog, ev)
	res := &tryResult{Entry: entry}
	res.Time = time.Now()
	if err != nil {
		return res, fmt.Errorf("%s: %w", name, err)
	}
	res.Files, err = s.changed(ctx, before)
	return res, err
}

// readScript reads a script of the host: a file, or the folder of a function of several files.
func readScript(at string) (name string, files map[string]string, err error) {
	at, err = filepath.Abs(at)
	if err != nil {
		return "", nil, err
	}
	if triggers.IsMain(at) {
		at = filepath.Dir(at)
	}
	name = strings.TrimSuffix(filepath.Base(at), ".go")
	list := []string{filepath.Base(at)}
	if entries, err := os.ReadDir(at); err == nil {
		list = nil
		for _, e := range entries {
			if triggers.IsScript(e.Name()) {
				list = append(list, e.Name())
			}
		}
		if !slices.Contains(list, name+".go") {
			return "", nil, usagef("%s: the folder of a function has a %s.go", at, name)
		}
	} else {
		at = filepath.Dir(at)
	}
	files = make(map[string]string)
	for _, f := range list {
		src, err := os.ReadFile(filepath.Join(at, f))
		if err != nil {
			return "", nil, err
		}
		files[f] = string(src)
	}
	return name, files, nil
}

// eventOf is what the script is told; the sample is in the file system.
func (t *tryOptions) eventOf(ctx context.Context, s *scratch, prog *script.Program) (fs.Event, error) {
	typ := fs.ParseEventType(t.event)
	if t.event == "" {
		if typ = fs.EventArrive; len(prog.Spec.Rules) == 0 {
			typ = fs.EventEvery
		}
	}
	if typ == 0 {
		return fs.Event{}, usagef("--event %s: one of %s", t.event, strings.Join(fs.EventNames[:], ", "))
	}
	ev := fs.Event{Type: typ, Time: now()}
	if t.file == "" {
		if typ != fs.EventEvery {
			return ev, usagef("--file is missing: give a sample to run the script on")
		}
		return ev, nil
	}
	as := t.as
	if as == "" {
		as = placeFor(prog, filepath.Base(t.file))
	}
	if !strings.HasPrefix(as, "/") {
		return ev, usagef("--as %s: an absolute path, as it would be in the file system", as)
	}
	sample, err := os.ReadFile(t.file)
	if err != nil {
		return ev, err
	}
	if _, err := s.files.MkdirAll(ctx, &s.me, path.Dir(as), 0o755); err != nil {
		return ev, err
	}
	if err := s.files.WriteFile(ctx, &s.me, as, sample, 0o644); err != nil {
		return ev, err
	}
	attr, err := s.files.Resolve(ctx, as, true)
	if err != nil || typ == fs.EventEvery {
		return ev, err
	}
	ev.Path, ev.Ino, ev.Mode, ev.Version, ev.Size, ev.UID, ev.GID = as, attr.Ino, attr.Mode, attr.Version, attr.Size, attr.UID, attr.GID
	return ev, nil
}

// placeFor is a path that the script wakes for: its first glob up to the first wildcard, with
// the sample's name.
func placeFor(prog *script.Program, name string) string {
	if len(prog.Spec.Rules) == 0 {
		return "/" + name
	}
	glob := prog.Spec.Rules[0].Globs[0]
	if i := strings.IndexAny(glob, "*?[{\\"); i >= 0 {
		glob = glob[:strings.LastIndexByte(glob[:i], '/')+1] + name
	}
	return glob
}

// scratch is a file system in memory.
type scratch struct {
	node  *meta.Node
	meta  fs.Meta
	files *client.Client
	me    fs.Cred
}

type memoryServers map[fs.ServerID]fs.ShardStore

func (m memoryServers) Server(id fs.ServerID) (fs.ShardStore, error) {
	if s, ok := m[id]; ok {
		return s, nil
	}
	return nil, fs.E("chunk server", fs.KindUnavailable, "", nil)
}

func newScratch(ctx context.Context) (*scratch, error) {
	servers := memoryServers{}
	n, err := meta.Memory(meta.Options{Servers: servers, Clock: now})
	if err != nil {
		return nil, err
	}
	s := &scratch{node: n, me: fs.Cred{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}}
	if s.meta, err = n.OpenSession(ctx, "test"); err != nil {
		return nil, err
	}
	const id = 1
	servers[id] = chunks.NewMem(id)
	if _, err := s.meta.Propose(ctx, &fs.Tx{Time: now(), Ops: []fs.Op{&fs.PutServer{Info: fs.ServerInfo{UUID: "memory", Domain: "memory"}}}}, fs.Committed); err != nil {
		return nil, err
	}
	st, err := servers[id].Status(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.meta.ReportStatus(ctx, []fs.ServerStatus{st}); err != nil {
		return nil, err
	}
	s.files = client.New(client.Options{Meta: s.meta, Stripes: client.NewStripes(s.meta, servers, 1), Clock: now})
	return s, nil
}

func (s *scratch) close() { _ = s.node.Close() } // nothing of it outlives the process

// tree lists the regular files with their content's version.
func (s *scratch) tree(ctx context.Context) (map[string]fs.Attr, error) {
	out := make(map[string]fs.Attr)
	var walk func(dir fs.Ino, at string) error
	walk = func(dir fs.Ino, at string) error {
		list, err := s.meta.ReadDir(ctx, dir, "", 1<<16)
		if err != nil {
			return err
		}
		for _, e := range list {
			p := path.Join(at, e.Name)
			if e.Attr.IsDir() {
				if err := walk(e.Attr.Ino, p); err != nil {
					return err
				}
				continue
			}
			out[p] = e.Attr
		}
		return nil
	}
	return out, walk(fs.RootIno, "/")
}

// headBytes is how much of a file is shown.
const headBytes = 400

// changed lists the files that are not as they were.
func (s *scratch) changed(ctx context.Context, before map[string]fs.Attr) ([]tryFile, error) {
	after, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	var out []tryFile
	for p, a := range after {
		if old, ok := before[p]; ok && old.DataVersion == a.DataVersion && old.Ino == a.Ino {
			continue
		}
		f := tryFile{Path: p, Size: a.Size}
		if a.IsRegular() {
			h, _, err := s.files.Open(ctx, &s.me, a.Ino, client.Read)
			if err != nil {
				return nil, err
			}
			b := make([]byte, headBytes)
			n, err := h.ReadAt(ctx, b, 0)
			if err != nil {
				return nil, err
			}
			if f.Head = string(b[:n]); !printable(f.Head) {
				f.Head = ""
			}
		}
		out = append(out, f)
	}
	for p := range before {
		if _, ok := after[p]; !ok {
			out = append(out, tryFile{Path: p, Size: -1})
		}
	}
	slices.SortFunc(out, func(a, b tryFile) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func printable(s string) bool {
	for _, r := range s {
		if r == 0xFFFD || r < ' ' && r != '\n' && r != '\t' && r != '\r' {
			return false
		}
	}
	return true
}

func (r *tryResult) print(out io.Writer) {
	fmt.Fprintf(out, "%s %q: %s in %s (cpu %s, memory %s, %d operations)\n", r.Event, r.Path, r.Result,
		r.Wall.Round(10*time.Microsecond), r.CPU.Round(10*time.Microsecond), humanize.IBytes(uint64(r.Memory)), r.Ops)
	if text := strings.TrimRight(r.Output, "\n"); text != "" {
		fmt.Fprintf(out, "output:\n  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
	}
	for i := range r.HTTP {
		fmt.Fprintln(out, &r.HTTP[i])
	}
	if len(r.Files) == 0 {
		fmt.Fprintln(out, "no file changed")
	}
	for _, f := range r.Files {
		if f.Size < 0 {
			fmt.Fprintf(out, "removed %s\n", f.Path)
			continue
		}
		fmt.Fprintf(out, "wrote %s (%d bytes)\n", f.Path, f.Size)
		if head := strings.TrimRight(f.Head, "\n"); head != "" {
			fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(head, "\n", "\n  "))
		}
	}
}
