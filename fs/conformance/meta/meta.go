// Package meta is the conformance suite of fs.MetaService: what every implementation must do, whoever
// runs it, in this process or across a wire. Its caller is a few lines:
//
//	func TestConformance(t *testing.T) {
//		meta.Run(t, func(t *testing.T) fs.MetaService { ... })
//	}
//
// Each test gets a service of its own with an empty file system, and they run side by side. What is stored by what operation is
// the state machine's to test; here it is about sessions, promises, waiting, locks, speculation.
package meta

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// patience bounds what must happen but takes a while on a busy machine.
const patience = 30 * time.Second

// Run runs the suite. open returns a new, empty service, and cleans up with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) fs.MetaService) {
	tests := []struct {
		name string
		run  func(e *env)
	}{
		{"Namespace", testNamespace},
		{"Errors", testErrors},
		{"Retry", testRetry},
		{"AllOrNothing", testAllOrNothing},
		{"Preconditions", testPreconditions},
		{"Order", testOrder},
		{"OwnAccepted", testOwnAccepted},
		{"OthersSeeCommitted", testOthersSeeCommitted},
		{"Alloc", testAlloc},
		{"Canceled", testCanceled},
		{"SessionEnds", testSessionEnds},
		{"Changes", testChanges},
		{"ChangesTooFarBehind", testChangesTooFarBehind},
		{"Orphans", testOrphans},
		{"OrphanNamedAgain", testOrphanNamedAgain},
		{"OrphansOfAClosedSession", testOrphansOfAClosedSession},
		{"Listings", testListings},
		{"Invocations", testInvocations},
		{"HeldFiles", testHeldFiles},
		{"Locks", testLocks},
		{"LockWaits", testLockWaits},
		{"LockDeadlock", testLockDeadlock},
		{"LocksEndWithSession", testLocksEndWithSession},
		{"Speculate", testSpeculate},
		{"SpeculateConflicts", testSpeculateConflicts},
		{"SpeculatePermissions", testSpeculatePermissions},
		{"Placement", testPlacement},
		{"Status", testStatus},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // most of the time goes into waiting for disks and elections
			ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
			defer cancel()
			test.run(&env{T: t, ctx: ctx, service: open(t)})
		})
	}
}

// env is a test and its service.
type env struct {
	*testing.T
	ctx     context.Context
	service fs.MetaService
}

func (e *env) session(name string) fs.Meta {
	e.Helper()
	m, err := e.service.OpenSession(e.ctx, name)
	if err != nil {
		e.Fatal(err)
	}
	return m
}

func (e *env) ok(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

// is checks the kind of an error.
func (e *env) is(err error, want fs.Kind) {
	e.Helper()
	if !errors.Is(err, want) {
		e.Fatalf("error is %v, want kind %q", err, want)
	}
}

// propose applies operations and waits for them to be committed.
func (e *env) propose(m fs.Meta, ops ...fs.Op) fs.Result {
	e.Helper()
	res, err := m.Propose(e.ctx, tx(ops...), fs.Committed)
	e.ok(err)
	return res
}

// refused proposes operations that must fail.
func (e *env) refused(m fs.Meta, want fs.Kind, ops ...fs.Op) {
	e.Helper()
	_, err := m.Propose(e.ctx, tx(ops...), fs.Committed)
	e.is(err, want)
}

func tx(ops ...fs.Op) *fs.Tx { return &fs.Tx{Time: 1_000_000_000, Ops: ops} }

// create makes an operation that creates a file, or with another type in mode that.
func (e *env) create(m fs.Meta, dir fs.Ino, name string, mode uint32) *fs.Create {
	e.Helper()
	ino, _, err := m.Alloc(e.ctx)
	e.ok(err)
	if mode&fs.ModeType == 0 {
		mode |= fs.ModeRegular
	}
	return &fs.Create{Parent: dir, Name: name, Ino: ino, Mode: mode}
}

// file creates a file with content.
func (e *env) file(m fs.Meta, dir fs.Ino, name, content string) fs.Ino {
	e.Helper()
	c := e.create(m, dir, name, 0o644)
	ops := []fs.Op{c}
	if content != "" {
		ops = append(ops, write(c.Ino, content))
	}
	e.propose(m, ops...)
	return c.Ino
}

// write makes an operation that writes a file's beginning.
func write(ino fs.Ino, content string) *fs.Commit {
	return &fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: int64(len(content)), Inline: []byte(content)}},
		MinSize: int64(len(content)), Close: true}
}

func (e *env) read(m fs.Meta, ino fs.Ino) string {
	e.Helper()
	a, list, err := m.Extents(e.ctx, ino, 0, fs.MaxSize)
	e.ok(err)
	out := make([]byte, a.Size)
	for _, x := range list {
		copy(out[x.Off:], x.Inline)
	}
	return string(out)
}

// eventually waits for a condition that must come true.
func (e *env) eventually(what string, holds func() bool) {
	e.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			e.Fatalf("still not after %v: %s", patience, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// settles checks that a call ends that was started elsewhere.
func settles[T any](e *env, what string, ch <-chan T) T {
	e.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		e.Fatalf("still waiting after %v: %s", patience, what)
		panic("unreachable")
	}
}
