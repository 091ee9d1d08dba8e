package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

const classHandle = "odp.Handle"

func handleClass() *Class {
	return &Class{
		Name:    classHandle,
		Columns: []string{"active", "paused", "error", "stats.received", "stats.handled", "stats.dropped", "stats.queued"},
		Doc:     "A handler of a datapath's packets, made by dp:on_miss or dp:on_action.",
		Props: []*Prop{
			{Name: "active", Type: "boolean", Doc: "whether it still gets packets", Get: func(c call) lua.LValue {
				s := self[taker](c).base()
				s.seen = s.stopped
				return lua.LBool(!s.stopped)
			}},
			{Name: "paused", Type: "boolean", Doc: "whether its packets wait until handle:resume", Get: func(c call) lua.LValue {
				return lua.LBool(self[taker](c).base().paused)
			}},
			{Name: "error", Type: classError + "?", Get: func(c call) lua.LValue {
				s := self[taker](c).base()
				s.seen = s.stopped
				if s.ended != nil {
					return c.rt.object(classError, newErrorValue(s.ended))
				}
				return lua.LNil
			}, Doc: "why it ended, if it did by itself: its datapath was deleted, another program took its packets, or it kept failing. " +
				"A script that has not looked at this or at active by its end fails then"},
			{Name: "read_buffer", Type: "integer", Doc: "bytes of the smallest receive buffer that the kernel granted, its overhead included", Get: func(c call) lua.LValue {
				return lua.LNumber(self[taker](c).base().recv.up.ReadBuffer())
			}},
			{Name: "stats", Lazy: true, Type: "odp.HandleStats", Doc: "what it has counted", Get: handleStats},
			{Name: "workers", Lazy: true, Type: "odp.WorkerState[]?", Doc: "its workers by their ids, and what each has counted; nil if it has none", Get: func(c call) lua.LValue {
				if crew, ok := self[taker](c).(*crew); ok {
					return crew.states()
				}
				return lua.LNil
			}},
			{Name: "pids", Type: "integer[]", Doc: "the netlink port ids of its sockets, for odp.userspace where packets are shared out by port", Get: func(c call) lua.LValue {
				t := c.L.NewTable()
				for _, pid := range self[taker](c).base().recv.up.PIDs() {
					t.Append(lua.LNumber(pid))
				}
				return t
			}},
			{Name: "per_cpu", Type: "boolean", Doc: "whether each CPU has a socket of its own", Get: func(c call) lua.LValue {
				return lua.LBool(self[taker](c).base().recv.up.PerCPU())
			}},
		},
		Methods: []*Func{{
			Name: "stop",
			Doc: "End it. Packets that wait or are held are dropped and counted. With the last one of a datapath, its packets are " +
				"lost in the kernel as before. Stopping again does nothing.",
			Example: "local handle = dp:on_miss(function(pkt) return 2 end)\nodp.run(60)\nhandle:stop()",
			Go: func(c call) int {
				stopTaker(self[taker](c))
				return 0
			},
		}, {
			Name:    "pause",
			Doc:     "Let its packets wait, until handle:resume. More than its queue takes are dropped and counted.",
			Example: "handle:pause()\ndp:flush_flows()\nhandle:resume()",
			Go: func(c call) int {
				self[taker](c).pause()
				return 0
			},
		}, {
			Name:    "resume",
			Doc:     "Go on after handle:pause, with the packet that waits longest.",
			Example: "handle:pause()\nreload()\nhandle:resume()",
			Go: func(c call) int {
				self[taker](c).resume()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[taker](c).base().name)
		}},
	}
}

// upcallMethods are the methods of a datapath about packets sent to user space.
func upcallMethods() []*Func {
	method := func(kind handleKind, doc, example string) *Func {
		return &Func{
			Name: kind.String(),
			Doc: doc + " If it returns actions, the packet is sent through them; it may as well call pkt:execute, forward, drop, " +
				"or hold to answer later. What is asked for while it runs is sent to the kernel together, in that order. An error " +
				"in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another " +
				"function that waits; workers go on whatever the script does.",
			Params: []Param{
				{Name: "fn", Type: "odp.WorkerOptions|fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil",
					Doc: "or a table that has workers handle the packets, on several CPUs at a time"},
				{Name: "opts", Type: "odp.HandlerOptions", Doc: "of a function; those of workers are in their table", Optional: true},
			},
			Returns: []Param{{Name: "handle", Type: classHandle}},
			Example: example,
			Waits:   true, // while workers are set up
			Go:      func(c call) int { return startHandle(c, kind) },
		}
	}
	return []*Func{
		method(onMiss, "Call a function for each packet that matches no flow.",
			"dp:on_miss(function(pkt)\n  pkt:install(pkt.key:only(\"in_port\"), \"2\")\n  return \"2\"\nend)\nodp.run()\n\n"+
				"-- or, with a Lua state for each CPU:\nlocal macs = odp.shared()\ndp:on_miss{ workers = true, args = macs, func = function(worker)\n"+
				"  local macs = worker.args\n  return function(pkt)\n    macs[pkt.key.eth.src] = pkt.in_port\n    return macs[pkt.key.eth.dst]\n  end\nend }"),
		method(onAction, "Call a function for each packet that a userspace action sends up.",
			"dp:on_action(function(pkt) print(pkt.userdata, pkt.key) end)"),
	}
}
