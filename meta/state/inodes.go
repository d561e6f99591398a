package state

import (
	"strings"

	"github.com/wakefs/wakefs/fs"
)

// dirSize is the size that every directory shows: a block, as on ext4.
const dirSize = 4096

// inode returns an inode to read or change; who changes it calls touch, bump or edit. Errors: KindNotFound.
func (t *txn) inode(ino fs.Ino) (*inode, error) {
	if n := t.inodes.get(ino); n != nil {
		if n.gone {
			return nil, fs.KindNotFound
		}
		return n, nil
	}
	n := new(inode)
	t.key = key1(t.key[:0], tagInode, ino)
	ok, err := load(&t.v, t.key, n.decode)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fs.KindNotFound
	}
	t.inodes.add(ino, n)
	return n, nil
}

// file returns a regular file.
func (t *txn) file(ino fs.Ino) (*inode, error) {
	n, err := t.inode(ino)
	if err != nil {
		return nil, err
	}
	if !n.IsRegular() {
		return nil, invalid("inode %d is not a regular file", ino)
	}
	return n, nil
}

// dir returns a directory that is not removed.
func (t *txn) dir(ino fs.Ino) (*inode, error) {
	n, err := t.inode(ino)
	if err != nil {
		return nil, err
	}
	if !n.IsDir() {
		return nil, fs.KindNotDir
	}
	if n.Nlink == 0 {
		return nil, fs.KindNotFound
	}
	return n, nil
}

// touch marks a record to be written though nobody sees a change.
func (n *inode) touch() { n.dirty = true }

// bump makes a new version: attributes changed.
func (t *txn) bump(n *inode) {
	n.dirty, n.changed = true, true
	n.Version++
	n.Ctime = t.tx.Time
}

// edit makes a new version of a directory: entries changed.
func (t *txn) edit(dir *inode) {
	t.bump(dir)
	dir.Mtime = t.tx.Time
}

// write makes a new version of a file: its content changed. The times are the caller's.
func (n *inode) write() {
	n.dirty, n.changed, n.data = true, true, true
	n.Version++
	n.DataVersion = n.Version
}

// entry returns what a name in a directory stands for.
func (t *txn) entry(dir fs.Ino, name string) (e entry, ok bool, err error) {
	t.key = keyName(t.key[:0], tagEntry, dir, name)
	ok, err = load(&t.v, t.key, e.decode)
	return e, ok, err
}

// named returns the inode that has a name. Errors: KindNotFound; KindAccess if the directory may not be searched.
func (t *txn) named(dir *inode, name string) (*inode, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := t.may(dir, MayExec); err != nil {
		return nil, err
	}
	e, ok, err := t.entry(dir.Ino, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fs.KindNotFound
	}
	n, err := t.inode(e.Ino)
	if err == fs.KindNotFound {
		return nil, fs.Errorf("", fs.KindCorrupt, name, "the entry of directory %d names inode %d, which is not there", dir.Ino, e.Ino)
	}
	return n, err
}

func checkName(name string) error {
	switch {
	case len(name) > fs.MaxName:
		return fs.KindNameTooLong
	case name == "" || name == "." || name == "..":
		return invalid("%q is no name", name)
	case strings.ContainsAny(name, "/\x00"):
		return invalid("a slash or NUL in a name")
	}
	return nil
}

// setEntry makes a name stand for an inode. The directory's times and Entries are the caller's.
func (t *txn) setEntry(dir *inode, name string, n *inode) {
	e := entry{Ino: n.Ino, Type: n.Mode & fs.ModeType}
	t.set(keyName(t.key[:0], tagEntry, dir.Ino, name), e.append(t.buf[:0]))
	t.entryChanged(dir.Ino, name)
}

func (t *txn) deleteEntry(dir *inode, name string) {
	t.remove(keyName(t.key[:0], tagEntry, dir.Ino, name))
	t.entryChanged(dir.Ino, name)
}

func (t *txn) entryChanged(dir fs.Ino, name string) {
	t.entries = append(t.entries, fs.Change{Parent: dir, Name: name})
}

// addName counts a new name of an inode that is no directory. A second name brings in back
// links, one for each: so that the others are found when the primary name goes.
func (t *txn) addName(n *inode, dir fs.Ino, name string) {
	switch n.Nlink {
	case 0:
		t.c.Orphans--
		t.remove(key1(t.key[:0], tagOrphan, n.Ino))
	case 1:
		t.set(keyBack(t.key[:0], n.Ino, n.Parent, n.Name), nil)
		fallthrough
	default:
		t.set(keyBack(t.key[:0], n.Ino, dir, name), nil)
	}
	n.Nlink++
	n.Parent, n.Name = dir, name
}

// dropName takes a name from an inode that is no directory.
func (t *txn) dropName(n *inode, dir fs.Ino, name string) error {
	n.Nlink--
	if n.Nlink == 0 {
		t.orphan(n)
		return nil
	}
	t.remove(keyBack(t.key[:0], n.Ino, dir, name))
	if n.Nlink > 1 && (n.Parent != dir || n.Name != name) {
		return nil
	}
	lo := key1(nil, tagBack, n.Ino)
	err := scan(&t.v, lo, key1(nil, tagBack, n.Ino+1), false, func(k, _ []byte) (bool, error) {
		n.Parent, n.Name = fs.Ino(number(k[8:])), string(k[17:])
		return false, nil
	})
	if err == nil && n.Nlink == 1 {
		t.remove(keyBack(t.key[:0], n.Ino, n.Parent, n.Name))
	}
	return err
}

// moveName renames an inode that is no directory.
func (t *txn) moveName(n *inode, dir fs.Ino, name string, newDir fs.Ino, newName string) {
	if n.Nlink > 1 {
		t.remove(keyBack(t.key[:0], n.Ino, dir, name))
		t.set(keyBack(t.key[:0], n.Ino, newDir, newName), nil)
	}
	n.Parent, n.Name = newDir, newName
}

// orphan files an inode without a name for the reaper.
func (t *txn) orphan(n *inode) {
	n.Name = ""
	n.orphaned = true
	t.c.Orphans++
	t.set(key1(t.key[:0], tagOrphan, n.Ino), nil)
}

// path returns the path of an inode, or "" of an orphan.
func (t *txn) path(n *inode) (string, error) { return path(n, t.inode) }

// path walks from the inode to the root.
func path(n *inode, get func(fs.Ino) (*inode, error)) (string, error) {
	if n.Ino == fs.RootIno {
		return "/", nil
	}
	var names []string
	for n.Ino != fs.RootIno {
		if n.Nlink == 0 {
			return "", nil
		}
		names = append(names, n.Name)
		if len(names) > maxDepth {
			return "", fs.Errorf("", fs.KindCorrupt, "", "directories form a cycle at inode %d", n.Ino)
		}
		var err error
		if n, err = get(n.Parent); err != nil {
			return "", err
		}
	}
	size := 0
	for _, s := range names {
		size += 1 + len(s)
	}
	b := make([]byte, 0, size)
	for i := len(names) - 1; i >= 0; i-- {
		b = append(append(b, '/'), names[i]...)
	}
	return string(b), nil
}

// maxDepth bounds walks to the root, which a damaged database could make endless.
const maxDepth = 1 << 16

// below is the path of a name in a directory with a path.
func below(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}
