package state

// table is the decoded records that a Tx has to do with. They are found by key, and
// listed in the order in which they came.
type table[K comparable, V any] struct {
	byKey map[K]*V
	list  []*V
}

func (t *table[K, V]) get(k K) *V { return t.byKey[k] }

func (t *table[K, V]) add(k K, v *V) {
	if t.byKey == nil {
		t.byKey = make(map[K]*V)
	}
	t.byKey[k] = v
	t.list = append(t.list, v)
}

// reset returns the table empty, with its memory for the next use unless it is large.
func (t *table[K, V]) reset() table[K, V] {
	if len(t.list) > 256 {
		return table[K, V]{}
	}
	clear(t.byKey)
	clear(t.list)
	return table[K, V]{byKey: t.byKey, list: t.list[:0]}
}
