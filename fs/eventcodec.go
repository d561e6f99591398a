package fs

// The encoding of events, invocations and triggers: framed records, see codec.go.

// Append encodes the Event as a framed record.
func (e *Event) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, e.Type)
		b = AppendBytes(b, e.Path)
		b = AppendBytes(b, e.OldPath)
		b = AppendUint(b, e.Ino)
		b = AppendUint(b, e.Mode)
		b = AppendUint(b, e.Version)
		b = AppendInt(b, e.Size)
		b = AppendUint(b, e.UID)
		b = AppendUint(b, e.GID)
		b = AppendInt(b, e.Time)
		b = AppendUint(b, uint(len(e.Chain)))
		for i := range e.Chain {
			b = AppendBytes(b, e.Chain[i])
		}
		return b
	})
}

// Decode reads what Append wrote.
func (e *Event) Decode(d *Decoder) {
	r := d.Record()
	*e = Event{}
	e.Type = EventType(r.Uint())
	e.Path = r.String()
	e.OldPath = r.String()
	e.Ino = Ino(r.Uint())
	e.Mode = r.Uint32()
	e.Version = Version(r.Uint())
	e.Size = r.Int()
	e.UID = r.Uint32()
	e.GID = r.Uint32()
	e.Time = r.Int()
	if n := r.Count(); n > 0 {
		e.Chain = make([]string, n)
		for i := range e.Chain {
			e.Chain[i] = r.String()
		}
	}
	d.join(&r)
}

// Append encodes the Invocation as a framed record.
func (i *Invocation) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, i.ID)
		b = AppendBytes(b, i.Trigger)
		b = i.Event.Append(b)
		b = AppendUint(b, i.Attempt)
		b = AppendInt(b, i.RetryAt)
		b = AppendBool(b, i.Dead)
		b = AppendBytes(b, i.Error)
		return b
	})
}

// Decode reads what Append wrote.
func (i *Invocation) Decode(d *Decoder) {
	r := d.Record()
	*i = Invocation{}
	i.ID = InvocationID(r.Uint())
	i.Trigger = r.String()
	i.Event.Decode(&r)
	i.Attempt = r.Uint32()
	i.RetryAt = r.Int()
	i.Dead = r.Bool()
	i.Error = r.String()
	d.join(&r)
}

// Append encodes the Match as a framed record.
func (m *Match) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, m.Events)
		b = AppendUint(b, uint(len(m.Globs)))
		for i := range m.Globs {
			b = AppendBytes(b, m.Globs[i])
		}
		b = AppendUint(b, uint(len(m.Not)))
		for i := range m.Not {
			b = AppendBytes(b, m.Not[i])
		}
		return b
	})
}

// Decode reads what Append wrote.
func (m *Match) Decode(d *Decoder) {
	r := d.Record()
	*m = Match{}
	m.Events = EventType(r.Uint())
	if n := r.Count(); n > 0 {
		m.Globs = make([]string, n)
		for i := range m.Globs {
			m.Globs[i] = r.String()
		}
	}
	if n := r.Count(); n > 0 {
		m.Not = make([]string, n)
		for i := range m.Not {
			m.Not[i] = r.String()
		}
	}
	d.join(&r)
}

// Append encodes the Budget as a framed record.
func (g *Budget) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendInt(b, g.CPU)
		b = AppendInt(b, g.Wall)
		b = AppendInt(b, g.Memory)
		b = AppendInt(b, g.Read)
		b = AppendInt(b, g.Write)
		b = AppendInt(b, g.Ops)
		return b
	})
}

// Decode reads what Append wrote.
func (g *Budget) Decode(d *Decoder) {
	r := d.Record()
	*g = Budget{}
	g.CPU = r.Int()
	g.Wall = r.Int()
	g.Memory = r.Int()
	g.Read = r.Int()
	g.Write = r.Int()
	g.Ops = r.Int()
	d.join(&r)
}

// Append encodes the Trigger as a framed record.
func (t *Trigger) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendBytes(b, t.Name)
		b = AppendUint(b, t.Source)
		b = AppendBytes(b, t.Version)
		b = t.Owner.Append(b)
		b = AppendUint(b, uint(len(t.On)))
		for i := range t.On {
			b = t.On[i].Append(b)
		}
		b = t.Budget.Append(b)
		b = AppendUint(b, t.Concurrency)
		b = AppendUint(b, t.MaxAttempts)
		b = AppendBool(b, t.Disabled)
		b = AppendBytes(b, t.Refused)
		b = AppendInt(b, t.Deployed)
		b = AppendInt(b, t.Size)
		b = t.Stats.Append(b)
		b = AppendInt(b, t.Settle)
		b = AppendBytes(b, t.Every)
		b = AppendUint(b, t.Batch)
		b = AppendInt(b, t.BatchWait)
		b = AppendBool(b, t.Idle)
		b = AppendUint(b, t.Order)
		b = AppendUint(b, uint(len(t.Limits)))
		for _, l := range t.Limits {
			b = AppendUint(b, l.Kind)
			b = AppendInt(b, l.Amount)
			b = AppendInt(b, l.Per)
		}
		return b
	})
}

// Decode reads what Append wrote.
func (t *Trigger) Decode(d *Decoder) {
	r := d.Record()
	*t = Trigger{}
	t.Name = r.String()
	t.Source = Ino(r.Uint())
	t.Version = r.String()
	t.Owner.Decode(&r)
	if n := r.Count(); n > 0 {
		t.On = make([]Match, n)
		for i := range t.On {
			t.On[i].Decode(&r)
		}
	}
	t.Budget.Decode(&r)
	t.Concurrency = r.Uint32()
	t.MaxAttempts = r.Uint32()
	t.Disabled = r.Bool()
	t.Refused = r.String()
	t.Deployed = r.Int()
	t.Size = r.Int()
	t.Stats.Decode(&r)
	t.Settle = r.Int()
	t.Every = r.String()
	t.Batch = r.Uint32()
	t.BatchWait = r.Int()
	t.Idle = r.Bool()
	t.Order = Order(r.Uint())
	if n := r.Count(); n > 0 {
		t.Limits = make([]Limit, n)
		for i := range t.Limits {
			t.Limits[i] = Limit{Kind: LimitKind(r.Uint()), Amount: r.Int(), Per: r.Int()}
		}
	}
	d.join(&r)
}

// Append encodes the TriggerStats as a framed record.
func (t *TriggerStats) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, t.Queued)
		b = AppendUint(b, t.Done)
		b = AppendUint(b, t.Failed)
		b = AppendUint(b, t.Dead)
		b = AppendUint(b, t.Backlog)
		b = AppendInt(b, t.Due)
		return b
	})
}

// Decode reads what Append wrote.
func (t *TriggerStats) Decode(d *Decoder) {
	r := d.Record()
	*t = TriggerStats{}
	t.Queued = r.Uint()
	t.Done = r.Uint()
	t.Failed = r.Uint()
	t.Dead = r.Uint()
	t.Backlog = r.Uint()
	t.Due = r.Int()
	d.join(&r)
}

// Append encodes the TriggerVersion as a framed record.
func (t *TriggerVersion) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendBytes(b, t.Version)
		b = AppendInt(b, t.Size)
		b = AppendInt(b, t.Deployed)
		return b
	})
}

// Decode reads what Append wrote.
func (t *TriggerVersion) Decode(d *Decoder) {
	r := d.Record()
	*t = TriggerVersion{}
	t.Version = r.String()
	t.Size = r.Int()
	t.Deployed = r.Int()
	d.join(&r)
}

// Append encodes the Report as a framed record.
func (p *Report) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendBytes(b, p.Error)
		b = AppendInt(b, p.Started)
		b = AppendInt(b, p.Wall)
		b = AppendInt(b, p.CPU)
		b = AppendInt(b, p.Memory)
		b = AppendInt(b, p.Read)
		b = AppendInt(b, p.Written)
		b = AppendInt(b, p.Ops)
		return b
	})
}

// Decode reads what Append wrote.
func (p *Report) Decode(d *Decoder) {
	r := d.Record()
	*p = Report{}
	p.Error = r.String()
	p.Started = r.Int()
	p.Wall = r.Int()
	p.CPU = r.Int()
	p.Memory = r.Int()
	p.Read = r.Int()
	p.Written = r.Int()
	p.Ops = r.Int()
	d.join(&r)
}
