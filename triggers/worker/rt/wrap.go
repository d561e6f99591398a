package rt

import (
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// The interpreter wraps a value of a script's type so that it has its methods in compiled code. A wrapper is a struct: the
// first field has the value and the name by which the interpreter knows wrappers, the others have the methods. These
// take the place of its own.

// Error wraps an error.
type Error struct {
	IValue any
	WError func() string
}

func (e Error) Error() string { return e.WError() }

// Format lets the verbs of fmt that do not ask for text see the value itself.
func (e Error) Format(f fmt.State, verb rune) { format(f, verb, e.IValue, e.WError) }

// Is reports whether target is the same error.
func (e Error) Is(target error) bool { return Same(e, target) }

// MarshalJSON encodes the value.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.IValue) }

// Unwrapper wraps an error that has another in it.
type Unwrapper struct {
	IValue  any
	WError  func() string
	WUnwrap func() error
}

func (e Unwrapper) Error() string { return e.WError() }

// Format is that of Error.
func (e Unwrapper) Format(f fmt.State, verb rune) { format(f, verb, e.IValue, e.WError) }

// Is is that of Error.
func (e Unwrapper) Is(target error) bool { return Same(e, target) }

// Unwrap returns the other error.
func (e Unwrapper) Unwrap() error { return e.WUnwrap() }

// MarshalJSON encodes the value.
func (e Unwrapper) MarshalJSON() ([]byte, error) { return json.Marshal(e.IValue) }

// Stringer is what a value is converted to whose String method compiled code is to see.
type Stringer = fmt.Stringer

// Text wraps a Stringer.
type Text struct {
	IValue  any
	WString func() string
}

func (s Text) String() string {
	if s.WString == nil {
		return ""
	}
	return s.WString()
}

// Format is that of Error.
func (s Text) Format(f fmt.State, verb rune) { format(f, verb, s.IValue, s.String) }

// MarshalJSON encodes the value.
func (s Text) MarshalJSON() ([]byte, error) { return json.Marshal(s.IValue) }

func format(f fmt.State, verb rune, value any, text func() string) {
	if !f.Flag('#') && (verb == 'v' || verb == 's' || verb == 'q' || verb == 'x' || verb == 'X') {
		value = text()
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), value)
}

// Box wraps a struct, given also as an interface that has its methods.
func Box(i, v any) any {
	switch i := i.(type) {
	case interface {
		error
		Unwrap() error
	}:
		return Unwrapper{v, i.Error, i.Unwrap}
	case error:
		return Error{v, i.Error}
	case fmt.Stringer:
		return Text{v, i.String}
	}
	return v
}

// BoxError is Box for an error.
func BoxError(i error, v any) error { return Box(i, v).(error) }

// BoxStringer is Box for a Stringer.
func BoxStringer(i Stringer, v any) Stringer { return Text{v, i.String} }

// Bare returns the value in a wrapper. In place of a struct without fields, which the interpreter cannot look into, it
// returns nil.
func Bare(v any) any {
	for {
		w := reflect.ValueOf(v)
		if w.Kind() != reflect.Struct {
			return v
		}
		switch t := w.Type(); {
		case t.NumField() == 0:
			return nil
		case t.Field(0).Name == "IValue":
			v = w.Field(0).Interface()
		case t.String() == "interp.valueInterface" && t.NumField() == 2 && t.Field(1).Type == reflect.TypeFor[reflect.Value]():
			// How the interpreter keeps an interface: the value is in a field that is not exported.
			p := reflect.New(t).Elem()
			p.Set(w)
			inner := *(*reflect.Value)(unsafe.Pointer(p.Field(1).UnsafeAddr()))
			if !inner.IsValid() {
				return nil
			}
			v = inner.Interface()
		default:
			return v
		}
	}
}

// Same is the operator == for interfaces.
func Same(a, b any) bool {
	if x, y := Bare(a), Bare(b); x != nil || y != nil {
		return x == y
	}
	return a == b
}
