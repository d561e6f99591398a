// A manifest SHA256SUMS in each folder below /data, in the form that sha256sum -c checks.
//
//wake:on arrive,remove,rename /data/** !/data/**/SHA256SUMS
//wake:budget cpu=60s wall=300s memory=64MiB read=64GiB write=16MiB ops=1000000
//wake:concurrency 8
package checksum

import (
	"errors"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

const manifest = "SHA256SUMS"

// Handle brings the manifests of the folders up to date from which a file has gone and where one has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	if e.Type == wake.Remove {
		return update(c, e.Path, "")
	}
	if e.OldPath != "" && strings.HasPrefix(e.OldPath, "/data/") {
		if err := update(c, e.OldPath, ""); err != nil {
			return err
		}
	}
	info, err := c.Lstat(e.Path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() || !strings.HasPrefix(e.Path, "/data/") {
		return nil // another event tells the rest
	}
	if err != nil {
		return err
	}
	sum, err := c.SHA256(e.Path)
	if err != nil {
		return err
	}
	return update(c, e.Path, sum)
}

// update sets the sum of one file in the manifest of its folder, or removes it.
func update(c *wake.Context, file, sum string) error {
	dir, name := path.Split(file)
	sums, err := load(c, dir+manifest)
	if err != nil {
		return err
	}
	if sums[name] == sum {
		return nil
	}
	if sum == "" {
		delete(sums, name)
	} else {
		sums[name] = sum
	}
	if len(sums) == 0 {
		return c.Remove(dir + manifest)
	}
	names := make([]string, 0, len(sums))
	for n := range sums {
		names = append(names, n)
	}
	sort.Strings(names)
	var out strings.Builder
	for _, n := range names {
		out.WriteString(sums[n] + "  " + n + "\n")
	}
	return c.WriteFile(dir+manifest, []byte(out.String()))
}

func load(c *wake.Context, file string) (map[string]string, error) {
	sums := map[string]string{}
	data, err := c.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return sums, nil
	}
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(string(data), "\n") {
		if sum, name, ok := strings.Cut(line, "  "); ok {
			sums[name] = sum
		}
	}
	return sums, nil
}
