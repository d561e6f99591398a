// Package meta is a node of a partition's metadata service: raft around the state machine of meta/state, on
// the store of meta/kv and the log of meta/wal. It implements fs.MetaService.
//
// Open makes a node with a directory, Memory one without raft for the tests of others. Start reading here:
//
//   - node.go: Node and what it is made of; options.go, dir.go: what it is opened with
//   - propose.go, entry.go: the way in. The leader validates each Tx on everything accepted before it and packs
//     Txs into entries of the log; a caller waits for acceptance or for the commit
//   - raftlog.go, apply.go: the way of an entry through raft into the store; snapshot.go, stream.go: snapshots
//   - pending.go, read.go, verify.go: what a read sees
//   - session.go, bound.go, alloc.go: the service as one session sees it; speculate.go: as a function does
//   - locks.go, changes.go, orphans.go: what the leader keeps in memory for sessions
//   - reaper.go: deletion; placer.go, plan.go: placement groups
//
// Invariants. The store is the state after some prefix of the log, whose last index is in it, written in
// the same batch; what is in it is skipped when it comes again. Every snapshot of raft's is flushed: its
// state has at least the entries that its index says. An entry is applied only if the term in it is that of its
// place in the log, so on the leader everything accepted is validated on exactly what will precede it, and what
// validation computed is what applying would: the leader takes it over, and tests compare it with replicas that
// execute. A read sees every Tx that was accepted before it began; those that were only promised
// to other sessions it waits for.
//
// Lock order: Node.restoring; the proposer or Node.base; Node.mu; then sessionTable.mu. The lock table, the change feed,
// the orphanage and the placer have locks of their own under which nothing else is locked. Callers are
// never woken, and the log is never waited for, with a lock held.
package meta
