package luabind

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"github.com/go-odp/odp/odp"
)

const classError = "odp.Error"

// errorValue is the value of a userdata of class odp.Error.
type errorValue struct {
	op        string
	object    string
	errno     string
	code      int
	message   string // what went wrong, in words
	text      string // all of the above in one line
	extack    string
	missing   string // features, separated by commas
	line      string // script.lua:12
	traceback string
	cause     error
	textProblem
}

// String is the text that tostring and an uncaught error show.
func (e *errorValue) String() string {
	if e.line == "" {
		return e.text
	}
	return e.line + ": " + e.text
}

// opArgument is the op of errors that are the script's own mistake.
const opArgument = "argument"

func errorClass() *Class {
	text := func(name, typ, doc string, get func(*errorValue) string) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			if s := get(self[*errorValue](c)); s != "" {
				return lua.LString(s)
			}
			return lua.LNil
		}}
	}
	return &Class{
		Var:  "e",
		Name: classError,
		Doc: "What functions of this program raise. After `local ok, e = pcall(...)`, test e.errno instead of the text; on " +
			"the plain strings that Lua itself raises, e.errno is nil.",
		Props: append([]*Prop{
			text("op", "string", "the operation that failed, such as \"vport create\"; \"argument\" for a wrong argument",
				func(e *errorValue) string { return e.op }),
			text("object", "string?", "what it was done to", func(e *errorValue) string { return e.object }),
			text("errno", "string?", "the kernel's error by name, such as \"EEXIST\"", func(e *errorValue) string { return e.errno }),
			{Name: "code", Type: "integer?", Doc: "the kernel's error number", Get: func(c call) lua.LValue {
				if e := self[*errorValue](c); e.code != 0 {
					return lua.LNumber(e.code)
				}
				return lua.LNil
			}},
			text("message", "string", "what went wrong, in words", func(e *errorValue) string { return e.message }),
			text("extack", "string?", "the kernel's own explanation, if it gave one", func(e *errorValue) string { return e.extack }),
			text("missing", "string?", "the features that this kernel lacks and the request needs, separated by commas; see odp.features",
				func(e *errorValue) string { return e.missing }),
			text("line", "string?", "the script's line that raised it, as file:line", func(e *errorValue) string { return e.line }),
			text("traceback", "string?", "the calls that led to line, one a line", func(e *errorValue) string { return e.traceback }),
		}, textProps()...),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*errorValue](c).String()) },
			"__concat":   func(c call) int { return c.pushString(c.text(c.L.Get(1)) + c.text(c.L.Get(2))) },
		},
		OpDocs: []string{"concat(string): string"},
	}
}

// raiseArgument raises an error about what the script did.
func (c call) raiseArgument(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	c.raiseValue(&errorValue{op: opArgument, message: text, text: text})
}

// raise raises err. A nil err does nothing.
func (c call) raise(err error) {
	if err != nil {
		c.raiseValue(newErrorValue(err))
	}
}

func (c call) raiseValue(e *errorValue) {
	e.line, e.traceback = c.rt.scriptLine(c.L), c.rt.traceback(c.L)
	c.L.Error(c.rt.object(classError, e), 1)
}

// ScriptError is an error that a script did not catch.
type ScriptError struct {
	Message   string // starts with the script's line
	Traceback string // the script's calls, innermost first, one a line
	Err       error  // the cause, if Go code raised it

	value *errorValue // if that was raised
}

func (e *ScriptError) Error() string { return e.Message }
func (e *ScriptError) Unwrap() error { return e.Err }

// Detail is the message and the traceback, as printed for an uncaught error.
func (e *ScriptError) Detail() string { return detail(e.Message, e.Traceback) }

func detail(message, traceback string) string {
	if traceback == "" {
		return message
	}
	return message + "\nstack traceback:\n\t" + strings.ReplaceAll(traceback, "\n", "\n\t")
}

// InternalError is a Go panic while a script ran: a bug in this program.
type InternalError struct {
	Value any
	Stack string // of the goroutine that panicked
	Line  string // the script's line
}

func (e *InternalError) Error() string {
	return fmt.Sprintf("internal error (a bug in this program): %v, called from %s", e.Value, e.Line)
}

// scriptError converts what a protected call or the compiler returned.
func (rt *Runtime) scriptError(err error) error {
	var failed *failure
	if errors.As(err, &failed) {
		if failed.crash != nil {
			return failed.crash
		}
		if ud, ok := failed.value.(*lua.LUserData); ok {
			if e, ok := ud.Value.(*errorValue); ok {
				return &ScriptError{Message: e.String(), Traceback: e.traceback, Err: e.cause, value: e}
			}
		}
		message := lua.LVAsString(failed.value)
		if message == "" {
			message = rt.format(failed.value)
		}
		return &ScriptError{Message: message, Traceback: failed.traceback}
	}
	var syntax *parse.Error
	if errors.As(err, &syntax) {
		return &ScriptError{Message: syntaxMessage(syntax), Err: err}
	}
	return err
}

// opError is the failure of something that this package did itself.
type opError struct {
	op, object string
	err        error
}

func (e *opError) Error() string {
	if e.object == "" {
		return e.op + ": " + e.err.Error()
	}
	return e.op + " " + e.object + ": " + e.err.Error()
}
func (e *opError) Unwrap() error { return e.err }

// newErrorValue converts an error of package odp, of this package or the system.
func newErrorValue(err error) *errorValue {
	e := &errorValue{message: err.Error(), text: err.Error(), cause: err, textProblem: textProblemOf(err)}
	var own *opError
	var refused *odp.OpError
	var argument *odp.ArgError
	var errno syscall.Errno
	switch {
	case errors.As(err, &refused):
		e.op, e.object, e.extack = refused.Op, refused.Object, refused.ExtAck
		e.missing = featureNames(refused.Missing)
		if e.object == "" {
			e.object = refused.Datapath
		}
		if refused.Err != nil {
			e.message = refused.Err.Error()
		}
		if refused.Reason != "" {
			e.message = refused.Reason
		}
	case errors.As(err, &own):
		e.op, e.object, e.message = own.op, own.object, own.err.Error()
		if explained := (*ackError)(nil); errors.As(err, &explained) {
			e.extack = explained.extack
		}
	case errors.As(err, &argument):
		e.op, e.object, e.message = opArgument, argument.Arg, argument.Want
	}
	if errors.As(err, &errno) && errno != 0 {
		e.errno, e.code = odp.ErrnoName(errno), int(errno)
	}
	return e
}

func featureNames(list []*odp.Feature) string {
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	return strings.Join(names, ",")
}
