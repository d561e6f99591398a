package worker

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

const trivial = `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error { return nil }
`

// abuses are what a worker that has been taken over would send instead of the answer to an invocation.
var abuses = map[string]func(c *conn){
	"nothing":         func(c *conn) { os.Exit(0) },
	"garbage":         func(c *conn) { c.f.Write(bytes.Repeat([]byte{0xff, 0x13, 0x37}, 1000)) },
	"huge length":     func(c *conn) { c.f.Write([]byte{0xff, 0xff, 0xff, 0xff, byte(kindCall)}) },
	"no length":       func(c *conn) { c.f.Write([]byte{0, 0, 0, 0, byte(kindCall)}) },
	"half a frame":    func(c *conn) { c.f.Write([]byte{100, 0, 0, 0, byte(kindCall), 1, 2}); os.Exit(0) },
	"hello again":     func(c *conn) { c.begin(kindHello); c.putUint(0); c.send() },
	"a reply":         func(c *conn) { c.begin(kindReply); c.putByte(0); c.send() },
	"empty call":      func(c *conn) { c.begin(kindCall); c.send() },
	"unknown call":    func(c *conn) { c.begin(kindCall); c.putByte(200); c.send() },
	"relative path":   func(c *conn) { c.begin(kindCall); c.putByte(byte(opRemove)); c.putString("a"); c.send() },
	"dirty path":      func(c *conn) { c.begin(kindCall); c.putByte(byte(opRemove)); c.putString("/a/../../b"); c.send() },
	"zero in path":    func(c *conn) { c.begin(kindCall); c.putByte(byte(opRemove)); c.putString("/a\x00b"); c.send() },
	"lying length":    func(c *conn) { c.begin(kindCall); c.putByte(byte(opRemove)); c.putUint(1 << 60); c.send() },
	"trailing bytes":  func(c *conn) { c.begin(kindCall); c.putByte(byte(opRemove)); c.putString("/a"); c.putByte(1); c.send() },
	"body of nothing": func(c *conn) { c.begin(kindCall); c.putByte(byte(opReadBody)); c.send() },
	"body without end": func(c *conn) {
		for range wake.MaxBody/maxData + 1 {
			c.begin(kindCall)
			c.putByte(byte(opSendBody))
			c.putBytes(make([]byte, maxData))
			c.send()
			c.read()
		}
	},
	"lying header": func(c *conn) {
		c.begin(kindCall)
		c.putByte(byte(opHTTP))
		c.putString("GET")
		c.putString("http://127.0.0.1/")
		c.putUint(1 << 60)
		c.send()
	},
	"unknown file": func(c *conn) {
		c.begin(kindCall)
		c.putByte(byte(opReadAt))
		c.putUint(7)
		c.putInt(0)
		c.putUint(1)
		c.send()
	},
	"negative offset": func(c *conn) {
		openThen(c, func() { c.putByte(byte(opReadAt)); c.putUint(1); c.putInt(-1); c.putUint(1) })
	},
	"huge offset": func(c *conn) {
		openThen(c, func() { c.putByte(byte(opReadAt)); c.putUint(1); c.putInt(math.MaxInt64); c.putUint(1) })
	},
	"huge read": func(c *conn) {
		openThen(c, func() { c.putByte(byte(opReadAt)); c.putUint(1); c.putInt(0); c.putUint(1 << 40) })
	},
	"close twice": func(c *conn) {
		openThen(c, func() { c.putByte(byte(opClose)); c.putUint(1) })
		c.begin(kindCall)
		c.putByte(byte(opClose))
		c.putUint(1)
		c.send()
	},
	"bad flags": func(c *conn) {
		c.begin(kindCall)
		c.putByte(byte(opOpen))
		c.putString("/f")
		c.putByte(0xff)
		c.putUint(0)
		c.send()
	},
	"bad mode": func(c *conn) {
		c.begin(kindCall)
		c.putByte(byte(opMkdir))
		c.putString("/f")
		c.putUint(1 << 40)
		c.send()
	},
	"huge limit": func(c *conn) {
		c.begin(kindCall)
		c.putByte(byte(opReadDir))
		c.putString("/")
		c.putString("")
		c.putUint(1 << 50)
		c.send()
	},
	"bad done": func(c *conn) { c.begin(kindDone); c.putByte(9); c.send() },
	"huge error": func(c *conn) {
		c.begin(kindDone)
		c.putByte(1)
		c.putByte(0)
		c.putByte(0)
		c.putUint(1 << 40)
		c.send()
	},
	"endless output": func(c *conn) {
		for c.begin(kindOutput); ; c.begin(kindOutput) {
			c.putBytes(make([]byte, maxString))
			if c.send() != nil {
				return
			}
		}
	},
	"never answers": func(c *conn) { select {} },
	"does not read": func(c *conn) {
		for {
			c.begin(kindCall)
			c.putByte(byte(opReadWhole))
			c.putString("/f")
			if c.send() != nil {
				return
			}
		}
	},
}

// openThen opens a file, waits for the reply and sends the call that put builds.
func openThen(c *conn, put func()) {
	c.begin(kindCall)
	c.putByte(byte(opOpen))
	c.putString("/f")
	c.putByte(byte(wake.OpenRead))
	c.putUint(0)
	c.send()
	c.read()
	c.begin(kindCall)
	put()
	c.send()
	c.read()
}

// abuseProtocol stands in for a handler: an event's path says which abuse. It waits to be killed.
func abuseProtocol(name string, c *conn) {
	if seed, ok := strings.CutPrefix(name, "random "); ok {
		n, _ := strconv.ParseUint(seed, 10, 64)
		randomFrames(c, rand.New(rand.NewPCG(n, n)))
	} else {
		abuses[name](c)
	}
	for {
		if _, _, err := c.read(); err != nil {
			os.Exit(0)
		}
	}
}

// randomFrames sends calls whose frames are right but whose payload is not.
func randomFrames(c *conn, r *rand.Rand) {
	for range 200 {
		c.begin(kind(r.IntN(10)))
		if r.IntN(4) > 0 {
			c.out[4] = byte(kindCall)
			c.putByte(byte(r.IntN(22)))
		}
		for range r.IntN(40) {
			switch r.IntN(4) {
			case 0:
				c.putString("/f")
			case 1:
				c.putUint(r.Uint64() >> r.IntN(64))
			default:
				c.putByte(byte(r.Uint32()))
			}
		}
		if c.send() != nil {
			return
		}
	}
}

// TestProtocolAbuse checks that nothing a worker sends harms its node, and that it is blamed for it.
func TestProtocolAbuse(t *testing.T) {
	pool := NewPool(Options{MaxIdle: -1, Blank: -1})
	defer pool.Close()
	names := []string{}
	for name := range abuses {
		names = append(names, name)
	}
	for seed := range 10 {
		names = append(names, "random "+strconv.Itoa(seed))
	}
	prog := compile(t, trivial)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			host := waketest.NewHost(map[string]string{"/f": strings.Repeat("x", 100_000)}, nil)
			budget := tight
			budget.Wall, budget.CPU = time.Second, time.Minute
			e := wake.Event{Type: fakeEvent, Path: name}
			out, err := pool.Invoke(t.Context(), prog, e, 1, budget, host)
			if err != nil {
				t.Fatal(err)
			}
			if out.Result != Crashed && out.Result != Exceeded {
				t.Errorf("%+v", out)
			}
			if len(out.Output) > 64<<10+len(cutNote) {
				t.Errorf("%d bytes of output", len(out.Output))
			}
			t.Log(out.Result, out.Reason)
		})
	}
	out, err := pool.Invoke(t.Context(), prog, wake.Event{Path: "/f"}, 1, tight, waketest.NewHost(nil, nil))
	if err != nil || out.Result != Succeeded {
		t.Errorf("afterwards: %+v, %v", out, err)
	}
}

// FuzzServe feeds a server payloads of calls.
func FuzzServe(f *testing.F) {
	f.Add([]byte{byte(opRemove), 2, '/', 'a'})
	f.Add(binary.AppendUvarint([]byte{byte(opReadDir), 1, '/', 0}, 10))
	f.Fuzz(func(t *testing.T, payload []byte) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		host := waketest.NewHost(map[string]string{"/a": "1", "/d/b": "2"}, nil)
		s := &server{host: host, budget: tight, c: newConn(w)}
		defer s.close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			buf := make([]byte, 64<<10)
			for {
				if _, err := r.Read(buf); err != nil {
					return
				}
			}
		}()
		s.serve(payload)
		w.Close()
		<-done
	})
}
