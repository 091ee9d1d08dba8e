package luabind

import (
	"fmt"
	"math/big"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// stringFormat is Lua's string.format, which also takes our objects: as text, and
// integers of 64 and 128 bits as numbers. The interpreter's own would show the
// address of an object, and the digits of its text for %x.
func (rt *Runtime) stringFormat(L *lua.LState) int {
	format := L.CheckString(1)
	var args []any
	for i := 2; i <= L.GetTop(); i++ {
		arg := any(L.Get(i))
		if ud, ok := arg.(*lua.LUserData); ok {
			arg = &formatArg{text: L.ToStringMeta(ud).String(), class: rt.typeName(ud)}
			if n, ok := uintOf(ud.Value); ok {
				arg.(*formatArg).number = n.big()
			}
		}
		args = append(args, arg)
	}
	n := verbs(format)
	if n > len(args) {
		L.RaiseError("bad argument #%d to string.format: no value", len(args)+2)
	}
	text := fmt.Sprintf(format, args[:n]...) // the rest is passed over, as in Lua
	for _, arg := range args {
		if a, ok := arg.(*formatArg); ok && a.problem != "" {
			L.RaiseError("bad argument #%d to string.format: %s", slices.Index(args, arg)+2, a.problem)
		}
	}
	L.Push(lua.LString(text))
	return 1
}

// verbs counts the arguments that a format asks for.
func verbs(format string) (n int) {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		if i++; i < len(format) && format[i] != '%' {
			n++
		}
	}
	return n
}

// formatArg is an object in place of a text or number.
type formatArg struct {
	text, class string
	number      *big.Int // nil of what is no number
	problem     string
}

// Format writes the object for fmt.Sprintf.
func (a *formatArg) Format(f fmt.State, verb rune) {
	switch {
	case verb == 's' || verb == 'q':
		fmt.Fprintf(f, fmt.FormatString(f, verb), a.text)
	case a.number == nil:
		a.problem = fmt.Sprintf("number expected for %%%c, got %s %s", verb, a.class, a.text)
	case verb == 'd' || verb == 'x' || verb == 'X' || verb == 'o':
		a.number.Format(f, verb)
	case verb == 'i' || verb == 'u':
		a.number.Format(f, 'd')
	default:
		a.problem = fmt.Sprintf("%%%c cannot show all digits of %s %s", verb, a.class, a.text)
	}
}
