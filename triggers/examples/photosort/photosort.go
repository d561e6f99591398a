// JPEG files that arrive in /camera are moved to /albums/YYYY/MM by the date that the camera has written into them; those
// without one to /albums/undated.
//
//wake:on arrive /camera/**/*.{jpg,jpeg,JPG,JPEG}
//wake:budget cpu=10s wall=60s memory=64MiB read=1GiB write=1MiB ops=10000
package photosort

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle moves the photo that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	head, err := readHead(c, e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	album := "/albums/undated"
	if taken, ok := taken(head); ok {
		album = taken.Format("/albums/2006/01")
	}
	ext := path.Ext(e.Name)
	to := path.Join(album, e.Name)
	for n := 2; c.Exists(to); n++ {
		to = path.Join(album, fmt.Sprintf("%s-%d%s", strings.TrimSuffix(e.Name, ext), n, ext))
	}
	c.Log(e.Path, "→", to)
	return c.Rename(e.Path, to)
}

// readHead returns the beginning of a file, where a JPEG has its EXIF data.
func readHead(c *wake.Context, name string) ([]byte, error) {
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 256<<10))
}

// taken finds when a photo was taken: a JPEG is a list of segments, FF, type, length; the one of type E1 that starts with
// "Exif" holds a TIFF file.
func taken(jpeg []byte) (time.Time, bool) {
	for i := 2; i+10 < len(jpeg) && jpeg[i] == 0xff; {
		size := int(binary.BigEndian.Uint16(jpeg[i+2:]))
		if jpeg[i+1] == 0xe1 && string(jpeg[i+4:i+10]) == "Exif\x00\x00" {
			return inTIFF(jpeg[i+10:])
		}
		i += 2 + size
	}
	return time.Time{}, false
}

const (
	tagExif     = 0x8769 // where the directory with the details of the photo is
	tagTaken    = 0x9003 // DateTimeOriginal
	tagModified = 0x0132 // DateTime
)

func inTIFF(b []byte) (time.Time, bool) {
	if len(b) < 8 {
		return time.Time{}, false
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	main := directory(b, order, order.Uint32(b[4:]))
	details := directory(b, order, main[tagExif])
	for _, at := range []uint32{details[tagTaken], main[tagModified]} {
		if at > 0 && uint64(at)+19 <= uint64(len(b)) {
			if t, err := time.Parse("2006:01:02 15:04:05", string(b[at:at+19])); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// directory returns the values, or where they are, of the tags in the directory at an offset: a count, and 12 bytes for
// each tag.
func directory(b []byte, order binary.ByteOrder, at uint32) map[uint16]uint32 {
	tags := map[uint16]uint32{}
	if at == 0 || uint64(at)+2 > uint64(len(b)) {
		return tags
	}
	n := int(order.Uint16(b[at:]))
	b = b[at+2:]
	for i := 0; i < n && len(b) >= 12; i++ {
		tags[order.Uint16(b)] = order.Uint32(b[8:])
		b = b[12:]
	}
	return tags
}
