package state

import (
	"math"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// The reads mean what those of fs.Meta with the same names do, and have their errors; what they return is
// the caller's. Besides, one with kv.ErrIO in its chain is the reader's, and one of KindCorrupt a
// damaged record. To see one moment, a reader must be of one moment.

func getInode(r kv.Reader, ino fs.Ino) (*inode, error) {
	n := new(inode)
	ok, err := load(r, key1(nil, tagInode, ino), n.decode)
	if err == nil && !ok {
		err = fs.KindNotFound
	}
	return n, err
}

// getDir returns a directory; of a removed one too, which is empty.
func getDir(r kv.Reader, ino fs.Ino) (*inode, error) {
	n, err := getInode(r, ino)
	if err == nil && !n.IsDir() {
		err = fs.KindNotDir
	}
	return n, err
}

// Lookup finds a name in a directory. "." and ".." are not names.
func Lookup(r kv.Reader, dir fs.Ino, name string) (fs.Attr, error) {
	a, err := lookup(r, dir, name)
	return a, named("lookup", name, err)
}

func lookup(r kv.Reader, dir fs.Ino, name string) (fs.Attr, error) {
	if len(name) > fs.MaxName {
		return fs.Attr{}, fs.KindNameTooLong
	}
	var e entry
	ok, err := load(r, keyName(nil, tagEntry, dir, name), e.decode)
	if err != nil {
		return fs.Attr{}, err
	}
	if !ok {
		if _, err := getDir(r, dir); err != nil {
			return fs.Attr{}, err
		}
		return fs.Attr{}, fs.KindNotFound
	}
	n, err := getInode(r, e.Ino)
	if err != nil {
		return fs.Attr{}, dangling(err, e.Ino)
	}
	return n.Attr, nil
}

// dangling makes damage of a missing inode that an entry names.
func dangling(err error, ino fs.Ino) error {
	if err == fs.KindNotFound {
		return fs.Errorf("", fs.KindCorrupt, "", "inode %d has a name but is not there", ino)
	}
	return err
}

// GetAttr returns an inode's attributes, also of an orphan.
func GetAttr(r kv.Reader, ino fs.Ino) (fs.Attr, error) {
	n, err := getInode(r, ino)
	if err != nil {
		return fs.Attr{}, named("getattr", "", err)
	}
	return n.Attr, nil
}

// ReadDir returns up to limit entries with names greater than after, with complete attributes.
func ReadDir(r kv.Reader, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	list, err := readDir(r, dir, after, limit)
	return list, named("readdir", "", err)
}

func readDir(r kv.Reader, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	n, err := getDir(r, dir)
	if err != nil || limit <= 0 {
		return nil, err
	}
	list := make([]fs.Dirent, 0, min(uint64(limit), n.Entries))
	lo := append(keyName(nil, tagEntry, dir, after), 0) // the first key behind after's
	if after == "" {
		lo = lo[:len(lo)-1]
	}
	err = scan(r, lo, key1(nil, tagEntry, dir+1), false, func(k, v []byte) (bool, error) {
		var e entry
		if err := parse(k, v, e.decode); err != nil {
			return false, err
		}
		list = append(list, fs.Dirent{Name: string(k[9:]), Attr: fs.Attr{Ino: e.Ino, Mode: e.Type}})
		return len(list) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		n, err := getInode(r, list[i].Attr.Ino)
		if err != nil {
			return nil, dangling(err, list[i].Attr.Ino)
		}
		list[i].Attr = n.Attr
	}
	return list, nil
}

// Readlink returns a symbolic link's target.
func Readlink(r kv.Reader, ino fs.Ino) (string, error) {
	n, err := getInode(r, ino)
	if err == nil && n.Mode&fs.ModeType != fs.ModeSymlink {
		err = invalid("inode %d is not a symbolic link", ino)
	}
	if err != nil {
		return "", named("readlink", "", err)
	}
	return n.Target, nil
}

// GetXattr returns an extended attribute.
func GetXattr(r kv.Reader, ino fs.Ino, name string) ([]byte, error) {
	v, ok, err := r.Get(keyName(nil, tagXattr, ino, name))
	if err != nil {
		return nil, named("getxattr", name, storage(err))
	}
	if !ok {
		_, err := getInode(r, ino)
		if err == nil {
			err = fs.KindNoAttr
		}
		return nil, named("getxattr", name, err)
	}
	return append([]byte{}, v...), nil
}

// ListXattr returns the names of the extended attributes in order.
func ListXattr(r kv.Reader, ino fs.Ino) ([]string, error) {
	n, err := getInode(r, ino)
	if err != nil || n.Xattrs == 0 {
		return nil, named("listxattr", "", err)
	}
	var names []string
	err = scan(r, key1(nil, tagXattr, ino), key1(nil, tagXattr, ino+1), false, func(k, _ []byte) (bool, error) {
		names = append(names, string(k[9:]))
		return true, nil
	})
	return names, named("listxattr", "", err)
}

// Extents returns a file's attributes and the extents that meet [off, off+length), whole and in order.
func Extents(r kv.Reader, ino fs.Ino, off, length int64) (fs.Attr, []fs.Extent, error) {
	n, err := getInode(r, ino)
	if err == nil && (!n.IsRegular() || off < 0 || length < 0) {
		err = invalid("range of %d bytes at %d of inode %d", length, off, ino)
	}
	if err != nil {
		return fs.Attr{}, nil, named("extents", "", err)
	}
	end := off + length
	if end < off {
		end = math.MaxInt64
	}
	var list []fs.Extent
	if n.Extents > 0 && off < n.ExtEnd {
		err = walkExtents(r, ino, off, end, func(e fs.Extent) bool {
			if e.Inline != nil {
				e.Inline = append([]byte{}, e.Inline...)
			}
			list = append(list, e)
			return true
		})
	}
	return n.Attr, list, named("extents", "", err)
}

// walkExtents calls fn for the extents that meet [off, end), in order. Inline bytes are valid only inside fn.
func walkExtents(r kv.Reader, ino fs.Ino, off, end int64, fn func(fs.Extent) (more bool)) error {
	if off >= end {
		return nil
	}
	lo, at, hi := keyExtent(nil, ino, 0), keyExtent(nil, ino, off), keyExtent(nil, ino, end)
	more := true
	visit := func(k, v []byte) (bool, error) {
		var e fs.Extent
		if err := parse(k, v, e.Decode); err != nil {
			return false, err
		}
		if e.End() > off {
			more = fn(e)
		}
		return more, nil
	}
	// Most overwrites meet exactly one extent, which begins where they do: a get is a fraction of a scan.
	var first fs.Extent
	if ok, err := load(r, at, first.Decode); err != nil {
		return err
	} else if ok && first.End() >= end {
		fn(first)
		return nil
	} else if off > 0 && !ok { // one that begins before off may reach into the range
		err := scan(r, lo, at, true, func(k, v []byte) (bool, error) {
			_, err := visit(k, v)
			return false, err
		})
		if err != nil || !more {
			return err
		}
	}
	return scan(r, at, hi, false, visit)
}

// Path returns a path of the inode, "/" of the root. KindNotFound for an orphan.
func Path(r kv.Reader, ino fs.Ino) (string, error) {
	n, err := getInode(r, ino)
	if err != nil {
		return "", named("path", "", err)
	}
	p, err := path(n, func(i fs.Ino) (*inode, error) {
		n, err := getInode(r, i)
		return n, dangling(err, i)
	})
	if err == nil && p == "" {
		err = fs.KindNotFound
	}
	return p, named("path", "", err)
}

// GetCounters returns the counters.
func GetCounters(r kv.Reader) (Counters, error) {
	var c Counters
	ok, err := load(r, []byte{tagCounters}, c.decode)
	if err == nil && !ok {
		err = fs.Errorf("", fs.KindNotFound, "", "the view is not formatted")
	}
	return c, named("counters", "", err)
}

// Inodes returns up to limit inodes with numbers greater than after, orphans too.
func Inodes(r kv.Reader, after fs.Ino, limit int) ([]fs.Attr, error) {
	var list []fs.Attr
	err := eachNumber(r, tagInode, uint64(after), limit, func(k, v []byte) error {
		var n inode
		err := parse(k, v, n.decode)
		list = append(list, n.Attr)
		return err
	})
	return list, named("inodes", "", err)
}

// Orphans returns up to limit inodes without a name with numbers greater than after.
func Orphans(r kv.Reader, after fs.Ino, limit int) ([]fs.Ino, error) {
	var list []fs.Ino
	err := eachNumber(r, tagOrphan, uint64(after), limit, func(k, _ []byte) error {
		list = append(list, fs.Ino(number(k)))
		return nil
	})
	return list, named("orphans", "", err)
}

// eachNumber calls fn for up to limit keys of a tag with numbers greater than after.
func eachNumber(r kv.Reader, tag byte, after uint64, limit int, fn func(k, v []byte) error) error {
	if limit <= 0 || after == math.MaxUint64 {
		return nil
	}
	return scan(r, key1(nil, tag, after+1), tagEnd(tag), false, func(k, v []byte) (bool, error) {
		limit--
		return limit > 0, fn(k, v)
	})
}

// Stripes returns up to limit stripe records with IDs greater than after; those that want tells.
func Stripes(r kv.Reader, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	list, err := stripes(r, want, after, limit)
	return list, named("stripes", "", err)
}

func stripes(r kv.Reader, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	var list []fs.Stripe
	if want == fs.AllStripes {
		err := eachNumber(r, tagStripe, uint64(after), limit, func(k, v []byte) error {
			var s fs.Stripe
			err := parse(k, v, s.Decode)
			list = append(list, s)
			return err
		})
		return list, err
	}
	tag := byte(tagDead)
	if want == fs.MissingStripes {
		tag = tagMissing
	}
	err := eachNumber(r, tag, uint64(after), limit, func(k, _ []byte) error {
		list = append(list, fs.Stripe{ID: fs.StripeID(number(k))})
		return nil
	})
	for i := range list {
		if err == nil {
			list[i], err = getStripe(r, list[i].ID)
		}
	}
	return list, err
}

// GetStripe returns one stripe record.
func GetStripe(r kv.Reader, id fs.StripeID) (fs.Stripe, error) {
	s, err := getStripe(r, id)
	return s, named("stripe", "", err)
}

func getStripe(r kv.Reader, id fs.StripeID) (fs.Stripe, error) {
	var s fs.Stripe
	ok, err := load(r, key1(nil, tagStripe, id), s.Decode)
	if err == nil && !ok {
		err = fs.KindNotFound
	}
	return s, err
}

// Servers returns the chunk servers by ID.
func Servers(r kv.Reader) ([]fs.ServerInfo, error) {
	var list []fs.ServerInfo
	err := eachNumber(r, tagServer, 0, math.MaxInt, func(k, v []byte) error {
		var s fs.ServerInfo
		err := parse(k, v, s.Decode)
		list = append(list, s)
		return err
	})
	return list, named("servers", "", err)
}

// PGs returns the placement groups by ID.
func PGs(r kv.Reader) ([]fs.PG, error) {
	var list []fs.PG
	err := eachNumber(r, tagPG, 0, math.MaxInt, func(k, v []byte) error {
		var p fs.PG
		err := parse(k, v, p.Decode)
		list = append(list, p)
		return err
	})
	return list, named("placement groups", "", err)
}

// Sessions returns the open sessions by ID. Seen is when they were opened.
func Sessions(r kv.Reader) ([]fs.SessionInfo, error) {
	var list []fs.SessionInfo
	err := eachNumber(r, tagSession, 0, math.MaxInt, func(k, v []byte) error {
		var s session
		err := parse(k, v, s.decode)
		list = append(list, fs.SessionInfo{ID: fs.SessionID(number(k)), Name: s.Name, Seen: s.Opened})
		return err
	})
	return list, named("sessions", "", err)
}

// GetSession returns an open session. KindNotFound.
func GetSession(r kv.Reader, id fs.SessionID) (fs.SessionInfo, error) {
	var s session
	ok, err := load(r, key1(nil, tagSession, id), s.decode)
	if err == nil && !ok {
		err = fs.KindNotFound
	}
	return fs.SessionInfo{ID: id, Name: s.Name, Seen: s.Opened}, named("session", "", err)
}
