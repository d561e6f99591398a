package fs

// The encoding of the operations: their fields in order, see codec.go.

// Code implements Op.
func (o *Create) Code() OpCode { return opCreate }

func (o *Create) append(b []byte) []byte {
	b = AppendUint(b, o.Parent)
	b = AppendBytes(b, o.Name)
	b = AppendUint(b, o.Ino)
	b = AppendUint(b, o.Mode)
	b = AppendUint(b, o.Umask)
	b = AppendUint(b, o.Rdev)
	b = AppendBytes(b, o.Target)
	return b
}

func (o *Create) decode(d *Decoder) {
	o.Parent = Ino(d.Uint())
	o.Name = d.String()
	o.Ino = Ino(d.Uint())
	o.Mode = d.Uint32()
	o.Umask = d.Uint32()
	o.Rdev = d.Uint32()
	o.Target = d.String()
}

// Code implements Op.
func (o *Link) Code() OpCode { return opLink }

func (o *Link) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendUint(b, o.Parent)
	b = AppendBytes(b, o.Name)
	return b
}

func (o *Link) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.Parent = Ino(d.Uint())
	o.Name = d.String()
}

// Code implements Op.
func (o *Unlink) Code() OpCode { return opUnlink }

func (o *Unlink) append(b []byte) []byte {
	b = AppendUint(b, o.Parent)
	b = AppendBytes(b, o.Name)
	b = AppendBool(b, o.Dir)
	return b
}

func (o *Unlink) decode(d *Decoder) {
	o.Parent = Ino(d.Uint())
	o.Name = d.String()
	o.Dir = d.Bool()
}

// Code implements Op.
func (o *Rename) Code() OpCode { return opRename }

func (o *Rename) append(b []byte) []byte {
	b = AppendUint(b, o.Parent)
	b = AppendBytes(b, o.Name)
	b = AppendUint(b, o.NewParent)
	b = AppendBytes(b, o.NewName)
	b = AppendBool(b, o.NoReplace)
	b = AppendBool(b, o.Exchange)
	return b
}

func (o *Rename) decode(d *Decoder) {
	o.Parent = Ino(d.Uint())
	o.Name = d.String()
	o.NewParent = Ino(d.Uint())
	o.NewName = d.String()
	o.NoReplace = d.Bool()
	o.Exchange = d.Bool()
}

// Code implements Op.
func (o *SetAttr) Code() OpCode { return opSetAttr }

func (o *SetAttr) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendUint(b, o.Set)
	b = AppendUint(b, o.Mode)
	b = AppendUint(b, o.UID)
	b = AppendUint(b, o.GID)
	b = AppendInt(b, o.Size)
	b = AppendInt(b, o.Atime)
	b = AppendInt(b, o.Mtime)
	return b
}

func (o *SetAttr) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.Set = SetMask(d.Uint())
	o.Mode = d.Uint32()
	o.UID = d.Uint32()
	o.GID = d.Uint32()
	o.Size = d.Int()
	o.Atime = d.Int()
	o.Mtime = d.Int()
}

// Code implements Op.
func (o *SetXattr) Code() OpCode { return opSetXattr }

func (o *SetXattr) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendBytes(b, o.Name)
	b = AppendBytes(b, o.Value)
	b = AppendUint(b, o.Flags)
	return b
}

func (o *SetXattr) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.Name = d.String()
	o.Value = d.Bytes()
	o.Flags = XattrFlags(d.Uint())
}

// Code implements Op.
func (o *Commit) Code() OpCode { return opCommit }

func (o *Commit) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendUint(b, uint(len(o.Extents)))
	for i := range o.Extents {
		b = o.Extents[i].Append(b)
	}
	b = AppendUint(b, uint(len(o.Stripes)))
	for i := range o.Stripes {
		b = o.Stripes[i].Append(b)
	}
	b = AppendInt(b, o.MinSize)
	b = AppendInt(b, o.Mtime)
	b = AppendBool(b, o.Close)
	b = AppendBool(b, o.KillPriv)
	b = AppendBool(b, o.KeepTimes)
	b = AppendBool(b, o.Held)
	return b
}

func (o *Commit) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	if n := d.Count(); n > 0 {
		o.Extents = make([]Extent, n)
		for i := range o.Extents {
			o.Extents[i].Decode(d)
		}
	}
	if n := d.Count(); n > 0 {
		o.Stripes = make([]Stripe, n)
		for i := range o.Stripes {
			o.Stripes[i].Decode(d)
		}
	}
	o.MinSize = d.Int()
	o.Mtime = d.Int()
	o.Close = d.Bool()
	o.KillPriv = d.Bool()
	o.KeepTimes = d.Bool()
	o.Held = d.Bool()
}

// Code implements Op.
func (o *Punch) Code() OpCode { return opPunch }

func (o *Punch) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendInt(b, o.Off)
	b = AppendInt(b, o.Len)
	return b
}

func (o *Punch) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.Off = d.Int()
	o.Len = d.Int()
}

// Code implements Op.
func (o *Clone) Code() OpCode { return opClone }

func (o *Clone) append(b []byte) []byte {
	b = AppendUint(b, o.Src)
	b = AppendInt(b, o.SrcOff)
	b = AppendUint(b, o.Dst)
	b = AppendInt(b, o.DstOff)
	b = AppendInt(b, o.Len)
	return b
}

func (o *Clone) decode(d *Decoder) {
	o.Src = Ino(d.Uint())
	o.SrcOff = d.Int()
	o.Dst = Ino(d.Uint())
	o.DstOff = d.Int()
	o.Len = d.Int()
}

// Code implements Op.
func (o *Relocate) Code() OpCode { return opRelocate }

func (o *Relocate) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendUint(b, o.IfData)
	b = AppendUint(b, uint(len(o.Extents)))
	for i := range o.Extents {
		b = o.Extents[i].Append(b)
	}
	b = AppendUint(b, uint(len(o.Stripes)))
	for i := range o.Stripes {
		b = o.Stripes[i].Append(b)
	}
	return b
}

func (o *Relocate) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.IfData = Version(d.Uint())
	if n := d.Count(); n > 0 {
		o.Extents = make([]Extent, n)
		for i := range o.Extents {
			o.Extents[i].Decode(d)
		}
	}
	if n := d.Count(); n > 0 {
		o.Stripes = make([]Stripe, n)
		for i := range o.Stripes {
			o.Stripes[i].Decode(d)
		}
	}
}

// Code implements Op.
func (o *Reap) Code() OpCode { return opReap }

func (o *Reap) append(b []byte) []byte {
	b = AppendUint(b, o.Ino)
	b = AppendInt(b, int64(o.Max))
	return b
}

func (o *Reap) decode(d *Decoder) {
	o.Ino = Ino(d.Uint())
	o.Max = int(d.Int())
}

// Code implements Op.
func (o *Forget) Code() OpCode { return opForget }

func (o *Forget) append(b []byte) []byte {
	b = AppendUint(b, uint(len(o.Stripes)))
	for i := range o.Stripes {
		b = AppendUint(b, o.Stripes[i])
	}
	return b
}

func (o *Forget) decode(d *Decoder) {
	if n := d.Count(); n > 0 {
		o.Stripes = make([]StripeID, n)
		for i := range o.Stripes {
			o.Stripes[i] = StripeID(d.Uint())
		}
	}
}

// Code implements Op.
func (o *Missing) Code() OpCode { return opMissing }

func (o *Missing) append(b []byte) []byte {
	b = AppendUint(b, o.Stripe)
	b = AppendUint(b, o.From)
	b = AppendUint(b, o.Set)
	return b
}

func (o *Missing) decode(d *Decoder) {
	o.Stripe = StripeID(d.Uint())
	o.From = d.Uint32()
	o.Set = d.Uint32()
}

// Code implements Op.
func (o *Alloc) Code() OpCode { return opAlloc }

func (o *Alloc) append(b []byte) []byte {
	b = AppendUint(b, o.Inos)
	b = AppendUint(b, o.Stripes)
	return b
}

func (o *Alloc) decode(d *Decoder) {
	o.Inos = d.Uint32()
	o.Stripes = d.Uint32()
}

// Code implements Op.
func (o *OpenSession) Code() OpCode { return opOpenSession }

func (o *OpenSession) append(b []byte) []byte {
	b = AppendBytes(b, o.Name)
	return b
}

func (o *OpenSession) decode(d *Decoder) {
	o.Name = d.String()
}

// Code implements Op.
func (o *CloseSession) Code() OpCode { return opCloseSession }

func (o *CloseSession) append(b []byte) []byte {
	b = AppendUint(b, o.ID)
	return b
}

func (o *CloseSession) decode(d *Decoder) {
	o.ID = SessionID(d.Uint())
}

// Code implements Op.
func (o *PutServer) Code() OpCode { return opPutServer }

func (o *PutServer) append(b []byte) []byte {
	b = o.Info.Append(b)
	return b
}

func (o *PutServer) decode(d *Decoder) {
	o.Info.Decode(d)
}

// Code implements Op.
func (o *PutPG) Code() OpCode { return opPutPG }

func (o *PutPG) append(b []byte) []byte {
	b = o.PG.Append(b)
	return b
}

func (o *PutPG) decode(d *Decoder) {
	o.PG.Decode(d)
}

// Code implements Op.
func (o *PutTrigger) Code() OpCode { return opPutTrigger }

func (o *PutTrigger) append(b []byte) []byte {
	b = o.Trigger.Append(b)
	b = AppendBytes(b, o.Source)
	return b
}

func (o *PutTrigger) decode(d *Decoder) {
	o.Trigger.Decode(d)
	o.Source = d.Bytes()
}

// Code implements Op.
func (o *SetTrigger) Code() OpCode { return opSetTrigger }

func (o *SetTrigger) append(b []byte) []byte {
	b = AppendBytes(b, o.Name)
	b = AppendUint(b, o.Source)
	b = AppendBool(b, o.Disabled)
	b = AppendBytes(b, o.Refused)
	return b
}

func (o *SetTrigger) decode(d *Decoder) {
	o.Name = d.String()
	o.Source = Ino(d.Uint())
	o.Disabled = d.Bool()
	o.Refused = d.String()
}

// Code implements Op.
func (o *DropTrigger) Code() OpCode { return opDropTrigger }

func (o *DropTrigger) append(b []byte) []byte {
	b = AppendBytes(b, o.Name)
	return b
}

func (o *DropTrigger) decode(d *Decoder) {
	o.Name = d.String()
}

// Code implements Op.
func (o *Ack) Code() OpCode { return opAck }

func (o *Ack) append(b []byte) []byte {
	b = AppendUint(b, o.ID)
	b = AppendUint(b, o.Attempt)
	b = o.Report.Append(b)
	return b
}

func (o *Ack) decode(d *Decoder) {
	o.ID = InvocationID(d.Uint())
	o.Attempt = d.Uint32()
	o.Report.Decode(d)
}

// Code implements Op.
func (o *Fail) Code() OpCode { return opFail }

func (o *Fail) append(b []byte) []byte {
	b = AppendUint(b, o.ID)
	b = AppendUint(b, o.Attempt)
	b = AppendInt(b, o.RetryAt)
	b = AppendBool(b, o.Dead)
	b = o.Report.Append(b)
	return b
}

func (o *Fail) decode(d *Decoder) {
	o.ID = InvocationID(d.Uint())
	o.Attempt = d.Uint32()
	o.RetryAt = d.Int()
	o.Dead = d.Bool()
	o.Report.Decode(d)
}

// Code implements Op.
func (o *Requeue) Code() OpCode { return opRequeue }

func (o *Requeue) append(b []byte) []byte {
	b = AppendUint(b, uint(len(o.IDs)))
	for i := range o.IDs {
		b = AppendUint(b, o.IDs[i])
	}
	b = AppendBool(b, o.Drop)
	return b
}

func (o *Requeue) decode(d *Decoder) {
	if n := d.Count(); n > 0 {
		o.IDs = make([]InvocationID, n)
		for i := range o.IDs {
			o.IDs[i] = InvocationID(d.Uint())
		}
	}
	o.Drop = d.Bool()
}

// Code implements Op.
func (o *Enqueue) Code() OpCode { return opEnqueue }

func (o *Enqueue) append(b []byte) []byte {
	b = AppendBytes(b, o.Trigger)
	b = AppendInt(b, o.Due)
	b = o.Event.Append(b)
	return b
}

func (o *Enqueue) decode(d *Decoder) {
	o.Trigger = d.String()
	o.Due = d.Int()
	o.Event.Decode(d)
}
