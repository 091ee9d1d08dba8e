package luabind

import (
	"errors"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// textProblem is what is known of an error about OVS text, or about a name.
type textProblem struct {
	caret  string // the text, and below it a caret at what is wrong
	column int    // 0 if the error is of no text
	hint   string
}

// textProblemOf finds out what err tells of a text.
func textProblemOf(err error) textProblem {
	var syntax *odp.SyntaxError
	var path *odp.PathError
	var option *odp.OptionError
	var p textProblem
	switch {
	case errors.As(err, &syntax):
		_, column := syntax.Position()
		p = textProblem{syntax.Caret(), column, syntax.Hint}
	case errors.As(err, &path):
		p.hint = path.Hint
	}
	if errors.As(err, &option) && option.Hint != "" {
		p.hint = option.Hint
	}
	return p
}

// textProps are the properties of an error that are about a text.
func textProps() []*Prop {
	text := func(name, doc string, get func(textProblem) string) *Prop {
		return &Prop{Name: name, Type: "string?", Doc: doc, Get: func(c call) lua.LValue {
			if s := get(self[*errorValue](c).textProblem); s != "" {
				return lua.LString(s)
			}
			return lua.LNil
		}}
	}
	return []*Prop{
		text("caret", "of a syntax error in Open vSwitch text: the text, and in the next line a caret below what is wrong",
			func(p textProblem) string { return p.caret }),
		{Name: "column", Type: "integer?", Doc: "of a syntax error: where in the text it is, counted from 1", Get: func(c call) lua.LValue {
			if n := self[*errorValue](c).column; n > 0 {
				return lua.LNumber(n)
			}
			return lua.LNil
		}},
		text("hint", "a name that was perhaps meant", func(p textProblem) string { return p.hint }),
	}
}

// checkText raises an error about OVS text or a field's value in argument n. Of a
// whole text, which is more than one value, the text of the error shows the place.
func (c call) checkText(n int, err error) {
	if err == nil {
		return
	}
	e := &errorValue{op: opArgument, message: c.badMessage(n, err.Error()), cause: err, textProblem: textProblemOf(err)}
	e.text = e.message
	var syntax *odp.SyntaxError
	if errors.As(err, &syntax) && strings.ContainsAny(syntax.Text, "(,=\n") {
		e.text += "\n" + e.caret
	}
	c.raiseValue(e)
}
