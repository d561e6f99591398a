// Package wire carries the interfaces of fs between processes: metadata
// (fs.MetaService), chunk servers (fs.ShardStore) and administration.
//
// # Use
//
// A Server is given what it serves (ServeMeta, ServeShards, Handle) and listeners
// (Serve). On the other side MetaClient is an fs.MetaService, Servers an
// fs.Servers, and Admin calls what Handle registered. Listen and NetDialer make
// unix sockets and TCP connections, with or without TLS; Memory is a network
// inside the process whose connections a test delays, cuts and partitions.
//
// # Protocol
//
// All integers of fixed size are little-endian. A connection begins with a
// preamble of 8 bytes: "wake", the protocol version, the service class (metadata,
// bulk or administration: they never share a connection), two zero bytes. The
// server answers in the same form with a status in the seventh byte. Then frames
// go both ways:
//
//	0  u32 length of the message, bytes
//	4  u32 length of the bulk, bytes; message and bulk are at most MaxFrame
//	8  u32 stream: names the call; the reply carries the same
//	12 u16 method
//	14 u8  flags
//	15 u8  zero
//	16 u64 time the caller still waits, ns; 0: no limit
//	24 message, in the encoding of fs: unknown fields at its end are skipped
//	.. bulk, raw bytes
//
// Replies come in any order. An error is a reply whose message is {Op, Kind, Path,
// message}. A cancel frame ends the call of its stream, which is still answered; a ping is
// answered by the reader itself.
//
// # Who runs where
//
// A caller writes its own frame, and small frames of others that came meanwhile; one reader goroutine per client connection reads
// replies, bulk straight into the caller's memory, and wakes the caller. On the
// server the goroutine that reads a request also runs it, after starting another one
// that reads on, unless the connection has its fill of running calls: then nobody reads
// until one ends, and the peer feels it.
//
// # Invariants
//
// Every byte from a peer is taken as hostile: a length beyond its cap ends the
// connection, memory for bulk comes out of one budget for the whole server, and nothing is
// allocated for a count that the bytes received can't hold. Any error of a connection
// is fs.KindUnavailable to its callers.
//
// # Lock order
//
// Client: Servers.mu, slot.mu, then clientConn.mu or metaEnd.mu. Server: Server.mu or serverConn.mu, then
// callContext.mu. Both: link.wmu, link.gmu. Memory: Memory.mu, half.mu. The others are leaves.
package wire
