package script

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A function of one file is stored as that file, and one of several as a JSON object of their contents by name, which no Go file
// begins like.

// Pack is the stored form of a script's files, as [Unpack] takes it. They are text in UTF-8, as all that [Compile] accepts is.
func Pack(name string, files map[string]string) []byte {
	if main, ok := files[name+".go"]; ok && len(files) == 1 {
		return []byte(main)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(files); err != nil {
		panic(err) // strings can be encoded
	}
	return b.Bytes()
}

// Unpack returns the files of a script's stored form by name; the one with the directives is name.go.
func Unpack(name string, stored []byte) (map[string]string, error) {
	if len(stored) == 0 || stored[0] != '{' {
		return map[string]string{name + ".go": string(stored)}, nil
	}
	var files map[string]string
	if err := json.Unmarshal(stored, &files); err != nil {
		return nil, fmt.Errorf("the stored files of %s are damaged: %w", name, err)
	}
	return files, nil
}

// Load compiles a script's stored form.
func Load(name string, stored []byte) (*Program, error) {
	files, err := Unpack(name, stored)
	if err != nil {
		return nil, err
	}
	return Compile(name, files)
}
