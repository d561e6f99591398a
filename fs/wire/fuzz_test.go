package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// scripted is a connection whose peer says what the fuzzer made up, then hangs up.
type scripted struct {
	net.Conn // the rest: nil
	in       *bytes.Reader
}

func (c *scripted) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *scripted) Write(p []byte) (int, error)      { return len(p), nil }
func (c *scripted) Close() error                     { return nil }
func (c *scripted) RemoteAddr() net.Addr             { return memoryAddr("fuzz") }
func (c *scripted) SetDeadline(time.Time) error      { return nil }
func (c *scripted) SetReadDeadline(time.Time) error  { return nil }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }

// frame encodes a frame.
func frame(h header, msg, bulk []byte) []byte {
	h.msg, h.bulk = uint32(len(msg)), uint32(len(bulk))
	var b [headerLen]byte
	h.put(b[:])
	return append(append(b[:], msg...), bulk...)
}

func FuzzHeader(f *testing.F) {
	f.Add(frame(header{stream: 7, method: mShardPut, timeout: time.Second}, []byte("m"), []byte("bulk")))
	f.Add(bytes.Repeat([]byte{0xff}, headerLen))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerLen {
			return
		}
		h, err := parseHeader(b)
		if err != nil {
			return
		}
		if uint64(h.msg)+uint64(h.bulk) > MaxFrame || h.timeout < 0 {
			t.Fatalf("accepted %+v", h)
		}
		var again [headerLen]byte
		h.put(again[:])
		if again[15] = b[15]; !bytes.Equal(again[:], b[:headerLen]) {
			t.Fatalf("%x became %x", b[:headerLen], again)
		}
	})
}

// FuzzServer has a server of everything listen to any bytes.
func FuzzServer(f *testing.F) {
	for m := range methodEnd {
		msg := fs.AppendUint(nil, uint(1))
		if m >= mOpenSession {
			tok := (&sessions{key: []byte("key")}).token(1)
			msg = append(fs.AppendBytes(msg, tok[:]), 0)
		}
		if m == mPropose {
			tx := create("x")
			tx.Session, tx.Seq = 1, 1
			msg = tx.Append(append(msg, 1))
		}
		class := Metadata
		if m < mOpenSession {
			class = Bulk
		}
		b := preamble{version: version, class: class}.bytes()
		f.Add(append(b[:], frame(header{stream: 1, method: m, timeout: time.Millisecond}, msg, []byte("bulk"))...))
	}
	b := preamble{version: version, class: Administration}.bytes()
	f.Add(append(append(b[:], frame(header{stream: 1, method: mAdminStream}, []byte("\x04echo"), []byte("x"))...), frame(header{stream: 1, flags: flagCancel}, nil, nil)...))
	log := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, b []byte) {
		svc := newFakeService()
		if _, err := svc.OpenSession(context.Background(), ""); err != nil {
			t.Fatal(err)
		}
		s := NewServer(ServerOptions{Log: log, SessionKey: []byte("key"), MaxInFlight: 2})
		s.ServeMeta(attaching{svc})
		s.ServeShards(oneServer{1, newFakeStore()})
		s.Handle("echo", func(_ context.Context, req []byte) ([]byte, error) { return req, nil })
		s.HandleStream("echo", func(_ context.Context, req []byte, w io.Writer) error {
			_, err := w.Write(req)
			return err
		})
		s.ServeConn(&scripted{in: bytes.NewReader(b)})
		if s.memory.free != s.opts.BulkMemory {
			t.Fatalf("%d bytes of the budget did not come back", s.opts.BulkMemory-s.memory.free)
		}
	})
}

// FuzzClient has a client with calls in flight listen to any bytes.
func FuzzClient(f *testing.F) {
	f.Add(frame(header{stream: 1, flags: flagReply}, []byte("msg"), []byte("bulk")))
	f.Add(append(frame(header{stream: 2, flags: flagReply | flagError}, appendError(nil, os.ErrExist), nil), frame(header{stream: 1, flags: flagReply}, nil, nil)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := newClientConn(&scripted{in: bytes.NewReader(b)}, ClientOptions{}.withDefaults(), "fuzz")
		calls := make([]*call, 3)
		for i := range calls {
			calls[i] = newCall("fuzz", mShardGet)
			calls[i].dst = make([]byte, 4)
			if i == 2 {
				calls[i].dst = nil
			}
			if err := c.start(context.Background(), calls[i]); err != nil {
				t.Fatal(err)
			}
		}
		c.readLoop()
		for _, cl := range calls {
			if err := c.finish(context.Background(), cl); err != nil {
				if _, ok := errors.AsType[*fs.Error](err); !ok {
					t.Fatalf("%T is no *fs.Error", err)
				}
			}
		}
	})
}

// FuzzMessages decodes any bytes as every message; what can be read is written and read again the same.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{}, uint8(0))
	f.Add(appendClusterMap(nil, &fs.ClusterMap{Index: 1, Servers: make([]fs.ServerInfo, 2), Scores: []float64{1}, PGs: make([]fs.PG, 1)}), uint8(3))
	f.Add(appendMetaStatus(nil, &fs.MetaStatus{Peers: []string{"a"}, Sessions: make([]fs.SessionInfo, 1)}), uint8(4))
	kinds := []func(*fs.Decoder) []byte{
		func(d *fs.Decoder) []byte { return appendShardAddr(nil, decodeShardAddr(d)) },
		func(d *fs.Decoder) []byte {
			return appendList(nil, decodeList(d, decodeShardInfo), appendShardInfo)
		},
		func(d *fs.Decoder) []byte {
			return appendList(nil, decodeList(d, decodeServerStatus), appendServerStatus)
		},
		func(d *fs.Decoder) []byte { m := decodeClusterMap(d); return appendClusterMap(nil, &m) },
		func(d *fs.Decoder) []byte { m := decodeMetaStatus(d); return appendMetaStatus(nil, &m) },
		func(d *fs.Decoder) []byte { return appendList(nil, decodeList(d, decodeChange), appendChange) },
		func(d *fs.Decoder) []byte { l := decodeLock(d); return appendLock(nil, &l) },
		func(d *fs.Decoder) []byte { return appendList(nil, decodeList(d, decodeDirent), appendDirent) },
		func(d *fs.Decoder) []byte { s := decodeStatFS(d); return appendStatFS(nil, &s) },
		func(d *fs.Decoder) []byte { return appendStrings(nil, decodeStrings(d)) },
		func(d *fs.Decoder) []byte { return appendError(nil, decodeError(d)) },
		func(d *fs.Decoder) []byte { var tx fs.Tx; tx.Decode(d); return tx.Append(nil) },
		func(d *fs.Decoder) []byte { var r fs.Result; r.Decode(d); return r.Append(nil) },
	}
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		again := kinds[int(kind)%len(kinds)]
		d := fs.Decoder{B: b}
		one := again(&d)
		if d.Err != nil {
			return
		}
		d = fs.Decoder{B: one}
		if two := again(&d); d.Err != nil || !bytes.Equal(one, two) {
			t.Fatalf("%x was read as %x, then as %x, %v", b, one, two, d.Err)
		}
	})
}
