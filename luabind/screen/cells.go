// Package screen draws on a whole terminal and reads its keys. It knows no Lua.
//
// It is written on golang.org/x/term and the control sequences that every terminal
// of today understands (ECMA-48, and xterm's alternate screen), not on a library
// such as tcell: that would make the program start 0.2 ms later, whatever it is
// started for, since its tables of character sets are made at the start, and have a
// second table of Unicode beside go-runewidth's.
package screen

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"
)

// A cell is one character of the screen. That behind a wide one has no text.
type cell struct {
	text  string
	style Style
}

var blank = cell{text: " "}

// cells are a rectangle of them. Rows and columns count from 0.
type cells struct {
	width, height int
	at            []cell
}

func newCells(width, height int) *cells {
	c := &cells{width: width, height: height, at: make([]cell, width*height)}
	c.clear()
	return c
}

func (c *cells) clear() {
	for i := range c.at {
		c.at[i] = blank
	}
}

// row is a row's cells.
func (c *cells) row(y int) []cell { return c.at[y*c.width : (y+1)*c.width] }

// put writes a character of that width. What is left of a wide one that it covers
// half of becomes a space.
func put(row []cell, x, width int, text string, style Style) {
	if row[x].text == "" && x > 0 {
		row[x-1].text = " "
	}
	if end := x + width; end < len(row) && row[end].text == "" {
		row[end].text = " "
	}
	row[x] = cell{text, style}
	for i := 1; i < width; i++ {
		row[x+i] = cell{"", style}
	}
}

// text writes text from a cell on, as far as the row goes, and returns the column
// behind it. A wide character that does not fit is left out.
func (c *cells) text(x, y int, text string, style Style) int {
	if y < 0 || y >= c.height {
		return x
	}
	row := c.row(y)
	for g := graphemes.FromString(printable(text)); g.Next(); {
		width := runewidth.StringWidth(g.Value())
		if width == 0 {
			continue // nothing to combine with
		}
		if x+width > c.width {
			for ; x < c.width; x++ {
				put(row, x, 1, " ", style)
			}
			break
		}
		if x >= 0 {
			put(row, x, width, g.Value(), style)
		}
		x += width
	}
	return x
}

// printable replaces what would not be drawn but obeyed by a terminal.
func printable(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if text[i] < ' ' || text[i] >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // controls, and what changes the direction of text
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// resized is what c shows in another size.
func (c *cells) resized(width, height int) *cells {
	n := newCells(width, height)
	for y := range min(height, c.height) {
		copy(n.row(y), c.row(y))
		if width > 0 && width < c.width && c.row(y)[width].text == "" {
			n.row(y)[width-1].text = " " // half of a wide one
		}
	}
	return n
}
