package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

func memoryAdmin(t *testing.T, register func(*Server)) (*Memory, *Admin) {
	t.Helper()
	m := NewMemory()
	l, err := m.Listen("node")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{}, register)
	a := NewAdmin(quick(m.Dial), "node")
	t.Cleanup(a.Close)
	return m, a
}

func TestAdminCall(t *testing.T) {
	ctx := testContext(t)
	_, a := memoryAdmin(t, func(s *Server) {
		s.Handle("double", func(_ context.Context, req []byte) ([]byte, error) { return append(req, req...), nil })
		s.Handle("fail", func(context.Context, []byte) ([]byte, error) {
			return nil, fmt.Errorf("wrapped: %w", fs.E("retry", fs.KindNotFound, "thumbnail", errors.New("no such trigger")))
		})
		s.Handle("plain", func(context.Context, []byte) ([]byte, error) { return nil, errors.New("just words") })
		s.Handle("bare", func(context.Context, []byte) ([]byte, error) { return nil, fs.KindQuota })
		s.Handle("huge", func(context.Context, []byte) ([]byte, error) { return make([]byte, MaxFrame+1), nil })
	})
	for _, req := range [][]byte{nil, []byte("x"), make([]byte, 7<<20)} {
		got, err := a.Call(ctx, "double", req)
		if err != nil || !bytes.Equal(got, append(bytes.Clone(req), req...)) {
			t.Errorf("%d bytes came back for %d, %v", len(got), len(req), err)
		}
	}
	_, err := a.Call(ctx, "fail", nil)
	if e, ok := errors.AsType[*fs.Error](err); !ok || e.Op != "retry" || e.Kind != fs.KindNotFound || e.Path != "thumbnail" || e.Err.Error() != "no such trigger" {
		t.Errorf("the error came as %#v", err)
	}
	_, err = a.Call(ctx, "plain", nil)
	wantKind(t, err, fs.KindOther)
	if err.Error() != "just words" {
		t.Errorf("the error reads %q", err)
	}
	_, err = a.Call(ctx, "bare", nil)
	if !errors.Is(err, fs.KindQuota) {
		t.Errorf("the error is %v", err)
	}
	_, err = a.Call(ctx, "huge", nil)
	wantKind(t, err, fs.KindTooBig)
	_, err = a.Call(ctx, "double", make([]byte, MaxFrame+1))
	wantKind(t, err, fs.KindTooBig)
	_, err = a.Call(ctx, "nothing", nil)
	wantKind(t, err, fs.KindUnsupported)
}

func TestAdminStream(t *testing.T) {
	ctx := testContext(t)
	gone := make(chan error, 2)
	m, a := memoryAdmin(t, func(s *Server) {
		s.HandleStream("count", func(_ context.Context, req []byte, w io.Writer) error {
			for i := range 5000 {
				if _, err := fmt.Fprintf(w, "%s %d\n", req, i); err != nil {
					return err
				}
			}
			_, err := w.Write(make([]byte, 3*streamPart))
			return errors.Join(err, fs.E("count", fs.KindBudget, "", nil))
		})
		s.HandleStream("follow", func(ctx context.Context, _ []byte, w io.Writer) error {
			for {
				if _, err := w.Write([]byte("line\n")); err != nil {
					gone <- err
					return err
				}
			}
		})
	})
	var got, want bytes.Buffer
	err := a.Stream(ctx, "count", []byte("n"), func(p []byte) error { got.Write(p); return nil })
	wantKind(t, err, fs.KindBudget)
	for i := range 5000 {
		fmt.Fprintf(&want, "n %d\n", i)
	}
	want.Write(make([]byte, 3*streamPart))
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes came, want %d", got.Len(), want.Len())
	}

	stop := errors.New("enough")
	if err := a.Stream(ctx, "follow", nil, func([]byte) error { return stop }); err != stop {
		t.Errorf("ended with %v", err)
	}
	<-gone
	c, cancel := context.WithCancel(ctx)
	err = a.Stream(c, "follow", nil, func([]byte) error { cancel(); return nil })
	wantKind(t, err, fs.KindCanceled)
	<-gone
	err = a.Stream(ctx, "follow", nil, func([]byte) error { m.CutAll("", "node"); return nil })
	wantKind(t, err, fs.KindUnavailable)
	err = a.Stream(ctx, "nothing", nil, nil)
	wantKind(t, err, fs.KindUnsupported)
}
