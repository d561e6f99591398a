//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type visitor struct{ out []string }

func (v *visitor) each(xs []string, f func(string)) {
	for _, x := range xs {
		f(x)
	}
}

func (v *visitor) add(s string) { v.out = append(v.out, s) }

type opt func(*server)

type server struct {
	name string
	port int
	hook func(string) string
	sub  *server
}

func withName(n string) opt { return func(s *server) { s.name = n } }
func withPort(p int) opt    { return func(s *server) { s.port = p } }

func newServer(opts ...opt) *server {
	s := &server{port: 80, hook: strings.ToUpper}
	for _, o := range opts {
		o(s)
	}
	return s
}

type builder struct{ parts []string }

func (b *builder) add(f string, a ...any) *builder {
	b.parts = append(b.parts, fmt.Sprintf(f, a...))
	return b
}

func (b builder) build() string { return strings.Join(b.parts, ",") }

type cmd struct {
	name string
	run  func(args ...string) error
}

type app struct {
	cmds map[string]*cmd
	log  func(string, ...any)
}

func (a *app) reg(n string, f func(...string) error) { a.cmds[n] = &cmd{n, f} }

func (a *app) exec(n string, args ...string) error {
	c, ok := a.cmds[n]
	if !ok {
		return fmt.Errorf("unknown %s", n)
	}
	a.log("exec %s %d", n, len(args))
	return c.run(args...)
}

func (a *app) hello(args ...string) error { a.log("hello %s", strings.Join(args, " ")); return nil }

func Handle(c *wake.Context, e wake.Event) error {
	v := &visitor{}
	v.each([]string{"a", "b"}, v.add)
	v.each([]string{"c"}, func(s string) { v.add(s + s) })
	fmt.Println(v.out)
	s := newServer(withName("x"), withPort(8080))
	fmt.Println(s.name, s.port, s.hook("h"))
	s.sub = newServer()
	s.sub.hook = func(x string) string { return s.name + x }
	fmt.Println(s.sub.hook("!"), s.sub.sub == nil)
	b := (&builder{}).add("%d", 1).add("%s-%s", "a", "b").add("z")
	fmt.Println(b.build(), len(b.parts))
	a := &app{cmds: map[string]*cmd{}, log: c.Logf}
	a.reg("hi", a.hello)
	a.reg("fail", func(...string) error { return fmt.Errorf("failed") })
	fmt.Println(a.exec("hi", "you"), a.exec("fail"), a.exec("zz"))
	fs := map[string]func(string) string{"up": strings.ToUpper, "trim": strings.TrimSpace}
	fmt.Println(fs["up"]("q"), fs["trim"](" w "))
	var pipeline []func(string) string
	pipeline = append(pipeline, strings.TrimSpace, strings.ToUpper, func(s string) string { return s + "!" }, s.hook)
	x := " hi "
	for _, f := range pipeline {
		x = f(x)
	}
	fmt.Println(x)
	return nil
}
