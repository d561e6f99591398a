package fs

import "fmt"

// Ino names an inode. The top 16 bits name the metadata partition, the rest are
// local to it. Zero is no inode. An Ino is never used twice.
type Ino uint64

// RootIno is the root directory of partition 0.
const RootIno Ino = 1

// Partition is the metadata partition that owns the inode.
func (i Ino) Partition() uint16 { return uint16(i >> 48) }

// SessionID names a client's session with a partition. Zero is no session: the
// metadata service's own changes.
type SessionID uint64

// Seq numbers the Txs of one session, from 1, without gaps in proposing order.
type Seq uint64

// Version counts the changes of one inode.
type Version uint64

// ServerID names a chunk server: one disk of one node. Zero is none.
type ServerID uint32

// PGID names a placement group. Zero is none.
type PGID uint32

// Epoch counts the changes of a placement group's members.
type Epoch uint32

// StripeID names a stripe within the cluster. Zero is none. Never used twice.
type StripeID uint64

// InvocationID names one run of one trigger for one event. IDs grow with time.
type InvocationID uint64

// ShardAddr is where a shard is kept: piece Index of stripe Stripe, in group PG.
type ShardAddr struct {
	PG     PGID
	Stripe StripeID
	Index  uint8
}

func (a ShardAddr) String() string { return fmt.Sprintf("pg%d/%x.%d", a.PG, uint64(a.Stripe), a.Index) }

// Compare orders addresses by (PG, Stripe, Index): -1, 0 or +1.
func (a ShardAddr) Compare(b ShardAddr) int {
	switch {
	case a.PG != b.PG:
		return cmp(a.PG, b.PG)
	case a.Stripe != b.Stripe:
		return cmp(a.Stripe, b.Stripe)
	default:
		return cmp(a.Index, b.Index)
	}
}

func cmp[T ~uint8 | ~uint32 | ~uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
