package luabind

// closerSet holds what Close has to undo, newest first. Only the owner uses it.
type closerSet struct {
	next    int
	entries map[int]func()
}

// add registers fn and returns how to forget it.
func (s *closerSet) add(fn func()) (forget func()) {
	if s.entries == nil {
		s.entries = map[int]func(){}
	}
	id := s.next
	s.next++
	s.entries[id] = fn
	return func() { delete(s.entries, id) }
}

func (s *closerSet) closeAll() {
	for id := s.next - 1; id >= 0; id-- {
		if fn := s.entries[id]; fn != nil {
			delete(s.entries, id)
			fn()
		}
	}
}
