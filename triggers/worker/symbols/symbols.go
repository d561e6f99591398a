// Package symbols holds what scripts can reach of compiled packages, in the form that the interpreter takes. All but
// this file is generated from the list in package script.
package symbols

import (
	"encoding"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"

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
		"Bare": reflect.ValueOf(rt.Bare), "Stringer": reflect.ValueOf((*rt.Stringer)(nil)),
	}
	f["_Stringer"] = reflect.ValueOf((*stringer)(nil))
	all["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(methods(f))}
	return all
}

// stringer wraps a script's type that has a String method. Unlike the generated wrapper it lets the verbs of fmt that do
// not ask for text see the value itself.
type stringer struct {
	IValue  any
	WString func() string
}

func (s stringer) String() string {
	if s.WString == nil {
		return ""
	}
	return s.WString()
}

func (s stringer) Format(f fmt.State, verb rune) {
	var v any = s.IValue
	if !f.Flag('#') && (verb == 'v' || verb == 's' || verb == 'q' || verb == 'x' || verb == 'X') {
		v = s.String()
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), v)
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
