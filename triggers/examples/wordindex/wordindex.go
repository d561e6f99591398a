// A search index over the text files in /docs: /index/words/WORD lists the files that contain a word, and how often,
// the most frequent first. So cat /index/words/garden finds every text about gardens.
//
//wake:on arrive,remove,rename /docs/**/*.{txt,md}
//wake:budget cpu=30s wall=300s memory=256MiB read=1GiB write=1GiB ops=1000000
//wake:concurrency 1
package wordindex

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle replaces what the index says about one file.
func Handle(c *wake.Context, e wake.Event) error {
	if e.OldPath != "" {
		if err := index(c, e.OldPath, nil); err != nil {
			return err
		}
	}
	words := map[string]int{}
	if e.Type != wake.Remove && strings.HasPrefix(e.Path, "/docs/") {
		found, err := c.Words(e.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, wake.ErrIsDir) {
			return err
		}
		words = found
	}
	return index(c, e.Path, words)
}

// index makes the file's entries those of words. What it had before is remembered in /index/files.
func index(c *wake.Context, file string, words map[string]int) error {
	memo := "/index/files/" + url.PathEscape(file)
	old, err := load(c, memo)
	if err != nil {
		return err
	}
	for word := range old {
		if words[word] == 0 {
			if err := set(c, word, file, 0); err != nil {
				return err
			}
		}
	}
	for word, n := range words {
		if old[word] != n {
			if err := set(c, word, file, n); err != nil {
				return err
			}
		}
	}
	if len(words) == 0 {
		if err := c.Remove(memo); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return save(c, memo, words)
}

// set notes that file contains word n times.
func set(c *wake.Context, word, file string, n int) error {
	list := "/index/words/" + word
	files, err := load(c, list)
	if err != nil {
		return err
	}
	if n == 0 {
		delete(files, file)
	} else {
		files[file] = n
	}
	if len(files) == 0 {
		if err := c.Remove(list); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return save(c, list, files)
}

// load reads lines of a number and a name.
func load(c *wake.Context, file string) (map[string]int, error) {
	counts := map[string]int{}
	data, err := c.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return counts, nil
	}
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(string(data), "\n") {
		number, name, ok := strings.Cut(line, " ")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		counts[name] = n
	}
	return counts, nil
}

func save(c *wake.Context, file string, counts map[string]int) error {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if counts[names[i]] != counts[names[j]] {
			return counts[names[i]] > counts[names[j]]
		}
		return names[i] < names[j]
	})
	var out strings.Builder
	for _, name := range names {
		out.WriteString(strconv.Itoa(counts[name]) + " " + name + "\n")
	}
	return c.WriteFile(file, []byte(out.String()))
}
