package command

import (
	"os"

	"golang.org/x/term"
)

// Colors reports whether what is written to f may have colours: f is a terminal that
// knows them, and the variable NO_COLOR is empty.
func Colors(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// TerminalSize returns the columns and rows of the terminal f as it is now, 0 if it is
// none.
func TerminalSize(f *os.File) (columns, rows int) {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0
	}
	return columns, rows
}
