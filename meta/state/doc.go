// Package state is the metadata state machine: what a Tx means.
//
// It is pure: Apply takes an ordered key–value view and a Tx and changes the view, and
// nothing else happens. No clock, no randomness, no I/O of its own, no goroutine, no global state; the same Txs
// in the same order make byte-identical views on every node, in a test, and in a function's sandbox.
// POSIX rules are written here and nowhere else.
//
// Read it in this order:
//
//   - keys.go, record.go: what is stored under which key
//   - apply.go: Machine, how a Tx is applied: all of it or nothing, once
//   - namespace.go, rename.go, setattr.go, xattr.go: the operations on names and inodes
//   - extents.go, stripes.go: the operations on content, and the life of stripes
//   - access.go, acl.go: permissions
//   - events.go, queue.go: events, triggers and their invocations
//   - service.go: sessions, numbers, chunk servers, placement groups
//   - read.go, readqueue.go: the read side, over any kv.Reader
//   - check.go: the invariants, checked over a whole view
//
// Invariants: a directory entry names an inode that exists, and an inode's Nlink is the number of its names (of
// a directory: 2 and one for each subdirectory). An inode with Nlink 0 is in the orphan index. An inode's extents do
// not overlap, lie within its size, and add up to Used. A stripe's Live is the sum of the extents that refer
// to it; with Live 0 it is in the index of the dead, else with shards missing in that of the
// missing. The counters are what counting would find.
package state
