// Old files go: a folder with a file .expire that holds a number of days keeps nothing below it that has not been written
// for so long. Another .expire further down counts for what is below that. It looks every night, and in a folder when its
// .expire is saved.
//
//wake:every "0 3 * * *"
//wake:on arrive /**/.expire
//wake:budget cpu=300s wall=1h memory=128MiB read=16MiB write=1MiB ops=10000000
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

const rule = ".expire"

// Handle follows the rule that has arrived, or all.
func Handle(c *wake.Context, e wake.Event) error {
	files := []string{e.Path}
	if e.Type == wake.Every {
		var err error
		if files, err = c.Glob("/**/" + rule); err != nil {
			return err
		}
	}
	for _, file := range files {
		text, err := c.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has gone meanwhile
		}
		if err != nil {
			return err
		}
		days, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || days < 1 {
			c.Logf("%s: %q is not a number of days; nothing is removed", file, text)
			continue
		}
		if err := clean(c, path.Dir(file), days); err != nil {
			return err
		}
	}
	return nil
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
