// Package fs is the vocabulary of wakefs: identifiers, attributes, extents,
// transactions and events, errors, and the interfaces between the parts.
//
// It imports only the standard library and nothing else of ours, so every other
// package may import it. A newcomer reads it in this order:
//
//   - id.go: the kinds of identifier, each a type of its own
//   - attr.go, extent.go: what the metadata says of a file
//   - tx.go, op.go: Tx, the only way anything changes, and its operations
//   - event.go: what a Tx tells the triggers, and the invocations it queues
//   - meta.go: the metadata service as its callers see it
//   - chunk.go: chunk servers and placement groups as their callers see them
//   - errors.go: the kinds of error, which cross every boundary
//   - codec.go: the compact encoding of all of these, on disk and on the wire
//
// Times are nanoseconds since the Unix epoch. Sizes, offsets and lengths are bytes.
package fs
