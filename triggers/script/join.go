package script

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
)

// join makes one file of several, which is what the interpreter gets: one package clause and the imports of all on the first line, then
// the text of each file without its own, under a line comment that keeps positions true; see Positions. The files were checked as
// Go has them, each with its own imports.
func (s *source) join(info *types.Info) {
	imports := map[string]string{} // path by name
	var head strings.Builder
	head.WriteString("package main")
	for _, f := range s.files {
		for _, spec := range f.Imports {
			p, _ := strconv.Unquote(spec.Path.Value) // it was checked
			name := "_"
			if spec.Name == nil {
				name = info.Implicits[spec].Name()
			} else if spec.Name.Name != "_" {
				name = info.Defs[spec.Name].Name()
			}
			switch was, ok := imports[name]; {
			case !ok || name == "_":
				imports[name] = p
				head.WriteString("; import " + name + " " + spec.Path.Value)
			case was != p:
				s.errorf(spec.Pos(), "%s is %q here and %q in another file of this function: import one of them by another name", name, p, was)
			}
		}
	}
	if len(s.errs) > 0 {
		return
	}
	var all strings.Builder
	all.WriteString(head.String())
	for i, f := range s.files {
		all.WriteString("\n//line " + s.names[i] + "/" + s.name + ".go:1:1\n") // the interpreter takes the last part for the file whose imports it sees
		all.WriteString(withoutHead(s.fset, f, s.text[s.names[i]]))
	}
	main := s.name + ".go"
	f, err := parser.ParseFile(s.fset, main, all.String(), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		s.addSyntax(main, err)
	}
	s.files, s.names, s.text = []*ast.File{f}, []string{main}, map[string]string{main: all.String()}
}

var joined = regexp.MustCompile(`(?m)^([^/\s]+\.go)/[^/\s]+\.go:`)

// Positions returns a text of the interpreter with the positions in it as the script's author knows them: in a
// function of several files, the interpreter says name.go/main.go.
func Positions(text string) string { return joined.ReplaceAllString(text, "$1:") }

// withoutHead is the text of a file without its package clause and imports, with every other byte in its place.
func withoutHead(fset *token.FileSet, f *ast.File, text string) string {
	b := []byte(text)
	blank := func(from, to token.Pos) {
		start, end := fset.Position(from).Offset, fset.Position(to).Offset
		for i := start; i < end; i++ {
			if b[i] != '\n' {
				b[i] = ' '
			}
		}
		for end < len(b) && (b[end] == ' ' || b[end] == '\t') {
			end++
		}
		if end < len(b) && b[end] == ';' {
			b[end] = ' '
		}
	}
	blank(f.Package, f.Name.End())
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			blank(g.Pos(), g.End())
		}
	}
	return string(b)
}
