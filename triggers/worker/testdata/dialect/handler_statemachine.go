//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type state int

const (
	start state = iota
	inWord
	inQuote
)

type token struct {
	kind string
	text string
}

type lexer struct {
	in   string
	pos  int
	st   state
	cur  strings.Builder
	toks []token
}

func (l *lexer) emit(kind string) {
	l.toks, l.st = append(l.toks, token{kind, l.cur.String()}), start
	l.cur.Reset()
}

func (l *lexer) next() (byte, bool) {
	if l.pos >= len(l.in) {
		return 0, false
	}
	b := l.in[l.pos]
	l.pos++
	return b, true
}

func (l *lexer) run() []token {
	for {
		b, ok := l.next()
		if !ok {
			break
		}
		switch l.st {
		case start:
			switch {
			case b == ' ', b == '\t':
			case b == '"':
				l.st = inQuote
			default:
				l.st = inWord
				l.cur.WriteByte(b)
			}
		case inWord:
			if b == ' ' {
				l.emit("word")
				continue
			}
			l.cur.WriteByte(b)
		case inQuote:
			if b == '"' {
				l.emit("quote")
				break
			}
			l.cur.WriteByte(b)
		}
	}
	if l.cur.Len() > 0 {
		l.emit("word")
	}
	return l.toks
}

type parser struct {
	toks []string
	i    int
}

func (p *parser) peek() string {
	if p.i < len(p.toks) {
		return p.toks[p.i]
	}
	return ""
}

func (p *parser) expr() int {
	v := p.term()
	for p.peek() == "+" || p.peek() == "-" {
		op := p.toks[p.i]
		p.i++
		if r := p.term(); op == "+" {
			v += r
		} else {
			v -= r
		}
	}
	return v
}

func (p *parser) term() int {
	v := p.factor()
	for p.peek() == "*" {
		p.i++
		v *= p.factor()
	}
	return v
}

func (p *parser) factor() (v int) {
	if p.peek() == "(" {
		p.i++
		v = p.expr()
		p.i++
		return
	}
	fmt.Sscan(p.toks[p.i], &v)
	p.i++
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	l := &lexer{in: "say \"hello there\" now x"}
	for i, t := range l.run() {
		fmt.Println(i, t.kind, t.text)
	}
	p := parser{toks: strings.Fields("2 + 3 * ( 4 - 1 ) - 1")}
	fmt.Println(p.expr())
	return nil
}
