package script

import (
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/wakefs/wakefs/triggers/wake"
)

// Spec is what the directives of a script say. It is plain data and may be stored and sent.
type Spec struct {
	Name        string      `json:"name"`        // of the trigger
	Version     string      `json:"version"`     // SHA-256 of the source, 64 hexadecimal digits
	Rules       []Rule      `json:"rules"`       // at least one, or Every is set
	Budget      wake.Budget `json:"budget"`      // of one invocation
	Concurrency int         `json:"concurrency"` // invocations at a time in the cluster, at least 1
	Attempts    int         `json:"attempts"`    // including the first; afterwards the event is a dead letter

	Settle    time.Duration `json:"settle_ns,omitempty"`     // how long a file must have been quiet; 0: its events do not wait
	Every     string        `json:"every,omitempty"`         // see ParseSchedule; empty: no schedule
	Batch     int           `json:"batch,omitempty"`         // events that HandleBatch gets at most; 0: Handle gets one
	BatchWait time.Duration `json:"batch_wait_ns,omitempty"` // that an event waits for its batch to be full
	Idle      bool          `json:"idle,omitempty"`          // runs only while the node has little else to do
	Limits    []Limit       `json:"limits,omitempty"`        // of all calls together
	Order     string        `json:"order"`                   // which events are handled one after the other: one of Orders

	HTTP    []string `json:"http,omitempty"`    // what it may request; see ParsePrefix
	Secrets []string `json:"secrets,omitempty"` // names of those that it may ask for
}

// A Rule says which events wake a trigger: those of one of its types, whose path matches one of its globs and none of
// its exclusions. Globs match whole absolute paths: * and ? stay within a name, ** spans any number of directories,
// {a,b} is either, [a-c] a class, \ quotes.
type Rule struct {
	Events  []wake.EventType `json:"events"`
	Globs   []string         `json:"globs"`
	Exclude []string         `json:"exclude,omitempty"`
}

// Orders are the values of Spec.Order: the events of one file (the default), none, those in one directory, all of the
// trigger.
var Orders = []string{"file", "none", "directory", "trigger"}

// Defaults for what a script does not say.
const (
	DefaultConcurrency = 4
	DefaultAttempts    = 5
)

// DefaultBudget returns the budget of a script that has no //wake:budget directive.
func DefaultBudget() wake.Budget {
	return wake.Budget{
		CPU: 10 * time.Second, Wall: time.Minute, Memory: 128 << 20,
		Read: 1 << 30, Write: 1 << 30, Ops: 100_000,
	}
}

// Wakes reports whether an event wakes the trigger. A rename wakes if the new or the old path matches; for the other
// types oldPath is not looked at.
func (s *Spec) Wakes(typ wake.EventType, path, oldPath string) bool {
	for i := range s.Rules {
		if s.Rules[i].Matches(typ, path) || typ == wake.Rename && s.Rules[i].Matches(typ, oldPath) {
			return true
		}
	}
	return false
}

// Matches reports whether the rule covers events of a type about path.
func (r *Rule) Matches(typ wake.EventType, path string) bool {
	match := func(glob string) bool { return doublestar.MatchUnvalidated(glob, path) }
	return slices.Contains(r.Events, typ) && slices.ContainsFunc(r.Globs, match) && !slices.ContainsFunc(r.Exclude, match)
}

// Handler returns the name of the function that the script has to have.
func (s *Spec) Handler() string {
	if s.Batch > 0 {
		return "HandleBatch"
	}
	return "Handle"
}
