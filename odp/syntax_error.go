package odp

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where OVS text cannot be read and what was expected there.
type SyntaxError struct {
	Text     string // the whole text
	Offset   int    // of the first byte that does not fit
	Expected string // what should stand there
	Hint     string // a name that was perhaps meant, or ""
}

// Error gives the column, counted from 1, and of a text of several lines the line.
func (e *SyntaxError) Error() string {
	found := "the end"
	if e.Offset < len(e.Text) {
		found = strconv.Quote(clip(e.Text[e.Offset:]))
	}
	line, column := e.Position()
	msg := fmt.Sprintf("column %d: expected %s, found %s", column, e.Expected, found)
	if strings.Contains(e.Text, "\n") {
		msg = fmt.Sprintf("line %d, %s", line, msg)
	}
	if e.Hint != "" {
		msg += fmt.Sprintf(" (did you mean %q?)", e.Hint)
	}
	return msg
}

// Position returns the line of the error and the column in it, both counted from
// 1, the column in characters.
func (e *SyntaxError) Position() (line, column int) {
	before := e.Text[:min(max(e.Offset, 0), len(e.Text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// caretWidth is how much of a line Caret shows, in characters: what a terminal
// does not wrap, which would move the caret away from its place.
const caretWidth = 72

// Caret returns the line of the error with a caret below its place. Of a long
// line it is the part around it.
func (e *SyntaxError) Caret() string {
	offset := min(max(e.Offset, 0), len(e.Text))
	start := strings.LastIndexByte(e.Text[:offset], '\n') + 1
	text, _, _ := strings.Cut(e.Text[start:], "\n")
	line := []rune(strings.TrimSuffix(text, "\r"))
	at := min(utf8.RuneCountInString(e.Text[start:offset]), len(line))

	const more = "..."
	from := 0
	if len(line) > caretWidth {
		if from = min(max(0, at-caretWidth/2), len(line)-caretWidth); from > 0 {
			line, at = append([]rune(more), line[from+len(more):]...), at-from
		}
		if len(line) > caretWidth {
			line = append(line[:caretWidth-len(more):caretWidth-len(more)], []rune(more)...)
		}
	}
	// What is not one column wide would be in the way of the caret. A tab stays,
	// above and below.
	below := make([]rune, at)
	for i := range line {
		wide := line[i] == '\t'
		if !wide && !strconv.IsPrint(line[i]) {
			line[i] = '?'
		}
		if i < at {
			below[i] = ' '
			if wide {
				below[i] = '\t'
			}
		}
	}
	return string(line) + "\n" + string(below) + "^"
}

// Is makes every syntax error match [ErrSyntax].
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

// clip shortens text for an error message to the word at its start.
func clip(s string) string {
	if i := strings.IndexAny(s, "(),= \t\r\n"); i > 0 {
		s = s[:i]
	}
	if r := []rune(s); len(r) > 24 {
		s = string(r[:24]) + "..."
	}
	return s
}
