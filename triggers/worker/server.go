package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// maxOpen bounds the files that one invocation has open at a time.
const maxOpen = 64

// excess is the error of a call that would exceed a budget.
type excess struct{ what string }

func (e *excess) Error() string { return e.what }

// server answers the calls of one invocation. Its counts are the node's own.
type server struct {
	host   wake.Host
	budget wake.Budget
	c      *conn

	ctx   context.Context // ends with the wall budget
	sends []byte          // the body of the next HTTP request, as far as it is there
	got   []byte          // what is left of the body of the last response

	read, written, ops int64
	files              map[uint64]openFile
	lastID             uint64
}

type openFile struct {
	wake.HostFile
	flag wake.OpenFlag
}

// close closes what the worker left open.
func (s *server) close() {
	for id, f := range s.files {
		f.Close() // the invocation is over; nobody is left to be told
		delete(s.files, id)
	}
}

// serve answers one call. An error ends the worker: it broke the protocol, exceeded a budget or cannot be reached.
func (s *server) serve(payload []byte) error {
	if s.ops++; s.ops > s.budget.Ops {
		return &excess{fmt.Sprintf("ops budget of %d exceeded", s.budget.Ops)}
	}
	d := decoder{b: payload}
	o := op(d.byte())
	s.c.begin(kindReply)
	s.c.putByte(0)
	err := s.dispatch(o, &d)
	var over *excess
	if errors.Is(err, errProtocol) || errors.As(err, &over) {
		return err
	}
	if err != nil {
		s.c.out[headerSize] = codeOf(err)
		if !errors.Is(err, io.EOF) {
			s.c.out = s.c.out[:headerSize+1]
		}
	}
	return s.c.send()
}

func (s *server) dispatch(o op, d *decoder) error {
	switch o {
	case opReadAt, opWriteAt, opClose:
		return s.onFile(o, d)
	case opOpen, opReadWhole, opWriteWhole:
		return s.onOpen(o, d)
	case opGetXattr, opSetXattr, opListXattr, opRemoveXattr:
		return s.onXattr(o, d)
	case opStat, opReadDir, opReadlink:
		return s.onLook(o, d)
	case opMkdir, opRemove, opRename, opSymlink, opLink, opSetAttr:
		return s.onChange(o, d)
	case opSendBody, opHTTP, opReadBody, opSecret:
		return s.onOutbound(o, d)
	}
	return violation("unknown operation %d", o)
}

// path takes a path and holds the worker to what the Host is promised.
func (s *server) path(d *decoder) string {
	p := d.string()
	if d.err == nil && (!strings.HasPrefix(p, "/") || path.Clean(p) != p || strings.IndexByte(p, 0) >= 0) {
		d.fail("bad path")
	}
	return p
}

// perm takes permission bits.
func (s *server) perm(d *decoder) fs.FileMode {
	v := d.uint()
	if v > 0o777 {
		d.fail("bad mode")
	}
	return fs.FileMode(v)
}

func (s *server) onLook(o op, d *decoder) error {
	p := s.path(d)
	switch o {
	case opStat:
		follow := d.bool()
		if err := d.end(); err != nil {
			return err
		}
		a, err := s.host.Stat(p, follow)
		if err != nil {
			return err
		}
		s.c.putAttr(&a)
	case opReadDir:
		after, limit := d.string(), d.uint()
		if limit < 1 || limit > maxPage {
			d.fail("bad limit")
		}
		if err := d.end(); err != nil {
			return err
		}
		page, err := s.host.ReadDir(p, after, int(limit))
		if err != nil {
			return err
		}
		s.c.putUint(uint64(len(page)))
		for i := range page {
			s.c.putAttr(&page[i])
		}
	default:
		if err := d.end(); err != nil {
			return err
		}
		target, err := s.host.Readlink(p)
		if err != nil {
			return err
		}
		s.c.putString(target)
	}
	return nil
}

func (s *server) onChange(o op, d *decoder) error {
	switch o {
	case opMkdir:
		p, perm := s.path(d), s.perm(d)
		if err := d.end(); err != nil {
			return err
		}
		return s.host.Mkdir(p, perm)
	case opRemove:
		p := s.path(d)
		if err := d.end(); err != nil {
			return err
		}
		return s.host.Remove(p)
	case opSymlink:
		target, p := d.string(), s.path(d)
		if err := d.end(); err != nil {
			return err
		}
		if target == "" || strings.IndexByte(target, 0) >= 0 {
			return fs.ErrInvalid
		}
		return s.host.Symlink(target, p)
	case opSetAttr:
		p, ch := s.path(d), d.change()
		if err := d.end(); err != nil {
			return err
		}
		if ch.Size != nil && *ch.Size < 0 {
			return fs.ErrInvalid
		}
		return s.host.SetAttr(p, ch)
	}
	from, to := s.path(d), s.path(d)
	if err := d.end(); err != nil {
		return err
	}
	if o == opRename {
		return s.host.Rename(from, to)
	}
	return s.host.Link(from, to)
}

func (s *server) onXattr(o op, d *decoder) error {
	p := s.path(d)
	if o == opListXattr {
		if err := d.end(); err != nil {
			return err
		}
		names, err := s.host.ListXattr(p)
		if err != nil {
			return err
		}
		s.c.putUint(uint64(len(names)))
		for _, name := range names {
			s.c.putString(name)
		}
		return nil
	}
	name := d.string()
	switch o {
	case opSetXattr:
		value, flag := d.bytes(maxXattr), wake.XattrFlag(d.byte())
		if flag > wake.XattrReplace {
			d.fail("bad flag")
		}
		if err := d.end(); err != nil {
			return err
		}
		if err := s.countWrite(len(value)); err != nil {
			return err
		}
		return s.host.SetXattr(p, name, value, flag)
	case opRemoveXattr:
		if err := d.end(); err != nil {
			return err
		}
		return s.host.RemoveXattr(p, name)
	}
	if err := d.end(); err != nil {
		return err
	}
	value, err := s.host.GetXattr(p, name)
	if err != nil {
		return err
	}
	s.c.putBytes(value)
	return s.countRead(len(value))
}

func (s *server) onOpen(o op, d *decoder) error {
	p := s.path(d)
	switch o {
	case opReadWhole:
		if err := d.end(); err != nil {
			return err
		}
		return s.readWhole(p)
	case opWriteWhole:
		perm, data := s.perm(d), d.bytes(maxData)
		if err := d.end(); err != nil {
			return err
		}
		return s.writeWhole(p, perm, data)
	}
	flag, perm := wake.OpenFlag(d.byte()), s.perm(d)
	if flag&(wake.OpenRead|wake.OpenWrite) == 0 || flag >= wake.OpenTrunc<<1 {
		d.fail("bad open flag")
	}
	if err := d.end(); err != nil {
		return err
	}
	if len(s.files) >= maxOpen {
		return errTooManyOpen
	}
	f, a, err := s.host.Open(p, flag, perm)
	if err != nil {
		return err
	}
	if s.files == nil {
		s.files = map[uint64]openFile{}
	}
	s.lastID++
	s.files[s.lastID] = openFile{f, flag}
	s.c.putUint(s.lastID)
	s.c.putAttr(&a)
	return nil
}

func (s *server) readWhole(p string) error {
	f, a, err := s.host.Open(p, wake.OpenRead, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if a.Size > maxData {
		s.c.putBool(false)
		s.c.putBytes(nil)
		return nil
	}
	s.c.putBool(true)
	err = s.putRead(f, 0, int(a.Size))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

func (s *server) writeWhole(p string, perm fs.FileMode, data []byte) error {
	// A write that is refused for want of a directory comes again, so it counts only once the file is open.
	if err := s.checkWrite(len(data)); err != nil {
		return err
	}
	f, _, err := s.host.Open(p, wake.OpenWrite|wake.OpenCreate|wake.OpenTrunc, perm)
	if err != nil {
		return err
	}
	s.written += int64(len(data))
	if len(data) > 0 {
		_, err = f.WriteAt(data, 0)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (s *server) onFile(o op, d *decoder) error {
	id := d.uint()
	f, ok := s.files[id]
	if d.err == nil && !ok {
		d.fail("no such open file")
	}
	if o == opClose {
		if err := d.end(); err != nil {
			return err
		}
		delete(s.files, id)
		return f.Close()
	}
	off := d.int()
	if off < 0 || off > math.MaxInt64-maxData {
		d.fail("bad offset")
	}
	if o == opReadAt {
		n := d.uint()
		if n > maxData {
			d.fail("bad length")
		}
		if err := d.end(); err != nil {
			return err
		}
		if f.flag&wake.OpenRead == 0 {
			return fs.ErrPermission
		}
		return s.putRead(f, off, int(n))
	}
	data := d.bytes(maxData)
	if err := d.end(); err != nil {
		return err
	}
	if f.flag&wake.OpenWrite == 0 {
		return fs.ErrPermission
	}
	if err := s.countWrite(len(data)); err != nil {
		return err
	}
	_, err := f.WriteAt(data, off)
	return err
}

// putRead reads up to n bytes straight into the reply, preceded by their number. The data of an io.EOF is kept.
func (s *server) putRead(f io.ReaderAt, off int64, n int) error {
	// Four bytes hold the number as a uvarint of fixed width, since it is known only afterwards.
	at := len(s.c.out)
	s.c.out = append(s.c.out, 0x80, 0x80, 0x80, 0)
	// One byte more than the budget has left shows that it would be exceeded.
	if left := s.budget.Read - s.read; int64(n) > left {
		n = int(left) + 1
	}
	if need := len(s.c.out) + n; cap(s.c.out) < need {
		s.c.out = append(make([]byte, 0, need), s.c.out...)
	}
	got, err := f.ReadAt(s.c.out[at+4:at+4+n], off)
	if got < 0 || got > n {
		return fmt.Errorf("host read %d of %d bytes", got, n)
	}
	for i := range 4 {
		s.c.out[at+i] |= byte(got>>(7*i)) & 0x7f
	}
	s.c.out = s.c.out[:at+4+got]
	if over := s.countRead(got); over != nil {
		return over
	}
	return err
}

func (s *server) countRead(n int) error {
	if s.read += int64(n); s.read > s.budget.Read {
		return &excess{fmt.Sprintf("read budget of %s exceeded", formatSize(s.budget.Read))}
	}
	return nil
}

// countWrite counts before anything is written.
func (s *server) countWrite(n int) error {
	if err := s.checkWrite(n); err != nil {
		return err
	}
	s.written += int64(n)
	return nil
}

func (s *server) checkWrite(n int) error {
	if s.written+int64(n) > s.budget.Write {
		return &excess{fmt.Sprintf("write budget of %s exceeded", formatSize(s.budget.Write))}
	}
	return nil
}

// formatSize writes a number of bytes as a directive would.
func formatSize(n int64) string {
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.bytes && n%u.bytes == 0 {
			return fmt.Sprint(n/u.bytes, u.name)
		}
	}
	return fmt.Sprint(n, " bytes")
}

func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
