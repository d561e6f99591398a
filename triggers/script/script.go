// Package script understands trigger scripts before they run: it reads their directives, checks them with the Go type
// checker and with what is known of the interpreter, and rewrites the few constructs that the interpreter gets wrong.
//
// [Parse] reads the directives into a [Spec], which is plain data. [Compile] also checks and rewrites and returns the
// [Program] that package worker runs. Neither needs Go to be installed: the types of the packages that scripts may
// import are embedded. All functions are safe for concurrent use and do no I/O.
//
// What is refused comes as [Errors], each with file, line and column.
//
// # The language of scripts
//
// It is Go without type parameters and goto, with the packages that [Packages] lists. The interpreter differs from the
// compiler in more than that. Most of it is mended by rewriting, with every line kept in its place: loop variables and
// ranges, assignments of several values and comma-ok forms, named results, defer and recover, switches of all kinds,
// min, max and clear, method values, values in interfaces and errors, the identity of struct types, unexported fields in
// JSON and XML. What cannot be mended is refused with advice: see dialect. The differential test in package worker runs
// some three hundred programs both ways. Known to remain, and not refused:
//
//   - %T and %+v of a script's types show how the interpreter represents them;
//   - the text of a runtime error, as in "index out of range", is another;
//   - the methods of a script's type are seen by compiled code only on the value that is passed to it, or directly in an
//     any inside of it; where the type says that there is another below, that is refused, but not behind an any.
package script

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
)

// MaxSource bounds the source of a script, in bytes over all its files.
const MaxSource = 1 << 20

// An Error is one reason to refuse a script.
type Error struct {
	File string
	Line int // from 1; 0 if the error is of the whole script
	Col  int // from 1, in bytes
	Msg  string
}

func (e Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Errors are the reasons to refuse a script, in the order of their positions; never empty when returned.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors bounds how many errors of one script are reported.
const maxErrors = 20

// source is a parsed script.
type source struct {
	name  string
	fset  *token.FileSet
	files []*ast.File // in the order of names
	names []string
	text  map[string]string
	errs  Errors
}

func (s *source) errorf(pos token.Pos, format string, args ...any) {
	p := s.fset.Position(pos)
	file, _, _ := strings.Cut(p.Filename, "/") // see join
	s.errs = append(s.errs, Error{file, p.Line, p.Column, fmt.Sprintf(format, args...)})
}

// err returns the errors so far, sorted and bounded, or nil.
func (s *source) err() error {
	if len(s.errs) == 0 {
		return nil
	}
	slices.SortStableFunc(s.errs, func(a, b Error) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	s.errs = slices.Compact(s.errs)
	return s.errs[:min(len(s.errs), maxErrors)]
}

// parseFiles parses the files of a script; those that end in _test.go are left out.
func parseFiles(name string, files map[string]string) (*source, error) {
	s := &source{name: name, fset: token.NewFileSet(), text: map[string]string{}}
	whole := func(format string, args ...any) (*source, error) {
		return nil, Errors{{File: name, Msg: fmt.Sprintf(format, args...)}}
	}
	total := 0
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		if path.Base(file) != file || !strings.HasSuffix(file, ".go") {
			return whole("%q is not the name of a Go file", file)
		}
		if total += len(files[file]); total > MaxSource {
			return whole("the source is larger than %d bytes", MaxSource)
		}
		f, err := parser.ParseFile(s.fset, file, files[file], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			s.addSyntax(file, err)
		}
		s.files = append(s.files, f)
		s.names = append(s.names, file)
		s.text[file] = files[file]
	}
	if len(s.names) == 0 {
		return whole("there is no Go file")
	}
	if len(s.names) > 1 && s.text[name+".go"] == "" {
		return whole("of its files none is %s.go, which has the directives", name)
	}
	return s, s.err()
}

func (s *source) addSyntax(file string, err error) {
	list, ok := err.(scanner.ErrorList)
	if !ok {
		s.errs = append(s.errs, Error{File: file, Msg: err.Error()})
		return
	}
	for _, e := range list {
		s.errs = append(s.errs, Error{e.Pos.Filename, e.Pos.Line, e.Pos.Column, e.Msg})
	}
}

// version is the content hash that names a version of a script: the SHA-256 over the names and contents of its files,
// in hexadecimal digits.
func (s *source) version() string {
	h := sha256.New()
	for _, name := range s.names {
		fmt.Fprintf(h, "%d %s %d\n%s", len(name), name, len(s.text[name]), s.text[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
