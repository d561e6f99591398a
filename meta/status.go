package meta

import (
	"context"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// Status implements fs.Maintenance.
func (b *bound) Status(ctx context.Context) (fs.MetaStatus, error) {
	if err := b.ready(ctx); err != nil {
		return fs.MetaStatus{}, err
	}
	if err := b.n.prop.drain(ctx); err != nil { // the counters are of what is applied
		return fs.MetaStatus{}, err
	}
	return b.n.Status()
}

// Status tells about this node, leader or not.
func (n *Node) Status() (fs.MetaStatus, error) {
	st := fs.MetaStatus{Node: n.o.Name, Applied: n.applied.Load()}
	st.Leader, st.Peers = n.log.leader()
	st.Term, st.Commit = n.log.position()
	if failed := n.failure.Load(); failed != nil { // the store may be closed
		return st, *failed
	}
	n.base.RLock()
	c, err := state.GetCounters(n.store)
	if err == nil {
		st.Sessions, err = state.Sessions(n.store)
	}
	n.base.RUnlock()
	if err != nil {
		return st, guard(n, err)
	}
	for i := range st.Sessions {
		if s := n.sessions.get(st.Sessions[i].ID); s != nil {
			st.Sessions[i].Seen = s.seen.Load()
		}
	}
	st.Inodes, st.Stripes, st.Orphans = c.Inodes, c.Stripes, c.Orphans
	st.Dead, st.Degraded = c.Dead, c.Degraded
	return st, nil
}

// ReportStatus implements fs.Maintenance.
func (b *bound) ReportStatus(ctx context.Context, status []fs.ServerStatus) (fs.ClusterMap, error) {
	if err := b.ready(ctx); err != nil {
		return fs.ClusterMap{}, err
	}
	b.n.placer.observe(status)
	return b.ClusterMap(ctx)
}

// ClusterMap implements fs.Maintenance.
func (b *bound) ClusterMap(ctx context.Context) (fs.ClusterMap, error) {
	m, err := read(ctx, b, clusterMap)
	if err != nil {
		return fs.ClusterMap{}, err
	}
	m.Scores = make([]float64, len(m.Servers))
	for i := range m.Servers {
		m.Scores[i] = b.n.placer.score(m.Servers[i].ID)
	}
	return m, nil
}

// clusterMap reads the map without scores.
func clusterMap(r kv.Reader) (m fs.ClusterMap, err error) {
	c, err := state.GetCounters(r)
	if err != nil {
		return m, err
	}
	m.Index = c.MapIndex
	if m.Servers, err = state.Servers(r); err != nil {
		return m, err
	}
	m.PGs, err = state.PGs(r)
	return m, err
}

// StatFS implements fs.Namespace. It does not wait for what others were promised: sizes are
// of some moment anyway.
func (b *bound) StatFS(ctx context.Context) (fs.StatFS, error) {
	type sizes struct {
		c state.Counters
		m fs.ClusterMap
	}
	s, err := readOwn(ctx, b, func(r kv.Reader) (s sizes, err error) {
		if s.c, err = state.GetCounters(r); err == nil {
			s.m, err = clusterMap(r)
		}
		return s, err
	})
	if err != nil {
		return fs.StatFS{}, err
	}
	capacity, free := b.n.placer.space(&s.m)
	return fs.StatFS{Capacity: capacity, Free: free, Inodes: s.c.Inodes}, nil
}
