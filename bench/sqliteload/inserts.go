package sqliteload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Inserts makes a database at path and inserts n rows, each in a transaction of its own with synchronous=FULL. It returns
// how long the inserts took, without opening and closing, after it has checked that all are there.
func Inserts(ctx context.Context, path, journal string, n int) (took time.Duration, err error) {
	db, err := open(path, journal)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var mode string
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return 0, err
	}
	if want := map[string]string{"WAL": "wal", "DELETE": "delete"}[journal]; mode != want {
		return 0, fmt.Errorf("sqliteload: the journal mode is %s; must be %s: the filesystem may lack shared memory maps", mode, want)
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE load (writer INTEGER, n INTEGER, payload TEXT, PRIMARY KEY (writer, n))`); err != nil {
		return 0, err
	}
	insert, err := db.PrepareContext(ctx, `INSERT INTO load (writer, n, payload) VALUES (0, ?, ?)`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	start := time.Now()
	for i := range n {
		if _, err := insert.ExecContext(ctx, i, payload(0, i, 100)); err != nil {
			return 0, err
		}
	}
	took = time.Since(start)
	rows, err := checkRows(ctx, db, map[int]int{0: n})
	if err == nil && rows != n {
		err = fmt.Errorf("sqliteload: %d rows are there; must be %d", rows, n)
	}
	return took, err
}
