package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	foregroundName = "foreground"
	millionName    = "million"
)

var (
	foreRead       = metric{"4 KiB read, p99, functions at rest", milliseconds, goal{}}
	foreWrite      = metric{"4 KiB file written, p99, functions at rest", milliseconds, goal{}}
	busyRead       = metric{"the read beside a backlog, times as long", count, goal{atMost, 1.5}}
	busyWrite      = metric{"the write beside a backlog, times as long", count, goal{atMost, 1.5}}
	hostileRead    = metric{"the read beside hostile handlers, times as long", count, goal{}}
	hostileWrite   = metric{"the write beside hostile handlers, times as long", count, goal{}}
	millionDisk    = metric{"disk for a million waiting invocations", megabytes, goal{atMost, 500}}
	millionMemory  = metric{"memory for a million waiting invocations", megabytes, goal{atMost, 50}}
	millionList    = metric{"the first hundred of them listed", milliseconds, goal{atMost, 50}}
	millionLatency = metric{"close → handler's first line beside them, p50", milliseconds, goal{atMost, 1}}
	millionDrop    = metric{"a function with a tenth of them removed", milliseconds, goal{}}
	millionStall   = metric{"the slowest of files of 4 KiB written meanwhile", milliseconds, goal{}}
)

// busyTriggers share the events of a file, so that a long backlog takes few files.
const busyTriggers = 10

// busyBody takes some 5 ms of processor time, in compiled code.
const busyBody = `	b := make([]byte, 1<<20)
	for i := 0; i < 6; i++ {
		b[i] = sha256.Sum256(b)[0]
	}
	return nil`

const hostileBody = `	switch e.Ino % 3 {
	case 0:
		for {
		}
	case 1:
		var hog [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			hog = append(hog, b)
		}
	}
	for {
		c.Log("flood", strings.Repeat("x", 1000))
	}`

// foreground reads and writes through the mount while functions rest and while they work, in turns.
func (b *bench) foreground(ctx context.Context) (err error) {
	f, err := newForeground(ctx, b.node.mount, b.sizes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	for _, kind := range []struct {
		body, imports, directives string
		files                     int
		read, write               metric
	}{
		{busyBody, "\t\"crypto/sha256\"\n", "", b.sizes.backlog / busyTriggers, busyRead, busyWrite},
		{hostileBody, "\t\"strings\"\n", "//wake:retry 1\n//wake:budget cpu=300ms memory=32MiB\n", b.sizes.hostile, hostileRead, hostileWrite},
	} {
		if err := b.beside(ctx, f, kind.directives+handlerScript("busy-in", kind.body, kind.imports), kind.files, kind.read, kind.write); err != nil {
			return err
		}
	}
	return nil
}

// beside measures the foreground in turns with and without the functions of a script.
func (b *bench) beside(ctx context.Context, f *foreground, script string, files int, read, write metric) (err error) {
	remove, err := b.node.folders("busy-in")
	if err != nil {
		return err
	}
	names := make([]string, busyTriggers)
	for i := range names {
		names[i] = fmt.Sprint("busy", i)
	}
	defer func() {
		for _, name := range names {
			err = errors.Join(err, b.node.remove(ctx, name))
		}
		err = errors.Join(err, remove())
	}()
	pauseAll := func(pause bool) (err error) {
		for _, name := range names {
			err = errors.Join(err, b.node.pause(ctx, name, pause))
		}
		return err
	}
	for _, name := range names {
		if _, err := b.node.deploy(ctx, name, script); err != nil {
			return err
		}
	}
	if err := pauseAll(true); err != nil {
		return err
	}
	dir := filepath.Join(b.node.mount, "busy-in")
	if err := parallel(ctx, 8, files, func(i int) error { return createSmall(fileName(dir, i), i, false) }); err != nil {
		return err
	}
	if _, _, err := f.measure(ctx, b.sizes.foreground); err != nil { // the first time is of no figure
		return err
	}
	for range b.config.rounds {
		restRead, restWrite, err := f.measure(ctx, b.sizes.foreground)
		if err != nil {
			return err
		}
		if err := pauseAll(false); err != nil {
			return err
		}
		busyRead, busyWrite, err := f.measure(ctx, b.sizes.foreground)
		if err != nil {
			return err
		}
		all, err := b.node.list(ctx)
		if err != nil {
			return err
		}
		left := int64(0)
		for _, name := range names {
			left += all[name].Backlog
		}
		if left == 0 {
			return errors.New("the backlog was worked off before the end of the measurement, which says nothing then")
		}
		if err := pauseAll(true); err != nil {
			return err
		}
		b.put(sample{foreRead, restRead}, sample{foreWrite, restWrite}, sample{read, busyRead / restRead}, sample{write, busyWrite / restWrite})
		if err := b.rest(ctx); err != nil { // what runs comes to an end
			return err
		}
	}
	return nil
}

// foreground is what a user does meanwhile.
type foreground struct {
	dir   string
	file  *os.File // opened with O_DIRECT: its reads go to the node
	pages int
	buf   []byte // aligned
	n     int
}

func newForeground(ctx context.Context, mount string, s *sizes) (*foreground, error) {
	f := &foreground{dir: filepath.Join(mount, "foreground"), pages: int(s.randomFile / page)}
	if err := os.Mkdir(f.dir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(f.dir, "random")
	if err := writeStream(ctx, path, s.randomFile); err != nil {
		return nil, err
	}
	b := make([]byte, 2*page)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) % page)
	f.buf = b[skip : skip+page]
	var err error
	f.file, err = os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT, 0)
	return f, err
}

func (f *foreground) close() error { return errors.Join(f.file.Close(), os.RemoveAll(f.dir)) }

// thinking is how long the user waits between two operations: nobody measures the latency of a machine that is busy with
// nothing else.
const thinking = time.Millisecond

// measure reads and writes for a time and returns the p99 of both in milliseconds.
func (f *foreground) measure(ctx context.Context, d time.Duration) (read, write float64, err error) {
	var reads, writes []float64
	for end := time.Now().Add(d); time.Now().Before(end) && ctx.Err() == nil; {
		took, err := timed(func() error {
			_, err := f.file.ReadAt(f.buf, int64(rand.IntN(f.pages))*page)
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		reads = append(reads, took*1000)
		time.Sleep(thinking)
		took, err = timed(func() error { return createSmall(fileName(f.dir, f.n), f.n, false) })
		if err != nil {
			return 0, 0, err
		}
		f.n++
		writes = append(writes, took*1000)
		time.Sleep(thinking)
	}
	return percentile(reads, 0.99), percentile(writes, 0.99), ctx.Err()
}

// million has as many invocations wait and looks at what they cost. What differs from the same work without functions is
// theirs.
func (b *bench) million(ctx context.Context) (err error) {
	n := b.node
	remove, err := n.folders("million-a", "million-b", "million-in")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	files := b.sizes.million / busyTriggers
	at := func(dir string, i int) string { return fileName(filepath.Join(n.mount, dir), i) }
	move := func(from, to string) error {
		return parallel(ctx, 8, files, func(i int) error { return os.Rename(at(from, i), at(to, i)) })
	}
	if err := parallel(ctx, 8, files, func(i int) error { return os.WriteFile(at("million-a", i), nil, 0o644) }); err != nil {
		return err
	}
	if err := move("million-a", "million-b"); err != nil {
		return err
	}
	diskBefore, memoryBefore, err := b.footprint(ctx)
	if err != nil {
		return err
	}
	names := make([]string, busyTriggers)
	for i := range names {
		names[i] = fmt.Sprint("million", i)
		if _, err := n.deploy(ctx, names[i], handlerScript("million-in", "\treturn nil", "")); err != nil {
			return err
		}
		if err := n.pause(ctx, names[i], true); err != nil {
			return err
		}
	}
	if err := move("million-b", "million-in"); err != nil {
		return err
	}
	disk, memory, err := b.footprint(ctx)
	if err != nil {
		return err
	}
	all, err := n.list(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if got := all[name].Backlog; got != int64(files) {
			return fmt.Errorf("%d of %d invocations of %s wait", got, files, name)
		}
	}
	scale := 1e6 / float64(files*busyTriggers)
	b.put(sample{millionDisk, float64(disk-diskBefore) / 1e6 * scale}, sample{millionMemory, float64(memory-memoryBefore) / 1e6 * scale})
	var listed []float64
	for _, name := range append([]string{""}, names...) {
		took, err := timed(func() error { return n.ask(ctx, "trigger.waiting", named{Trigger: name, Limit: 100}, nil) })
		if err != nil {
			return err
		}
		listed = append(listed, took*1000)
	}
	b.put(sample{millionList, percentile(listed, 1)})
	lone, err := triggerLatency(ctx, n.mount, b.sizes.latencyEvents)
	if err != nil {
		return err
	}
	b.put(sample{millionLatency, percentile(lone, 0.5)})
	for i, name := range names {
		var took float64
		removed := make(chan error, 1)
		go func() {
			var err error
			took, err = timed(func() error { return n.remove(ctx, name) })
			removed <- err
		}()
		slowest, err := writeUntil(removed, filepath.Join(n.mount, "million-a", fmt.Sprint("meanwhile", i)))
		if err != nil {
			return err
		}
		b.put(sample{millionDrop, took * 1000}, sample{millionStall, slowest * 1000})
	}
	return nil
}

// writeUntil writes small files until something is done, and returns how many seconds the slowest took.
func writeUntil(done <-chan error, prefix string) (slowest float64, err error) {
	for i := 0; ; i++ {
		took, werr := timed(func() error { return createSmall(fmt.Sprint(prefix, "-", i), i, false) })
		slowest = max(slowest, took)
		select {
		case err := <-done:
			return slowest, errors.Join(err, werr)
		default:
			if werr != nil {
				return slowest, errors.Join(werr, <-done)
			}
		}
	}
}

// footprint is what the node keeps on disk beside the chunks, and in memory, after a rest.
func (b *bench) footprint(ctx context.Context) (disk, resident int64, err error) {
	if err := b.rest(ctx); err != nil {
		return 0, 0, err
	}
	resident, err = memory(b.node.pid())
	if err != nil {
		return 0, 0, err
	}
	err = filepath.WalkDir(b.node.data, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went meanwhile
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "disks":
			return fs.SkipDir
		}
		var st unix.Stat_t
		if unix.Lstat(path, &st) == nil {
			disk += st.Blocks * 512
		}
		return nil
	})
	return disk, resident, err
}
