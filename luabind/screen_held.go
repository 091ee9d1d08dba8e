package luabind

import (
	"fmt"
	"io"
	"sync"
)

// maxHeld is how much is held back while a screen is open.
const maxHeld = 1 << 20

// heldWriter keeps what is written while the terminal shows a screen, which it
// would spoil, and which would be gone with it.
type heldWriter struct {
	mu   *sync.Mutex
	to   io.Writer
	held *held // of both writers, in their order
	over bool
}

type held struct {
	texts []heldText
	bytes int
	more  bool // there was more than is kept
}

type heldText struct {
	to   io.Writer
	text string
}

func (h *heldWriter) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over { // somebody has kept the writer
		return h.to.Write(p)
	}
	if h.held.bytes+len(p) > maxHeld {
		h.held.more = true
		return len(p), nil
	}
	h.held.bytes += len(p)
	h.held.texts = append(h.held.texts, heldText{h.to, string(p)})
	return len(p), nil
}

// holdOutput has the runtime keep what it writes until the returned function is
// called, which may be done from any goroutine.
func (rt *Runtime) holdOutput() (release func()) {
	var mu sync.Mutex
	all := &held{}
	out := &heldWriter{mu: &mu, to: rt.cfg.Stdout, held: all}
	err := &heldWriter{mu: &mu, to: rt.cfg.Stderr, held: all}
	rt.cfg.Stdout, rt.cfg.Stderr = out, err
	return func() {
		mu.Lock()
		defer mu.Unlock()
		for _, h := range all.texts {
			_, _ = io.WriteString(h.to, h.text) // there is nobody else to tell
		}
		if all.more {
			fmt.Fprintf(err.to, "odp: more than %d bytes were written while the screen was open; some are left out\n", maxHeld)
		}
		*all, out.over, err.over = held{}, true, true
	}
}
