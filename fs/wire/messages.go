package wire

import (
	"math"

	"github.com/wakefs/wakefs/fs"
)

// The encoding of what fs has no encoding for: framed records, see fs/codec.go.

// appendList appends the number of elements and each of them.
func appendList[T any](b []byte, list []T, each func([]byte, *T) []byte) []byte {
	b = fs.AppendUint(b, uint(len(list)))
	for i := range list {
		b = each(b, &list[i])
	}
	return b
}

// decodeList reads what appendList wrote; nil when empty. Memory grows with what was read, not with the
// count claimed.
func decodeList[T any](d *fs.Decoder, each func(*fs.Decoder, *T)) []T {
	n := d.Count()
	if n == 0 {
		return nil
	}
	list := make([]T, 0, min(n, 1024))
	for range n {
		var zero T
		list = append(list, zero)
		each(d, &list[len(list)-1])
		if d.Err != nil {
			return nil
		}
	}
	return list
}

// record reads a framed record with decode.
func record(d *fs.Decoder, decode func(r *fs.Decoder)) {
	r := d.Record()
	decode(&r)
	join(d, &r)
}

// join takes over the error of a record's decoder. Hot paths use it without record, which allocates.
func join(d, r *fs.Decoder) {
	if r.Err != nil && d.Err == nil {
		d.Err, d.B = r.Err, nil
	}
}

func appendStrings(b []byte, list []string) []byte {
	return appendList(b, list, func(b []byte, s *string) []byte { return fs.AppendBytes(b, *s) })
}

func decodeStrings(d *fs.Decoder) []string {
	return decodeList(d, func(d *fs.Decoder, s *string) { *s = d.String() })
}

func appendFloat(b []byte, f float64) []byte { return fs.AppendUint(b, math.Float64bits(f)) }

func decodeFloat(d *fs.Decoder) float64 { return math.Float64frombits(d.Uint()) }

func appendShardAddr(b []byte, a fs.ShardAddr) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, a.PG)
		b = fs.AppendUint(b, a.Stripe)
		return fs.AppendUint(b, a.Index)
	})
}

func decodeShardAddr(d *fs.Decoder) (a fs.ShardAddr) {
	r := d.Record()
	a = fs.ShardAddr{PG: fs.PGID(r.Uint32()), Stripe: fs.StripeID(r.Uint()), Index: uint8(r.Uint())}
	join(d, &r)
	return a
}

func appendOwner(b []byte, o fs.Owner) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, o.Ino)
		return fs.AppendInt(b, o.Off)
	})
}

func decodeOwner(d *fs.Decoder) (o fs.Owner) {
	r := d.Record()
	o = fs.Owner{Ino: fs.Ino(r.Uint()), Off: r.Int()}
	join(d, &r)
	return o
}

func appendShardInfo(b []byte, s *fs.ShardInfo) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = appendShardAddr(b, s.Addr)
		b = fs.AppendUint(b, s.Len)
		b = appendOwner(b, s.Owner)
		return fs.AppendInt(b, s.Written)
	})
}

func decodeShardInfo(d *fs.Decoder, s *fs.ShardInfo) {
	r := d.Record()
	*s = fs.ShardInfo{Addr: decodeShardAddr(&r), Len: r.Uint32(), Owner: decodeOwner(&r), Written: r.Int()}
	join(d, &r)
}

func appendServerStatus(b []byte, s *fs.ServerStatus) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, s.ID)
		b = fs.AppendUint(b, s.Capacity)
		b = fs.AppendUint(b, s.Free)
		b = fs.AppendUint(b, s.Shards)
		b = fs.AppendUint(b, s.LiveBytes)
		b = appendFloat(b, s.Latency)
		b = appendFloat(b, s.Queue)
		b = appendFloat(b, s.ErrorRate)
		b = appendFloat(b, s.CPUIdle)
		return fs.AppendBytes(b, s.Failed)
	})
}

func decodeServerStatus(d *fs.Decoder, s *fs.ServerStatus) {
	record(d, func(r *fs.Decoder) {
		*s = fs.ServerStatus{
			ID: fs.ServerID(r.Uint32()), Capacity: r.Uint(), Free: r.Uint(), Shards: r.Uint(), LiveBytes: r.Uint(),
			Latency: decodeFloat(r), Queue: decodeFloat(r), ErrorRate: decodeFloat(r), CPUIdle: decodeFloat(r),
			Failed: r.String(),
		}
	})
}

func appendClusterMap(b []byte, m *fs.ClusterMap) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, m.Index)
		b = appendList(b, m.Servers, func(b []byte, s *fs.ServerInfo) []byte { return s.Append(b) })
		b = appendList(b, m.Scores, func(b []byte, f *float64) []byte { return appendFloat(b, *f) })
		return appendList(b, m.PGs, func(b []byte, p *fs.PG) []byte { return p.Append(b) })
	})
}

func decodeClusterMap(d *fs.Decoder) (m fs.ClusterMap) {
	record(d, func(r *fs.Decoder) {
		m.Index = r.Uint()
		m.Servers = decodeList(r, func(d *fs.Decoder, s *fs.ServerInfo) { s.Decode(d) })
		m.Scores = decodeList(r, func(d *fs.Decoder, f *float64) { *f = decodeFloat(d) })
		m.PGs = decodeList(r, func(d *fs.Decoder, p *fs.PG) { p.Decode(d) })
	})
	return m
}

func appendMetaStatus(b []byte, s *fs.MetaStatus) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendBytes(b, s.Node)
		b = fs.AppendBytes(b, s.Leader)
		b = appendStrings(b, s.Peers)
		for _, v := range [...]uint64{s.Term, s.Commit, s.Applied, s.Inodes, s.Stripes, s.Orphans, s.Dead, s.Degraded} {
			b = fs.AppendUint(b, v)
		}
		return appendList(b, s.Sessions, func(b []byte, i *fs.SessionInfo) []byte {
			return fs.AppendRecord(b, func(b []byte) []byte {
				b = fs.AppendUint(b, i.ID)
				b = fs.AppendBytes(b, i.Name)
				return fs.AppendInt(b, i.Seen)
			})
		})
	})
}

func decodeMetaStatus(d *fs.Decoder) (s fs.MetaStatus) {
	record(d, func(r *fs.Decoder) {
		s.Node, s.Leader, s.Peers = r.String(), r.String(), decodeStrings(r)
		for _, v := range [...]*uint64{&s.Term, &s.Commit, &s.Applied, &s.Inodes, &s.Stripes, &s.Orphans, &s.Dead, &s.Degraded} {
			*v = r.Uint()
		}
		s.Sessions = decodeList(r, func(d *fs.Decoder, i *fs.SessionInfo) {
			record(d, func(r *fs.Decoder) {
				*i = fs.SessionInfo{ID: fs.SessionID(r.Uint()), Name: r.String(), Seen: r.Int()}
			})
		})
	})
	return s
}

func appendChange(b []byte, c *fs.Change) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, c.Ino)
		b = fs.AppendBool(b, c.Data)
		b = fs.AppendUint(b, c.Parent)
		return fs.AppendBytes(b, c.Name)
	})
}

func decodeChange(d *fs.Decoder, c *fs.Change) {
	record(d, func(r *fs.Decoder) {
		*c = fs.Change{Ino: fs.Ino(r.Uint()), Data: r.Bool(), Parent: fs.Ino(r.Uint()), Name: r.String()}
	})
}

func appendLock(b []byte, l *fs.Lock) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, l.Ino)
		b = fs.AppendBool(b, l.Flock)
		b = fs.AppendUint(b, l.Owner)
		b = fs.AppendUint(b, l.Type)
		b = fs.AppendInt(b, l.Start)
		b = fs.AppendInt(b, l.End)
		b = fs.AppendUint(b, l.PID)
		return fs.AppendBool(b, l.Wait)
	})
}

func decodeLock(d *fs.Decoder) (l fs.Lock) {
	record(d, func(r *fs.Decoder) {
		l = fs.Lock{
			Ino: fs.Ino(r.Uint()), Flock: r.Bool(), Owner: r.Uint(), Type: fs.LockType(r.Uint()),
			Start: r.Int(), End: r.Int(), PID: r.Uint32(), Wait: r.Bool(),
		}
	})
	return l
}

func appendDirent(b []byte, e *fs.Dirent) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendBytes(b, e.Name)
		return e.Attr.Append(b)
	})
}

func decodeDirent(d *fs.Decoder, e *fs.Dirent) {
	r := d.Record()
	e.Name = r.String()
	e.Attr.Decode(&r)
	join(d, &r)
}

func appendStatFS(b []byte, s *fs.StatFS) []byte {
	return fs.AppendRecord(b, func(b []byte) []byte {
		b = fs.AppendUint(b, s.Capacity)
		b = fs.AppendUint(b, s.Free)
		return fs.AppendUint(b, s.Inodes)
	})
}

func decodeStatFS(d *fs.Decoder) (s fs.StatFS) {
	record(d, func(r *fs.Decoder) { s = fs.StatFS{Capacity: r.Uint(), Free: r.Uint(), Inodes: r.Uint()} })
	return s
}

// pages collects up to limit elements in calls for at most page of them each. next gets the
// last element so far, nil at first.
func pages[T any](limit, page int, next func(last *T, n int) ([]T, error)) ([]T, error) {
	var all []T
	for {
		n := min(limit-len(all), page)
		var last *T
		if len(all) > 0 {
			last = &all[len(all)-1]
		}
		part, err := next(last, n)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = part
		} else {
			all = append(all, part...)
		}
		if len(part) < n || len(all) >= limit {
			return all, nil
		}
	}
}
