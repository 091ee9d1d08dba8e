package screen

import (
	"strings"
	"testing"
)

func shown(c *cells) string {
	var b strings.Builder
	for y := range c.height {
		for _, at := range c.row(y) {
			b.WriteString(at.text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestCells(t *testing.T) {
	tests := []struct {
		name string
		draw func(c *cells)
		want string
	}{
		{"text", func(c *cells) { c.text(1, 0, "ab", Style{}) }, " ab   \n"},
		{"cut", func(c *cells) { c.text(4, 0, "abc", Style{}) }, "    ab\n"},
		{"beyond", func(c *cells) { c.text(9, 0, "a", Style{}); c.text(0, 1, "a", Style{}); c.text(0, -1, "a", Style{}) }, "      \n"},
		{"wide", func(c *cells) { c.text(0, 0, "日本x", Style{}) }, "日本x \n"},
		{"wide at the edge", func(c *cells) { c.text(3, 0, "日本", Style{}) }, "   日 \n"},
		{"over the left half", func(c *cells) { c.text(0, 0, "日本", Style{}); c.text(0, 0, "a", Style{}) }, "a 本  \n"},
		{"over the right half", func(c *cells) { c.text(0, 0, "日本", Style{}); c.text(1, 0, "a", Style{}) }, " a本  \n"},
		{"wide over two halves", func(c *cells) { c.text(0, 0, "日本", Style{}); c.text(1, 0, "語", Style{}) }, " 語   \n"},
		{"combining", func(c *cells) { c.text(0, 0, "e\u0301x", Style{}) }, "e\u0301x    \n"},
		{"controls", func(c *cells) { c.text(0, 0, "a\x1b[\tb\x9b", Style{}) }, "a\ufffd[ b\ufffd\n"},
		{"narrower", func(c *cells) { c.text(0, 0, "ab日", Style{}); *c = *c.resized(3, 1) }, "ab \n"},
		{"larger", func(c *cells) { c.text(0, 0, "ab日", Style{}); *c = *c.resized(7, 2) }, "ab日   \n       \n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCells(6, 1)
			tt.draw(c)
			if got := shown(c); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	red := Style{foreground: 2, attributes: 1}
	old := newCells(6, 2)
	old.text(0, 0, "abc", Style{})
	now := old.resized(6, 2)
	if got := string(now.changes(old, true)); got != "" {
		t.Errorf("nothing has changed: %q", got)
	}
	now.text(1, 0, "BC", red)
	now.text(0, 1, "日x", Style{})
	if got, want := string(now.changes(old, true)), "\x1b[1;2H\x1b[0;1;31mBC\x1b[2;1H\x1b[0m日\x1b[2;3Hx\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(now.changes(old, false)), "\x1b[1;2H\x1b[0;1mBC\x1b[2;1H\x1b[0m日\x1b[2;3Hx\x1b[0m"; got != want {
		t.Errorf("without colours: got %q, want %q", got, want)
	}
	if got, want := string(old.changes(nil, true)), "\x1b[1;1H\x1b[0mabc\x1b[0m"; got != want {
		t.Errorf("from nothing: got %q, want %q", got, want)
	}
}

func TestStyle(t *testing.T) {
	if s, err := ParseStyle(" bold red on blue "); err != nil || s.sequence(true) != "\x1b[0;1;31;44m" {
		t.Errorf("got %v, %v", s, err)
	}
	for _, text := range []string{"bald", "on", "on bold", "on on red"} {
		if _, err := ParseStyle(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// TestKeys has what terminals send come at once, and byte by byte.
func TestKeys(t *testing.T) {
	sent := "aé日\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[3;2~\x1b[1;2P\x1bOQ\x1b[[C\x1b[15~\x1b[Z\r\t\x7f\x01\x1a\x1c\x00\x1bx\x1b\r\x1b[99;1X\xff\x1b\x1b"
	want := "a é 日 up down right delete delete f1 f2 f3 f5 shift-tab enter tab backspace ctrl-a ctrl-z ctrl-\\ ctrl-space alt-x alt-enter escape escape"
	for _, size := range []int{1, 2, 3, 1000} {
		var keys []string
		var pending []byte
		take := func(final bool) {
			for {
				key, n := decodeKey(pending, final)
				if n == 0 {
					return
				}
				if key != "" {
					keys = append(keys, key)
				}
				pending = pending[n:]
			}
		}
		for b := []byte(sent); len(b) > 0; b = b[min(size, len(b)):] {
			pending = append(pending, b[:min(size, len(b))]...)
			take(false)
		}
		take(true)
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%d bytes at a time:\n got %s\nwant %s", size, got, want)
		}
	}
}

// FuzzKeys checks that whatever comes is taken in the end.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("\x1b[1;5Cx\x1b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			_, n := decodeKey(b, true)
			if n <= 0 || n > len(b) {
				t.Fatalf("%d bytes taken of %q", n, b)
			}
			b = b[n:]
		}
	})
}
