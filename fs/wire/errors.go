package wire

import (
	"errors"

	"github.com/wakefs/wakefs/fs"
)

// appendError encodes an error as it crosses: {Op, Kind, Path, message}.
func appendError(b []byte, err error) []byte {
	var (
		e   *fs.Error
		k   fs.Kind
		out fs.Error
		msg string
	)
	switch {
	case errors.As(err, &e):
		out = fs.Error{Op: e.Op, Kind: e.Kind, Path: e.Path}
		if e.Err != nil {
			msg = e.Err.Error()
		}
	case errors.As(err, &k):
		out.Kind = k
		if err != error(k) {
			msg = err.Error()
		}
	default:
		out.Kind, msg = fs.KindOf(err), err.Error()
	}
	b = fs.AppendBytes(b, cut(out.Op))
	b = fs.AppendUint(b, out.Kind)
	b = fs.AppendBytes(b, cut(out.Path))
	return fs.AppendBytes(b, cut(msg))
}

// cut keeps a part of an error to a size that fits any frame.
func cut(s string) string {
	const most = 16 << 10
	if len(s) > most {
		return s[:most]
	}
	return s
}

// decodeError reads what appendError wrote, from whoever sent it. Never nil.
func decodeError(d *fs.Decoder) error {
	e := &fs.Error{Op: d.String()}
	if k := d.Uint(); k <= 0xff { // a kind of a newer version is kept as it is
		e.Kind = fs.Kind(k)
	}
	e.Path = d.String()
	if msg := d.String(); msg != "" {
		e.Err = errors.New(msg)
	}
	if d.Err != nil {
		return fs.E("read reply", fs.KindUnavailable, "", d.Err)
	}
	return e
}

// unavailable is an error of the connection to addr.
func unavailable(op, addr string, cause error) error {
	return fs.E(op, fs.KindUnavailable, addr, cause)
}
