package conscience

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

func newRand(t testing.TB) *rand.Rand {
	seed := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("rerun with WAKEFS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func healthy(id fs.ServerID) fs.ServerStatus {
	return fs.ServerStatus{ID: id, Capacity: 100, Free: 100, CPUIdle: 1}
}

func TestScore(t *testing.T) {
	if s := Score(healthy(1)); s != 100 {
		t.Fatalf("a healthy server scores %v", s)
	}
	worse := map[string]func(*fs.ServerStatus){
		"space":   func(s *fs.ServerStatus) { s.Free = 10 },
		"cpu":     func(s *fs.ServerStatus) { s.CPUIdle = 0.1 },
		"latency": func(s *fs.ServerStatus) { s.Latency = 0.2 },
		"queue":   func(s *fs.ServerStatus) { s.Queue = 100 },
		"errors":  func(s *fs.ServerStatus) { s.ErrorRate = 0.1 },
	}
	for name, f := range worse {
		st := healthy(1)
		f(&st)
		if s := Score(st); s <= 0 || s >= 60 {
			t.Errorf("%s: score %v", name, s)
		}
	}
	zero := map[string]func(*fs.ServerStatus){
		"failed":  func(s *fs.ServerStatus) { s.Failed = "disk is gone" },
		"full":    func(s *fs.ServerStatus) { s.Free = 0 },
		"unknown": func(s *fs.ServerStatus) { *s = fs.ServerStatus{} },
		"nan":     func(s *fs.ServerStatus) { s.Latency = math.NaN() },
	}
	for name, f := range zero {
		st := healthy(1)
		f(&st)
		if s := Score(st); s != 0 {
			t.Errorf("%s: score %v", name, s)
		}
	}
}

func TestTrackerRisesSlowlyDropsAtOnceDecaysInSilence(t *testing.T) {
	tr := NewTracker(Options{})
	now := time.Unix(1000, 0)
	tr.Observe(now, healthy(1))
	if s := tr.Score(now, 1); s != 100 {
		t.Fatalf("first status: %v", s)
	}
	sick := healthy(1)
	sick.ErrorRate = 0.5
	now = now.Add(time.Second)
	tr.Observe(now, sick)
	low := tr.Score(now, 1)
	if low > 10 {
		t.Fatalf("a drop must be believed at once: %v", low)
	}
	now = now.Add(time.Second)
	tr.Observe(now, healthy(1))
	if s := tr.Score(now, 1); s <= low || s > 30 {
		t.Fatalf("a rise must be slow: %v after %v", s, low)
	}
	for range 60 {
		now = now.Add(time.Second)
		tr.Observe(now, healthy(1))
	}
	if s := tr.Score(now, 1); s < 95 {
		t.Fatalf("a server that stays well must recover: %v", s)
	}
	if s := tr.Score(now.Add(time.Minute), 1); s > 1 {
		t.Fatalf("silence must decay the score: %v", s)
	}
	tr.Fail(now, 1)
	if s := tr.Score(now, 1); s != 0 {
		t.Fatalf("failed: %v", s)
	}
	if s := tr.Score(now, 99); s != 0 {
		t.Fatalf("unknown server: %v", s)
	}
}

// cluster makes servers over a random tree of zones, racks and hosts.
func cluster(r *rand.Rand) []Candidate {
	var out []Candidate
	for z := range 1 + r.IntN(3) {
		for k := range 1 + r.IntN(3) {
			for h := range 1 + r.IntN(3) {
				for d := range 1 + r.IntN(4) {
					id := fs.ServerID(len(out) + 1)
					out = append(out, Candidate{
						Info:  fs.ServerInfo{ID: id, Domain: fmt.Sprintf("z%d/r%d/h%d/d%d", z, k, h, d)},
						Score: 1 + 99*r.Float64(),
					})
				}
			}
		}
	}
	return out
}

// count tells how many domains there are of each level and the most members in one.
func count(servers []Candidate, members []fs.ServerID, level int) (domains, most int) {
	all, in := map[string]bool{}, map[string]int{}
	for _, c := range servers {
		key := strings.Join(strings.Split(c.Info.Domain, "/")[:level], "/")
		all[key] = true
		if slices.Contains(members, c.Info.ID) {
			in[key]++
			most = max(most, in[key])
		}
	}
	return len(all), most
}

// capacity is the most members that fit when a domain of each level holds up to m.
func capacity(servers []Candidate, m, level int) int {
	if level == 4 {
		return len(servers)
	}
	groups := map[string][]Candidate{}
	for _, c := range servers {
		key := strings.Join(strings.Split(c.Info.Domain, "/")[:level], "/")
		groups[key] = append(groups[key], c)
	}
	n := 0
	for _, g := range groups {
		n += min(m, capacity(g, m, level+1))
	}
	return n
}

func TestPlaceKeepsDomainsApart(t *testing.T) {
	r := newRand(t)
	for range 3000 {
		servers := cluster(r)
		s := PolicyFor(len(servers), 1)
		if r.IntN(2) == 0 {
			s = fs.Scheme{K: uint8(1 + r.IntN(4)), M: uint8(r.IntN(4))}
		}
		members, err := Place(servers, s, r)
		if s.Shards() > len(servers) {
			if !errors.Is(err, fs.KindUnavailable) {
				t.Fatalf("%d servers for %v: %v", len(servers), s, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d servers for %v: %v", len(servers), s, err)
		}
		sorted := slices.Clone(members)
		slices.Sort(sorted)
		if len(sorted) != s.Shards() || len(slices.Compact(sorted)) != s.Shards() {
			t.Fatalf("members %v for %v", members, s)
		}
		m := max(1, int(s.M))
		if capacity(servers, m, 1) >= s.Shards() {
			for level := 1; level <= 3; level++ {
				if _, most := count(servers, members, level); most > m {
					t.Fatalf("%v: %d members in one domain of level %d: %v", s, most, level, members)
				}
			}
		}
		// A host's loss is the likeliest: hosts alone are kept apart if they suffice.
		hosts := map[string]int{}
		for _, c := range servers {
			hosts[c.Info.Domain[:strings.LastIndex(c.Info.Domain, "/")]]++
		}
		room := 0
		for _, n := range hosts {
			room += min(n, m)
		}
		if _, most := count(servers, members, 3); room >= s.Shards() && most > m {
			t.Fatalf("%v: %d members on one host though hosts have room for %d", s, most, room)
		}
	}
}

func TestPlaceSpreadsEvenlyOverTooFewDomains(t *testing.T) {
	r := newRand(t)
	var servers []Candidate
	for i := range 12 {
		servers = append(servers, Candidate{Info: fs.ServerInfo{ID: fs.ServerID(i + 1), Domain: fmt.Sprintf("h%d/d%d", i%2, i)}, Score: 1 + 99*r.Float64()})
	}
	for range 100 {
		members, err := Place(servers, fs.Scheme{K: 4, M: 2}, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, most := count(servers, members, 1); most != 3 {
			t.Fatalf("%d of 6 members on one of two hosts", most)
		}
	}
}

func TestPlaceSkipsAndKeeps(t *testing.T) {
	r := newRand(t)
	servers := []Candidate{
		{Info: fs.ServerInfo{ID: 1, Domain: "a/0"}, Score: 50},
		{Info: fs.ServerInfo{ID: 2, Domain: "b/0", Lost: true}, Score: 50},
		{Info: fs.ServerInfo{ID: 3, Domain: "c/0", Draining: true}, Score: 50},
		{Info: fs.ServerInfo{ID: 4, Domain: "d/0"}, Score: 0},
		{Info: fs.ServerInfo{ID: 5, Domain: "a/1"}, Score: 50},
		{Info: fs.ServerInfo{ID: 6, Domain: "f/0"}, Score: 1},
		{Info: fs.ServerInfo{ID: 7, Domain: "g/0"}, Score: 1},
	}
	for range 200 {
		got, err := Place(servers, fs.Scheme{K: 2, M: 1}, r, 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got[0] != 3 || got[1] != 1 || (got[2] != 6 && got[2] != 7) {
			t.Fatalf("members %v: 3 and 1 are kept, 5 shares a host with 1", got)
		}
	}
}

// TestPlaceFollowsScores checks that a server is drawn in proportion to its score.
func TestPlaceFollowsScores(t *testing.T) {
	r := newRand(t)
	servers := []Candidate{
		{Info: fs.ServerInfo{ID: 1, Domain: "a/0"}, Score: 80},
		{Info: fs.ServerInfo{ID: 2, Domain: "b/0"}, Score: 20},
	}
	first := 0
	const n = 10000
	for range n {
		got, err := Place(servers, fs.Scheme{K: 1}, r)
		if err != nil {
			t.Fatal(err)
		}
		if got[0] == 1 {
			first++
		}
	}
	if share := float64(first) / n; share < 0.77 || share > 0.83 {
		t.Fatalf("score 80 of 100 was drawn %v of the time", share)
	}
}

func TestPolicyFor(t *testing.T) {
	for _, c := range []struct {
		servers, hosts int
		want           fs.Scheme
	}{
		{0, 0, fs.Scheme{K: 1}}, {1, 1, fs.Scheme{K: 1}}, {2, 1, fs.Scheme{K: 1, M: 1}}, {2, 2, fs.Scheme{K: 1, M: 1}},
		{3, 1, fs.Scheme{K: 2, M: 1}}, {5, 5, fs.Scheme{K: 2, M: 1}}, {6, 6, fs.Scheme{K: 4, M: 2}}, {6, 1, fs.Scheme{K: 4, M: 2}},
		{11, 11, fs.Scheme{K: 8, M: 3}}, {12, 3, fs.Scheme{K: 4, M: 2}}, {12, 4, fs.Scheme{K: 8, M: 3}}, {6, 2, fs.Scheme{K: 1, M: 1}},
	} {
		if got := PolicyFor(c.servers, c.hosts); got != c.want {
			t.Errorf("%d servers on %d hosts: %v, want %v", c.servers, c.hosts, got, c.want)
		}
	}
}

func TestPickPG(t *testing.T) {
	r := newRand(t)
	pgs := []fs.PG{{ID: 1, Weight: 50}, {ID: 2, Writable: true, Weight: 50}, {ID: 3, Writable: true, Weight: 50}, {ID: 4, Writable: true}}
	load := map[fs.PGID]int64{2: 1000}
	n := map[fs.PGID]int{}
	for range 1000 {
		n[pgs[PickPG(pgs, func(id fs.PGID) int64 { return load[id] }, r)].ID]++
	}
	if n[1] != 0 || n[4] != 0 {
		t.Fatalf("picked an unwritable or weightless group: %v", n)
	}
	if n[3] < 600 || n[2] < 100 {
		t.Fatalf("the loaded group should be drawn about a quarter of the time: %v", n)
	}
	if PickPG(pgs[:1], func(fs.PGID) int64 { return 0 }, r) != -1 {
		t.Fatal("no writable group must be -1")
	}
}

// TestFullnessEvensOut writes into a cluster whose newest disks are empty and whose
// disks differ in size, forming groups from scores all the way; nothing is ever moved.
func TestFullnessEvensOut(t *testing.T) {
	r := newRand(t)
	const n = 12
	type disk struct{ size, used float64 }
	disks := make([]disk, n)
	for i := range disks {
		disks[i].size = []float64{1000, 2000}[i%2]
		if i < n/2 {
			disks[i].used = 0.6 * disks[i].size
		}
	}
	spread := func() float64 {
		lo, hi := 1.0, 0.0
		for _, d := range disks {
			lo, hi = min(lo, d.used/d.size), max(hi, d.used/d.size)
		}
		return hi - lo
	}
	before := spread()
	scheme := fs.Scheme{K: 2, M: 1}
	for range 2400 {
		var cs []Candidate
		for i, d := range disks {
			st := healthy(fs.ServerID(i + 1))
			st.Capacity, st.Free = uint64(d.size), uint64(max(0, d.size-d.used))
			cs = append(cs, Candidate{Info: fs.ServerInfo{ID: st.ID, Domain: fmt.Sprintf("h%d/d", i)}, Score: Score(st), Size: st.Capacity})
		}
		members, err := Place(cs, scheme, r)
		if err != nil {
			t.Fatalf("with %v: %v", disks, err)
		}
		for _, m := range members {
			disks[m-1].used++
		}
	}
	if after := spread(); after > before*0.6 {
		t.Fatalf("fullness differs by %.2f, %.2f before: %v", after, before, disks)
	}
}
