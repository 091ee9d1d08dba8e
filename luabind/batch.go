package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classBatch = "odp.Batch"

// batchValue is the value of a userdata of class odp.Batch. lines tells where in
// the script each request was added.
type batchValue struct {
	d     *odp.Datapath
	b     *odp.Batch
	lines []position
}

func (v *batchValue) added(c call) int {
	v.lines = append(v.lines, c.position())
	return c.push(lua.LNumber(len(v.lines)))
}

func batchClass() *Class {
	number := []Param{{Name: "number", Type: "integer", Doc: "the request's number in the batch"}}
	return &Class{
		Name: classBatch,
		Doc:  "Requests that are made in their order and in one go. Each succeeds or fails by itself.",
		Props: []*Prop{{Name: "count", Type: "integer", Doc: "requests added since the last send", Get: func(c call) lua.LValue {
			return lua.LNumber(self[*batchValue](c).b.Len())
		}}},
		Methods: []*Func{
			{
				Name: "put_flow", Doc: "Add what dp:put_flow does.", Returns: number,
				Params:  []Param{{Name: "spec", Type: "odp.FlowSpec"}},
				Example: "local b = dp:batch()\nb:put_flow{ match = { in_port = 1 }, actions = 2 }\nb:put_flow{ match = { in_port = 2 }, actions = 1 }\nb:send()",
				Go: func(c call) int {
					v := self[*batchValue](c)
					flow, mode := c.flowSpec(1, v.d)
					v.b.PutFlow(v.d, flow, mode)
					c.rt.flowsPut(v.d)
					return v.added(c)
				},
			},
			{
				Name: "delete_flow", Doc: "Add what dp:delete_flow does.", Returns: number,
				Params:  []Param{{Name: "flow", Type: "odp.MatchLike|odp.Flow|odp.FlowID"}},
				Example: "for f in dp:flows() do b:delete_flow(f) end\nb:send()",
				Go: func(c call) int {
					v := self[*batchValue](c)
					m, known := c.flowRef(1, v.d)
					if known != nil && known.HasUFID {
						v.b.DeleteFlowByUFID(v.d, known.UFID)
					} else {
						v.b.DeleteFlow(v.d, m)
					}
					return v.added(c)
				},
			},
			{
				Name: "execute", Doc: "Add what dp:execute does.", Returns: number,
				Params:  []Param{{Name: "spec", Type: "odp.ExecuteSpec"}},
				Example: "b:execute{ data = frame, actions = 2 }\nb:send()",
				Go: func(c call) int {
					v := self[*batchValue](c)
					v.b.Execute(v.d, c.executeSpec(1, v.d))
					return v.added(c)
				},
			},
			{
				Name: "send",
				Doc:  "Make the requests and empty the batch.",
				Returns: []Param{
					{Name: "failed", Type: "integer", Doc: "how many were refused"},
					{Name: "errors", Type: "table<integer, odp.Error>", Doc: "why, by their numbers"},
				},
				Example: "local failed, errors = b:send()\nfor i, e in pairs(errors) do print(i, e) end",
				Go: func(c call) int {
					v := self[*batchValue](c)
					failed, list := 0, c.L.NewTable()
					for i, err := range v.b.Send() {
						if err != nil {
							failed++
							e := newErrorValue(err)
							e.line = v.lines[i].String()
							list.RawSetInt(i+1, c.rt.object(classError, e))
						}
					}
					v.lines = v.lines[:0]
					c.L.Push(lua.LNumber(failed))
					c.L.Push(list)
					return 2
				},
			},
		},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			v := self[*batchValue](c)
			return c.pushString("batch of " + lua.LNumber(v.b.Len()).String() + " for " + v.d.Name())
		}},
	}
}
