// Files whose SHA-256 is on a list of known bad ones are moved to /quarantine, where only the script's owner can read
// them. The list is /quarantine/hashes.txt: a hash a line, as sha256sum prints them or alone; # begins a comment.
//
//wake:on arrive /** !/quarantine/**
//wake:budget cpu=60s wall=300s memory=64MiB read=64GiB write=1MiB ops=1000000
//wake:concurrency 8
package quarantine

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

const list = "/quarantine/hashes.txt"

// Handle moves the file that has arrived if it is a bad one.
func Handle(c *wake.Context, e wake.Event) error {
	sum, err := c.SHA256(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has gone meanwhile
	}
	if err != nil {
		return err
	}
	why, err := lookup(c, sum)
	if err != nil || why == "" {
		return err
	}
	// The same bad file may come several times: every one gets a folder of its own.
	to := path.Join("/quarantine", sum, fmt.Sprint(e.Ino), e.Name)
	if err := c.Rename(e.Path, to); err != nil {
		return err
	}
	if err := c.Chmod(to, 0o600); err != nil {
		return err
	}
	note := fmt.Sprintf("was %s\nowner %d\nfound %s\nlisted as %s\n", e.Path, e.UID, e.Time.UTC().Format("2006-01-02 15:04:05"), why)
	c.Logf("%s is in quarantine: %s", e.Path, why)
	return c.WriteFile(to+".note", []byte(note))
}

// lookup returns the line of the list that has the hash, "" if none has.
func lookup(c *wake.Context, sum string) (string, error) {
	f, err := c.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if len(line) >= len(sum) && strings.EqualFold(line[:len(sum)], sum) {
			return line, nil
		}
	}
	return "", lines.Err()
}
