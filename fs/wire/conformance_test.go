package wire_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
	metasuite "github.com/wakefs/wakefs/fs/conformance/meta"
	"github.com/wakefs/wakefs/fs/conformance/shardstore"
	"github.com/wakefs/wakefs/fs/wire"
	"github.com/wakefs/wakefs/meta"
)

// stores is an fs.Servers of a fixed set.
type stores map[fs.ServerID]fs.ShardStore

// Server implements fs.Servers.
func (s stores) Server(id fs.ServerID) (fs.ShardStore, error) {
	if st := s[id]; st != nil {
		return st, nil
	}
	return nil, fs.E("find chunk server", fs.KindUnavailable, "", nil)
}

// serve serves on a unix socket until the test ends, and returns its path.
func serve(t *testing.T, register func(*wire.Server)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := wire.Listen(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := wire.NewServer(wire.ServerOptions{})
	register(s)
	go func() { _ = s.Serve(l) }() // always ErrServerClosed, after:
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return path
}

func TestShardStoreConformance(t *testing.T) {
	shardstore.Run(t, func(t *testing.T) fs.ShardStore {
		path := serve(t, func(s *wire.Server) { s.ServeShards(stores{1: chunks.NewMem(1)}, 1) })
		servers := wire.NewServers(wire.ClientOptions{Dial: wire.NetDialer(nil)}, []fs.ServerInfo{{ID: 1, Addr: path}})
		t.Cleanup(servers.Close)
		st, err := servers.Server(1)
		if err != nil {
			t.Fatal(err)
		}
		return st
	})
}

func TestMetaConformance(t *testing.T) {
	metasuite.Run(t, func(t *testing.T) fs.MetaService {
		n, err := meta.Memory(meta.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
		path := serve(t, func(s *wire.Server) { s.ServeMeta(n) })
		c := wire.NewMetaClient(wire.ClientOptions{Dial: wire.NetDialer(nil)}, path)
		t.Cleanup(c.Close)
		return c
	})
}
