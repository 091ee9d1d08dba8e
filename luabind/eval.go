package luabind

import (
	"context"
	"errors"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// ErrIncomplete is returned by [Runtime.Eval] for the beginning of a statement:
// more lines are needed.
var ErrIncomplete = errors.New("incomplete statement")

// Eval runs one console line, or several lines that belong together, and
// returns its results as text, one for each value. An expression needs no return. When
// ctx ends, the line is aborted; if it is in odp.run, that returns first.
func (rt *Runtime) Eval(ctx context.Context, src string) ([]string, error) {
	var texts []string
	var result error
	err := rt.do(ctx, func() {
		rt.openConsole()
		fn, err := rt.compileLine(rt.helpLine(src))
		if err != nil {
			result = err
			return
		}
		values, err := rt.execute(ctx, fn)
		if err != nil {
			result = err
			return
		}
		if text, ok := rt.machineText(src, values); ok {
			texts = []string{text}
			return
		}
		texts, result = rt.showAll(ctx, values)
	})
	if err != nil {
		return nil, err
	}
	return texts, result
}

// consoleChunk is the script name that messages about console lines show.
const consoleChunk = "console"

// compileLine compiles src as an expression if it is one, else as statements.
func (rt *Runtime) compileLine(src string) (*lua.LFunction, error) {
	fn, exprErr := rt.compile(consoleChunk, "return "+lineExpression(src))
	if exprErr == nil {
		return fn, nil
	}
	fn, err := rt.compile(consoleChunk, src)
	switch {
	case err == nil:
		return fn, nil
	case atEnd(err) || atEnd(exprErr):
		return nil, ErrIncomplete
	}
	return nil, rt.scriptError(err)
}

// lineExpression is the expression that a line is, if it is one. A leading "=" asks
// for the value, as in the standard Lua console.
func lineExpression(src string) string { return strings.TrimPrefix(strings.TrimSpace(src), "=") }

// atEnd reports whether the parser found nothing wrong but the end.
func atEnd(err error) bool {
	var syntax *parse.Error
	return errors.As(err, &syntax) && syntax.Pos.Line == parse.EOF
}
