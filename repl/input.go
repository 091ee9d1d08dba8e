package repl

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// control carries requests to whoever reads input. Requests do not queue up:
// asking twice before the reader looks is asking once.
type control struct {
	wake      chan struct{} // there is something to draw
	interrupt chan struct{} // give up the line
	closed    chan struct{} // input has ended
	once      sync.Once
}

func newControl() *control {
	return &control{
		wake:      make(chan struct{}, 1),
		interrupt: make(chan struct{}, 1),
		closed:    make(chan struct{}),
	}
}

func (c *control) wakeUp()        { ask(c.wake) }
func (c *control) interruptLine() { ask(c.interrupt) }
func (c *control) close()         { c.once.Do(func() { close(c.closed) }) }

func ask(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// source reads from r when asked to, on another goroutine, so that waiting for
// input can be given up. It never reads ahead: a script that reads standard
// input gets what is typed while it runs. A source is used by one goroutine.
type source struct {
	r      io.Reader
	asked  bool
	chunks chan readResult
}

type readResult struct {
	data []byte
	err  error
}

func newSource(r io.Reader) *source {
	return &source{r: r, chunks: make(chan readResult, 1)}
}

// next returns the channel on which the result of the next read arrives. The
// reader of the channel calls received.
func (s *source) next() <-chan readResult {
	if !s.asked {
		s.asked = true
		go func() {
			buf := make([]byte, 4096)
			n, err := s.r.Read(buf)
			s.chunks <- readResult{buf[:n], err}
		}()
	}
	return s.chunks
}

func (s *source) received() { s.asked = false }

// Bytes that readline sees but that no key sends: keys drops them from input.
const (
	interruptByte = 0x03 // Ctrl-C
	wakeByte      = 0x13 // Ctrl-S, whose forward search crashes readline
	deleteByte    = 0x1a // Ctrl-Z; marks that the Delete key follows
	pasteByte     = 0x18 // Ctrl-X; takePaste has what was pasted
)

// What a terminal sends around a paste, and how much of one is taken.
const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
	maxPaste    = 1 << 20
)

// keys is the keyboard as readline reads it. It hands over whole keys only
// (characters, escape sequences), so that a request of control can be slipped
// in between two as a byte of its own, and it drops keys that readline would
// misread: unknown control characters and sequences, which it would insert as
// text, NUL, which it takes for the end of input, and Ctrl-Z, upon which it
// suspends its parent process too.
type keys struct {
	control *control
	source  *source
	buf     []byte // read, not yet handed over
	err     error  // why there will be no more
	tooLong func() // tells the user that a paste was cut

	pasting bool   // what comes is pasted
	paste   []byte // so far
	cut     bool   // there was more of it than is taken

	mu     sync.Mutex
	pasted []string // whole pastes that nobody has taken, one for each pasteByte
}

// takePaste returns what was pasted where a pasteByte stands. It is the first of
// those that are kept.
func (k *keys) takePaste() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	text := k.pasted[0]
	k.pasted = k.pasted[1:]
	return text
}

// Read implements io.Reader. It needs room for at least one key.
func (k *keys) Read(p []byte) (int, error) {
	for {
		select {
		case <-k.control.closed:
			return 0, io.EOF
		case <-k.control.interrupt:
			return copy(p, []byte{interruptByte}), nil
		case <-k.control.wake:
			return copy(p, []byte{wakeByte}), nil
		default:
		}
		if n := k.take(p); n > 0 {
			return n, nil
		}
		if k.err != nil {
			return 0, io.EOF
		}
		select {
		case r := <-k.source.next():
			k.source.received()
			k.buf = append(k.buf, r.data...)
			k.err = r.err
		case <-k.control.closed:
			return 0, io.EOF
		case <-k.control.interrupt:
			return copy(p, []byte{interruptByte}), nil
		case <-k.control.wake:
			return copy(p, []byte{wakeByte}), nil
		}
	}
}

// Close implements io.Closer for readline; the console closes by control.
func (k *keys) Close() error { return nil }

// take moves whole keys from buf to p as far as they fit.
func (k *keys) take(p []byte) int {
	n := 0
	for len(k.buf) > 0 {
		if k.pasting {
			if n == len(p) {
				break
			}
			if k.takePasted() {
				p[n] = pasteByte
				n++
			} else if k.pasting {
				break // the rest is yet to come
			}
			continue
		}
		size, keep := key(k.buf)
		if size == 0 {
			break // the rest of this key is yet to come
		}
		text := k.buf[:size]
		if string(text) == pasteBegins {
			k.pasting, k.buf = true, k.buf[size:]
			continue
		}
		if same, ok := sameKeys[string(text)]; ok {
			text = []byte(same)
		}
		if string(text) == "\x1b[3~" {
			text = append([]byte{deleteByte}, text...)
		}
		if keep {
			if n+len(text) > len(p) {
				break
			}
			n += copy(p[n:], text)
		}
		k.buf = k.buf[size:]
	}
	return n
}

// takePasted moves what was pasted out of buf. It reports whether that was all of
// it. Ctrl-C gives up a paste that a terminal does not end.
func (k *keys) takePasted() (ended bool) {
	text, rest, ended := bytes.Cut(k.buf, []byte(pasteEnds))
	if i := bytes.IndexByte(text, interruptByte); i >= 0 {
		k.buf, k.pasting, k.paste, k.cut = k.buf[i:], false, nil, false
		return false
	}
	if !ended {
		// The end may be in buf in part.
		keep := min(len(pasteEnds)-1, len(k.buf))
		text, rest = k.buf[:len(k.buf)-keep], k.buf[len(k.buf)-keep:]
	}
	k.cut = k.cut || len(k.paste)+len(text) > maxPaste
	k.paste = append(k.paste, text[:min(len(text), maxPaste-len(k.paste))]...)
	k.buf = append([]byte(nil), rest...)
	if !ended {
		return false
	}
	if k.cut && k.tooLong != nil {
		k.tooLong()
	}
	k.mu.Lock()
	k.pasted = append(k.pasted, pastedText(k.paste))
	k.mu.Unlock()
	k.pasting, k.paste, k.cut = false, nil, false
	return true
}

// pastedText is what a paste adds to the line: line ends are line breaks, those at
// its end left out, and control characters, which no script has, are dropped.
func pastedText(paste []byte) string {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(string(paste), "\ufffd"))
	text = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f {
			return -1
		}
		return r
	}, text)
	return strings.TrimRight(text, "\n")
}

const escape = 0x1b

// sameKeys are those that readline does not know or, as with Ctrl and an arrow,
// takes for others, and what it knows that does the same.
var sameKeys = map[string]string{
	"\x1b[1~": "\x01", "\x1b[7~": "\x01", // Home
	"\x1b[4~": "\x05", "\x1b[8~": "\x05", // End
	"\x1b[1;5D": "\x1bb", "\x1b[1;3D": "\x1bb", // Ctrl-Left, Alt-Left
	"\x1b[1;5C": "\x1bf", "\x1b[1;3C": "\x1bf",
}

// maxKey is the length at which an escape sequence without an end is dropped.
const maxKey = 32

// key returns the length of the key that b begins with, 0 when b ends within
// it, and whether readline understands it.
func key(b []byte) (size int, keep bool) {
	switch {
	case b[0] == escape:
		return escapeKey(b)
	case b[0] < 0x20 || b[0] == 0x7f:
		return 1, editingKey(b[0])
	case !utf8.FullRune(b):
		return 0, false
	}
	r, size := utf8.DecodeRune(b)
	return size, r < 0x80 || r > 0x9f // no C1 control characters
}

// editingKey reports whether c is a control character that readline acts on.
func editingKey(c byte) bool {
	switch c {
	case 0x00, wakeByte, deleteByte, pasteByte,
		0x0f, 0x11, 0x16, 0x1c, 0x1d, 0x1e, 0x1f: // would be inserted
		return false
	}
	return true
}

// escapeKey is key for b that begins with an escape character.
func escapeKey(b []byte) (size int, keep bool) {
	if len(b) == 1 {
		return 0, false
	}
	switch b[1] {
	case escape:
		return 1, false
	case 'b', 'f', 'd', 0x7f: // word motion and deletion
		return 2, true
	case 'O':
		if len(b) == 2 {
			return 0, false
		}
		return 3, b[2] >= 'A' && b[2] <= 'Z'
	case '[':
		return csiKey(b)
	}
	// Alt with another key. A character of several bytes leaves its tail,
	// so take all of it.
	if !utf8.FullRune(b[1:]) {
		return 0, false
	}
	_, size = utf8.DecodeRune(b[1:])
	return 1 + size, false
}

// csiKey is key for b that begins with a control sequence: parameter bytes and
// one final byte. Readline knows digits and semicolons as parameters.
func csiKey(b []byte) (size int, keep bool) {
	keep = true
	for i := 2; i < len(b); i++ {
		c := b[i]
		switch {
		case c >= '0' && c <= '9' || c == ';':
		case c >= 0x40 && c <= 0x7e:
			return i + 1, keep && c != 'R' // R answers a question nobody asked
		case c >= 0x20 && c < 0x40:
			keep = false
		default:
			return i, false // not a sequence: drop what there was of it
		}
		if i >= maxKey {
			return i + 1, false
		}
	}
	return 0, false
}
