package luabind

import (
	"slices"
	"sync"
)

// sharedTable is a table that several Lua states use at a time. It holds copies.
// No lock is held while Lua runs. Any goroutine may use it.
type sharedTable struct {
	mu      sync.RWMutex
	entries map[parcel]*sharedEntry
	serial  uint64 // of the last key added
}

// sharedEntry is what a key has. It is immutable: a change puts another one in
// its place, so that one can tell whether there was any.
type sharedEntry struct {
	value  parcel
	serial uint64 // keys are listed in the order in which they were added
}

func newSharedTable() *sharedTable { return &sharedTable{entries: map[parcel]*sharedEntry{}} }

// get returns nil for a key that is not there.
func (s *sharedTable) get(key parcel) *sharedEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.entries[key]
}

// valueOf is the value of an entry, nil for none.
func (e *sharedEntry) valueOf() parcel {
	if e == nil {
		return nil
	}
	return e.value
}

// swap gives the key a value, nil to remove it, and returns what it had.
func (s *sharedTable) swap(key, value parcel) *sharedEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.entries[key]
	s.put(key, value, old)
	return old
}

// put is called with s.mu held.
func (s *sharedTable) put(key, value parcel, old *sharedEntry) {
	switch {
	case value == nil:
		delete(s.entries, key)
	case old != nil:
		s.entries[key] = &sharedEntry{value, old.serial}
	default:
		s.serial++
		s.entries[key] = &sharedEntry{value, s.serial}
	}
}

// replace does what swap does if check agrees to what the key has, and reports
// whether it did. check must not call Lua.
func (s *sharedTable) replace(key parcel, check func(now *sharedEntry) bool, value func(now *sharedEntry) parcel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.entries[key]
	if !check(now) {
		return false
	}
	s.put(key, value(now), now)
	return true
}

func (s *sharedTable) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.entries)
}

func (s *sharedTable) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.entries)
}

// snapshot returns the keys and values at one moment, in the order in which the
// keys were added.
func (s *sharedTable) snapshot() []pairParcel {
	type numbered struct {
		pairParcel
		serial uint64
	}
	s.mu.RLock()
	list := make([]numbered, 0, len(s.entries))
	for k, e := range s.entries {
		list = append(list, numbered{pairParcel{k, e.value}, e.serial})
	}
	s.mu.RUnlock()
	slices.SortFunc(list, func(a, b numbered) int {
		if a.serial < b.serial {
			return -1
		}
		return 1
	})
	pairs := make([]pairParcel, len(list))
	for i, n := range list {
		pairs[i] = n.pairParcel
	}
	return pairs
}
