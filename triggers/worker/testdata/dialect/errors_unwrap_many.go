//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
	"io"
)

type multi struct{ errs []error }

func (m *multi) Error() string   { return fmt.Sprint(len(m.errs), " errors") }
func (m *multi) Unwrap() []error { return m.errs }
func (m *multi) add(err error) {
	if err != nil {
		m.errs = append(m.errs, err)
	}
}
func (m *multi) err() error {
	if len(m.errs) == 0 {
		return nil
	}
	return m
}

func Handle(c *wake.Context, e wake.Event) error {
	var m multi
	fmt.Println(m.err() == nil)
	m.add(nil)
	m.add(io.EOF)
	m.add(errors.New("x"))
	err := m.err()
	fmt.Println(err, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Unwrap(err))
	return err
}
