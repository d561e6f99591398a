package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wakefs/wakefs/bench/sqliteload"
)

// seed is that of every randomised test here; WAKEFS_SEED chooses another.
func seed(t *testing.T) *rand.Rand {
	s := uint64(1)
	if v := os.Getenv("WAKEFS_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatalf("WAKEFS_SEED: %v", err)
		}
		s = n
	}
	t.Logf("seed %d: WAKEFS_SEED=%d go test ./cmd/wakefs -run '^%s$'", s, s, t.Name())
	return rand.New(rand.NewPCG(s, 0))
}

// content is what file i of a writer has: its length and bytes follow from the number.
func content(i int) []byte {
	sizes := []int{0, 10, 4096, 16 << 10, 16<<10 + 1, 300_000, 5 << 20}
	b := make([]byte, sizes[i%len(sizes)])
	r := rand.NewChaCha8(sha256.Sum256(fmt.Append(nil, i)))
	_, _ = r.Read(b) // never fails
	return b
}

// TestKillWhileWriting: after kill -9 every file whose close returned is there and whole, and the rest of
// the tree is sound.
func TestKillWhileWriting(t *testing.T) {
	rng := seed(t)
	n := startNode(t)
	closed := make(map[string]int)
	next := 0
	for range 3 {
		var mu sync.Mutex
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			dir := fmt.Sprintf("w%d", w)
			if err := os.MkdirAll(n.path(dir), 0o755); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					mu.Lock()
					i := next
					next++
					mu.Unlock()
					name := filepath.Join(dir, strconv.Itoa(i))
					if os.WriteFile(n.path(name), content(i), 0o644) != nil {
						return // the node is gone
					}
					mu.Lock()
					closed[name] = i
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(300+rng.IntN(700)) * time.Millisecond) // writing, until the power goes
		n.kill()
		close(stop)
		wg.Wait()
		n.start()
		if len(closed) == 0 {
			t.Fatal("nothing was written")
		}
		for name, i := range closed {
			b, err := os.ReadFile(n.path(name))
			if err != nil || string(b) != string(content(i)) {
				t.Fatalf("%s was closed and is not whole: %d bytes of %d, %v", name, len(b), len(content(i)), err)
			}
		}
		if out := n.ok("fsck"); !strings.Contains(out, "clean") {
			t.Errorf("fsck: %s", out)
		}
	}
	t.Logf("%d files closed before the kills, all whole", len(closed))
	n.stop()
}

// TestSQLite: eight processes insert into one database while the node is killed; every
// acknowledged row is there.
func TestSQLite(t *testing.T) {
	n := startNode(t)
	db, acks := n.path("test.db"), filepath.Join(n.dir, "acks")
	if err := os.Mkdir(acks, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		load, err := sqliteload.Start(ctx, sqliteload.Options{DB: db, AckDir: acks, Processes: 8})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second) // inserting, until the power goes
		n.kill()
		cancel()
		_ = load.Stop() // the writers end with the errors of a dead mount
		n.start()
		sum, err := sqliteload.Verify(t.Context(), db, acks)
		if err != nil {
			t.Fatal(err)
		}
		if sum.Acked == 0 {
			t.Error("no row was inserted")
		}
		t.Logf("%d rows acknowledged, %d in the database", sum.Acked, sum.Rows)
	}
	if out := n.ok("fsck"); !strings.Contains(out, "clean") {
		t.Errorf("fsck: %s", out)
	}
	n.stop()
}
