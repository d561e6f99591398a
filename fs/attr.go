package fs

// File types, the S_IFMT part of Attr.Mode, as on Linux.
const (
	ModeType    = 0o170000
	ModeFIFO    = 0o010000
	ModeChar    = 0o020000
	ModeDir     = 0o040000
	ModeBlock   = 0o060000
	ModeRegular = 0o100000
	ModeSymlink = 0o120000
	ModeSocket  = 0o140000

	ModeSetUID = 0o4000
	ModeSetGID = 0o2000
	ModeSticky = 0o1000
	ModePerm   = 0o0777
)

// Limits of names and values, as Linux has them.
const (
	MaxName   = 255       // bytes
	MaxTarget = 4095      // bytes of a symbolic link's target
	MaxXattr  = 64 << 10  // bytes of a value
	MaxSize   = 1<<63 - 1 // bytes of a file
	MaxLinks  = 1 << 31   // names of an inode
)

// Attr is an inode's attributes.
type Attr struct {
	Ino   Ino
	Mode  uint32 // type and permission bits
	Nlink uint32
	UID   uint32
	GID   uint32
	Rdev  uint32
	Size  int64
	Used  int64 // bytes that extents cover; st_blocks is ⌈Used/512⌉

	Atime, Mtime, Ctime, Btime int64 // ns

	// Version grows with every change of the inode: of its attributes, extended
	// attributes, content, or (a directory's) entries.
	Version Version
	// DataVersion is the Version at the last change of the content.
	DataVersion Version
	// Parent is a directory's parent (the root's is the root); for other inodes
	// the directory in which it was last given a name.
	Parent Ino
	// HasXattr tells whether any extended attribute or ACL is set.
	HasXattr bool
}

// IsDir tells whether the inode is a directory.
func (a *Attr) IsDir() bool { return a.Mode&ModeType == ModeDir }

// IsRegular tells whether the inode is a regular file.
func (a *Attr) IsRegular() bool { return a.Mode&ModeType == ModeRegular }

// Append encodes the attributes as a framed record.
func (a *Attr) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, a.Ino)
		b = AppendUint(b, a.Mode)
		b = AppendUint(b, a.Nlink)
		b = AppendUint(b, a.UID)
		b = AppendUint(b, a.GID)
		b = AppendUint(b, a.Rdev)
		b = AppendInt(b, a.Size)
		b = AppendInt(b, a.Used)
		b = AppendInt(b, a.Atime)
		b = AppendInt(b, a.Mtime)
		b = AppendInt(b, a.Ctime)
		b = AppendInt(b, a.Btime)
		b = AppendUint(b, a.Version)
		b = AppendUint(b, a.DataVersion)
		b = AppendUint(b, a.Parent)
		return AppendBool(b, a.HasXattr)
	})
}

// Decode reads what Append wrote.
func (a *Attr) Decode(d *Decoder) {
	r := d.Record()
	*a = Attr{
		Ino: Ino(r.Uint()), Mode: r.Uint32(), Nlink: r.Uint32(), UID: r.Uint32(), GID: r.Uint32(), Rdev: r.Uint32(),
		Size: r.Int(), Used: r.Int(), Atime: r.Int(), Mtime: r.Int(), Ctime: r.Int(), Btime: r.Int(),
		Version: Version(r.Uint()), DataVersion: Version(r.Uint()), Parent: Ino(r.Uint()), HasXattr: r.Bool(),
	}
	d.join(&r)
}

// join takes over the error of a record's decoder.
func (d *Decoder) join(r *Decoder) {
	if r.Err != nil {
		d.fail(r.Err)
	}
}

// Dirent is a directory's entry. Attr is complete only where the call says so;
// Ino and the type bits of Mode are always there.
type Dirent struct {
	Name string
	Attr Attr
}

// Cred is who asks: the identity that owns what is created and that permissions
// are checked for.
type Cred struct {
	UID    uint32
	GID    uint32
	Groups []uint32 // supplementary
}

// Member tells whether the identity belongs to the group.
func (c *Cred) Member(gid uint32) bool {
	if c.GID == gid {
		return true
	}
	for _, g := range c.Groups {
		if g == gid {
			return true
		}
	}
	return false
}

// Append encodes the identity as a framed record.
func (c *Cred) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, c.UID)
		b = AppendUint(b, c.GID)
		b = AppendUint(b, uint(len(c.Groups)))
		for _, g := range c.Groups {
			b = AppendUint(b, g)
		}
		return b
	})
}

// Decode reads what Append wrote.
func (c *Cred) Decode(d *Decoder) {
	r := d.Record()
	*c = Cred{UID: r.Uint32(), GID: r.Uint32()}
	if n := r.Count(); n > 0 {
		c.Groups = make([]uint32, n)
		for i := range c.Groups {
			c.Groups[i] = r.Uint32()
		}
	}
	d.join(&r)
}

// StatFS is a file system's size.
type StatFS struct {
	Capacity uint64 // bytes of user data that fit, after coding
	Free     uint64 // bytes of user data that may still be written
	Inodes   uint64 // in use
}
