// Package rt is what rewritten scripts call where the interpreter's own way is wrong: see package script.
package rt

// Yes is true, but no constant.
func Yes() bool { return true }

// No is false, but no constant.
func No() bool { return false }

// Defers holds the deferred calls of one running function. It belongs to one goroutine.
type Defers struct {
	calls     []func() // the last is run first
	panicking bool
	value     any // of the panic, while panicking
}

// Run runs a function's body and then its deferred calls, as the language says: also when the body panics, each of
// them even if another panics, and with a panic that none of them recovers going on afterwards.
func Run(body func(*Defers)) {
	d := &Defers{}
	d.guard(func() { body(d) })
	for len(d.calls) > 0 {
		call := d.calls[len(d.calls)-1]
		d.calls = d.calls[:len(d.calls)-1]
		d.guard(call)
	}
	if d.panicking {
		panic(d.value)
	}
}

// Panic is the builtin. The interpreter's own panics with its representation of the value.
func Panic(v any) { panic(v) }

// guard calls f and keeps its panic, which replaces an earlier one.
func (d *Defers) guard(f func()) {
	returned := false
	defer func() {
		if v := recover(); !returned {
			d.panicking, d.value = true, v
		}
	}()
	f()
	returned = true
}

// Add defers a call.
func (d *Defers) Add(call func()) { d.calls = append(d.calls, call) }

// Recover does what the builtin does in a deferred call: it ends the panic and returns its value, or nil.
func (d *Defers) Recover() any {
	v := d.value
	d.panicking, d.value = false, nil
	return v
}
