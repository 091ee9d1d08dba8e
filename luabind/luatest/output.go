package luatest

import (
	"fmt"
	"sync"
)

// outputLimit is how many bytes of what one file prints are kept.
const outputLimit = 1 << 19

// cappedOutput keeps the first and the last half of what is written to it, if
// that is more than its limit.
type cappedOutput struct {
	limit int

	mu   sync.Mutex
	head []byte
	tail []byte // a ring, once it is full
	at   int    // where the ring begins
	lost int64
}

func (o *cappedOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(p)
	half := o.limit / 2
	if room := half - len(o.head); room > 0 {
		room = min(room, len(p))
		o.head = append(o.head, p[:room]...)
		p = p[room:]
	}
	if room := half - len(o.tail); room > 0 {
		room = min(room, len(p))
		o.tail = append(o.tail, p[:room]...)
		p = p[room:]
	}
	o.lost += int64(len(p))
	if over := len(p) - half; over > 0 {
		p = p[over:]
	}
	for len(p) > 0 {
		moved := copy(o.tail[o.at:], p)
		p = p[moved:]
		o.at = (o.at + moved) % half
	}
	return n, nil
}

func (o *cappedOutput) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(o.head)
	if o.lost > 0 {
		text += fmt.Sprintf("\n[... %d bytes left out ...]\n", o.lost)
	}
	return text + string(o.tail[o.at:]) + string(o.tail[:o.at])
}
