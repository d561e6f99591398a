package triggers

// idlePolicy decides when a node has little else to do, for //wake:idle. It is pure. Functions are work too: once
// they run, less is left, so less is asked for.
type idlePolicy struct{ on bool }

// The shares of a node that must be left for work for idle times to begin, and to go on.
const (
	idleBegins = 0.5
	idleGoes   = 0.2
)

// quiet takes the share that is left, 0 to 1.
func (p *idlePolicy) quiet(left float64) bool {
	if p.on {
		p.on = left >= idleGoes
	} else {
		p.on = left >= idleBegins
	}
	return p.on
}
