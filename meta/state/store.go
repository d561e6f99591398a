package state

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// Inside the package an error is a bare fs.Kind or an *fs.Error without Op; whoever crosses
// the boundary names it.

// load decodes the record under key and tells whether there is one. Byte strings of
// what it decodes alias the view.
func load(r kv.Reader, key []byte, decode func(*fs.Decoder)) (bool, error) {
	v, ok, err := r.Get(key)
	if err != nil {
		return false, storage(err)
	}
	if !ok {
		return false, nil
	}
	return true, parse(key, v, decode)
}

// parse decodes a stored record.
func parse(key, v []byte, decode func(*fs.Decoder)) error {
	d := fs.Decoder{B: v}
	decode(&d)
	return damaged(key, d.Err)
}

func damaged(key []byte, err error) error {
	if err == nil {
		return nil
	}
	return fs.E("", fs.KindCorrupt, fmt.Sprintf("record %q", key), err)
}

// scan is r.Scan with an fn that may fail.
func scan(r kv.Reader, lo, hi []byte, reverse bool, fn func(k, v []byte) (bool, error)) error {
	var ferr error
	err := r.Scan(lo, hi, reverse, func(k, v []byte) bool {
		more, err := fn(k, v)
		ferr = err
		return more && err == nil
	})
	if err != nil {
		return storage(err)
	}
	return ferr
}

// storage marks an error of the view itself.
func storage(err error) error {
	if !errors.Is(err, kv.ErrIO) {
		err = fmt.Errorf("%w: %w", kv.ErrIO, err)
	}
	return fs.E("", fs.KindOther, "", err)
}

// named gives an error its operation, and a path if it has none.
func named(op, path string, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case fs.Kind:
		return fs.E(op, e, path, nil)
	case *fs.Error:
		if e.Op == "" {
			e.Op = op
		}
		if e.Path == "" {
			e.Path = path
		}
		return e
	}
	return fs.E(op, fs.KindOther, path, err)
}

func invalid(format string, args ...any) error {
	return fs.Errorf("", fs.KindInvalid, "", format, args...)
}
