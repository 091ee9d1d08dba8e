package repl

import (
	"strings"
	"testing"
)

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		text        string
		width       int
		row, column int
	}{
		{"", 10, 0, 0},
		{"abc", 10, 0, 3},
		{"0123456789", 10, 1, 0},
		{"0123456789a", 10, 1, 1},
		{"世界", 10, 0, 4},
		{"世界世界世界", 5, 2, 4}, // of five columns, one stays empty
		{"😀!", 10, 0, 3},
		{"e\u0301!", 10, 0, 2},
		{"a" + string(lineBreak) + string(tab) + "b", 10, 0, 4},
	} {
		if row, column := position(c.text, c.width); row != c.row || column != c.column {
			t.Errorf("%q in %d columns ends at %d, %d, want %d, %d", c.text, c.width, row, column, c.row, c.column)
		}
	}
}

func TestDrawing(t *testing.T) {
	for _, c := range []struct {
		name, line string
		pos        int
		want       string
	}{
		{"at the end", "abc", 3, "> abc"},
		{"within", "abc", 1, "> abc\r\x1b[3C"},
		{"wide", "世界x", 1, "> 世界x\r\x1b[4C"},
		{"combining", "e\u0301x", 2, "> e\u0301x\r\x1b[3C"},
		{"at the edge", "12345678", 8, "> 12345678 \b"},
		{"in an earlier row", "1234567890", 2, "> 1234567890\x1b[1A\r\x1b[4C"},
		{"lines", "a" + string(lineBreak) + "b", 3, "> a↵b"},
		{"when it is left", "abc\n", 4, "> abc\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := newRecord()
			o := newOutput()
			o.editing = true
			d := &drawing{screen: screen{o, rec}, prompt: "> ", width: func() int { return 10 }}
			line := d.Paint([]rune(c.line), c.pos)
			// What readline makes of it does not matter.
			if n, err := d.Write([]byte("> " + string(line) + "\b\b")); n != len("> ")+len(string(line))+2 || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
			if got := rec.String(); got != c.want {
				t.Errorf("drew %q, want %q", got, c.want)
			}
		})
	}
}

// The line is erased from where it was drawn, not from where readline thinks.
func TestDrawingErases(t *testing.T) {
	rec := newRecord()
	o := newOutput()
	o.editing = true
	d := &drawing{screen: screen{o, rec}, prompt: "> ", width: func() int { return 10 }}
	line := strings.Repeat("世", 9)
	d.Paint([]rune(line), 9)
	d.Write([]byte("> " + line))
	rec.buf.Reset()
	d.Write([]byte("\x1b[J\x1b[2K\r"))
	if got, want := rec.String(), "\x1b[J\x1b[2K\r\x1b[A\x1b[2K\r\x1b[A\x1b[2K\r"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rec.buf.Reset()
	d.Write([]byte("\n\x1b[Jbck-i-search: "))
	if got := rec.String(); got != "\n\x1b[Jbck-i-search: " {
		t.Errorf("changed %q", got)
	}
}
