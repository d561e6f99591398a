package main

import (
	"context"
	"path/filepath"

	"github.com/wakefs/wakefs/bench/sqliteload"
)

var (
	walTx    = metric{"SQLite inserts, WAL", perSecond, goal{atLeast, 1000}}
	deleteTx = metric{"SQLite inserts, rollback journal", perSecond, goal{}}
)

func sqliteWAL(ctx context.Context, dir string, s *sizes) ([]sample, error) {
	return sqliteInserts(ctx, dir, "WAL", s.walInserts, walTx)
}

func sqliteDelete(ctx context.Context, dir string, s *sizes) ([]sample, error) {
	return sqliteInserts(ctx, dir, "DELETE", s.deleteInserts, deleteTx)
}

// sqliteInserts commits rows one by one with synchronous=FULL, then checks that all are there.
func sqliteInserts(ctx context.Context, dir, journal string, n int, m metric) ([]sample, error) {
	took, err := sqliteload.Inserts(ctx, filepath.Join(dir, "bench.db"), journal, n)
	if err != nil {
		return nil, err
	}
	return []sample{{m, rate(n, took.Seconds())}}, nil
}
