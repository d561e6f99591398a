//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type report struct {
	files int
	bytes int64
	byExt map[string]int
}

func Handle(c *wake.Context, e wake.Event) error {
	for name, text := range map[string]string{"/d/a.txt": "hello", "/d/b.md": "x", "/d/s/c.txt": "yy"} {
		if err := c.WriteFile(name, []byte(text)); err != nil {
			return err
		}
	}
	rep := report{byExt: map[string]int{}}
	err := c.Walk("/d", func(name string, info wake.FileInfo) error {
		if info.IsDir() {
			return nil
		}
		rep.files++
		rep.bytes += info.Size()
		rep.byExt[path.Ext(name)]++
		return nil
	})
	fmt.Println(rep.files, rep.bytes, rep.byExt, err)
	list, err := c.ReadDir("/d")
	for _, it := range list {
		fmt.Println(it.Name(), it.IsDir())
	}
	if _, err := c.Stat("/none"); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("no")
	}
	w, err := c.Create("/o.txt")
	if err != nil {
		return err
	}
	defer w.Close()
	names := []string{"z", "y"}
	sort.Strings(names)
	for i, n := range names {
		fmt.Fprintf(w, "%d:%s\n", i, n)
	}
	if _, err := io.Copy(w, strings.NewReader("tail")); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	data, err := c.ReadFile("/o.txt")
	fmt.Printf("%q %v\n", data, err)
	f, err := c.Open("/d/a.txt")
	if err != nil {
		return err
	}
	buf := make([]byte, 2)
	for {
		n, err := f.Read(buf)
		fmt.Print(string(buf[:n]), "|")
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
	}
	fmt.Println(f.Close())
	ok := c.Exists("/d/a.txt")
	fmt.Println(ok, err)
	if err := c.Rename("/d/a.txt", "/d/z.txt"); err != nil {
		return err
	}
	g, err := c.Glob("/d/**/*.txt")
	fmt.Println(g, err)
	c.Log("done", len(g))
	c.Logf("%s %v", e.Name, e.Type == wake.Arrive)
	return c.Remove("/none")
}
