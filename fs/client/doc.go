// Package client is a file system for callers: it turns opens, reads and writes
// into Txs for the metadata service and shards for the chunk servers.
//
// The main types are Client, the file system as one session sees it; Handle, an
// open file; Dir, an open directory; and Stripes, which places, encodes, reads and rebuilds
// stripes. A Client made over an fs.Speculation is a private file system whose
// changes become one Tx: that is how functions run.
//
// A write goes into a buffer of up to one stripe, in the order of writing, and a span
// map says which range of the file is where in which buffer. A full buffer is
// encoded and stored at once; a flush stores the rest (or, if it is little, carries it inline)
// and commits all of the file's spans as extents in one Tx. A read takes what spans cover
// from the buffers and the rest from the committed extents.
//
// Lock order: file.flush, then file.mu, then Client.mu. None is held while waiting for
// the metadata or a chunk server, but file.flush, whose purpose that is.
package client
