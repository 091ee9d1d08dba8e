package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// optionFuncs are the functions of module odp about flows as command-line
// options.
func optionFuncs() []*Func {
	return []*Func{{
		Name: "from_options",
		Doc: "The match and actions of a flow that is written as command-line options: --in-port=1 --eth-src=MAC&MASK " +
			"--ipv4-dst=10.0.0.0/8 --set-tunnel-id=5 --output=2,3. Every field of every key has one, by its path with dashes; " +
			"--actions takes Open vSwitch text. flow:options() writes them.",
		Params: []Param{
			{Name: "options", Type: "string[]|string", Doc: "one option each, or a line as a shell has it"},
			portsParam(),
		},
		Returns: []Param{{Name: "match", Type: classMatch}, {Name: "actions", Type: classActions}},
		Example: "local line = \"--in-port=1 --ipv4-dst=10.0.0.0/8 --output=2\"\nlocal match, actions = odp.from_options(line)",
		Go: func(c call) int {
			m, a, err := odp.ParseFlowOptions(c.optionList(1), c.optTextOptions(2))
			c.checkText(1, err)
			c.L.Push(c.rt.newMatch(m))
			c.L.Push(c.rt.newActions(a))
			return 2
		},
	}}
}

// optionList converts argument n: an array of options or a line of them.
func (c call) optionList(n int) []string {
	if s, ok := c.arg(n).(lua.LString); ok {
		list, err := odp.SplitOptions(string(s))
		c.checkText(n, err)
		return list
	}
	return c.stringList(n, "options")
}

// optionsMethod is flow:options().
func optionsMethod() *Func {
	return &Func{
		Name:    "options",
		Doc:     "The flow as command-line options, which odp.from_options reads.",
		Params:  []Param{{Name: "options", Type: "odp.OptionOptions", Optional: true}},
		Returns: []Param{{Name: "options", Type: "string[]"}},
		Example: "print(table.concat(flow:options(), \" \"))",
		Go: func(c call) int {
			f, o := self[*flowValue](c), c.fields(1, "odp.OptionOptions")
			to := &odp.TextOptions{}
			if o.bool("names") {
				to.PortName = f.names().of
			}
			args, err := odp.AppendFlowOptions(nil, f.flow.Match, f.flow.Actions, to)
			if err != nil {
				c.raiseArgument("%s: %v", c.title(), err)
			}
			list := c.L.NewTable()
			for _, a := range args {
				list.Append(lua.LString(a))
			}
			return c.push(list)
		},
	}
}
