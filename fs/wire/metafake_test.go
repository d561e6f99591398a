package wire

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// fakeService is a metadata service that remembers its Txs and loses what it only
// accepted when it is told to.
type fakeService struct {
	mu       sync.Mutex
	next     fs.SessionID
	sessions map[fs.SessionID]*fakeMeta
	attached int      // calls of Attach
	log      []string // of effects, in order: the names that Creates made
	safe     int      // how many of log are committed
	done     map[doneKey]bool
	proposed int // calls of Propose
	// fail, if not nil, is asked before each Propose.
	fail func(tx *fs.Tx) error
	// down makes everything fail so.
	down error
	// lost is what Sync tells once.
	lost error
	nums uint64
}

type doneKey struct {
	id  fs.SessionID
	seq fs.Seq
}

func newFakeService() *fakeService {
	return &fakeService{sessions: map[fs.SessionID]*fakeMeta{}, done: map[doneKey]bool{}}
}

func (s *fakeService) OpenSession(_ context.Context, name string) (fs.Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	s.next++
	m := &fakeMeta{s: s, id: s.next, name: name}
	s.sessions[m.id] = m
	return m, nil
}

// attaching is a fakeService that is an Attacher too.
type attaching struct{ *fakeService }

func (s attaching) Attach(_ context.Context, id fs.SessionID) (fs.Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attached++
	if m := s.sessions[id]; m != nil {
		return m, nil
	}
	return nil, fs.E("attach", fs.KindStale, "", nil)
}

// crash loses what was only accepted, as a leader that dies.
func (s *fakeService) crash() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashLocked()
}

func (s *fakeService) crashLocked() {
	for _, name := range s.log[s.safe:] {
		for k := range s.done {
			if fmt.Sprintf("%d/%d", k.id, k.seq) == name[:len(fmt.Sprintf("%d/%d", k.id, k.seq))] {
				delete(s.done, k)
			}
		}
	}
	s.log = s.log[:s.safe]
	s.lost = fs.E("sync", fs.KindUnavailable, "", nil)
}

func (s *fakeService) effects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// fakeMeta answers reads with what a test has set, and remembers what it was asked.
type fakeMeta struct {
	fs.Meta // the rest: nil
	s       *fakeService
	id      fs.SessionID
	name    string

	args []any // of the last call
	rets []any // of the next
	gate chan struct{}
}

func (m *fakeMeta) Session() fs.SessionID { return m.id }

func (m *fakeMeta) Propose(_ context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	s := m.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proposed++
	if s.down != nil {
		return fs.Result{}, s.down
	}
	if s.fail != nil {
		if err := s.fail(tx); err != nil {
			return fs.Result{}, err
		}
	}
	var res fs.Result
	k := doneKey{m.id, tx.Seq}
	for _, op := range tx.Ops {
		switch o := op.(type) {
		case *fs.Create:
			res.Ops = append(res.Ops, fs.OpResult{Attr: fs.Attr{Ino: fs.Ino(tx.Seq)}})
			if !s.done[k] {
				s.log = append(s.log, fmt.Sprintf("%d/%d %s", m.id, tx.Seq, o.Name))
			}
		case *fs.Alloc:
			res.Ops = append(res.Ops, fs.OpResult{ID: s.nums + 1, ID2: s.nums + 1001})
			s.nums += uint64(o.Inos)
		}
	}
	s.done[k] = true
	if wait == fs.Committed {
		s.safe = len(s.log)
	}
	return res, nil
}

func (m *fakeMeta) Sync(context.Context) error {
	m.s.mu.Lock()
	defer m.s.mu.Unlock()
	if m.s.down != nil {
		return m.s.down
	}
	if err := m.s.lost; err != nil {
		m.s.lost = nil
		return err
	}
	m.s.safe = len(m.s.log)
	return nil
}

func (m *fakeMeta) Close(context.Context) error {
	m.s.mu.Lock()
	defer m.s.mu.Unlock()
	delete(m.s.sessions, m.id)
	return nil
}

// Speculate makes a view that has nothing, not even a Tx.
func (m *fakeMeta) Speculate(fs.SpeculateOptions) fs.Speculation { return nil }

func (m *fakeMeta) asked(args ...any) []any {
	m.s.mu.Lock()
	defer m.s.mu.Unlock()
	m.args = args
	return m.rets
}

// ret is the i-th answer as a T.
func ret[T any](rets []any, i int) T {
	if i >= len(rets) {
		var zero T
		return zero
	}
	return rets[i].(T)
}

func (m *fakeMeta) Lock(ctx context.Context, l fs.Lock) error {
	m.asked(l)
	if m.gate != nil && l.Wait {
		select {
		case m.gate <- struct{}{}:
		case <-ctx.Done():
		}
		<-ctx.Done()
		return fs.E("lock", fs.KindInterrupted, "", ctx.Err())
	}
	return nil
}

func (m *fakeMeta) Changes(ctx context.Context, after uint64) ([]fs.Change, uint64, error) {
	r := m.asked(after)
	if m.gate != nil {
		select {
		case m.gate <- struct{}{}:
		case <-ctx.Done():
		}
		<-ctx.Done()
		return nil, 0, ctx.Err()
	}
	return ret[[]fs.Change](r, 0), ret[uint64](r, 1), nil
}

func (m *fakeMeta) KeepAlive(_ context.Context, held []fs.Ino) ([]fs.Ino, error) {
	return ret[[]fs.Ino](m.asked(held), 0), nil
}

func (m *fakeMeta) TestLock(_ context.Context, l fs.Lock) (fs.Lock, error) {
	return ret[fs.Lock](m.asked(l), 0), nil
}

func (m *fakeMeta) Lookup(_ context.Context, dir fs.Ino, name string) (fs.Attr, error) {
	return ret[fs.Attr](m.asked(dir, name), 0), nil
}

func (m *fakeMeta) GetAttr(_ context.Context, i fs.Ino) (fs.Attr, error) {
	return ret[fs.Attr](m.asked(i), 0), nil
}

func (m *fakeMeta) ReadDir(_ context.Context, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	return ret[[]fs.Dirent](m.asked(dir, after, limit), 0), nil
}

func (m *fakeMeta) Readlink(_ context.Context, i fs.Ino) (string, error) {
	return ret[string](m.asked(i), 0), nil
}

func (m *fakeMeta) GetXattr(_ context.Context, i fs.Ino, name string) ([]byte, error) {
	return ret[[]byte](m.asked(i, name), 0), nil
}

func (m *fakeMeta) ListXattr(_ context.Context, i fs.Ino) ([]string, error) {
	return ret[[]string](m.asked(i), 0), nil
}

func (m *fakeMeta) Extents(_ context.Context, i fs.Ino, off, n int64) (fs.Attr, []fs.Extent, error) {
	r := m.asked(i, off, n)
	return ret[fs.Attr](r, 0), ret[[]fs.Extent](r, 1), nil
}

func (m *fakeMeta) Path(_ context.Context, i fs.Ino) (string, error) {
	return ret[string](m.asked(i), 0), nil
}

func (m *fakeMeta) StatFS(context.Context) (fs.StatFS, error) {
	return ret[fs.StatFS](m.asked(), 0), nil
}

func (m *fakeMeta) Triggers(context.Context) ([]fs.Trigger, error) {
	return ret[[]fs.Trigger](m.asked(), 0), nil
}

func (m *fakeMeta) TriggerVersions(_ context.Context, n string) ([]fs.TriggerVersion, error) {
	return ret[[]fs.TriggerVersion](m.asked(n), 0), nil
}

func (m *fakeMeta) TriggerSource(_ context.Context, n, v string) ([]byte, error) {
	return ret[[]byte](m.asked(n, v), 0), nil
}

func (m *fakeMeta) Waiting(_ context.Context, t string, after fs.InvocationID, limit int, wait bool) ([]fs.Invocation, error) {
	return ret[[]fs.Invocation](m.asked(t, after, limit, wait), 0), nil
}

func (m *fakeMeta) DeadLetters(_ context.Context, t string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return ret[[]fs.Invocation](m.asked(t, after, limit), 0), nil
}

func (m *fakeMeta) Invocation(_ context.Context, id fs.InvocationID) (fs.Invocation, error) {
	return ret[fs.Invocation](m.asked(id), 0), nil
}

func (m *fakeMeta) ReportStatus(_ context.Context, s []fs.ServerStatus) (fs.ClusterMap, error) {
	return ret[fs.ClusterMap](m.asked(s), 0), nil
}

func (m *fakeMeta) ClusterMap(context.Context) (fs.ClusterMap, error) {
	return ret[fs.ClusterMap](m.asked(), 0), nil
}

func (m *fakeMeta) Stripes(_ context.Context, w fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	return ret[[]fs.Stripe](m.asked(w, after, limit), 0), nil
}

func (m *fakeMeta) Stripe(_ context.Context, id fs.StripeID) (fs.Stripe, error) {
	return ret[fs.Stripe](m.asked(id), 0), nil
}

func (m *fakeMeta) Inodes(_ context.Context, after fs.Ino, limit int) ([]fs.Attr, error) {
	return ret[[]fs.Attr](m.asked(after, limit), 0), nil
}

func (m *fakeMeta) Status(context.Context) (fs.MetaStatus, error) {
	return ret[fs.MetaStatus](m.asked(), 0), nil
}

// fill sets every field of a value at random, to nothing empty.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1 + r.Int64N(100_000))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1 + r.Uint64N(200))
	case reflect.Float64:
		v.SetFloat(r.Float64() + 0.1)
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d\n\xff", r.IntN(1000)))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	default:
		panic(v.Type().String())
	}
}

// memoryMeta serves a service over a memory network at "meta" and opens a session.
func memoryMeta(t testing.TB, svc fs.MetaService) (*Memory, *MetaClient, fs.Meta) {
	t.Helper()
	m := NewMemory()
	l, err := m.Listen("meta")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{SessionKey: []byte("key")}, func(s *Server) { s.ServeMeta(svc) })
	c := NewMetaClient(quick(m.DialFrom("client")), "meta")
	t.Cleanup(c.Close)
	s, err := c.OpenSession(testContext(t), "mount /mnt")
	if err != nil {
		t.Fatal(err)
	}
	return m, c, s
}
