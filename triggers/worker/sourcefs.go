package worker

import (
	"io/fs"
	"strings"
	"time"
)

// sourceFS is the filesystem in which the interpreter looks for source: it has the script and nothing else. Without it,
// imports would be looked for on the host.
type sourceFS struct{ name, text string }

func (s *sourceFS) Open(name string) (fs.File, error) {
	if name != s.name || name == "" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &sourceFile{*s, strings.NewReader(s.text)}, nil
}

// sourceFile is the open script and its own fs.FileInfo.
type sourceFile struct {
	sourceFS
	*strings.Reader
}

func (f *sourceFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *sourceFile) Close() error               { return nil }
func (f *sourceFile) Name() string               { return f.name }
func (f *sourceFile) Size() int64                { return int64(len(f.text)) }
func (f *sourceFile) Mode() fs.FileMode          { return 0o444 }
func (f *sourceFile) ModTime() time.Time         { return time.Time{} }
func (f *sourceFile) IsDir() bool                { return false }
func (f *sourceFile) Sys() any                   { return nil }
