package triggers

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/wakefs/wakefs/fs"
)

// Dir is the folder of the file system whose scripts are live. A folder in it is a namespace: the function of
// Dir/billing/monthly.go is billing.monthly. A folder with a file of its own name is a function of several files: all of
// Dir/billing/monthly/*.go if one is monthly.go.
const Dir = "/triggers"

// maxDepth bounds namespaces within namespaces.
const maxDepth = 8

// IsScript tells whether a file of that name is a function's.
func IsScript(name string) bool {
	base, ok := strings.CutSuffix(name, ".go")
	return ok && base != "" && name[0] != '.' && !strings.HasSuffix(base, "_test")
}

// isNamespace tells whether scripts are looked for in a folder of that name.
func isNamespace(name string) bool { return name[0] != '.' && name != "testdata" }

// IsMain tells whether the script at path p makes its folder a function of several files.
func IsMain(p string) bool {
	return path.Dir(p) != Dir && path.Base(p) == path.Base(path.Dir(p))+".go"
}

// A file is one of a function's.
type file struct {
	path string
	attr fs.Attr
}

// A found script is the files of a function, the one with the directives first.
type found []file

// fingerprint differs between any two states of the files.
func (f found) fingerprint() string {
	var b strings.Builder
	for i := range f {
		a := &f[i].attr
		fmt.Fprintf(&b, "%s %d %d %d %d\n", f[i].path, a.Ino, a.DataVersion, a.UID, a.GID)
	}
	return b.String()
}

// mtime is when one of the files was last written, in nanoseconds since 1970.
func (f found) mtime() int64 {
	last := f[0].attr.Mtime
	for i := range f {
		last = max(last, f[i].attr.Mtime)
	}
	return last
}

// listing is what there is in Dir.
type listing struct {
	scripts map[string]found // by trigger name
	spare   map[string]found // what would have the name of one of scripts, by that name
	dirs    map[fs.Ino]bool  // Dir and the folders in it
	files   map[fs.Ino]bool  // those of the scripts
}

// list lists Dir and the folders in it.
func (d *Deployer) list(ctx context.Context) (*listing, error) {
	l := &listing{scripts: make(map[string]found), spare: make(map[string]found), dirs: make(map[fs.Ino]bool), files: make(map[fs.Ino]bool)}
	dir, err := d.c.Resolve(ctx, Dir, true)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return l, nil
		}
		return nil, err
	}
	return l, d.listFolder(ctx, l, dir.Ino, Dir, "")
}

// listFolder adds the scripts of a folder, whose functions' names begin with prefix.
func (d *Deployer) listFolder(ctx context.Context, l *listing, dir fs.Ino, at, prefix string) error {
	l.dirs[dir] = true
	var scripts, folders []file
	for after := ""; ; {
		page, err := d.c.Meta().ReadDir(ctx, dir, after, 256)
		if err != nil {
			return err
		}
		for i := range page {
			e := &page[i]
			after = e.Name
			switch f := (file{at + "/" + e.Name, e.Attr}); {
			case e.Attr.IsDir() && isNamespace(e.Name) && strings.Count(at, "/") <= maxDepth:
				folders = append(folders, f)
			case e.Attr.IsRegular() && IsScript(e.Name):
				scripts = append(scripts, f)
			}
		}
		if len(page) < 256 {
			break
		}
	}
	main := -1
	for i, f := range scripts {
		l.files[f.attr.Ino] = true
		if IsMain(f.path) {
			main = i
		}
	}
	if main >= 0 {
		scripts[0], scripts[main] = scripts[main], scripts[0]
		l.add(strings.TrimSuffix(prefix, "."), scripts)
	} else {
		for i, f := range scripts {
			l.add(prefix+strings.TrimSuffix(path.Base(f.path), ".go"), scripts[i:i+1:i+1])
		}
	}
	for _, f := range folders {
		err := d.listFolder(ctx, l, f.attr.Ino, f.path, prefix+path.Base(f.path)+".")
		if err != nil && fs.KindOf(err) != fs.KindNotFound { // it went meanwhile
			return err
		}
	}
	return nil
}

func (l *listing) add(name string, f found) {
	if _, ok := l.scripts[name]; ok {
		l.spare[name] = f
		return
	}
	l.scripts[name] = f
}
