package state

import (
	"errors"
	"math"
	"sort"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// Triggers returns all triggers by name, with their counters.
func Triggers(r kv.Reader) ([]fs.Trigger, error) {
	var list []fs.Trigger
	err := scan(r, []byte{tagTrigger}, tagEnd(tagTrigger), false, func(k, v []byte) (bool, error) {
		var tr fs.Trigger
		err := parse(k, v, tr.Decode)
		list = append(list, tr)
		return true, err
	})
	for i := range list {
		if err == nil {
			_, err = load(r, keyString(nil, tagStats, list[i].Name), list[i].Stats.Decode)
		}
	}
	return list, named("triggers", "", err)
}

// TriggerVersions returns the versions kept, the newest deployment first.
func TriggerVersions(r kv.Reader, name string) ([]fs.TriggerVersion, error) {
	list, err := triggerVersions(r, name)
	return list, named("trigger versions", name, err)
}

func triggerVersions(r kv.Reader, name string) ([]fs.TriggerVersion, error) {
	if _, ok, err := r.Get(keyString(nil, tagTrigger, name)); err != nil {
		return nil, storage(err)
	} else if !ok {
		return nil, fs.KindNotFound
	}
	var list []fs.TriggerVersion
	hi := append(keyString(nil, tagVersion, name), 1)
	err := scan(r, keyVersion(nil, tagVersion, name, ""), hi, false, func(k, v []byte) (bool, error) {
		var ver fs.TriggerVersion
		err := parse(k, v, ver.Decode)
		list = append(list, ver)
		return true, err
	})
	sort.SliceStable(list, func(i, j int) bool { return list[i].Deployed > list[j].Deployed })
	return list, err
}

// TriggerSource returns a kept version's script.
func TriggerSource(r kv.Reader, name, version string) ([]byte, error) {
	v, ok, err := r.Get(keyVersion(nil, tagSource, name, version))
	if err != nil {
		return nil, named("trigger source", name, storage(err))
	}
	if !ok {
		return nil, named("trigger source", name, fs.KindNotFound)
	}
	return append([]byte{}, v...), nil
}

// Waiting returns up to limit invocations that are not dead, with IDs greater than after, of one trigger or (empty) of all, in order.
func Waiting(r kv.Reader, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	list, err := invocations(r, tagInvocation, trigger, after, limit)
	return list, named("waiting", trigger, err)
}

// DeadLetters returns up to limit dead ones with IDs greater than after, of one trigger or (empty) of all.
func DeadLetters(r kv.Reader, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	list, err := invocations(r, tagLetter, trigger, after, limit)
	return list, named("dead letters", trigger, err)
}

func invocations(r kv.Reader, tag byte, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	var list []fs.Invocation
	if limit <= 0 || after == math.MaxUint64 {
		return nil, nil
	}
	if trigger != "" {
		return invocationsOf(r, tag, trigger, after, limit)
	}
	err := scan(r, key1(nil, tag, after+1), tagEnd(tag), false, func(k, v []byte) (bool, error) {
		var inv fs.Invocation
		if err := parse(k, v, inv.Decode); err != nil {
			return false, err
		}
		list = append(list, inv)
		return len(list) < limit, nil
	})
	return list, err
}

// invocationsOf reads the index of one trigger's, and then those.
func invocationsOf(r kv.Reader, tag byte, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	var ids []fs.InvocationID
	hi := append(keyString(nil, ofTrigger(tag), trigger), 1)
	err := scan(r, keyOf(nil, tag, trigger, after+1), hi, false, func(k, _ []byte) (bool, error) {
		ids = append(ids, lastID(k))
		return len(ids) < limit, nil
	})
	list := make([]fs.Invocation, len(ids))
	for i, id := range ids {
		if err == nil {
			k := key1(nil, tag, id)
			var ok bool
			if ok, err = load(r, k, list[i].Decode); err == nil && !ok {
				err = damaged(k, errMissing)
			}
		}
	}
	return list, err
}

var errMissing = errors.New("it is listed and not there")

// GetInvocation returns an invocation, waiting or dead.
func GetInvocation(r kv.Reader, id fs.InvocationID) (fs.Invocation, error) {
	for _, tag := range []byte{tagInvocation, tagLetter} {
		var inv fs.Invocation
		ok, err := load(r, key1(nil, tag, id), inv.Decode)
		if err != nil || ok {
			return inv, named("invocation", "", err)
		}
	}
	return fs.Invocation{}, named("invocation", "", fs.KindNotFound)
}
