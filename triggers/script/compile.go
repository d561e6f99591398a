package script

import (
	"fmt"
	"go/parser"
	"go/token"
)

// Program is a checked script in the form that package worker runs.
type Program struct {
	Spec   *Spec
	File   string // the name of the script's file, for messages
	Source string // rewritten for the interpreter, with the lines of the original
}

// Compile parses, checks and rewrites a script. It returns Errors if it is refused.
func Compile(name string, files map[string]string) (prog *Program, err error) {
	defer func() {
		// A script that the rewriter was not made for must not end the node.
		if r := recover(); r != nil {
			prog, err = nil, Errors{{File: name, Msg: fmt.Sprint("could not be prepared for the interpreter, which is a defect of wakefs: ", r)}}
		}
	}()
	s, err := parseFiles(name, files)
	if err != nil {
		return nil, err
	}
	spec := s.parseDirectives()
	if err := s.err(); err != nil {
		return nil, err
	}
	c := s.check(spec)
	if err := s.err(); err != nil {
		return nil, err
	}
	text := c.rewrite()
	if err := s.err(); err != nil {
		return nil, err
	}
	// A mistake of the rewriter must not be taken for one of the script.
	if _, err := parser.ParseFile(token.NewFileSet(), s.names[0], text, parser.SkipObjectResolution); err != nil {
		return nil, Errors{{File: s.names[0], Msg: "could not be prepared for the interpreter, which is a defect of wakefs: " + err.Error()}}
	}
	return &Program{Spec: spec, File: s.names[0], Source: text}, nil
}
