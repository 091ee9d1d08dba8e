package repl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// completion is what pressing Tab does: add text at the cursor, or, when there
// is none to add, show a choice.
type completion struct {
	insert string
	choice []string
}

// indent is what Tab adds where there is nothing to complete yet.
const indent = "  "

// maxChoice is how many candidates are shown at once.
const maxChoice = 200

// complete asks interp how the line could go on at byte offset pos. The lines
// before it in the same chunk are given to interp too.
func complete(interp Interp, chunk, line string, pos int) completion {
	if chunk != "" && strings.TrimSpace(line[:pos]) == "" {
		return completion{insert: indent}
	}
	src, at := chunk+line, len(chunk)+pos
	start, candidates := interp.Complete(src, at)
	if start < 0 || start > at {
		return completion{}
	}
	return choose(src[start:at], candidates)
}

// choose tells what Tab does behind what was typed of the candidates.
func choose(typed string, candidates []string) completion {
	seen := make(map[string]bool)
	var fitting []string
	for _, c := range candidates {
		// The editor can only add at the cursor, and only text that a line
		// can hold.
		if strings.HasPrefix(c, typed) && !seen[c] && printable(c) {
			seen[c] = true
			fitting = append(fitting, c)
		}
	}
	if len(fitting) == 0 {
		return completion{}
	}
	if more := commonPrefix(fitting)[len(typed):]; more != "" {
		return completion{insert: more}
	}
	if len(fitting) == 1 {
		return completion{}
	}
	return completion{choice: fitting}
}

// commonPrefix returns the longest text that all of list begin with, in whole
// characters.
func commonPrefix(list []string) string {
	p := list[0]
	for _, s := range list[1:] {
		for !strings.HasPrefix(s, p) {
			_, size := utf8.DecodeLastRuneInString(p)
			p = p[:len(p)-size]
		}
	}
	return p
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// columns lays out list, read downwards, in lines of at most width cells. A
// list that is too long is cut, which the last line says.
func columns(list []string, width int) string {
	const gap = 2
	rest := 0
	if len(list) > maxChoice {
		rest = len(list) - maxChoice
		list = list[:maxChoice]
	}
	cell := 0
	for _, s := range list {
		cell = max(cell, cells(s))
	}
	perLine := max(1, (width+gap)/(cell+gap))
	height := (len(list) + perLine - 1) / perLine
	var b strings.Builder
	for row := range height {
		for i := row; i < len(list); i += height {
			b.WriteString(list[i])
			if i+height < len(list) {
				b.WriteString(strings.Repeat(" ", cell+gap-cells(list[i])))
			}
		}
		b.WriteByte('\n')
	}
	if rest > 0 {
		fmt.Fprintf(&b, "... and %d more\n", rest)
	}
	return b.String()
}
