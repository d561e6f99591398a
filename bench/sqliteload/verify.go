package sqliteload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Summary is what Verify found.
type Summary struct {
	Writers int
	Acked   int // rows that a writer was told are committed; all of them are in the database
	Rows    int // rows in the database: the acknowledged ones and at most one more per writer
}

// Verify opens the database, which runs SQLite's own recovery, and checks that it is intact, that every acknowledged row
// is there with its right content, and that there is nothing else but, for each writer, the one row that may have been
// committed without its writer hearing of it. The writers must have ended. It may be called again.
func Verify(ctx context.Context, dbPath, ackDir string) (sum Summary, err error) {
	acked, err := readAcks(ackDir)
	if err != nil {
		return sum, err
	}
	sum.Writers = len(acked)
	for _, n := range acked {
		sum.Acked += n
	}
	if _, err := os.Stat(dbPath); err != nil {
		return sum, fmt.Errorf("sqliteload: the database: %w", err) // opening would make an empty one
	}
	db, err := open(dbPath, "")
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := integrity(ctx, db); err != nil {
		return sum, err
	}
	sum.Rows, err = checkRows(ctx, db, acked)
	return sum, err
}

// readAcks returns the number of acknowledged rows by writer.
func readAcks(dir string) (map[int]int, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "writer-*"))
	if err != nil {
		return nil, err
	}
	acked := map[int]int{}
	for _, p := range paths {
		writer, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(p), "writer-"))
		if err != nil {
			return nil, err
		}
		if acked[writer], err = readAck(p); err != nil {
			return nil, err
		}
	}
	return acked, nil
}

func integrity(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `PRAGMA integrity_check`)
	if err != nil {
		return fmt.Errorf("sqliteload: integrity_check: %w", err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sqliteload: integrity_check: %w", err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("sqliteload: the database is damaged: %s", strings.Join(found, "; "))
	}
	return nil
}

// checkRows walks all rows in order: each writer's must be 0, 1, 2 … without a gap, up to what was acknowledged or one more.
func checkRows(ctx context.Context, db *sql.DB, acked map[int]int) (total int, err error) {
	rows, err := db.QueryContext(ctx, `SELECT writer, n, payload FROM load ORDER BY writer, n`)
	if err != nil {
		return 0, fmt.Errorf("sqliteload: reading back: %w", err)
	}
	defer rows.Close()
	seen := map[int]int{}
	for rows.Next() {
		var writer, n int
		var text string
		if err := rows.Scan(&writer, &n, &text); err != nil {
			return total, err
		}
		if n != seen[writer] {
			return total, fmt.Errorf("sqliteload: writer %d: row %d follows row %d; %d were acknowledged", writer, n, seen[writer]-1, acked[writer])
		}
		if text != payload(writer, n, len(text)) || text == "" {
			return total, fmt.Errorf("sqliteload: writer %d: row %d has the wrong content", writer, n)
		}
		seen[writer]++
		total++
	}
	if err := rows.Err(); err != nil {
		return total, fmt.Errorf("sqliteload: reading back: %w", err)
	}
	for writer, n := range acked {
		if seen[writer] < n {
			return total, fmt.Errorf("sqliteload: writer %d: %d rows were acknowledged and %d are there", writer, n, seen[writer])
		}
	}
	for writer, n := range seen {
		if n > acked[writer]+1 {
			return total, fmt.Errorf("sqliteload: writer %d: %d rows are there and %d were acknowledged", writer, n, acked[writer])
		}
	}
	return total, nil
}
