package script

// Program is a checked script in the form that package worker runs.
type Program struct {
	Spec   *Spec
	File   string // the name of the script's file, for messages
	Source string // rewritten for the interpreter, with the lines of the original
}

// Compile parses, checks and rewrites a script. It returns Errors if it is refused.
func Compile(name string, files map[string]string) (*Program, error) {
	s, err := parseFiles(name, files)
	if err != nil {
		return nil, err
	}
	spec := s.parseDirectives()
	if err := s.err(); err != nil {
		return nil, err
	}
	c := s.check()
	if err := s.err(); err != nil {
		return nil, err
	}
	text := c.rewrite()
	if err := s.err(); err != nil {
		return nil, err
	}
	return &Program{Spec: spec, File: s.names[0], Source: text}, nil
}
