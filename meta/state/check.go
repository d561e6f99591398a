package state

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// Check reads a whole view and returns what violates the invariants of the package comment, in
// words for people; nothing if all is well. It takes memory for every inode and stripe. The reader must
// be of one moment. An error is the reader's; damaged records are among what it finds.
func Check(r kv.Reader) ([]string, error) {
	c := checker{
		r: r, inodes: map[fs.Ino]*checked{}, stripes: map[fs.StripeID]*fs.Stripe{}, live: map[fs.StripeID]int64{},
		back: map[fs.Ino]uint32{}, orphans: map[fs.Ino]bool{},
	}
	ok, err := load(r, []byte{tagCounters}, c.counters.decode)
	if err != nil && fs.KindOf(err) != fs.KindCorrupt {
		return nil, named("check", "", err)
	}
	if !ok || err != nil {
		return []string{"the counters are missing or damaged"}, nil
	}
	for _, step := range []func() error{c.readInodes, c.readEntries, c.readBack, c.readXattrs, c.readExtents, c.readStripes, c.readIndexes, c.readQueue} {
		if err := step(); err != nil {
			return c.found, named("check", "", err)
		}
	}
	c.checkInodes()
	c.checkStripes()
	c.checkCounters()
	return c.found, nil
}

// checked is an inode and what was counted of it.
type checked struct {
	inode
	names, subdirs  uint32
	entries, xattrs uint64
	extents         uint64
	used, end       int64
	primary         bool // its Parent and Name are an entry of it
}

type checker struct {
	r        kv.Reader
	counters Counters
	inodes   map[fs.Ino]*checked
	stripes  map[fs.StripeID]*fs.Stripe
	live     map[fs.StripeID]int64
	back     map[fs.Ino]uint32
	orphans  map[fs.Ino]bool
	dead     uint64
	degraded uint64
	found    []string
}

func (c *checker) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// each visits the records of a tag. A damaged one is a finding.
func (c *checker) each(tag byte, decode func(*fs.Decoder), fn func(k []byte)) error {
	return scan(c.r, []byte{tag}, tagEnd(tag), false, func(k, v []byte) (bool, error) {
		if decode != nil {
			if err := parse(k, v, decode); err != nil {
				c.say("%v", err)
				return true, nil
			}
		}
		fn(k)
		return true, nil
	})
}

func (c *checker) readInodes() error {
	var n inode
	return c.each(tagInode, n.decode, func(k []byte) {
		ino := fs.Ino(number(k))
		if n.Ino != ino {
			c.say("inode %d is stored as %d", n.Ino, ino)
		}
		if ino >= c.counters.NextIno {
			c.say("inode %d was not allocated", ino)
		}
		c.inodes[ino] = &checked{inode: n}
	})
}

func (c *checker) readEntries() error {
	var e entry
	return c.each(tagEntry, e.decode, func(k []byte) {
		dirIno, name := fs.Ino(number(k)), string(k[9:])
		dir, n := c.inodes[dirIno], c.inodes[e.Ino]
		switch {
		case dir == nil || !dir.IsDir() || dir.Nlink == 0:
			c.say("entry %q is in inode %d, which is not a directory in use", name, dirIno)
			return
		case n == nil:
			c.say("entry %q of directory %d names inode %d, which is not there", name, dirIno, e.Ino)
			return
		case n.Mode&fs.ModeType != e.Type:
			c.say("entry %q of directory %d has type %#o, its inode %d has %#o", name, dirIno, e.Type, e.Ino, n.Mode&fs.ModeType)
		}
		dir.entries++
		n.names++
		if n.IsDir() {
			dir.subdirs++
		}
		if n.Parent == dirIno && n.Name == name {
			n.primary = true
		}
		if !n.IsDir() && n.Nlink > 1 {
			if _, ok, err := c.r.Get(keyBack(nil, e.Ino, dirIno, name)); err == nil && !ok {
				c.say("entry %q of directory %d has no back link from inode %d", name, dirIno, e.Ino)
			}
		}
	})
}

func (c *checker) readBack() error {
	err := c.each(tagBack, nil, func(k []byte) { c.back[fs.Ino(number(k))]++ })
	if err != nil {
		return err
	}
	return c.each(tagOrphan, nil, func(k []byte) { c.orphans[fs.Ino(number(k))] = true })
}

func (c *checker) readXattrs() error {
	return c.each(tagXattr, nil, func(k []byte) {
		if n := c.inodes[fs.Ino(number(k))]; n != nil {
			n.xattrs++
		} else {
			c.say("attribute %q is of inode %d, which is not there", k[9:], number(k))
		}
	})
}

func (c *checker) readExtents() error {
	var e fs.Extent
	return c.each(tagExtent, e.Decode, func(k []byte) {
		ino := fs.Ino(number(k))
		n := c.inodes[ino]
		if n == nil || !n.IsRegular() {
			c.say("an extent at %d is of inode %d, which is not a file", e.Off, ino)
			return
		}
		if fs.Ino(number(k[8:])) != fs.Ino(e.Off) || e.Len <= 0 || e.Inline != nil && int64(len(e.Inline)) != e.Len {
			c.say("inode %d has a damaged extent at %d", ino, e.Off)
		}
		if e.Off < n.end {
			c.say("inode %d has overlapping extents at %d", ino, e.Off)
		}
		n.extents++
		n.used += e.Len
		n.end = max(n.end, e.End())
		if e.Inline == nil {
			c.live[e.Stripe] += e.Len
			c.checkWithin(ino, &e)
		}
	})
}

func (c *checker) checkWithin(ino fs.Ino, e *fs.Extent) {
	s, err := getStripe(c.r, e.Stripe)
	switch {
	case err != nil:
		c.say("inode %d refers to stripe %d at %d: %v", ino, e.Stripe, e.Off, err)
	case s.PG != e.PG || s.Len != e.StripeLen || int64(e.StripeOff)+e.Len > int64(s.Len):
		c.say("inode %d has an extent at %d that is not within stripe %d", ino, e.Off, e.Stripe)
	}
}

func (c *checker) readStripes() error {
	var s fs.Stripe
	return c.each(tagStripe, s.Decode, func(k []byte) {
		if id := fs.StripeID(number(k)); s.ID != id || id >= c.counters.NextStripe {
			c.say("stripe %d is stored as %d, or was not allocated", s.ID, id)
		}
		cp := s
		c.stripes[s.ID] = &cp
	})
}

// readIndexes holds the indexes of stripes to the stripes.
func (c *checker) readIndexes() error {
	err := c.each(tagDead, nil, func(k []byte) {
		c.dead++
		if s := c.stripes[fs.StripeID(number(k))]; s == nil || s.Live != 0 {
			c.say("stripe %d is listed as dead and is not", number(k))
		}
	})
	if err != nil {
		return err
	}
	return c.each(tagMissing, nil, func(k []byte) {
		c.degraded++
		if s := c.stripes[fs.StripeID(number(k))]; s == nil || s.Live == 0 || s.Missing == 0 {
			c.say("stripe %d is listed as missing shards and does not", number(k))
		}
	})
}

// readQueue holds the triggers' counters to the invocations.
func (c *checker) readQueue() error {
	var inv fs.Invocation
	count := map[string]fs.TriggerStats{}
	for _, tag := range []byte{tagInvocation, tagLetter} {
		listed := 0
		var unread error
		err := c.each(tag, inv.Decode, func([]byte) {
			s := count[inv.Trigger]
			if tag == tagLetter {
				s.Dead++
			} else {
				s.Backlog++
			}
			count[inv.Trigger] = s
			listed++
			if _, ok, err := c.r.Get(keyOf(nil, tag, inv.Trigger, inv.ID)); err != nil {
				unread = err
			} else if !ok {
				c.say("invocation %d is not listed by its trigger %s", inv.ID, inv.Trigger)
			}
			if inv.Dead != (tag == tagLetter) {
				c.say("invocation %d is among the wrong ones", inv.ID)
			}
		})
		if err != nil {
			return err
		}
		if unread != nil {
			return storage(unread)
		}
		if err := c.each(ofTrigger(tag), nil, func([]byte) { listed-- }); err != nil {
			return err
		}
		if listed != 0 {
			c.say("the lists of invocations by trigger have %d too many", -listed)
		}
	}
	if err := c.readSettling(); err != nil {
		return err
	}
	list, err := Triggers(c.r)
	for _, tr := range list {
		if s := count[tr.Name]; s.Dead != tr.Stats.Dead || s.Backlog != tr.Stats.Backlog {
			c.say("trigger %s counts %d waiting and %d dead, there are %d and %d", tr.Name, tr.Stats.Backlog, tr.Stats.Dead, s.Backlog, s.Dead)
		}
	}
	return err
}

// readSettling holds the index of the events that wait for a file to be quiet to the invocations.
func (c *checker) readSettling() error {
	var id fs.InvocationID
	return c.each(tagSettling, func(d *fs.Decoder) { id = fs.InvocationID(d.Uint()) }, func(k []byte) {
		inv, err := GetInvocation(c.r, id)
		if err != nil || inv.Dead || inv.Attempt > 0 || inv.RetryAt == 0 || string(keySettling(nil, inv.Trigger, inv.Event.Ino)) != string(k) {
			c.say("invocation %d is listed under %q as waiting for a quiet file and does not", id, k[1:])
		}
	})
}

func (c *checker) checkInodes() {
	for _, ino := range sorted(c.inodes) {
		n := c.inodes[ino]
		want := n.names
		if n.IsDir() {
			c.checkDir(n)
			if want > 0 || ino == fs.RootIno {
				want = 2 + n.subdirs
			}
		}
		if n.Nlink != want {
			c.say("inode %d has %d links, its Nlink is %d", ino, want, n.Nlink)
		}
		if (n.Nlink == 0) != c.orphans[ino] {
			c.say("inode %d has Nlink %d; listed as an orphan: %v", ino, n.Nlink, c.orphans[ino])
		}
		if n.Nlink > 0 && ino != fs.RootIno && !n.primary {
			c.say("inode %d is not what %q in directory %d names", ino, n.Name, n.Parent)
		}
		if back := c.back[ino]; !n.IsDir() && n.Nlink > 1 && back != n.Nlink || (n.IsDir() || n.Nlink <= 1) && back != 0 {
			c.say("inode %d has %d names and %d back links", ino, n.Nlink, back)
		}
		if n.Extents != n.extents || n.Used != n.used || n.ExtEnd < n.end || n.IsRegular() && n.end > n.Size {
			c.say("inode %d has %d extents of %d bytes up to %d, its record says %d, %d, %d, size %d", ino, n.extents, n.used, n.end, n.Extents, n.Used, n.ExtEnd, n.Size)
		}
		if n.Xattrs != n.xattrs || n.HasXattr != (n.xattrs > 0) {
			c.say("inode %d has %d attributes, its record says %d", ino, n.xattrs, n.Xattrs)
		}
	}
	for _, ino := range sorted(c.orphans) {
		if c.inodes[ino] == nil {
			c.say("orphan %d is not there", ino)
		}
	}
	for _, ino := range sorted(c.back) {
		if c.inodes[ino] == nil {
			c.say("back links of inode %d, which is not there", ino)
		}
	}
}

func (c *checker) checkDir(n *checked) {
	if n.names > 1 || n.names > 0 && n.Ino == fs.RootIno {
		c.say("directory %d has %d names", n.Ino, n.names)
	}
	if n.Entries != n.entries {
		c.say("directory %d has %d entries, its record says %d", n.Ino, n.entries, n.Entries)
	}
	up := n
	for range len(c.inodes) {
		if up == nil || up.Ino == fs.RootIno || up.Nlink == 0 {
			return
		}
		up = c.inodes[up.Parent]
	}
	c.say("directory %d is not below the root", n.Ino)
}

func (c *checker) checkStripes() {
	for _, id := range sorted(c.stripes) {
		s := c.stripes[id]
		if s.Live != c.live[id] {
			c.say("stripe %d has %d live bytes, its record says %d", id, c.live[id], s.Live)
		}
		if _, ok, err := c.r.Get(key1(nil, tagDead, id)); err == nil && ok != (s.Live == 0) {
			c.say("stripe %d has %d live bytes; listed as dead: %v", id, s.Live, ok)
		}
		if _, ok, err := c.r.Get(key1(nil, tagMissing, id)); err == nil && ok != (s.Live > 0 && s.Missing != 0) {
			c.say("stripe %d misses %b; listed as missing: %v", id, s.Missing, ok)
		}
	}
}

func (c *checker) checkCounters() {
	used := int64(0)
	for _, n := range c.inodes {
		used += n.used
	}
	for _, x := range []struct {
		what         string
		count, found uint64
	}{
		{"inodes", c.counters.Inodes, uint64(len(c.inodes))}, {"bytes in use", c.counters.Used, uint64(used)},
		{"stripes", c.counters.Stripes, uint64(len(c.stripes))}, {"orphans", c.counters.Orphans, uint64(len(c.orphans))},
		{"dead stripes", c.counters.Dead, c.dead}, {"degraded stripes", c.counters.Degraded, c.degraded},
	} {
		if x.count != x.found {
			c.say("%d %s are counted, there are %d", x.count, x.what, x.found)
		}
	}
}

// sorted is a map's keys in order: findings come in the same order every time.
func sorted[K ~uint64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
