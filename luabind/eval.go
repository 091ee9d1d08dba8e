package luabind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// ErrIncomplete is returned by [Runtime.Eval] for the beginning of a statement:
// more lines are needed.
var ErrIncomplete = errors.New("incomplete statement")

// Eval runs one console line, or several lines that belong together, and
// returns its results as text, one for each value. An expression needs no return,
// and locals that are in no block last as long as the runtime. When ctx ends, the
// line is aborted; if it is in odp.run, that returns first. The error of what went
// wrong in the line is a [*LineError].
func (rt *Runtime) Eval(ctx context.Context, src string) (texts []string, err error) {
	doErr := rt.do(ctx, func() {
		rt.openConsole()
		run := rt.askedHelp(src)
		line, refused := rt.compileLine(run)
		if refused != nil {
			if err = refused; err != ErrIncomplete {
				err = rt.explain(nil, src, err)
			}
			return
		}
		line.help = run != src
		var values []lua.LValue
		if values, err = rt.runLine(ctx, line); err != nil {
			err = rt.explain(line, src, err)
			return
		}
		if text, ok := rt.machineText(src, values); ok {
			texts = []string{text}
			return
		}
		if ctx.Err() != nil { // it was in odp.run, which has returned
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceAfterRun)
			defer cancel()
			ctx = last
		}
		texts, err = rt.showAll(ctx, values)
	})
	if doErr != nil {
		return nil, doErr
	}
	return texts, err
}

// EvalFile runs a script as a part of the console's session: its locals that are in
// no block can be used at the prompt. arg and "..." are as in [Runtime.RunFile]. The
// error says why the file could not be read, or is as that of a script.
func (rt *Runtime) EvalFile(ctx context.Context, path string, args []string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot read the script: %w", err)
	}
	code := string(src)
	if strings.HasPrefix(code, "#") {
		code = "--" + code // a line for the shell
	}
	doErr := rt.do(ctx, func() {
		rt.openConsole()
		var line *consoleLine
		if line, err = rt.compileAs(path, code, ""); err != nil {
			err = rt.scriptError(err)
			return
		}
		rt.setScript(path, args)
		values := make([]lua.LValue, len(args))
		for i, a := range args {
			values[i] = lua.LString(a)
		}
		_, err = rt.runLine(ctx, line, values...)
	})
	if doErr != nil {
		return doErr
	}
	return err
}

// runLine runs what was compiled, and keeps its values and its text.
func (rt *Runtime) runLine(ctx context.Context, line *consoleLine, args ...lua.LValue) ([]lua.LValue, error) {
	s := rt.session
	leave := rt.enterNamespace(s.ns)
	values, err := rt.execute(ctx, line.fn, args...)
	s.ns = rt.net.current
	leave()
	line.failed = err != nil
	if err == nil && !line.help {
		line.first, line.last = s.keep(values)
	}
	s.add(line)
	return values, err
}

// consoleChunk is the script name that messages about console lines show.
const consoleChunk = "console"

// A consoleLine is one that could be compiled.
type consoleLine struct {
	source string // of the expression, if it is one
	chunk  []ast.Stmt
	expr   bool
	fn     *lua.LFunction

	help        bool // it asks for help
	failed      bool
	first, last int // the numbers of its values
}

// expression marks where in a line the statement begins that it is compiled as if
// it is an expression.
const expression = "return "

// compileLine compiles src as an expression if it is one, else as statements.
func (rt *Runtime) compileLine(src string) (*consoleLine, error) {
	line, exprErr := rt.compileAs(consoleChunk, lineExpression(src), expression)
	if exprErr == nil {
		line.expr = true
		return line, nil
	}
	line, err := rt.compileAs(consoleChunk, src, "")
	switch {
	case err == nil:
		return line, nil
	case atEnd(err) || atEnd(exprErr):
		return nil, ErrIncomplete
	}
	// What got further is what was meant.
	if later(exprErr, err) {
		err = exprErr
	}
	return nil, rt.scriptError(err)
}

// lineExpression is the expression that a line is, if it is one. A leading "=" asks
// for the value, as in the standard Lua console.
func lineExpression(src string) string {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(src), "="); ok {
		return rest
	}
	return src
}

// compileAs compiles text of the chunk called name, as if prefix stood before it.
func (rt *Runtime) compileAs(name, src, prefix string) (*consoleLine, error) {
	chunk, err := parse.Parse(strings.NewReader(prefix+src), name)
	if err != nil {
		var syntax *parse.Error
		if errors.As(err, &syntax) && syntax.Pos.Line == 1 {
			syntax.Pos.Column -= len(prefix)
		}
		return nil, err
	}
	line := &consoleLine{source: src, chunk: chunk}
	run := append([]ast.Stmt(nil), chunk...)
	persistent(run)
	if line.fn, err = rt.compileChunk(name, run); err != nil {
		return nil, err
	}
	line.fn.Env = rt.session.env
	return line, nil
}

// later reports whether the parser came further with a than with b.
func later(a, b error) bool {
	var first, second *parse.Error
	if !errors.As(a, &first) || !errors.As(b, &second) {
		return false
	}
	x, y := first.Pos, second.Pos
	return x.Line > y.Line || x.Line == y.Line && x.Column-len(first.Token) > y.Column-len(second.Token)
}

// atEnd reports whether the parser found nothing wrong but the end.
func atEnd(err error) bool {
	var syntax *parse.Error
	return errors.As(err, &syntax) && syntax.Pos.Line == parse.EOF
}
