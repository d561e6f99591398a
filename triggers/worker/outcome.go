package worker

import "time"

// A Result says how an invocation ended.
type Result uint8

// The values of Result.
const (
	Succeeded Result = iota + 1 // the handler returned nil
	Failed                      // it returned an error
	Panicked                    // it panicked; Reason is the panic's value
	Exceeded                    // it exceeded a budget and was killed; Reason names the budget
	Crashed                     // its worker died: concurrent map writes, a panic in a goroutine, a forbidden system call
	Broken                      // the script could not be loaded
)

var resultNames = [...]string{"", "succeeded", "failed", "panicked", "exceeded", "crashed", "broken"}

func (r Result) String() string {
	if int(r) < len(resultNames) && r > 0 {
		return resultNames[r]
	}
	return "unknown"
}

// Outcome describes an invocation. Only if Result is Succeeded have its effects a meaning.
type Outcome struct {
	Result Result
	Reason string // for people: the handler's error, or why it was ended; "" if it succeeded

	CPU     time.Duration // of the worker during the invocation, loading the script included
	Wall    time.Duration
	Memory  int64 // most memory seen in use beyond that of a blank worker, in bytes
	Read    int64 // bytes of file data
	Written int64 // bytes of file data
	Ops     int64 // calls of the filesystem

	Output    string // what it printed and logged, and what its worker said when it crashed; UTF-8
	Truncated bool   // the output was longer
}

// Failed reports whether the invocation did not succeed.
func (o *Outcome) Failed() bool { return o.Result != Succeeded }

// output gathers text up to a limit.
type output struct {
	text  []byte
	limit int
	cut   bool
}

func (o *output) add(text []byte) {
	if room := o.limit - len(o.text); len(text) > room {
		text, o.cut = text[:room], true
	}
	o.text = append(o.text, text...)
}

const cutNote = "\n… (output truncated)\n"
