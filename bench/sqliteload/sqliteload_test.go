package sqliteload_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/bench/sqliteload"
)

func run(t *testing.T, o sqliteload.Options) (db, acks string) {
	t.Helper()
	o.DB, o.AckDir = filepath.Join(t.TempDir(), "app.db"), t.TempDir()
	l, err := sqliteload.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Wait(); err != nil {
		t.Fatal(err)
	}
	return o.DB, o.AckDir
}

func verify(t *testing.T, db, acks string) sqliteload.Summary {
	t.Helper()
	sum, err := sqliteload.Verify(t.Context(), db, acks)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestWritersOfOneProcess(t *testing.T) {
	sum := runAndVerify(t, sqliteload.Options{Writers: 4, Rows: 25})
	if sum != (sqliteload.Summary{Writers: 4, Acked: 100, Rows: 100}) {
		t.Fatalf("found %+v", sum)
	}
}

func TestWritersOfManyProcesses(t *testing.T) {
	sum := runAndVerify(t, sqliteload.Options{Processes: 4, Rows: 25})
	if sum != (sqliteload.Summary{Writers: 4, Acked: 100, Rows: 100}) {
		t.Fatalf("found %+v", sum)
	}
}

func runAndVerify(t *testing.T, o sqliteload.Options) sqliteload.Summary {
	t.Helper()
	db, acks := run(t, o)
	return verify(t, db, acks)
}

// A load without an end is stopped between rows, and a second one goes on where it was.
func TestStopAndContinue(t *testing.T) {
	o := sqliteload.Options{DB: filepath.Join(t.TempDir(), "app.db"), AckDir: t.TempDir(), Processes: 2}
	for round := 1; round <= 2; round++ {
		l, err := sqliteload.Start(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool {
			b, _ := os.ReadFile(filepath.Join(o.AckDir, "writer-0"))
			return strings.Count(string(b), "\n") >= 10*round
		})
		if err := l.Stop(); err != nil {
			t.Fatal(err)
		}
		if sum := verify(t, o.DB, o.AckDir); sum.Acked != sum.Rows || sum.Acked < 10*round {
			t.Fatalf("round %d: %+v", round, sum)
		}
	}
}

func waitFor(t *testing.T, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

// Verify must notice every kind of loss that it is there for.
func TestVerifyNotices(t *testing.T) {
	for _, tc := range []struct{ name, statement, says string }{
		{"a lost last row", `DELETE FROM load WHERE writer=1 AND n=9`, "10 rows were acknowledged and 9 are there"},
		{"a lost row in the middle", `DELETE FROM load WHERE writer=1 AND n=4`, "row 5 follows row 3"},
		{"a lost writer", `DELETE FROM load WHERE writer=0`, "10 rows were acknowledged and 0 are there"},
		{"a wrong content", `UPDATE load SET payload=replace(payload,'a','b') WHERE writer=0 AND n=3`, "row 3 has the wrong content"},
		{"an empty content", `UPDATE load SET payload='' WHERE writer=0 AND n=3`, "row 3 has the wrong content"},
		{"the content of another row", `UPDATE load SET payload=(SELECT payload FROM load WHERE writer=1 AND n=3) WHERE writer=0 AND n=3`, "wrong content"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, acks := run(t, sqliteload.Options{Writers: 2, Rows: 10})
			exec(t, db, tc.statement)
			_, err := sqliteload.Verify(t.Context(), db, acks)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("Verify said %v; must say %q", err, tc.says)
			}
		})
	}
}

func exec(t *testing.T, db, statement string) {
	t.Helper()
	d, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyNoticesDamage(t *testing.T) {
	db, acks := run(t, sqliteload.Options{Writers: 2, Rows: 100})
	exec(t, db, `PRAGMA wal_checkpoint(TRUNCATE)`)
	f, err := os.OpenFile(db, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, 4096), 8192); err != nil {
		t.Fatal(err)
	}
	if _, err := sqliteload.Verify(t.Context(), db, acks); err == nil {
		t.Fatal("a zeroed page was not noticed")
	}
}

func TestVerifyNoticesTheMissingDatabase(t *testing.T) {
	if _, err := sqliteload.Verify(t.Context(), filepath.Join(t.TempDir(), "none.db"), t.TempDir()); err == nil {
		t.Fatal("a missing database passed")
	}
}

// A row that was committed while its acknowledgement was cut off is allowed, and the last torn line is not counted.
func TestUnheardCommitIsAllowed(t *testing.T) {
	db, acks := run(t, sqliteload.Options{Writers: 2, Rows: 12})
	ack := filepath.Join(acks, "writer-1")
	b, err := os.ReadFile(ack)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ack, b[:len(b)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if sum := verify(t, db, acks); sum.Acked != 23 || sum.Rows != 24 {
		t.Fatalf("found %+v", sum)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := sqliteload.Start(t.Context(), sqliteload.Options{DB: "x"}); err == nil {
		t.Fatal("options without AckDir were accepted")
	}
}
