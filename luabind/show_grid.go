package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// grid is a table with a head.
type grid struct {
	s     *shower
	heads []string
	rows  [][]lua.LValue
}

func (g *grid) add(row []lua.LValue) { g.rows = append(g.rows, row) }

const columnGap = 2

// minColumn is to what a wide column is cut: an address is not, on a wide terminal.
func minColumn(width int) int { return min(max(width/3, 12), 32) }

// text lays the columns out. Where they are too wide, the widest texts are cut, and
// then the last columns left out: then it says so, and the table is not whole.
func (g *grid) text() (text string, whole bool) {
	widths := make([]int, len(g.heads))
	plain := make([][]string, len(g.rows))
	numbers := make([]bool, len(g.heads))
	bare := *g.s
	bare.painter = false
	for i := range g.heads {
		widths[i], numbers[i] = cells(g.heads[i]), true
	}
	for r, row := range g.rows {
		plain[r] = make([]string, len(row))
		for i, v := range row {
			plain[r][i] = bare.cell(v)
			widths[i] = max(widths[i], cells(plain[r][i]))
			numbers[i] = numbers[i] && (v.Type() == lua.LTNumber || v == lua.LNil)
		}
	}
	shown := fitColumns(widths, g.s.width)
	lines := make([]string, 0, len(g.rows)+2)
	lines = append(lines, g.line(widths[:shown], numbers, func(i int) string {
		return g.s.paint(paintTitle, cutTo(g.heads[i], widths[i]))
	}))
	for r, row := range g.rows {
		lines = append(lines, g.line(widths[:shown], numbers, func(i int) string {
			kind := g.s.rt.kindOf(row[i])
			if row[i] == lua.LNil {
				kind = paintAside
			}
			return g.s.paint(kind, cutTo(plain[r][i], widths[i]))
		}))
	}
	if shown < len(g.heads) {
		w := newWrapper(g.s.width, 0, 2)
		for _, word := range strings.SplitAfter("columns left out: "+strings.Join(g.heads[shown:], ", "), " ") {
			w.add(word, func(text string) string { return g.s.paint(paintAside, text) })
		}
		lines = append(lines, w.text())
	}
	return strings.Join(lines, "\n"), shown == len(g.heads)
}

func (g *grid) line(widths []int, numbers []bool, cell func(i int) string) string {
	parts := make([]string, len(widths))
	for i, w := range widths {
		if parts[i] = cell(i); i < len(widths)-1 || numbers[i] {
			parts[i] = pad(parts[i], w, numbers[i])
		}
	}
	return strings.TrimRight(strings.Join(parts, strings.Repeat(" ", columnGap)), " ")
}

// fitColumns narrows columns to a width, and returns how many fit.
func fitColumns(widths []int, width int) int {
	for n := len(widths); ; n-- {
		narrow := slices.Clone(widths[:n])
		if narrowTo(narrow, width-columnGap*(n-1)) || n == 1 {
			copy(widths, narrow)
			return n
		}
	}
}

// narrowTo takes columns off the widest until all take no more than total, and
// reports whether that could be done.
func narrowTo(widths []int, total int) bool {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	least := minColumn(total)
	for ; sum > total; sum-- {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= least {
			return false
		}
		widths[widest]--
	}
	return true
}
