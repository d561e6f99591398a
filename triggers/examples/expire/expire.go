// Old files go: a folder with a file .expire that holds a number of days keeps nothing below it that has not been written
// for so long. Another .expire further down counts for what is below that.
//
// It looks when a file arrives anywhere below the folder, at most once a day, and at once when .expire itself is saved.
//
//wake:on arrive /**
//wake:budget cpu=60s wall=300s memory=128MiB read=16MiB write=1MiB ops=1000000
//wake:concurrency 1
package expire

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	rule = ".expire"
	last = "user.expire.last" // the attribute of a rule with the day on which it was last followed
)

// Handle follows the nearest rule above the file that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	folder := path.Dir(e.Path)
	for !c.Exists(path.Join(folder, rule)) {
		if folder == "/" {
			return nil
		}
		folder = path.Dir(folder)
	}
	file := path.Join(folder, rule)
	today := c.Now().UTC().Format("2006-01-02")
	done, err := c.GetXattr(file, last)
	if err != nil && !errors.Is(err, wake.ErrNoXattr) {
		return err
	}
	if e.Path != file && string(done) == today {
		return nil
	}
	text, err := c.ReadFile(file)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || days < 1 {
		c.Logf("%s: %q is not a number of days; nothing is removed", file, text)
		return nil
	}
	if err := clean(c, folder, days); err != nil {
		return err
	}
	return c.SetXattr(file, last, []byte(today))
}

// clean removes what is older than some days below a folder.
func clean(c *wake.Context, folder string, days int) error {
	oldest := c.Now().AddDate(0, 0, -days)
	removed, bytes := 0, int64(0)
	err := c.Walk(folder, func(name string, info wake.FileInfo) error {
		switch {
		case info.IsDir() && name != folder && c.Exists(path.Join(name, rule)):
			return fs.SkipDir
		case !info.Mode().IsRegular() || info.Name() == rule || !info.ModTime().Before(oldest):
			return nil
		}
		removed++
		bytes += info.Size()
		return c.Remove(name)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	c.Logf("%s: removed %d files of %d bytes, not written since %s", folder, removed, bytes, oldest.UTC().Format("2006-01-02"))
	return nil
}
