package repl

import (
	"io"
	"os"

	"github.com/chzyer/readline"
)

// Terminal is the terminal behind a console's input and output.
type Terminal interface {
	// MakeRaw lets keys through one by one and unseen, Ctrl-C included, and
	// returns what undoes it. Line breaks are still translated on output.
	MakeRaw() (restore func() error, err error)
	// Width returns the number of columns, 0 when unknown.
	Width() int
}

// findTerminal returns the terminal that in and out are, nil when one of them
// is something else.
func findTerminal(in io.Reader, out io.Writer) Terminal {
	i, ok := in.(*os.File)
	if !ok || !readline.IsTerminal(int(i.Fd())) {
		return nil
	}
	o, ok := out.(*os.File)
	if !ok || !readline.IsTerminal(int(o.Fd())) {
		return nil
	}
	return &tty{in: i, out: o}
}

type tty struct{ in, out *os.File }

func (t *tty) MakeRaw() (func() error, error) {
	fd := int(t.in.Fd())
	state, err := readline.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() error { return readline.Restore(fd, state) }, nil
}

func (t *tty) Width() int {
	w, _, err := readline.GetSize(int(t.out.Fd()))
	if err != nil {
		return 0
	}
	return w
}
