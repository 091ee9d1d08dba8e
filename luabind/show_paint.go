package luabind

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// paintKind is what a piece of text at the console stands for.
type paintKind int

const (
	paintPlain    paintKind = iota // what has no colour
	paintText                      // strings
	paintNumber                    // numbers, and values such as addresses
	paintConstant                  // nil and booleans
	paintName                      // names of fields, keys and actions
	paintTitle                     // what an object is, and heads of columns
	paintError                     // what went wrong
	paintAside                     // counts of what is left out, identifiers
)

// paints are the colours of results: SGR parameters, of which every terminal has
// those from 30 to 37.
var paints = [...]string{
	paintText: "32", paintNumber: "33", paintConstant: "35", paintName: "36",
	paintTitle: "1", paintError: "31", paintAside: "2",
}

// sgrBegin begins each sequence that sets a colour. Nothing else that is shown has
// its first byte, see [printable].
const sgrBegin = "\x1b["

// painter colours text, or does not.
type painter bool

func (p painter) paint(kind paintKind, text string) string {
	if !p || text == "" || kind == paintPlain {
		return text
	}
	return sgrBegin + paints[kind] + "m" + text + sgrBegin + "0m"
}

// ovs colours the names in Open vSwitch text.
func (p painter) ovs(text string) string {
	if !p {
		return text
	}
	return ovsNames().ReplaceAllStringFunc(text, func(name string) string {
		end := name[len(name)-1:]
		return p.paint(paintName, name[:len(name)-1]) + end
	})
}

// ovsNames finds the names of keys and actions, and of the counters of a flow.
var ovsNames = pattern(`\b[a-z_][a-z0-9_]*\(|\b(?:ufid|packets|bytes|used|flags|dp|actions):`)

// cells is how many columns a text takes on a terminal, its colours left out.
func cells(text string) int {
	width := 0
	for {
		before, after, coloured := strings.Cut(text, sgrBegin)
		width += runewidth.StringWidth(before)
		if !coloured {
			return width
		}
		_, text, _ = strings.Cut(after, "m")
	}
}

// pad fills a text up to so many columns.
func pad(text string, width int, right bool) string {
	blanks := strings.Repeat(" ", max(0, width-cells(text)))
	if right {
		return blanks + text
	}
	return text + blanks
}

// cutTo is what of a text without colours fits so many columns.
func cutTo(text string, width int) string {
	if cells(text) <= width {
		return text
	}
	return runewidth.Truncate(text, width, "...")
}

// printable replaces what a terminal would not show but obey, in texts that
// scripts and the names of devices are made of. Ends of lines stay.
func printable(text string) string {
	plain := true
	for i := range len(text) {
		plain = plain && (text[i] >= ' ' && text[i] < 0x7f || text[i] == '\n')
	}
	if plain {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteString("    ")
		default:
			writePrintable(&b, r, text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// wrapper breaks text into lines of so many columns.
type wrapper struct {
	b      strings.Builder
	width  int
	indent int // of the lines behind the first
	column int
	fresh  bool // nothing stands on the line yet
	lines  int  // that are full
}

// newWrapper begins behind what takes column columns.
func newWrapper(width, column, indent int) *wrapper {
	return &wrapper{width: max(width, indent+minWrap), indent: indent, column: column, fresh: true}
}

// minWrap is how narrow a text is broken at least.
const minWrap = 20

// add adds a word with the blanks behind it. paint colours it, once it has its
// place.
func (w *wrapper) add(word string, paint func(string) string) {
	n := cells(strings.TrimRight(word, " "))
	if !w.fresh && w.column+n > w.width {
		line := strings.TrimRight(w.b.String(), " ")
		w.b.Reset()
		w.b.WriteString(line + "\n" + strings.Repeat(" ", w.indent))
		w.column = w.indent
		w.lines++
	}
	w.b.WriteString(paint(word))
	w.column += cells(word)
	w.fresh = false
}

func (w *wrapper) text() string { return strings.TrimRight(w.b.String(), " ") }

// wrapOVS breaks Open vSwitch text behind commas: between keys and actions, and
// within one only if it does not fit a line.
func (p painter) wrapOVS(text string, width, column, indent int) string {
	w := newWrapper(width, column, indent)
	for _, part := range splitOVS(text, false) {
		words := []string{part}
		if cells(part) > w.width-w.indent {
			words = splitOVS(part, true)
		}
		for _, word := range words {
			w.add(word, p.ovs)
		}
	}
	return w.text()
}

// splitOVS splits text behind its commas, also those within parentheses if all are
// wanted.
func splitOVS(text string, all bool) (parts []string) {
	depth, begin := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ',':
			if depth > 0 && !all {
				continue
			}
			for i+1 < len(text) && text[i+1] == ' ' {
				i++
			}
			parts, begin = append(parts, text[begin:i+1]), i+1
		}
	}
	return append(parts, text[begin:])
}
