package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// TestEveryCall: arguments and answers of each method of fs.Meta cross unchanged. Those
// whose arguments or answers the client makes itself have tests of their own.
func TestEveryCall(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	_, _, s := memoryMeta(t, svc)
	fake := svc.sessions[s.Session()]
	if fake.name != "mount /mnt" {
		t.Errorf("the session is called %q", fake.name)
	}
	r := rand.New(rand.NewPCG(seed(t), 0))
	own := map[string]bool{"Session": true, "Propose": true, "Sync": true, "Alloc": true, "Speculate": true, "Close": true, "Lock": true}
	v := reflect.ValueOf(s)
	for i := range reflect.TypeFor[fs.Meta]().NumMethod() {
		name := reflect.TypeFor[fs.Meta]().Method(i).Name
		if own[name] {
			continue
		}
		m := v.MethodByName(name)
		in := []reflect.Value{reflect.ValueOf(ctx)}
		var args []any
		for k := 1; k < m.Type().NumIn(); k++ {
			x := reflect.New(m.Type().In(k)).Elem()
			fill(r, x)
			if x.Kind() == reflect.Int {
				x.SetInt(100) // a limit
			}
			in = append(in, x)
			args = append(args, x.Interface())
		}
		fake.rets = nil
		for k := range m.Type().NumOut() - 1 {
			x := reflect.New(m.Type().Out(k)).Elem()
			fill(r, x)
			fake.rets = append(fake.rets, x.Interface())
		}
		out := m.Call(in)
		if err := out[len(out)-1]; !err.IsNil() {
			t.Errorf("%s: %v", name, err)
		}
		for k := range fake.rets {
			if got := out[k].Interface(); !reflect.DeepEqual(got, fake.rets[k]) {
				t.Errorf("%s answered\n%+v, want\n%+v", name, got, fake.rets[k])
			}
		}
		if !slices.EqualFunc(fake.args, args, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("%s was asked\n%+v, want\n%+v", name, fake.args, args)
		}
	}
	l := fs.Lock{Ino: 1, Flock: true, Owner: 2, Type: fs.LockWrite, Start: 3, End: fs.MaxSize, PID: 4}
	if err := s.Lock(ctx, l); err != nil || !reflect.DeepEqual(fake.args, []any{l}) {
		t.Errorf("lock %+v, %v", fake.args, err)
	}
}

func create(name string) *fs.Tx {
	return &fs.Tx{Time: 1, Ops: []fs.Op{&fs.Create{Parent: 1, Name: name, Ino: 2, Mode: fs.ModeRegular}}}
}

// TestSpeculationLost: a view that the server does not have any more is a conflict, and so is its Tx.
func TestSpeculationLost(t *testing.T) {
	ctx := testContext(t)
	n, c, s := memoryMeta(t, newFakeService())
	sp := s.Speculate(fs.SpeculateOptions{}) // the fake has none
	_, err := sp.Lookup(ctx, 1, "x")
	wantKind(t, err, fs.KindConflict)
	for range 2 {
		tx := sp.Tx()
		if len(tx.Pre) != 1 || tx.Pre[0].Kind != fs.PreVersion || tx.Pre[0].Ino != 0 {
			t.Errorf("the Tx of a lost view could succeed: %+v", tx)
		}
		n.SetFault(func(Write) Fault { return Fault{Cut: true} })
		c.main.reconnect()
	}
}

// TestProposeOnce: the connection breaks again and again; every Tx takes effect once and in order.
func TestProposeOnce(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	net, _, s := memoryMeta(t, svc)
	r := rand.New(rand.NewPCG(seed(t), 1))
	var mu sync.Mutex
	net.SetFault(func(w Write) Fault {
		mu.Lock()
		defer mu.Unlock()
		if w.N > preambleLen && r.IntN(20) == 0 {
			return Fault{Cut: true, CutAfter: r.IntN(w.N + 1)}
		}
		return Fault{}
	})
	var want []string
	for i := range 300 {
		tx := create(fmt.Sprint("f", i))
		res, err := s.Propose(ctx, tx, fs.Wait(i%2))
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Ops) != 1 || res.Ops[0].Attr.Ino != fs.Ino(tx.Seq) {
			t.Fatalf("Tx %d was answered %+v", tx.Seq, res)
		}
		want = append(want, fmt.Sprintf("%d/%d f%d", s.Session(), tx.Seq, i))
	}
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got := svc.effects(); !slices.Equal(got, want) {
		t.Errorf("effects\n%v, want\n%v", got, want)
	}
}

// TestConcurrentProposals: as TestProposeOnce, from many goroutines; each one's Txs are in its order.
func TestConcurrentProposals(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	net, _, s := memoryMeta(t, svc)
	n := 0
	var mu sync.Mutex
	net.SetFault(func(w Write) Fault {
		mu.Lock()
		defer mu.Unlock()
		n++
		return Fault{Cut: w.N > preambleLen && n%97 == 0}
	})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				if _, err := s.Propose(ctx, create(fmt.Sprint(g, ".", i)), fs.Wait(i%2)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for _, e := range svc.effects() {
		var g string
		var i int
		_, name, _ := strings.Cut(e, " ")
		g, rest, _ := strings.Cut(name, ".")
		fmt.Sscan(rest, &i)
		if i != next[g] {
			t.Fatalf("%s made %d after %d", g, i, next[g]-1)
		}
		next[g]++
	}
	for g := range 8 {
		if next[fmt.Sprint(g)] != 100 {
			t.Errorf("%d made %d", g, next[fmt.Sprint(g)])
		}
	}
}

// TestReplay: what the service accepted and then lost is proposed again before anything else is
// done, in order and with the same Seqs.
func TestReplay(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	_, c, s := memoryMeta(t, svc)
	for i := range 10 {
		if _, err := s.Propose(ctx, create(fmt.Sprint("f", i)), fs.Accepted); err != nil {
			t.Fatal(err)
		}
	}
	want := svc.effects()
	svc.crash()
	if len(svc.effects()) != 0 {
		t.Fatal("the fake does not lose")
	}
	c.main.reconnect()
	fake := svc.sessions[s.Session()]
	fake.rets = []any{fs.Attr{}}
	if _, err := s.Lookup(ctx, 1, "f0"); err != nil { // a read sees the session's own Txs
		t.Fatal(err)
	}
	if got := svc.effects(); !slices.Equal(got, want) {
		t.Errorf("after a new connection: %v, want %v", got, want)
	}

	if err := s.Sync(ctx); err != nil { // over the same connection: Sync tells of the loss, is done again
		t.Fatal(err)
	}
	if _, err := s.Propose(ctx, create("g"), fs.Accepted); err != nil {
		t.Fatal(err)
	}
	want = svc.effects()
	svc.crash()
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got := svc.effects(); !slices.Equal(got, want) {
		t.Errorf("after Sync: %v, want %v", got, want)
	}
	before := svc.proposed
	c.main.reconnect()
	if _, err := s.Lookup(ctx, 1, "f0"); err != nil {
		t.Fatal(err)
	}
	if svc.proposed != before {
		t.Error("committed Txs are proposed again")
	}
}

// TestLost: a Tx that was accepted, lost and now fails takes all accepted after it with it, and Sync tells.
func TestLost(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	_, _, s := memoryMeta(t, svc)
	for _, name := range []string{"a", "b", "c"} {
		if _, err := s.Propose(ctx, create(name), fs.Accepted); err != nil {
			t.Fatal(err)
		}
	}
	svc.crash()
	svc.mu.Lock()
	svc.fail = func(tx *fs.Tx) error {
		if tx.Ops[0].(*fs.Create).Name == "b" {
			return fs.E("create", fs.KindExists, "b", nil)
		}
		return nil
	}
	svc.mu.Unlock()
	wantKind(t, s.Sync(ctx), fs.KindExists)
	if got := svc.effects(); len(got) != 1 || !strings.HasSuffix(got[0], " a") {
		t.Errorf("effects %v, want a", got)
	}
	if err := s.Sync(ctx); err != nil {
		t.Errorf("the loss is told twice: %v", err)
	}
}

// TestProposeErrors: an error of the Tx itself leaves no trace and no Seq; when time is up the Seq stays.
func TestProposeErrors(t *testing.T) {
	svc := newFakeService()
	_, c, s := memoryMeta(t, svc)
	svc.fail = func(*fs.Tx) error { return fs.E("create", fs.KindExists, "x", nil) }
	tx := create("x")
	_, err := s.Propose(testContext(t), tx, fs.Committed)
	wantKind(t, err, fs.KindExists)
	if tx.Seq != 0 {
		t.Errorf("the refused Tx keeps Seq %d", tx.Seq)
	}
	tried := make(chan struct{}, 100)
	svc.mu.Lock()
	svc.fail = func(*fs.Tx) error {
		select {
		case tried <- struct{}{}:
		default:
		}
		return fs.E("propose", fs.KindUnavailable, "", errors.New("no quorum"))
	}
	svc.mu.Unlock()
	ctx, cancel := context.WithCancel(testContext(t))
	go func() {
		<-tried
		<-tried // it tries again
		cancel()
	}()
	_, err = s.Propose(ctx, tx, fs.Committed)
	wantKind(t, err, fs.KindCanceled)
	seq := tx.Seq
	if seq == 0 {
		t.Error("the Tx has no Seq to be proposed again with")
	}
	svc.mu.Lock()
	svc.fail = nil
	svc.mu.Unlock()
	for range 2 {
		if _, err := s.Propose(testContext(t), tx, fs.Committed); err != nil || tx.Seq != seq {
			t.Errorf("again: Seq %d, %v", tx.Seq, err)
		}
	}
	if got := svc.effects(); len(got) != 1 {
		t.Errorf("effects %v", got)
	}
	c.Close()
	_, err = s.Propose(testContext(t), create("y"), fs.Committed)
	wantKind(t, err, fs.KindUnavailable)
}

// TestSettles: accepted Txs that nobody syncs do not pile up.
func TestSettles(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	_, _, s := memoryMeta(t, svc)
	x := s.(*metaSession)
	for i := range 3 * maxSpan {
		if _, err := s.Propose(ctx, create(fmt.Sprint(i)), fs.Accepted); err != nil {
			t.Fatal(err)
		}
		x.mu.Lock()
		if n := len(x.owed); n > maxSpan+1 {
			t.Fatalf("%d Txs are owed", n)
		}
		x.mu.Unlock()
	}
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	x.mu.Lock() // what settles in the background may still be at it
	defer x.mu.Unlock()
	if len(x.owed) != 0 || x.bytes != 0 || x.accepted != 0 {
		t.Errorf("after Sync %d Txs are owed, %d bytes", len(x.owed), x.bytes)
	}
}

// TestAlloc: no number is given twice, to no session.
func TestAlloc(t *testing.T) {
	ctx := testContext(t)
	_, c, a := memoryMeta(t, newFakeService())
	b, err := c.OpenSession(ctx, "b")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[fs.Ino]bool{}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			s := []fs.Meta{a, b}[i%2]
			for range 3000 {
				ino, stripe, err := s.Alloc(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[ino] || stripe != fs.StripeID(ino)+1000 {
					t.Errorf("inode %d stripe %d", ino, stripe)
				}
				seen[ino] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestSessionClaim: a session belongs to who opened it, over any connection, and to a server that was started
// again if the service can attach it.
func TestSessionClaim(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	net, c, s := memoryMeta(t, svc)
	svc.sessions[s.Session()].rets = []any{fs.Attr{}}
	thief := &metaSession{c: c, id: s.Session()}
	thief.prefix = prefix(thief.id, make([]byte, tokenLen), 0)
	_, err := thief.GetAttr(ctx, 1)
	wantKind(t, err, fs.KindStale)
	c.main.reconnect()
	if _, err := s.GetAttr(ctx, 1); err != nil {
		t.Error(err)
	}
	for name, again := range map[string]fs.MetaService{"plain": svc, "attacher": attaching{svc}} {
		l, err := net.Listen(name)
		if err != nil {
			t.Fatal(err)
		}
		serveOn(t, l, ServerOptions{SessionKey: []byte("key")}, func(s *Server) { s.ServeMeta(again) })
		other := NewMetaClient(quick(net.Dial), name)
		defer other.Close()
		moved := &metaSession{c: other, id: s.Session(), prefix: s.(*metaSession).prefix}
		_, err = moved.GetAttr(ctx, 1)
		if name == "plain" {
			wantKind(t, err, fs.KindStale)
			continue
		}
		if err != nil {
			t.Error(err)
		}
		thief.c = other
		if _, err := moved.GetAttr(ctx, 1); err != nil || svc.attached != 1 {
			t.Errorf("attached %d times, %v", svc.attached, err)
		}
		_, err = thief.GetAttr(ctx, 1)
		wantKind(t, err, fs.KindStale)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = s.GetAttr(ctx, 1)
	wantKind(t, err, fs.KindStale)
}

// TestLongPolls: calls that wait hold up nothing, end with their callers, and do not keep a server from closing.
func TestLongPolls(t *testing.T) {
	svc := newFakeService()
	m := NewMemory()
	l, err := m.Listen("meta")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(ServerOptions{})
	srv.ServeMeta(svc)
	go srv.Serve(l)
	o := quick(m.Dial)
	o.MaxInFlight = 4
	c := NewMetaClient(o, "meta")
	defer c.Close()
	s, err := c.OpenSession(testContext(t), "")
	if err != nil {
		t.Fatal(err)
	}
	fake := svc.sessions[s.Session()]
	fake.gate = make(chan struct{})
	fake.rets = []any{fs.Attr{}}

	ctx, cancel := context.WithCancel(testContext(t))
	locked := make(chan error, 1)
	go func() { locked <- s.Lock(ctx, fs.Lock{Ino: 1, Type: fs.LockWrite, Wait: true}) }()
	<-fake.gate
	cancel()
	wantKind(t, <-locked, fs.KindInterrupted)

	ended := make(chan error, 4)
	for range 4 {
		go func() {
			_, _, err := s.Changes(testContext(t), 1)
			ended <- err
		}()
		<-fake.gate
	}
	if _, err := s.GetAttr(testContext(t), 1); err != nil { // though the other connection has its fill
		t.Error(err)
	}
	if err := srv.Close(testContext(t)); err != nil {
		t.Errorf("close: %v", err)
	}
	for range 4 {
		wantKind(t, <-ended, fs.KindUnavailable)
	}
}

// TestLeader: the client follows to the leader that an error names, and elsewhere if it does not know the name.
func TestLeader(t *testing.T) {
	ctx := testContext(t)
	m := NewMemory()
	svc := newFakeService()
	follower := newFakeService()
	follower.down = fs.E("metadata", fs.KindNotLeader, "c", nil)
	for addr, s := range map[string]*fakeService{"a": follower, "b": follower, "c": svc} {
		l, err := m.Listen(addr)
		if err != nil {
			t.Fatal(err)
		}
		serveOn(t, l, ServerOptions{SessionKey: []byte("key")}, func(srv *Server) { srv.ServeMeta(attaching{s}) })
	}
	for _, leader := range []string{"c", "somebody"} {
		follower.down = fs.E("metadata", fs.KindNotLeader, leader, nil)
		c := NewMetaClient(quick(m.Dial), "nobody", "a", "b", "c")
		defer c.Close()
		var s fs.Meta
		eventually(t, "a session", func() (ok bool) {
			var err error
			s, err = c.OpenSession(ctx, "")
			return err == nil
		})
		if _, err := s.Propose(ctx, create(leader), fs.Committed); err != nil {
			t.Error(err)
		}
	}
	if got := svc.effects(); len(got) != 2 {
		t.Errorf("effects %v", got)
	}
}

// TestBigExtents: what does not fit one reply comes in several, of one moment.
func TestBigExtents(t *testing.T) {
	ctx := testContext(t)
	svc := newFakeService()
	_, _, s := memoryMeta(t, svc)
	fake := svc.sessions[s.Session()]
	all := make([]fs.Extent, 3000)
	for i := range all {
		all[i] = fs.Extent{Off: int64(i) << 13, Len: 1 << 13, Inline: make([]byte, 1<<13)}
		all[i].Inline[0] = byte(i)
	}
	big := &bigExtents{fakeMeta: fake, all: all}
	srv := NewServer(ServerOptions{})
	m := NewMemory()
	l, _ := m.Listen("big")
	srv.ServeMeta(oneSession{big})
	go srv.Serve(l)
	defer srv.Close(ctx)
	c := NewMetaClient(ClientOptions{Dial: m.Dial}, "big")
	defer c.Close()
	s, err := c.OpenSession(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := s.Extents(ctx, 1, 0, fs.MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b fs.Extent) bool { return a.Off == b.Off && a.Len == b.Len && bytes.Equal(a.Inline, b.Inline) }
	if !slices.EqualFunc(got, all, same) {
		t.Errorf("%d extents, want %d", len(got), len(all))
	}
	if big.calls < 3 {
		t.Errorf("it took %d calls", big.calls)
	}
}

type oneSession struct{ m fs.Meta }

func (o oneSession) OpenSession(context.Context, string) (fs.Meta, error) { return o.m, nil }

// bigExtents has a file that changes during the first two calls.
type bigExtents struct {
	*fakeMeta
	all   []fs.Extent
	calls int
}

func (b *bigExtents) Extents(_ context.Context, _ fs.Ino, off, n int64) (fs.Attr, []fs.Extent, error) {
	b.calls++
	i := int(off >> 13)
	return fs.Attr{Version: fs.Version(min(b.calls, 2))}, b.all[i:], nil
}
