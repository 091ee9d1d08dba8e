package luabind

import (
	"io"
	"os"
	"sync"
)

// lockedWriter is what several Lua states can write to, a line in one Write.
type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// lockWriters makes both writers of a configuration safe for several Lua states. A
// file is so by itself, and children may want it as it is.
func (cfg *Config) lockWriters() {
	mu := new(sync.Mutex) // one, as they may be the same
	for _, w := range []*io.Writer{&cfg.Stdout, &cfg.Stderr} {
		switch (*w).(type) {
		case *os.File, *lockedWriter:
		default:
			*w = &lockedWriter{mu, *w}
		}
	}
}
