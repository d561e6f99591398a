package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func memoryPair(t *testing.T) (m *Memory, client, server net.Conn) {
	t.Helper()
	m = NewMemory()
	l, err := m.Listen("b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if client, err = m.DialFrom("a")(testContext(t), "b"); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return m, client, server
}

func mustWrite(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if n, err := c.Write([]byte(s)); n != len(s) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
}

func wantRead(t *testing.T, c net.Conn, s string) {
	t.Helper()
	b := make([]byte, len(s))
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, b); err != nil || string(b) != s {
		t.Fatalf("read %q, %v; want %q", b, err, s)
	}
}

// wantNothing: what was sent does not arrive.
func wantNothing(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 100)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read %d, %v", n, err)
	}
}

func TestMemoryConn(t *testing.T) {
	m, c, s := memoryPair(t)
	if c.RemoteAddr().String() != "b" || s.RemoteAddr().String() != "a" {
		t.Errorf("addresses %v, %v", c.RemoteAddr(), s.RemoteAddr())
	}
	mustWrite(t, c, "to")
	mustWrite(t, s, "fro")
	wantRead(t, s, "to")
	wantRead(t, c, "fro")
	wantNothing(t, c)

	if err := c.SetWriteDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Write(make([]byte, memoryBuffer+1)); n != memoryBuffer || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a full buffer took %d, %v", n, err)
	}
	c.Close()
	if n, err := io.Copy(io.Discard, s); n != memoryBuffer || err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the close came %d bytes, %v", n, err)
	}
	if _, err := s.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing to a closed end: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading from a closed connection: %v", err)
	}
	if _, err := m.Listen("b"); err == nil {
		t.Error("two listen at one address")
	}
	if _, err := m.Dial(testContext(t), "nowhere"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialing nobody: %v", err)
	}
}

func TestMemoryFaults(t *testing.T) {
	t.Run("cut", func(t *testing.T) {
		m, c, s := memoryPair(t)
		m.SetFault(func(w Write) Fault { return Fault{Cut: w.Before == 3, CutAfter: 2} })
		mustWrite(t, c, "abc")
		if n, err := c.Write([]byte("defg")); n != 2 || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("wrote %d, %v", n, err)
		}
		wantRead(t, s, "abcde")
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("behind the cut: %v", err)
		}
	})
	t.Run("drop", func(t *testing.T) {
		m, c, s := memoryPair(t)
		mustWrite(t, c, "a")
		m.SetFault(func(w Write) Fault { return Fault{Drop: w.From == "a"} })
		mustWrite(t, c, "b")
		m.SetFault(nil)
		mustWrite(t, c, "c")
		wantRead(t, s, "a")
		wantNothing(t, s)
		mustWrite(t, s, "back")
		wantRead(t, c, "back")
	})
	t.Run("delay", func(t *testing.T) {
		m, c, s := memoryPair(t)
		m.SetFault(func(w Write) Fault { return Fault{Delay: 30 * time.Millisecond} })
		begun := time.Now()
		mustWrite(t, c, "late")
		m.SetFault(nil)
		mustWrite(t, c, "r")
		wantRead(t, s, "later")
		if d := time.Since(begun); d < 30*time.Millisecond {
			t.Errorf("after %v already", d)
		}
	})
	t.Run("partition", func(t *testing.T) {
		m, c, s := memoryPair(t)
		m.Partition("a", "b", true)
		mustWrite(t, c, "held")
		wantNothing(t, s)
		dialed := make(chan error, 1)
		go func() {
			nc, err := m.DialFrom("a")(testContext(t), "b")
			if err == nil {
				nc.Close()
			}
			dialed <- err
		}()
		m.Partition("a", "b", false)
		wantRead(t, s, "held")
		if err := <-dialed; err != nil {
			t.Error(err)
		}
	})
}
