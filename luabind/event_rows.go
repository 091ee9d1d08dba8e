package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

func eventClass() *Class {
	return &Class{
		Name: classEvent, showLine: showText,
		Doc: "What the kernel announced: a datapath, port or flow that was made, changed or deleted.",
		Props: []*Prop{
			{Name: "kind", Type: `"new"|"set"|"delete"`, Get: func(c call) lua.LValue { return lua.LString(self[*odp.Event](c).Kind.String()) },
				Doc: "what happened; a flow that was put over another is new, one that was modified or cleared is set"},
			{Name: "datapath", Type: classDatapath, Doc: "the one that changed, or that the port or flow is in", Get: func(c call) lua.LValue {
				return c.rt.newDatapath(self[*odp.Event](c).Datapath)
			}},
			{Name: "features", Type: "string?", Doc: "the features of the datapath that changed, separated by commas", Get: func(c call) lua.LValue {
				if info := self[*odp.Event](c).Info; info != nil {
					return lua.LString(info.Features.String())
				}
				return lua.LNil
			}},
			{Name: "vport", Type: classVport + "?", Doc: "the port as it is, or was", Get: func(c call) lua.LValue {
				if v := self[*odp.Event](c).Vport; v != nil {
					return c.rt.newVport(v)
				}
				return lua.LNil
			}},
			{Name: "stats", Type: "odp.VportStats?", Doc: "the counters of the port at that moment: its last ones if it was deleted", Get: func(c call) lua.LValue {
				if v := self[*odp.Event](c).Vport; v != nil {
					return c.rt.vportStats(v.StatsRead())
				}
				return lua.LNil
			}},
			{Name: "flow", Type: classFlow + "?", Doc: "the flow as it is, or was", Get: func(c call) lua.LValue {
				ev := self[*odp.Event](c)
				if ev.Flow != nil {
					return c.rt.newFlow(ev.Datapath, ev.Flow)
				}
				return lua.LNil
			}},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(eventText(self[*odp.Event](c))) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func eventText(ev *odp.Event) string {
	switch {
	case ev.Vport != nil:
		return ev.Kind.String() + " vport " + ev.Vport.Name() + " of " + ev.Datapath.String()
	case ev.Flow != nil:
		return ev.Kind.String() + " flow of " + ev.Datapath.String() + ": " + ev.Flow.Match.String()
	}
	return ev.Kind.String() + " datapath " + ev.Datapath.String()
}

// Parts of the documentation of all functions that make subscriptions.
const (
	eventDoc = " An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or " +
		"another function that waits, also for what this script changed itself."
)

func eventFunc(name, doc, example string, do func(c call) int) *Func {
	return &Func{
		Name: name, Doc: doc + eventDoc,
		Params: []Param{
			{Name: "fn", Type: "fun(event: odp.Event)"},
			{Name: "opts", Type: "odp.SubscriptionOptions", Optional: true},
		},
		Returns: []Param{{Name: "subscription", Type: classSubscription}},
		Example: example,
		Go:      do,
	}
}

// eventFuncs are the functions of module odp about events.
func eventFuncs() []*Func {
	return []*Func{
		eventFunc("on_datapath", "Call a function for each datapath of the namespace that is made, changed or deleted.",
			"odp.on_datapath(function(event) print(event.kind, event.datapath.name) end)\nodp.run()",
			func(c call) int { return onEvent(c, nil, odp.EventDatapaths) }),
		eventFunc("on_vport", "Call a function for each port of any datapath of the namespace that is made, changed or deleted. "+
			"The ports of a datapath that is deleted go with it, without events.",
			"odp.on_vport(function(event)\n  print(event.kind, event.datapath.name, event.vport.name)\nend)\nodp.run()",
			func(c call) int { return onEvent(c, nil, odp.EventVports) }),
	}
}

// eventMethods are the methods of a datapath about events.
func eventMethods() []*Func {
	method := func(group odp.EventGroup) func(c call) int {
		return func(c call) int { return onEvent(c, self[*odp.Datapath](c), group) }
	}
	return []*Func{
		eventFunc("on_vport", "Call a function for each port of the datapath that is made, changed or deleted, until the datapath is deleted, "+
			"with which its ports go without events.",
			"dp:on_vport(function(event)\n  print(event.kind, event.vport.number, event.vport.name)\nend)\nodp.run()",
			method(odp.EventVports)),
		eventFunc("on_flow", "Call a function for each flow of the datapath that a request puts, changes, clears or deletes, until the datapath "+
			"is deleted. The kernel does not announce that flows are flushed.",
			"dp:on_flow(function(event) print(event.kind, event.flow) end)\nodp.run()",
			method(odp.EventFlows)),
	}
}
