package wire

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// TestHostilePeers: whoever breaks the rules loses the connection, and nobody else notices.
func TestHostilePeers(t *testing.T) {
	fake := newFakeStore()
	fake.gate = make(chan struct{})
	m := NewMemory()
	l, err := m.Listen("chunk")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{Stall: 300 * time.Millisecond}, func(s *Server) { s.ServeShards(oneServer{1, fake}) })
	honest := dialShards(t, quick(m.Dial), "chunk")
	status := frame(header{stream: 1, method: mShardStatus}, []byte{1}, nil)
	verify := frame(header{stream: 9, method: mShardVerify}, []byte{1}, nil)
	huge := frame(header{stream: 1, method: mShardPut}, nil, nil)
	huge[3], huge[7] = 0xff, 0xff // 8 GB
	for name, c := range map[string]struct {
		send   []byte
		repeat bool
	}{
		"takes no replies":     {status, true},
		"does not go on":       {frame(header{stream: 1, method: mShardPut}, []byte{1}, make([]byte, 100))[:60], false},
		"claims too much":      {huge, false},
		"reuses a stream":      {append(verify, verify...), false},
		"sends replies":        {frame(header{stream: 1, flags: flagReply}, nil, nil), false},
		"has a negative limit": {frame(header{stream: 1, method: mShardStatus, timeout: -1}, []byte{1}, nil), false},
	} {
		t.Run(name, func(t *testing.T) {
			nc, err := m.Dial(testContext(t), "chunk")
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			hello := preamble{version: version, class: Bulk}.bytes()
			if _, err := nc.Write(hello[:]); err != nil {
				t.Fatal(err)
			}
			if err := nc.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if c.repeat {
				for i := uint32(0); err == nil; i++ {
					binary.LittleEndian.PutUint32(c.send[8:], i) // a stream of its own
					_, err = nc.Write(c.send)
				}
			} else if _, err = nc.Write(c.send); err == nil {
				_, err = io.Copy(io.Discard, nc) // nil at its end
			}
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Error("the connection is still open")
			}
			if _, err := honest.Status(testContext(t)); err != nil {
				t.Errorf("an honest client gets %v", err)
			}
		})
	}
	close(fake.gate)
	if err := honest.Put(testContext(t), fs.ShardAddr{PG: 1}, fs.Owner{}, nil); err != nil {
		t.Error(err)
	}
}
