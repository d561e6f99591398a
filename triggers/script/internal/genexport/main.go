// Command genexport writes the types of the packages that scripts may import to a zip file, one entry per package, so
// that scripts can be checked where no Go is installed. It takes the name of the file.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"

	"github.com/wakefs/wakefs/triggers/script"
	"golang.org/x/tools/go/gcexportdata"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: genexport FILE")
	}
	data, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], data, 0o644); err != nil {
		log.Fatal(err)
	}
}

func generate() ([]byte, error) {
	paths := script.Packages()
	exports, err := listExports(paths)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, path := range paths {
		pkg, fset, err := load(path, exports[path])
		if err != nil {
			return nil, err
		}
		w, err := z.Create(path)
		if err != nil {
			return nil, err
		}
		if err := gcexportdata.Write(w, fset, pkg); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// listExports asks the go command for the files with the compiler's own export data. Trimmed, their positions are the
// same wherever they are made.
func listExports(paths []string) (map[string]string, error) {
	cmd := exec.Command("go", append([]string{"list", "-export", "-trimpath", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)...)
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(list)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			exports[path] = file
		}
	}
	return exports, nil
}

// load reads a package's types. Each gets a file set of its own, so that no package drags in another's positions.
func load(path, file string) (*types.Package, *token.FileSet, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	r, err := gcexportdata.NewReader(bufio.NewReader(f)) //lint:ignore SA1019 until go list writes the new format
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	fset := token.NewFileSet()
	pkg, err := gcexportdata.Read(r, fset, map[string]*types.Package{}, path)
	return pkg, fset, err
}
