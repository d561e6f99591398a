// Package symbols holds what scripts can reach of compiled packages, in the form that the interpreter takes. All but
// this file is generated from the list in package script.
package symbols

import (
	"encoding"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/traefik/yaegi/interp"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/worker/rt"
)

//go:generate go run ../internal/gensymbols .

// Exports returns the symbols of every package that scripts may import, by "import/path/name". What a script prints
// goes to out.
//
// The keys are spelled so that the interpreter does not recognize the standard library: it would compile its own
// generic packages, which scripts may not use, and that takes as long as all the rest.
func Exports(out io.Writer) map[string]map[string]reflect.Value {
	all := make(map[string]map[string]reflect.Value, len(packages)+1)
	for _, load := range packages {
		load(all)
	}
	f := all["fmt/fmt"]
	delete(all, "fmt/fmt")
	all["fmt//fmt"] = f
	print := func(a ...any) (int, error) { return fmt.Fprint(out, a...) }
	printf := func(format string, a ...any) (int, error) { return fmt.Fprintf(out, format, a...) }
	println := func(a ...any) (int, error) { return fmt.Fprintln(out, a...) }
	f["Print"], f["Printf"], f["Println"] = reflect.ValueOf(print), reflect.ValueOf(printf), reflect.ValueOf(println)
	all[script.RuntimePath+"/rt"] = map[string]reflect.Value{
		"Run": reflect.ValueOf(rt.Run), "Panic": reflect.ValueOf(rt.Panic), "Defers": reflect.ValueOf((*rt.Defers)(nil)),
		"Bare": reflect.ValueOf(rt.Bare), "Box": reflect.ValueOf(rt.Box), "BoxError": reflect.ValueOf(rt.BoxError),
		"BoxStringer": reflect.ValueOf(rt.BoxStringer), "Same": reflect.ValueOf(rt.Same),
		"Stringer": reflect.ValueOf((*rt.Stringer)(nil)), "Yes": reflect.ValueOf(rt.Yes), "No": reflect.ValueOf(rt.No),
	}
	f["_Stringer"] = reflect.ValueOf((*rt.Text)(nil))
	all["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(methods(f))}
	return all
}

// WrapErrors makes the interpreter wrap the errors of scripts as package rt does. Its own wrappers of errors are equal to
// nothing and hide what they wrap. They are not among the symbols that a program gives to an interpreter, but among those
// that it gives back.
func WrapErrors(i *interp.Interpreter) error {
	universe := i.Symbols("")[""]
	if !universe["_error"].IsValid() {
		return errors.New("the interpreter wraps errors in another way")
	}
	key := reflect.ValueOf((*rt.Error)(nil))
	universe["_error"] = key
	return i.Use(interp.Exports{".": {"MapTypes": reflect.ValueOf(map[reflect.Value][]reflect.Type{
		key: {reflect.TypeFor[rt.MatchUnwrapper](), reflect.TypeFor[rt.Unwrapper](), reflect.TypeFor[rt.Matcher](), reflect.TypeFor[rt.Error]()},
	})}})
}

// methods says, for compiled functions with parameters of type any, which interfaces a script's type is to be wrapped
// as if it has their methods. The most special comes first.
func methods(fmtSymbols map[string]reflect.Value) map[reflect.Value][]reflect.Type {
	m := map[reflect.Value][]reflect.Type{}
	formats := []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[fmt.Stringer]()}
	for _, name := range []string{
		"Errorf", "Fprint", "Fprintf", "Fprintln", "Print", "Printf", "Println", "Sprint", "Sprintf", "Sprintln",
		"Append", "Appendf", "Appendln",
	} {
		m[fmtSymbols[name]] = formats
	}
	text, untext := reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()
	m[reflect.ValueOf(json.Marshal)] = []reflect.Type{reflect.TypeFor[json.Marshaler](), text}
	m[reflect.ValueOf(json.Unmarshal)] = []reflect.Type{reflect.TypeFor[json.Unmarshaler](), untext}
	m[reflect.ValueOf(xml.Marshal)] = []reflect.Type{reflect.TypeFor[xml.Marshaler](), text}
	m[reflect.ValueOf(xml.Unmarshal)] = []reflect.Type{reflect.TypeFor[xml.Unmarshaler](), untext}
	return m
}
