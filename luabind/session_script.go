package luabind

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// savedLine is one line, or several that belong together, for [Runtime.SessionScript].
type savedLine struct {
	source      string
	expr        bool // an expression, and called is whether it is one call
	called      bool
	returns     bool // statements of which the last is return
	failed      bool
	first, last int      // the numbers of its values
	uses        []string // names of values of other lines
}

// add remembers a line that was run.
func (s *session) add(line *consoleLine) {
	if line.help {
		return
	}
	l := savedLine{source: strings.TrimSpace(line.source), expr: line.expr, failed: line.failed, first: line.first, last: line.last}
	if ret, ok := lastStmt(line.chunk).(*ast.ReturnStmt); ok {
		l.returns = !line.expr
		if line.expr && len(ret.Exprs) == 1 {
			_, l.called = ret.Exprs[0].(*ast.FuncCallExpr)
		}
	}
	for _, name := range freeNames(line.chunk) {
		if digits, ok := strings.CutPrefix(name, "_"); ok && !s.locals[name] {
			if _, err := strconv.Atoi(digits); err == nil || digits == "" {
				l.uses = append(l.uses, name)
			}
		}
	}
	s.lines = append(s.lines, l)
}

func lastStmt(chunk []ast.Stmt) ast.Stmt {
	if len(chunk) == 0 {
		return nil
	}
	return chunk[len(chunk)-1]
}

// freeNames lists the globals that a chunk reads.
func freeNames(chunk []ast.Stmt) (names []string) {
	s := &script{}
	s.chunk = chunk
	s.resolve()
	for name, g := range s.scope.globals {
		if len(g.reads) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// SessionScript returns the console lines that were run so far as a script that
// does the same: values are printed, those that later lines ask for by number get a
// name, and the lines that failed are comments. It ends in the event loop if timers
// or handlers are left. The error says why the script would not compile.
func (rt *Runtime) SessionScript() (code string, err error) {
	doErr := rt.do(context.Background(), func() {
		rt.openConsole()
		code = rt.session.script()
		if len(rt.listJobs()) > 0 {
			code += "\nodp.run()\n"
		}
		_, err = rt.load("the session's script", code)
	})
	if doErr != nil {
		return "", doErr
	}
	return code, err
}

func (s *session) script() string {
	var b strings.Builder
	b.WriteString("#!/usr/bin/env odp\n")
	used := s.usedValues()
	for i, l := range s.lines {
		switch {
		case l.failed:
			b.WriteString("-- failed: " + strings.ReplaceAll(l.source, "\n", "\n--         ") + "\n")
			continue
		case strings.HasPrefix(l.source, "("):
			b.WriteString("do end -- so that the next line calls nothing of the one before\n")
		}
		if slices.Contains(l.uses, "_") {
			if n := s.lastBefore(i); n > 0 {
				fmt.Fprintf(&b, "_ = _%d\n", n)
			}
		}
		switch kept := keptNames(l, used); {
		case len(kept) > 0:
			source := l.source
			if l.returns {
				source = "(function()\n" + source + "\nend)()"
			}
			fmt.Fprintf(&b, "%s = %s\n", strings.Join(kept, ", "), source)
			fmt.Fprintf(&b, "print(%s)\n", strings.Join(kept, ", "))
		case l.returns:
			fmt.Fprintf(&b, "print((function()\n%s\nend)())\n", l.source)
		case l.expr && l.last >= l.first, l.expr && !l.called:
			// A comment behind the expression must not take the parenthesis along.
			end := ""
			if strings.Contains(l.source, "--") {
				end = "\n"
			}
			fmt.Fprintf(&b, "print(%s%s)\n", l.source, end)
		default:
			b.WriteString(l.source + "\n")
		}
	}
	return b.String()
}

// usedValues tells the numbers of the values that lines ask for.
func (s *session) usedValues() map[int]bool {
	used := map[int]bool{}
	for i, l := range s.lines {
		for _, name := range l.uses {
			n, _ := strconv.Atoi(name[1:]) // of _ that is no number
			if name == "_" {
				n = s.lastBefore(i)
			}
			used[n] = true
		}
	}
	return used
}

// lastBefore is the number of the value that _ stands for in a line.
func (s *session) lastBefore(line int) int {
	for i := line - 1; i >= 0; i-- {
		if l := s.lines[i]; l.last >= l.first && !l.failed && l.last > 0 {
			return l.last
		}
	}
	return 0
}

// keptNames names the values of a line, if one of them is used.
func keptNames(l savedLine, used map[int]bool) (names []string) {
	any := false
	for n := l.first; n <= l.last; n++ {
		names = append(names, fmt.Sprintf("_%d", n))
		any = any || used[n]
	}
	if !any {
		return nil
	}
	return names
}
