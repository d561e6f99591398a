package state

import (
	"github.com/wakefs/wakefs/fs"
)

// inode is what is stored of an inode beside its entries, extents and xattrs.
type inode struct {
	fs.Attr
	Name    string // its name in Parent; of a file with several, the newest that is left
	Target  string // of a symbolic link
	Extents uint64 // how many it has
	ExtEnd  int64  // no extent ends behind this
	Entries uint64 // of a directory
	Xattrs  uint64 // how many, ACLs included
	// Closed and Arrived are the DataVersions that a close and an arrive event were last made for.
	Closed, Arrived fs.Version

	made     bool // by this Tx
	dirty    bool // to be written
	changed  bool // by this Tx, as others see it
	data     bool // so is its content
	gone     bool // deleted by this Tx
	orphaned bool // made or left without a name by this Tx
}

func (n *inode) append(b []byte) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = n.Attr.Append(b)
		b = fs.AppendBytes(b, n.Name)
		b = fs.AppendBytes(b, n.Target)
		b = fs.AppendUint(b, n.Extents)
		b = fs.AppendInt(b, n.ExtEnd)
		b = fs.AppendUint(b, n.Entries)
		b = fs.AppendUint(b, n.Xattrs)
		b = fs.AppendUint(b, n.Closed)
		return fs.AppendUint(b, n.Arrived)
	})
}

func (n *inode) decode(d *fs.Decoder) {
	r := d.Record()
	*n = inode{}
	n.Attr.Decode(&r)
	n.Name, n.Target = r.String(), r.String()
	n.Extents, n.ExtEnd, n.Entries, n.Xattrs = r.Uint(), r.Int(), r.Uint(), r.Uint()
	n.Closed, n.Arrived = fs.Version(r.Uint()), fs.Version(r.Uint())
	join(d, &r)
}

// entry is what a name stands for.
type entry struct {
	Ino  fs.Ino
	Type uint32 // of the inode: the S_IFMT bits
}

func (e *entry) append(b []byte) []byte {
	return fs.AppendUint(fs.AppendUint(b, e.Ino), e.Type)
}

func (e *entry) decode(d *fs.Decoder) { e.Ino, e.Type = fs.Ino(d.Uint()), d.Uint32() }

// Counters are the numbers of a view, kept up with every Tx.
type Counters struct {
	NextIno        fs.Ino
	NextStripe     fs.StripeID
	NextSession    fs.SessionID
	NextServer     fs.ServerID
	NextPG         fs.PGID
	NextInvocation fs.InvocationID

	Inodes   uint64 // orphans included
	Used     uint64 // bytes that extents cover
	Stripes  uint64 // dead ones included
	Orphans  uint64
	Dead     uint64 // stripes with Live 0
	Degraded uint64 // stripes with Live and with shards missing
	MapIndex uint64 // grows with every change of servers or placement groups
	// Epoch differs between any two sets of triggers: it hashes how the set came about.
	Epoch uint64
}

func (c *Counters) append(b []byte) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		for _, v := range [...]uint64{
			uint64(c.NextIno), uint64(c.NextStripe), uint64(c.NextSession), uint64(c.NextServer), uint64(c.NextPG),
			uint64(c.NextInvocation), c.Inodes, c.Used, c.Stripes, c.Orphans, c.Dead, c.Degraded, c.MapIndex, c.Epoch,
		} {
			b = fs.AppendUint(b, v)
		}
		return b
	})
}

func (c *Counters) decode(d *fs.Decoder) {
	r := d.Record()
	*c = Counters{
		NextIno: fs.Ino(r.Uint()), NextStripe: fs.StripeID(r.Uint()), NextSession: fs.SessionID(r.Uint()),
		NextServer: fs.ServerID(r.Uint32()), NextPG: fs.PGID(r.Uint32()), NextInvocation: fs.InvocationID(r.Uint()),
		Inodes: r.Uint(), Used: r.Uint(), Stripes: r.Uint(), Orphans: r.Uint(), Dead: r.Uint(), Degraded: r.Uint(),
		MapIndex: r.Uint(), Epoch: r.Uint(),
	}
	join(d, &r)
}

// session is the record of a session.
type session struct {
	Name   string
	Opened int64 // ns
}

func (s *session) append(b []byte) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		return fs.AppendInt(fs.AppendBytes(b, s.Name), s.Opened)
	})
}

func (s *session) decode(d *fs.Decoder) {
	r := d.Record()
	s.Name, s.Opened = r.String(), r.Int()
	join(d, &r)
}

// done is a slot of a session's dedup window.
type done struct {
	Seq    fs.Seq
	Result fs.Result
}

func (x *done) append(b []byte) []byte {
	return x.Result.Append(fs.AppendUint(b, x.Seq))
}

func (x *done) decode(d *fs.Decoder) {
	x.Seq = fs.Seq(d.Uint())
	x.Result.Decode(d)
}

func join(d, r *fs.Decoder) {
	if r.Err != nil && d.Err == nil {
		d.Err = r.Err
	}
}
