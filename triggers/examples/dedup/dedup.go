// Files below /archive that have the same contents, owner and permissions share them: the second becomes a hard link to
// the first. For folders whose files are not changed any more: to change one of the names in place changes them all.
//
//wake:on arrive /archive/** !/archive/.by-hash/**
//wake:budget cpu=60s wall=300s memory=64MiB read=64GiB write=16MiB ops=10000
package dedup

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle links the file that has arrived to one with the same contents, or notes that it is the first of them.
func Handle(c *wake.Context, e wake.Event) error {
	if len(e.Chain) > 0 && e.Chain[len(e.Chain)-1] == c.Trigger() {
		return nil // the link that this script has made arrives too
	}
	sum, err := c.SHA256(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has gone meanwhile
	}
	if err != nil {
		return err
	}
	// What is noted is a path and not a link, so that the note does not keep the contents when all names have gone.
	note := "/archive/.by-hash/" + sum[:2] + "/" + sum[2:]
	first, err := c.ReadFile(note)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	same, err := equal(c, string(first), e.Path, sum)
	if err != nil {
		return err
	}
	if !same {
		return c.WriteFile(note, []byte(e.Path))
	}
	if err := c.Remove(e.Path); err != nil {
		return err
	}
	c.Logf("%s is a link to %s: saved %d bytes", e.Path, first, e.Size)
	return c.Link(string(first), e.Path)
}

// equal tells whether first is another file than second that can take its place.
func equal(c *wake.Context, first, second, sum string) (bool, error) {
	if !strings.HasPrefix(first, "/archive/") {
		return false, nil
	}
	a, err := c.Lstat(first)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b, err := c.Lstat(second)
	if err != nil {
		return false, err
	}
	if a.Ino() == b.Ino() || a.Size() != b.Size() || a.Mode() != b.Mode() || a.UID() != b.UID() || a.GID() != b.GID() {
		return false, nil
	}
	now, err := c.SHA256(first) // it may have been changed since it was noted
	return now == sum, err
}
