package screen

import "strconv"

const (
	// enter has the terminal show its other screen, empty, without a cursor, and not go
	// on to the next line at the end of one.
	enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J"
	leave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// A pen writes what changes a screen, in the order of rows.
type pen struct {
	out    []byte
	colors bool
	style  Style
	styled bool
	x, y   int
	placed bool // the cursor is at x, y
}

func (p *pen) cell(x, y int, c cell) {
	if !p.placed || x != p.x || y != p.y {
		p.out = append(p.out, "\x1b["...)
		p.out = strconv.AppendInt(p.out, int64(y+1), 10)
		p.out = append(p.out, ';')
		p.out = strconv.AppendInt(p.out, int64(x+1), 10)
		p.out = append(p.out, 'H')
	}
	if !p.styled || c.style != p.style {
		p.out = append(p.out, c.style.sequence(p.colors)...)
		p.style, p.styled = c.style, true
	}
	p.out = append(p.out, c.text...)
	// How far other characters move the cursor is not the same on all terminals.
	p.x, p.y, p.placed = x+1, y, len(c.text) == 1
}

// changes is what makes a terminal that shows old show c. old is nil if it is empty.
func (c *cells) changes(old *cells, colors bool) []byte {
	p := pen{colors: colors}
	for y := range c.height {
		row := c.row(y)
		for x := 0; x < len(row); {
			width := 1
			for x+width < len(row) && row[x+width].text == "" {
				width++
			}
			if c.differs(old, x, y, width) {
				p.cell(x, y, row[x])
			}
			x += width
		}
	}
	if p.styled {
		p.out = append(p.out, Style{}.sequence(colors)...)
	}
	return p.out
}

func (c *cells) differs(old *cells, x, y, width int) bool {
	for i := x; i < x+width; i++ {
		before := blank
		if old != nil {
			before = old.row(y)[i]
		}
		if c.row(y)[i] != before {
			return true
		}
	}
	return false
}
