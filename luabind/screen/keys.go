package screen

import (
	"strings"
	"unicode/utf8"
)

// KeyResize is what is read in place of a key when the terminal has another size.
const KeyResize = "resize"

// sequences are what terminals send for keys that have no character, behind ESC.
var sequences = map[string]string{
	"[A": "up", "[B": "down", "[C": "right", "[D": "left", "[H": "home", "[F": "end", "[Z": "shift-tab",
	"OA": "up", "OB": "down", "OC": "right", "OD": "left", "OH": "home", "OF": "end",
	"OP": "f1", "OQ": "f2", "OR": "f3", "OS": "f4", "[[A": "f1", "[[B": "f2", "[[C": "f3", "[[D": "f4", "[[E": "f5",
	"[1~": "home", "[2~": "insert", "[3~": "delete", "[4~": "end", "[5~": "page-up", "[6~": "page-down", "[7~": "home", "[8~": "end",
	"[11~": "f1", "[12~": "f2", "[13~": "f3", "[14~": "f4", "[15~": "f5", "[17~": "f6", "[18~": "f7", "[19~": "f8", "[20~": "f9",
	"[21~": "f10", "[23~": "f11", "[24~": "f12",
}

var controls = map[byte]string{
	'\r': "enter", '\n': "enter", '\t': "tab", 0x7f: "backspace", 0x08: "backspace", 0: "ctrl-space",
}

// maxSequence is how long a sequence may be. No key's is longer.
const maxSequence = 32

// decodeKey takes the first key off what a terminal has sent. n is how many bytes
// that are, 0 if more are needed: with final, none will come. The key is "" for
// what is none.
func decodeKey(b []byte, final bool) (key string, n int) {
	if len(b) == 0 {
		return "", 0
	}
	if b[0] == 0x1b {
		return decodeEscape(b, final)
	}
	if name, ok := controls[b[0]]; ok {
		return name, 1
	}
	if b[0] < ' ' {
		if b[0] < 27 {
			return "ctrl-" + string(rune('a'+b[0]-1)), 1
		}
		return "ctrl-" + string(`\]^_`[b[0]-28]), 1
	}
	if !final && !utf8.FullRune(b) {
		return "", 0
	}
	r, size := utf8.DecodeRune(b)
	if r == utf8.RuneError && size <= 1 {
		return "", 1
	}
	return string(b[:size]), size
}

func decodeEscape(b []byte, final bool) (key string, n int) {
	if len(b) == 1 {
		if final {
			return "escape", 1
		}
		return "", 0
	}
	switch b[1] {
	case '[', 'O':
		n = sequenceLength(b)
		switch {
		case n > 0:
			return sequences[withoutModifiers(string(b[1:n]))], n
		case !final && len(b) < maxSequence:
			return "", 0
		case len(b) > 2:
			return "", len(b) // of no terminal
		}
	case 0x1b:
		return "escape", 1
	}
	key, n = decodeKey(b[1:], final)
	if n == 0 || key == "" {
		return "", n
	}
	return "alt-" + key, n + 1
}

// sequenceLength is how long the control sequence is that b begins with, 0 if it is not whole.
func sequenceLength(b []byte) int {
	from := 2
	if b[1] == '[' && len(b) > 2 && b[2] == '[' { // the Linux console's function keys
		from = 3
	}
	for i := from; i < len(b) && i < maxSequence; i++ {
		if b[i] >= 0x40 && b[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}

// withoutModifiers takes from a sequence that Shift and such were held: a key is
// the same with them.
func withoutModifiers(s string) string {
	i := strings.IndexByte(s, ';')
	if i < 0 {
		return s
	}
	end := s[len(s)-1]
	if end == '~' {
		return s[:i] + "~"
	}
	if strings.ContainsRune("PQRS", rune(end)) {
		return "O" + string(end)
	}
	return "[" + string(end)
}
