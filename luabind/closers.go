package luabind

import "iter"

// closerSet holds what Close has to undo, newest first. Only the owner uses it.
type closerSet struct {
	next    int
	entries map[int]closer
}

// A closer is what one owner has to undo, which may be nil.
type closer struct {
	undo  func()
	owner any
}

// add registers fn and returns how to forget it.
func (s *closerSet) add(fn func()) (forget func()) { return s.addFor(nil, fn) }

// addFor is add for something that owners lists.
func (s *closerSet) addFor(owner any, fn func()) (forget func()) {
	if s.entries == nil {
		s.entries = map[int]closer{}
	}
	id := s.next
	s.next++
	s.entries[id] = closer{fn, owner}
	return func() { delete(s.entries, id) }
}

func (s *closerSet) closeAll() {
	for id := s.next - 1; id >= 0; id-- {
		if c, ok := s.entries[id]; ok {
			delete(s.entries, id)
			c.undo()
		}
	}
}

// owners goes through those that were named to addFor and are not forgotten.
func (s *closerSet) owners() iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, c := range s.entries {
			if c.owner != nil && !yield(c.owner) {
				return
			}
		}
	}
}
