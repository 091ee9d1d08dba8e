package luabind

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/yuin/gopher-lua/parse"
)

// A LineError is what went wrong in a console line, with the place in it.
type LineError struct {
	Err    error
	Line   string // the line of the source that it is about; empty if that is not known
	Column int    // in bytes from 1; 0 if only the line is known
	Hint   string // what may help; may be empty

	prefix string // of the first line, that nobody has typed
	short  bool   // the message goes on with a text and a caret of its own
}

func (e *LineError) Unwrap() error { return e.Err }

// Error is the message, and below it the line with a caret and the hint.
func (e *LineError) Error() string {
	var b strings.Builder
	message, trace := e.Err.Error(), ""
	var failed *ScriptError
	if errors.As(e.Err, &failed) && strings.Contains(failed.Traceback, "\n") {
		trace = strings.TrimPrefix(failed.Detail(), failed.Error())
	}
	if e.short {
		message, _, _ = strings.Cut(message, "\n")
	}
	b.WriteString(message)
	if e.Column > 0 {
		line := strings.ReplaceAll(e.Line, "\t", " ")
		at := runewidth.StringWidth(line[:min(e.Column-1, len(line))])
		fmt.Fprintf(&b, "\n  %s\n  %s^", line, strings.Repeat(" ", at))
	}
	if e.Hint != "" {
		b.WriteString("\n  " + e.Hint)
	}
	b.WriteString(trace)
	return b.String()
}

// explain finds the place in a console line that an error is about. It is for the
// owner, when the line has ended.
func (rt *Runtime) explain(line *consoleLine, src string, err error) error {
	var failed *ScriptError
	if !errors.As(err, &failed) {
		return err
	}
	e := &LineError{Err: err}
	if line != nil && line.expr {
		if strings.HasPrefix(strings.TrimSpace(src), "=") {
			src = strings.Replace(src, "=", " ", 1)
		}
		e.prefix, src = expression, expression+src
	}
	lines := strings.Split(src, "\n")
	var syntax *parse.Error
	if errors.As(failed.Err, &syntax) {
		e.place(lines, syntax.Pos.Line, syntax.Pos.Column-len(syntax.Token)+1)
		return e
	}
	n := consoleLineOf(failed.Message)
	if n == 0 || n > len(lines) {
		return e
	}
	if where, _, _ := strings.Cut(failed.Traceback, "\n"); where != "" && !strings.HasSuffix(where, "in main chunk") {
		return e // in a function, which may be that of an earlier line
	}
	s, findings := rt.checkLine(src)
	v := failed.value
	for _, f := range findings {
		if f.Line != n || f.Column == 0 {
			continue
		}
		e.place(lines, n, f.Column)
		if v != nil && v.op == opArgument {
			e.short = true
		} else {
			e.hint(f.Message)
		}
		return e
	}
	if v != nil && v.column > 0 {
		for _, token := range s.tokens[n] {
			if column := token.Pos.Column; s.written(n, column, token.Str) && strings.Contains(v.caret, token.Str) && token.Str != "" {
				e.place(lines, n, column+v.column)
				e.short = true
				return e
			}
		}
		return e
	}
	if name := nameInMessage(failed.Message); name != "" {
		if _, column := s.find(n, name); column > 0 {
			e.place(lines, n, column)
		}
	}
	if e.Hint == "" && strings.Contains(failed.Message, "attempt to index a non-table object(nil)") {
		e.Hint = "what stands in front of it is nil"
	}
	return e
}

func (e *LineError) place(lines []string, line, column int) {
	if line < 1 || line > len(lines) {
		return
	}
	text := lines[line-1]
	if line == 1 {
		text, column = text[len(e.prefix):], column-len(e.prefix)
	}
	if column >= 1 && column <= len(text)+1 {
		e.Line, e.Column = text, column
	}
}

// hint takes what the checker says of the place, if the message does not.
func (e *LineError) hint(finding string) {
	if message, advice, ok := strings.Cut(finding, "; "); ok && strings.Contains(e.Err.Error(), message) {
		if !strings.Contains(e.Err.Error(), advice) {
			e.Hint = advice
		}
	} else if !strings.Contains(e.Err.Error(), finding) {
		e.Hint = finding
	}
}

// consoleLineOf is the line in front of a message, 0 if there is none.
func consoleLineOf(message string) int {
	rest, ok := strings.CutPrefix(message, consoleChunk+":")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// namedInMessage finds the name that a message is about: of a field that what is
// nil does not have, or of the function that refused its arguments.
var namedInMessage = pattern(`with key '([^']+)'|\bno (?:\w+ )?'([^']+)'|^console:\d+: [\w.]*[.:](\w+):? |\bto [\w.]*[.:](\w+): `)

func nameInMessage(message string) string {
	m := namedInMessage().FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	return m[1] + m[2] + m[3] + m[4]
}

// checkLine looks for mistakes in a line as odp check does.
func (rt *Runtime) checkLine(src string) (*script, []Finding) {
	c := &checker{api: rt.knownAPI(), rt: rt, cfg: rt.cfg, folder: ".", scripts: map[string]*script{}, console: true}
	s := c.file(consoleChunk, src)
	return s, c.sorted()
}
