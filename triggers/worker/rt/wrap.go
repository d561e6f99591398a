package rt

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
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

// Unwrapper wraps an error that has another in it, or others.
type Unwrapper struct {
	IValue  any
	WError  func() string
	WUnwrap any // func() error, or func() []error
}

func (e Unwrapper) Error() string { return e.WError() }

// Format is that of Error.
func (e Unwrapper) Format(f fmt.State, verb rune) { format(f, verb, e.IValue, e.WError) }

// Is reports whether target is the same error, or one of several others.
func (e Unwrapper) Is(target error) bool { return Same(e, target) || within(e.WUnwrap, target) }

// Unwrap returns the other error.
func (e Unwrapper) Unwrap() error { return unwrap(e.WUnwrap) }

// MarshalJSON encodes the value.
func (e Unwrapper) MarshalJSON() ([]byte, error) { return json.Marshal(e.IValue) }

// Matcher wraps an error that knows which others it is like.
type Matcher struct {
	IValue any
	WError func() string
	WIs    any // func(error) bool
}

func (e Matcher) Error() string { return e.WError() }

// Format is that of Error.
func (e Matcher) Format(f fmt.State, verb rune) { format(f, verb, e.IValue, e.WError) }

// Is reports whether target is the same error, or like it.
func (e Matcher) Is(target error) bool { return Same(e, target) || like(e.WIs, target) }

// MarshalJSON encodes the value.
func (e Matcher) MarshalJSON() ([]byte, error) { return json.Marshal(e.IValue) }

// MatchUnwrapper wraps an error that is both.
type MatchUnwrapper struct {
	IValue  any
	WError  func() string
	WIs     any // func(error) bool
	WUnwrap any // func() error, or func() []error
}

func (e MatchUnwrapper) Error() string { return e.WError() }

// Format is that of Error.
func (e MatchUnwrapper) Format(f fmt.State, verb rune) { format(f, verb, e.IValue, e.WError) }

// Is reports whether target is the same error, like it, or one of several others.
func (e MatchUnwrapper) Is(target error) bool {
	return Same(e, target) || like(e.WIs, target) || within(e.WUnwrap, target)
}

// Unwrap returns the other error.
func (e MatchUnwrapper) Unwrap() error { return unwrap(e.WUnwrap) }

// MarshalJSON encodes the value.
func (e MatchUnwrapper) MarshalJSON() ([]byte, error) { return json.Marshal(e.IValue) }

// Methods with these names may have other signatures; then they mean nothing to package errors.

func unwrap(f any) error {
	if f, ok := f.(func() error); ok {
		return f()
	}
	return nil
}

func within(f any, target error) bool {
	list, ok := f.(func() []error)
	return ok && slices.ContainsFunc(list(), func(e error) bool { return errors.Is(e, target) })
}

func like(f any, target error) bool {
	is, ok := f.(func(error) bool)
	return ok && is(target)
}

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
	case Unwrapper:
		i.IValue = v
		return i
	case Matcher:
		i.IValue = v
		return i
	case MatchUnwrapper:
		i.IValue = v
		return i
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
