package posixtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// both runs the functions at the same time and returns the first error.
func both(funcs ...func() error) error {
	errs := make([]error, len(funcs))
	var wg sync.WaitGroup
	for i, f := range funcs {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

var concurrentCases = []testCase{
	{"appends of four processes lose nothing and tear nothing", func(c *env) {
		const count, size = 250, 100
		p := c.file("f", "")
		var replies []chan reply
		for i := range 4 {
			replies = append(replies, c.agent().begin(request{Op: opAppend, Path: p, Count: count, Size: size, Tag: 'a' + byte(i)}))
		}
		for _, r := range replies {
			c.ok(c.await(r).err())
		}
		seen := map[byte]int{}
		content := c.content(p)
		want(c, "size", len(content), 4*count*size)
		for rec := range bytes.SplitAfterSeq(content, []byte("\n")) {
			if len(rec) == 0 {
				continue
			}
			if len(rec) != size || bytes.Count(rec, rec[:1]) != size-1 {
				c.Fatalf("a torn record: %q", rec)
			}
			seen[rec[0]]++
		}
		for i := range 4 {
			want(c, "records of one process", seen['a'+byte(i)], count)
		}
	}},
	{"large appends of two descriptors interleave whole", func(c *env) {
		const count, size = 20, 300_000
		p := c.file("f", "")
		c.ok(both(
			func() error { return appendRecords(p, count, size, 'a') },
			func() error { return appendRecords(p, count, size, 'b') },
		))
		want(c, "size", c.stat(p).Size, 2*count*size)
		seen := map[byte]int{}
		content := c.content(p)
		for ; len(content) > 0; content = content[size:] {
			if bytes.Count(content[:size], content[:1]) != size-1 {
				c.Fatal("a torn record")
			}
			seen[content[0]]++
		}
		want(c, "records of the first", seen['a'], count)
	}},
	{"O_EXCL has a single winner among processes", func(c *env) {
		const count = 200
		var replies []chan reply
		for range 4 {
			replies = append(replies, c.agent().begin(request{Op: opCreate, Path: c.p("f"), Count: count}))
		}
		total := 0
		for _, ch := range replies {
			r := c.await(ch)
			c.ok(r.err())
			total += r.N
		}
		want(c, "files won", total, count)
		want(c, "files", len(c.names(c.dir)), count)
	}},
	{"mkdir has a single winner", func(c *env) {
		var won atomic.Int64
		try := func() error {
			for i := range 200 {
				switch err := unix.Mkdir(c.p(fmt.Sprint(i)), 0o755); err {
				case nil:
					won.Add(1)
				case unix.EEXIST:
				default:
					return err
				}
			}
			return nil
		}
		c.ok(both(try, try, try, try))
		want(c, "directories won", won.Load(), 200)
	}},
	{"rename has a single winner", func(c *env) {
		for i := range 200 {
			c.file(fmt.Sprint(i), "")
		}
		var won atomic.Int64
		try := func(to string) func() error {
			return func() error {
				for i := range 200 {
					switch err := unix.Rename(c.p(fmt.Sprint(i)), c.p(fmt.Sprint(to, i))); err {
					case nil:
						won.Add(1)
					case unix.ENOENT:
					default:
						return err
					}
				}
				return nil
			}
		}
		c.ok(both(try("a"), try("b")))
		want(c, "renames won", won.Load(), 200)
		want(c, "files", len(c.names(c.dir)), 200)
	}},
	{"a reader always finds the target of a replacing rename, whole", func(c *env) {
		p := c.file("f", strings.Repeat("0", 20000))
		var stop atomic.Bool
		reads := 0
		c.ok(both(
			func() error {
				defer stop.Store(true)
				for i := range 300 {
					content := bytes.Repeat([]byte{'0' + byte(i%10)}, 20000)
					if err := os.WriteFile(c.p("new"), content, 0o644); err != nil {
						return err
					}
					if err := unix.Rename(c.p("new"), p); err != nil {
						return err
					}
				}
				return nil
			},
			func() error {
				for !stop.Load() {
					b, err := os.ReadFile(p)
					if err != nil {
						return err
					}
					if len(b) != 20000 || bytes.Count(b, b[:1]) != 20000 {
						return fmt.Errorf("a mixed content of %d bytes", len(b))
					}
					reads++
				}
				return nil
			},
		))
		c.Logf("%d reads", reads)
	}},
	{"an exchange is never seen half done", func(c *env) {
		a, b := c.file("a", "a"), c.file("b", "b")
		var stop atomic.Bool
		c.ok(both(
			func() error {
				defer stop.Store(true)
				for range 500 {
					if err := exchange(a, b); err != nil {
						return err
					}
				}
				return nil
			},
			func() error {
				var st unix.Stat_t
				for !stop.Load() {
					if err := unix.Stat(a, &st); err != nil {
						return err
					}
					if err := unix.Stat(b, &st); err != nil {
						return err
					}
				}
				return nil
			},
		))
	}},
	{"writers of separate parts of a file do not disturb each other", func(c *env) {
		f := c.create("f")
		const part, writers = 500_000, 4
		var work []func() error
		for w := range writers {
			work = append(work, func() error {
				b := pattern(w, part)
				for at := 0; at < part; at += 10_000 {
					if _, err := unix.Pwrite(f.n, b[at:at+10_000], int64(w*part+at)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		c.ok(both(work...))
		f.close()
		content := c.content(c.p("f"))
		for w := range writers {
			c.wantBytes("part", content[w*part:(w+1)*part], pattern(w, part))
		}
	}},
	{"a reader of a growing file sees only what was written", func(c *env) {
		f := c.create("f")
		r := c.open(c.p("f"), unix.O_RDONLY)
		all := pattern(1, 2_000_000)
		var stop atomic.Bool
		c.ok(both(
			func() error {
				defer stop.Store(true)
				for at := 0; at < len(all); at += 4000 {
					if _, err := unix.Write(f.n, all[at:at+4000]); err != nil {
						return err
					}
				}
				return nil
			},
			func() error {
				buf := make([]byte, 64*kib)
				for at := 0; !stop.Load() || at < len(all); {
					n, err := unix.Pread(r.n, buf, int64(at))
					if err != nil {
						return err
					}
					if diff := firstDifference(buf[:n], all[at:at+n]); diff != "" {
						return fmt.Errorf("at %d: %s", at, diff)
					}
					at += n
				}
				return nil
			},
		))
	}},
	{"a read that begins after a write has ended sees it", func(c *env) {
		f, r := c.create("f"), c.open(c.p("f"), unix.O_RDONLY)
		const blocks, rounds = 8, 3000
		var latest [blocks]atomic.Uint64 // by block: the number that was last written all over it
		var stop atomic.Bool
		c.ok(both(
			func() error {
				defer stop.Store(true)
				block := make([]byte, 4*kib)
				for i := uint64(1); i <= rounds; i++ {
					for at := 0; at < len(block); at += 8 {
						binary.BigEndian.PutUint64(block[at:], i)
					}
					n := i % blocks
					if _, err := unix.Pwrite(f.n, block, int64(n)*4*kib); err != nil {
						return err
					}
					latest[n].Store(i)
				}
				return nil
			},
			func() error {
				buf := make([]byte, 16)
				for i := 0; !stop.Load(); i++ {
					n := i % blocks
					want := latest[n].Load()
					if want == 0 {
						continue
					}
					if _, err := unix.Pread(r.n, buf, int64(n)*4*kib+4*kib-16); err != nil {
						return err
					}
					if got := binary.BigEndian.Uint64(buf); got < want {
						return fmt.Errorf("block %d: read %d after %d was written", n, got, want)
					}
				}
				return nil
			},
		))
	}},
	{"creating and removing in one directory from eight threads adds up", func(c *env) {
		var work []func() error
		for w := range 8 {
			work = append(work, func() error {
				for i := range 100 {
					name := c.p(fmt.Sprintf("%d-%d", w, i))
					if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
						return err
					}
					if i%2 == 0 {
						if err := os.Remove(name); err != nil {
							return err
						}
					}
				}
				return nil
			})
		}
		c.ok(both(work...))
		names := c.names(c.dir)
		want(c, "files", len(names), 400)
		for _, n := range names {
			c.wantContent(c.p(n), c.p(n))
		}
	}},
	{"trees are removed while they are walked", func(c *env) {
		for i := range 10 {
			c.mkdir(fmt.Sprintf("%d", i))
			for j := range 20 {
				c.file(fmt.Sprintf("%d/%d", i, j), "")
			}
		}
		c.ok(both(
			func() error {
				for i := range 10 {
					if err := os.RemoveAll(c.p(fmt.Sprint(i))); err != nil {
						return err
					}
				}
				return nil
			},
			func() error {
				return fs.WalkDir(os.DirFS(c.dir), ".", func(path string, _ fs.DirEntry, err error) error {
					if errors.Is(err, fs.ErrNotExist) {
						return nil
					}
					return err
				})
			},
		))
		c.wantNames(c.dir)
	}},
}
