// Package triggers runs functions: which for which event, where, when and how often.
//
// A Deployer makes the scripts of the folder /triggers live: it parses, checks and
// registers them by Tx. A Dispatcher takes the invocations that the metadata queued, runs each in a
// sandboxed worker process on a private view of the file system, and proposes the function's
// effects and the acknowledgement of its event as one Tx. A Log keeps what functions printed.
//
// What a registration says of when and in what order is in queue.go (the part of the queue that a node has in memory, a window
// for each trigger), batch.go, schedule.go and idle.go. That a file must be quiet is the metadata's business: see fs.Trigger.Settle.
//
// Exactly once: the effects of an invocation and its Ack are one Tx, and an Ack of an invocation that
// is not waiting fails the Tx. Whoever runs an invocation twice loses one of the runs whole.
//
// Lock order: Dispatcher.mu is taken alone; no call is made while it is held.
package triggers
