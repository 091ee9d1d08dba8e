package repl

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/mattn/go-runewidth"
)

// An edited line can hold several lines of Lua, pasted or recalled: line breaks and
// tabs in it are characters for private use, because readline takes the control
// characters for keys. They are shown as signs, and kept in the history file so.
const (
	lineBreak = '\ue00a'
	tab       = '\ue009'

	lineBreakSign = "↵"
	tabSign       = " "
)

var (
	toEdit   = strings.NewReplacer("\n", string(lineBreak), "\t", string(tab))
	fromEdit = strings.NewReplacer(string(lineBreak), "\n", string(tab), "\t")
	toShow   = strings.NewReplacer(string(lineBreak), lineBreakSign, string(tab), tabSign)
)

// cellWidths does not let the user's locale decide how wide ambiguous characters
// are: terminals show them in one column unless they are told otherwise.
var cellWidths = &runewidth.Condition{}

// cells returns how many columns s takes on a terminal.
func cells(s string) int { return cellWidths.StringWidth(toShow.Replace(s)) }

// position returns in which row below the first, and in which column, a terminal of
// that width has the cursor when it has shown s. A character of two columns that
// does not fit into a row goes to the next.
func position(s string, width int) (row, column int) {
	for _, r := range toShow.Replace(s) {
		w := cellWidths.RuneWidth(r)
		if column+w > width {
			row, column = row+1, 0
		}
		column += w
	}
	if column == width {
		return row + 1, 0
	}
	return row, column
}

// drawing draws the edited line in readline's place. Readline moves the cursor by
// one column for each character and so gets lost in a line with wide or combining
// characters. It calls Paint before it draws, and what it then writes is replaced.
type drawing struct {
	screen  screen
	prompt  string
	width   func() int
	line    string // as it is drawn
	pos     int    // of the cursor, in bytes of line
	painted bool   // line is about to be drawn
}

// Paint implements readline.Painter.
func (d *drawing) Paint(line []rune, pos int) []rune {
	d.line, d.pos, d.painted = string(line), len(string(line[:pos])), true
	return line
}

// erasing is what readline writes to take the line away, one part for each row.
var erasing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\x1b\[J(?:\x1b\[2K\r\x1b\[A)*\x1b\[2K\r$`)
})

// Write implements io.Writer for what readline writes.
func (d *drawing) Write(p []byte) (int, error) {
	text := p
	switch whole := d.prompt + d.line; {
	case d.painted && bytes.HasPrefix(p, []byte(whole)):
		text = d.draw(whole)
	case erasing().Match(p):
		row, _ := position(d.prompt+d.line[:d.pos], d.width())
		text = []byte("\x1b[J" + strings.Repeat("\x1b[2K\r\x1b[A", row) + "\x1b[2K\r")
	}
	if _, err := io.WriteString(d.screen, toShow.Replace(string(text))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// draw shows the line and puts the cursor where it belongs.
func (d *drawing) draw(whole string) []byte {
	d.painted = false
	if strings.Contains(whole, "\n") { // it is being left
		d.line, d.pos = "", 0
		return []byte(whole)
	}
	var b bytes.Buffer
	b.WriteString(whole)
	width := d.width()
	end, column := position(whole, width)
	if column == 0 && end > 0 {
		b.WriteString(" \b") // the terminal goes to the next row with the next character
	}
	row, column := position(d.prompt+d.line[:d.pos], width)
	if d.pos < len(d.line) {
		if end > row {
			fmt.Fprintf(&b, "\x1b[%dA", end-row)
		}
		b.WriteByte('\r')
		if column > 0 {
			fmt.Fprintf(&b, "\x1b[%dC", column)
		}
	}
	return b.Bytes()
}
