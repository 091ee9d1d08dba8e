package luabind

import (
	"iter"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// putFlowsFunc is dp:put_flows. The flows are taken from the source and sent as
// they come, so that no number of them fills the memory.
func putFlowsFunc() *Func {
	return &Func{
		Name: "put_flows",
		Doc: "Install many flows, some hundred with each system call. A flow that is refused keeps none of the others from " +
			"being put, and neither does a line that cannot be read; a table that is no flow raises. Lines are those of a listing: lines that dp:flows() printed can be put again.",
		Params: []Param{
			{Name: "source", Type: "(fun(): odp.FlowSpec|odp.Flow|string|nil)|(odp.FlowSpec|odp.Flow|string)[]",
				Doc: "a function that returns one flow with each call and nil at the end, or an array"},
			{Name: "options", Type: "odp.PutOptions", Optional: true},
		},
		Returns: []Param{
			{Name: "put", Type: "integer", Doc: "how many were put"},
			{Name: "errors", Type: "table<integer, odp.Error>", Doc: "why the others were not, by their place in the source from 1"},
		},
		Example: "local lines = io.lines(\"flows.txt\")\nlocal put, errors = dp:put_flows(lines, { mode = \"replace\" })\n" +
			"for n, e in pairs(errors) do print(n, e) end",
		Go: func(c call) int {
			d, o := self[*odp.Datapath](c), c.fields(2, "odp.PutOptions")
			mode := odp.PutMode(o.option("mode", putModes, int(odp.PutCreate)))
			read := c.flowOf
			if o.bool("literal") {
				read = c.literalFlowOf
			}
			return c.streamed(func(refuse func(int, error) bool) int {
				defer c.rt.flowsPut(d)
				return d.PutFlows(c.flowSource(1, d, read), mode, refuse)
			})
		},
	}
}

// deleteFlowsFunc is dp:delete_flows.
func deleteFlowsFunc() *Func {
	return &Func{
		Name: "delete_flows",
		Doc: "Remove many flows, some hundred with each system call. One that is not there keeps none of the others from being " +
			"removed, and neither does a text that cannot be read.",
		Params: []Param{
			{Name: "source", Type: "(fun(): odp.MatchLike|odp.FlowID|nil)|(odp.MatchLike|odp.FlowID)[]",
				Doc: "a function that returns one with each call and nil at the end, or an array: flows, their matches or identifiers"},
			{Name: "options", Type: "odp.DeleteOptions", Optional: true},
		},
		Returns: []Param{
			{Name: "deleted", Type: "integer", Doc: "how many were removed"},
			{Name: "errors", Type: "table<integer, odp.Error>", Doc: "why the others were not, by their place in the source from 1"},
		},
		Example: "local old = {}\nfor f in dp:flows() do\n  if f.idle and f.idle > 60 then old[#old + 1] = f end\nend\nprint(dp:delete_flows(old) .. \" deleted\")",
		Go: func(c call) int {
			d, literal := self[*odp.Datapath](c), c.fields(2, "odp.DeleteOptions").bool("literal")
			read := func(n int, v lua.LValue, d *odp.Datapath) (*odp.Flow, error) {
				if text, ok := v.(lua.LString); ok {
					m, err := odp.ParseMatch(string(text), textOptions(d))
					if err == nil && !literal {
						m, err = m.Complete()
					}
					return &odp.Flow{Match: m}, err
				}
				m, known := c.flowRefOf(n, v, d)
				if known != nil {
					return known, nil
				}
				return &odp.Flow{Match: m}, nil
			}
			return c.streamed(func(refuse func(int, error) bool) int { return d.DeleteFlows(c.flowSource(1, d, read), refuse) })
		},
	}
}

// streamed returns to the script how many of a stream of flows run has done, and the
// errors of the others.
func (c call) streamed(run func(refuse func(n int, err error) bool) int) int {
	errs := c.L.NewTable()
	done := run(func(n int, err error) bool {
		errs.RawSetInt(n+1, c.rt.object(classError, newErrorValue(err)))
		return true
	})
	c.L.Push(lua.LNumber(done))
	c.L.Push(errs)
	return 2
}

// A flowReader converts a value in argument n.
type flowReader func(n int, v lua.LValue, d *odp.Datapath) (*odp.Flow, error)

// flowSource yields the flows of argument n, which is a function or an array.
func (c call) flowSource(n int, d *odp.Datapath, read flowReader) iter.Seq2[*odp.Flow, error] {
	var next func() lua.LValue
	switch v := c.arg(n).(type) {
	case *lua.LFunction:
		next = func() lua.LValue {
			c.L.Push(v)
			c.L.Call(0, 1)
			defer c.L.Pop(1)
			return c.L.Get(-1)
		}
	case *lua.LTable:
		i := 0
		next = func() lua.LValue {
			i++
			return v.RawGetInt(i)
		}
	case *lua.LUserData:
		if list, ok := v.Value.(*listing[*odp.Flow]); ok {
			return func(yield func(*odp.Flow, error) bool) {
				for {
					f, err, ok := list.next()
					if !ok || !yield(f, err) || err != nil {
						list.close()
						return
					}
				}
			}
		}
		c.expected(n, "function or array of flows")
	default:
		c.expected(n, "function or array of flows")
	}
	return func(yield func(*odp.Flow, error) bool) {
		for {
			v := next()
			if v == lua.LNil {
				return
			}
			if !yield(read(n, v, d)) {
				return
			}
		}
	}
}

// flowOf converts one flow of argument n: a table, a flow or the line of one.
func (c call) flowOf(n int, v lua.LValue, d *odp.Datapath) (*odp.Flow, error) {
	switch v := v.(type) {
	case lua.LString:
		f, err := odp.ParseFlow(string(v), textOptions(d))
		if err == nil {
			f.Match, err = f.Match.Complete()
		}
		return f, err
	case *lua.LTable:
		f, _ := c.flowSpecOf(n, v, d)
		return f, nil
	case *lua.LUserData:
		if f, ok := v.Value.(*flowValue); ok {
			return f.flow, nil
		}
	}
	c.bad(n, "a flow expected (table, odp.Flow or line of text), got %s", c.rt.describe(v))
	return nil, nil
}

// literalFlowOf is flowOf, but for lines as ovs-dpctl add-flows takes them.
func (c call) literalFlowOf(n int, v lua.LValue, d *odp.Datapath) (*odp.Flow, error) {
	line, ok := v.(lua.LString)
	if !ok {
		return c.flowOf(n, v, d)
	}
	o := textOptions(d)
	text := strings.TrimLeft(string(line), blanks)
	end := strings.IndexAny(text, blanks)
	if end < 0 {
		end = len(text)
	}
	m, err := odp.ParseMatch(text[:end], o)
	if err != nil {
		return nil, err
	}
	a, err := odp.ParseActions(text[end:], o)
	return &odp.Flow{Match: m, Actions: a}, err
}

// blanks are what stands between words.
const blanks = " \t\r\n"
