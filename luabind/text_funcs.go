package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// portsParam is the parameter of functions that read text.
func portsParam() Param {
	return Param{Name: "dp", Type: classDatapath, Optional: true, Doc: "to read names of its ports"}
}

// optDatapath converts argument n, nil if there is none.
func (c call) optDatapath(n int) *odp.Datapath {
	if c.isNil(n) {
		return nil
	}
	if ud, ok := c.arg(n).(*lua.LUserData); ok {
		if d, ok := ud.Value.(*odp.Datapath); ok {
			return d
		}
	}
	c.expected(n, "datapath")
	return nil
}

// optTextOptions reads text with the names of the ports of datapath n, if there is
// one.
func (c call) optTextOptions(n int) *odp.TextOptions {
	if d := c.optDatapath(n); d != nil {
		return textOptions(d)
	}
	return nil
}

// textFunc is the method text of keys, matches and actions.
func textFunc(what, example string, write func(c call, o *odp.TextOptions) []byte) *Func {
	return &Func{
		Name:    "text",
		Doc:     "The Open vSwitch text of the " + what + ". tostring gives it without options.",
		Params:  []Param{{Name: "options", Type: "odp.ValueText", Optional: true}},
		Returns: []Param{{Name: "text", Type: "string"}},
		Example: example,
		Go: func(c call) int {
			o := c.fields(1, "odp.ValueText")
			to := &odp.TextOptions{Verbose: o.bool("verbose")}
			if o.has("dp") {
				ud, _ := o.get("dp").(*lua.LUserData)
				if ud == nil {
					o.expected("dp", "datapath")
				}
				d, ok := ud.Value.(*odp.Datapath)
				if !ok {
					o.expected("dp", "datapath")
				}
				to.PortName = newPortNames(d).of
			}
			return c.pushString(string(write(c, to)))
		},
	}
}

// textFuncs are the functions of module odp about text of flows.
func textFuncs() []*Func {
	return []*Func{
		{
			Name: "parse_flow",
			Doc: "The match and actions of a line of ovs-dpctl dump-flows, and the unique identifier if it has one, without installing " +
				"anything. What the match leaves out is filled in, as dp:put_flow does.",
			Params:  []Param{{Name: "line", Type: "odp.MatchText"}, portsParam()},
			Returns: []Param{{Name: "match", Type: classMatch}, {Name: "actions", Type: classActions}, {Name: "ufid", Type: "string?"}},
			Example: "for line in io.lines \"flows.txt\" do\n  local match, actions = odp.parse_flow(line)\n  print(match.in_port, actions)\nend",
			Go: func(c call) int {
				f, err := odp.ParseFlow(c.string(1), c.optTextOptions(2))
				c.checkText(1, err)
				m, err := f.Match.Complete()
				c.checkText(1, err)
				c.L.Push(c.rt.newMatch(m))
				c.L.Push(c.rt.newActions(f.Actions))
				if !f.HasUFID {
					return 2
				}
				c.L.Push(lua.LString(f.UFID.String()))
				return 3
			},
		},
		{
			Name:    "join_options",
			Doc:     "The line that a shell, and odp.from_options, reads as these options, with quotes where they need them.",
			Params:  []Param{{Name: "options", Type: "string[]"}},
			Returns: []Param{{Name: "line", Type: "string"}},
			Example: "print(\"odp flow add dp0 \" .. odp.join_options(flow:options()))",
			Go: func(c call) int {
				return c.pushString(odp.JoinOptions(c.stringList(1, "options")))
			},
		},
	}
}

func textShapes() []*Shape {
	return []*Shape{{Name: "odp.ValueText", Doc: "How a match or actions are written.", Fields: []Param{
		{Name: "verbose", Type: "boolean", Optional: true, Doc: "with the fields that are not matched"},
		{Name: "dp", Type: classDatapath, Optional: true, Doc: "with the names of its ports in place of their numbers"},
	}}}
}
