package luabind

import "sync"

// lazyRows is a table of rows that is made when it is first asked for: a program that
// does not need it is not to wait for it when it starts.
type lazyRows[T any] struct {
	once sync.Once
	rows []T
}

func (l *lazyRows[T]) get(make func() []T) []T {
	l.once.Do(func() { l.rows = make() })
	return l.rows
}
