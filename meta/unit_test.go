package meta

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wakefs/wakefs/chunks/conscience"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/meta/kv"
)

// scores makes candidates with IDs from 1; a negative score is a lost server.
func scores(list ...float64) []conscience.Candidate {
	var out []conscience.Candidate
	for i, s := range list {
		c := conscience.Candidate{Info: fs.ServerInfo{ID: fs.ServerID(i + 1), Domain: fmt.Sprintf("host/%d", i)}, Score: max(s, 0), Size: 1}
		c.Info.Lost = s < 0
		out = append(out, c)
	}
	return out
}

// evolve applies a plan to the groups, as the state machine would.
func evolve(t *testing.T, pgs []fs.PG, servers []conscience.Candidate, rng *rand.Rand) []fs.PG {
	t.Helper()
	out := slices.Clone(pgs)
	for _, p := range plan(servers, pgs, rng) {
		if p.ID == 0 {
			p.ID = fs.PGID(len(out) + 1)
			out = append(out, p)
			continue
		}
		if p.Epoch != out[p.ID-1].Epoch+1 {
			t.Errorf("group %d goes from epoch %d to %d", p.ID, out[p.ID-1].Epoch, p.Epoch)
		}
		out[p.ID-1] = p
	}
	if again := plan(servers, out, rng); len(again) != 0 {
		t.Errorf("the plan does not settle: %+v", again)
	}
	return out
}

func writable(pgs []fs.PG) (out []fs.PG) {
	for _, p := range pgs {
		if p.Writable {
			out = append(out, p)
		}
	}
	return out
}

func TestPlanPolicy(t *testing.T) {
	rng := newRand(t)
	for _, c := range []struct {
		servers int
		scheme  fs.Scheme
	}{{1, fs.Scheme{K: 1}}, {2, fs.Scheme{K: 1, M: 1}}, {3, fs.Scheme{K: 2, M: 1}}, {5, fs.Scheme{K: 2, M: 1}}, {6, fs.Scheme{K: 4, M: 2}}, {11, fs.Scheme{K: 8, M: 3}}, {30, fs.Scheme{K: 8, M: 3}}} {
		list := make([]float64, c.servers)
		for i := range list {
			list[i] = 50
		}
		pgs := evolve(t, nil, scores(list...), rng)
		covered := map[fs.ServerID]bool{}
		for _, p := range pgs {
			if p.Scheme != c.scheme || !p.Writable || p.Weight != 50 || len(p.Members) != c.scheme.Shards() {
				t.Errorf("%d servers: group %+v", c.servers, p)
			}
			for _, m := range p.Members {
				covered[m] = true
			}
		}
		if len(covered) != c.servers || len(pgs) < c.servers {
			t.Errorf("%d servers: %d groups over %d", c.servers, len(pgs), len(covered))
		}
	}
	if pgs := evolve(t, nil, scores(50, 50, 50), rng); len(pgs) != 3 || pgs[0].Members[0] == pgs[1].Members[0] || pgs[1].Members[0] == pgs[2].Members[0] {
		t.Errorf("three disks: %+v", pgs)
	}
}

func TestPlanFailureAndReturn(t *testing.T) {
	rng := newRand(t)
	pgs := evolve(t, nil, scores(50, 50, 50), rng)
	pgs = evolve(t, pgs, scores(50, 0, 50), rng)
	for _, p := range writable(pgs) {
		if p.Scheme != (fs.Scheme{K: 1, M: 1}) || slices.Contains(p.Members, 2) {
			t.Errorf("while 2 is sick: %+v", p)
		}
	}
	if len(writable(pgs)) != 2 {
		t.Errorf("while 2 is sick there are %d groups", len(writable(pgs)))
	}
	if got := writable(evolve(t, pgs, scores(50, 0, 0), rng)); len(got) != 0 {
		t.Errorf("with one of three left, data would have no redundancy: %+v", got)
	}
	pgs = evolve(t, pgs, scores(50, 50, 50), rng)
	if got := writable(pgs); len(got) != 3 || got[0].Scheme != (fs.Scheme{K: 2, M: 1}) || len(pgs) != 5 {
		t.Errorf("after its return: %+v", pgs)
	}
	pgs = evolve(t, pgs, scores(50, 0, 50), rng)
	if len(pgs) != 5 {
		t.Errorf("the second time there are %d groups: the old ones were not used again", len(pgs))
	}
}

func TestPlanReplacesLost(t *testing.T) {
	rng := newRand(t)
	pgs := evolve(t, nil, scores(50, 50, 50), rng)
	if got := evolve(t, pgs, scores(50, -1, 50), rng); !slices.ContainsFunc(got, func(p fs.PG) bool { return slices.Contains(p.Members, 2) }) {
		t.Error("a lost member was dropped with nobody to take its place")
	}
	after := evolve(t, pgs, scores(50, -1, 50, 50), rng)
	for i, p := range pgs {
		for k, m := range p.Members {
			want := m
			if m == 2 {
				want = 4
			}
			if after[i].Members[k] != want {
				t.Errorf("group %v became %v", p.Members, after[i].Members)
			}
		}
	}
}

// TestViewSeesWhat holds a view to what each session may see of pending keys.
func TestViewSeesWhat(t *testing.T) {
	base := kv.NewMem()
	for _, k := range []string{"a", "b", "d", "g"} {
		base.Set([]byte(k), []byte("base"))
	}
	p := newPending()
	add := func(g gen, s fs.SessionID, set string, del string) *kv.Overlay {
		o := kv.NewOverlay(base)
		for _, k := range set {
			o.Set([]byte(string(k)), fmt.Append(nil, s, ".", g))
		}
		for _, k := range del {
			o.Delete([]byte(string(k)))
		}
		p.add(o, g, s)
		return o
	}
	first := add(1, 1, "ax", "")
	add(2, 2, "b", "g")
	add(3, 1, "bx", "")
	scan := func(v *view) (out []string) {
		if err := v.Scan(nil, nil, false, func(k, val []byte) bool {
			out = append(out, string(k)+"="+string(val))
			return true
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		session fs.SessionID
		key     string
		foreign gen
	}{{1, "a", 0}, {2, "a", 1}, {1, "b", 2}, {2, "b", 3}, {1, "g", 2}, {2, "g", 0}, {1, "d", 0}, {3, "x", 3}, {1, "x", 0}} {
		v := &view{p: p, base: base, session: c.session}
		if _, _, err := v.Get([]byte(c.key)); err != nil || v.foreign != c.foreign {
			t.Errorf("session %d reading %s waits for %d, want %d, %v", c.session, c.key, v.foreign, c.foreign, err)
		}
	}
	if got := scan(&view{p: p, base: base, session: 1}); !slices.Equal(got, []string{"a=1.1", "b=1.3", "d=base", "x=1.3"}) {
		t.Errorf("everything accepted is %v", got)
	}
	if got := scan(&view{p: p, base: base, session: 2, ownOnly: true}); !slices.Equal(got, []string{"a=base", "b=base", "d=base"}) {
		t.Errorf("what session 2 was promised is %v", got)
	}
	first.Flush(base)
	p.drop(first, 1)
	if got := scan(&view{p: p, base: base, session: 1}); !slices.Equal(got, []string{"a=1.1", "b=1.3", "d=base", "x=1.3"}) {
		t.Errorf("with the first applied it is %v", got)
	}
	if p.keys.Len() != 3 {
		t.Errorf("%d keys are pending", p.keys.Len())
	}
}

// TestFeedOwnChangesDoNotPushOut lets a session that waits make more changes than the feed keeps.
func TestFeedOwnChangesDoNotPushOut(t *testing.T) {
	f := newChangeFeed(8, 100)
	_, at, err := f.read(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan []fs.Change, 1)
	go func() {
		list, _, err := f.read(context.Background(), 1, at)
		if err != nil {
			t.Error(err)
		}
		got <- list
	}()
	eventually(t, "it waits", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.waiting) == 1
	})
	for i := range 50 {
		f.add(1, []fs.Change{{Ino: fs.Ino(i + 1)}})
	}
	f.add(2, []fs.Change{{Ino: 777}})
	if list := <-got; !slices.Equal(list, []fs.Change{{Ino: 777}}) {
		t.Errorf("it got %+v", list)
	}
	for i := range 9 {
		f.add(2, []fs.Change{{Ino: fs.Ino(i + 1)}})
	}
	if list, _, err := f.read(t.Context(), 1, at); err != nil || !slices.Equal(list, []fs.Change{{}}) {
		t.Errorf("too far behind it got %+v, %v", list, err)
	}
}

// FuzzStream unpacks arbitrary bytes: it fails or unpacks, and writes nothing outside its directory.
func FuzzStream(f *testing.F) {
	good := streamOf(f, map[string]string{"000001.sst": "table", "MANIFEST-1": ""}, 42)
	f.Add(good)
	f.Add(good[:30])
	f.Add(bytes.Replace(good, []byte("000001.sst"), []byte("../escaped"), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		outer := disk.NewMem()
		applied, err := readStream(bytes.NewReader(b), outer, "state")
		if bytes.Equal(b, good) && (err != nil || applied != 42) {
			t.Fatalf("a good stream: %d, %v", applied, err)
		}
		list, err := outer.ReadDir(".")
		if err != nil || len(list) > 1 {
			t.Fatalf("it left %v, %v", list, err)
		}
	})
}
