package fs

// Extent is a range of a file and where its bytes are. Where no extent covers a
// file's range there is a hole, which reads as zeros.
type Extent struct {
	Off int64 // in the file
	Len int64 // > 0

	// Inline holds the bytes themselves, Len of them; nil for a stripe's.
	Inline []byte

	PG        PGID
	Stripe    StripeID
	StripeLen uint32 // bytes of data in the whole stripe; fixes the shards' length
	StripeOff uint32 // where the range begins in the stripe's data
}

// End is the offset behind the extent.
func (e *Extent) End() int64 { return e.Off + e.Len }

// Slice is the part of the extent in [off, end), which must lie inside it. Inline bytes
// are shared with e.
func (e *Extent) Slice(off, end int64) Extent {
	s := *e
	skip := off - e.Off
	s.Off, s.Len = off, end-off
	if e.Inline != nil {
		s.Inline = e.Inline[skip : skip+s.Len]
	} else {
		s.StripeOff += uint32(skip)
	}
	return s
}

// Append encodes the extent as a framed record.
func (e *Extent) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendInt(b, e.Off)
		b = AppendInt(b, e.Len)
		b = AppendBytes(b, e.Inline)
		b = AppendUint(b, e.PG)
		b = AppendUint(b, e.Stripe)
		b = AppendUint(b, e.StripeLen)
		return AppendUint(b, e.StripeOff)
	})
}

// Decode reads what Append wrote. Inline aliases the decoder's bytes.
func (e *Extent) Decode(d *Decoder) {
	r := d.Record()
	*e = Extent{
		Off: r.Int(), Len: r.Int(), Inline: r.Bytes(), PG: PGID(r.Uint32()),
		Stripe: StripeID(r.Uint()), StripeLen: r.Uint32(), StripeOff: r.Uint32(),
	}
	d.join(&r)
}

// Stripe is the metadata's record of a stripe. It exists from the Tx that first
// refers to it until its shards are deleted.
type Stripe struct {
	ID      StripeID
	PG      PGID
	Len     uint32 // bytes of data
	Live    int64  // bytes that extents refer to, counted once for each extent; 0: to be deleted
	Missing uint32 // bit i: shard i is not in its place and must be rebuilt
}

// Append encodes the stripe as a framed record.
func (s *Stripe) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, s.ID)
		b = AppendUint(b, s.PG)
		b = AppendUint(b, s.Len)
		b = AppendInt(b, s.Live)
		return AppendUint(b, s.Missing)
	})
}

// Decode reads what Append wrote.
func (s *Stripe) Decode(d *Decoder) {
	r := d.Record()
	*s = Stripe{ID: StripeID(r.Uint()), PG: PGID(r.Uint32()), Len: r.Uint32(), Live: r.Int(), Missing: r.Uint32()}
	d.join(&r)
}

// Append encodes the placement group as a framed record.
func (p *PG) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, p.ID)
		b = AppendUint(b, p.Epoch)
		b = AppendUint(b, p.Scheme.K)
		b = AppendUint(b, p.Scheme.M)
		b = AppendUint(b, uint(len(p.Members)))
		for _, m := range p.Members {
			b = AppendUint(b, m)
		}
		b = AppendBool(b, p.Writable)
		return AppendUint(b, p.Weight)
	})
}

// Decode reads what Append wrote.
func (p *PG) Decode(d *Decoder) {
	r := d.Record()
	*p = PG{ID: PGID(r.Uint32()), Epoch: Epoch(r.Uint32()), Scheme: Scheme{K: uint8(r.Uint()), M: uint8(r.Uint())}}
	if n := r.Count(); n > 0 {
		p.Members = make([]ServerID, n)
		for i := range p.Members {
			p.Members[i] = ServerID(r.Uint32())
		}
	}
	p.Writable, p.Weight = r.Bool(), r.Uint32()
	d.join(&r)
}

// Append encodes the server as a framed record.
func (s *ServerInfo) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, s.ID)
		b = AppendBytes(b, s.UUID)
		b = AppendBytes(b, s.Addr)
		b = AppendBytes(b, s.Domain)
		b = AppendBool(b, s.Lost)
		return AppendBool(b, s.Draining)
	})
}

// Decode reads what Append wrote.
func (s *ServerInfo) Decode(d *Decoder) {
	r := d.Record()
	*s = ServerInfo{ID: ServerID(r.Uint32()), UUID: r.String(), Addr: r.String(), Domain: r.String(), Lost: r.Bool(), Draining: r.Bool()}
	d.join(&r)
}
