// Thumbnails of photos, 256 pixels wide or high, in a folder thumbs beside them.
//
//wake:on arrive /photos/**/*.{jpg,jpeg,png,JPG,JPEG,PNG} !/photos/**/thumbs/*
//wake:budget cpu=20s wall=60s memory=512MiB read=256MiB write=16MiB ops=100
package thumbnail

import (
	"errors"
	"path"

	"github.com/wakefs/wakefs/triggers/wake"
)

const size = 256 // pixels of the longer side

// Handle makes the thumbnail of the photo that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	thumb := path.Join(path.Dir(e.Path), "thumbs", e.Name)
	err := c.Thumbnail(e.Path, thumb, size)
	if errors.Is(err, wake.ErrFormat) || errors.Is(err, wake.ErrImageTooLarge) {
		c.Log("no thumbnail:", err) // trying again would not help
		return nil
	}
	return err
}
