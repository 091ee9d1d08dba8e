package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classHandle = "odp.Handle"

func handleClass() *Class {
	return &Class{
		Name: classHandle,
		Doc:  "A handler of a datapath's packets, made by dp:on_miss or dp:on_action.",
		Props: []*Prop{
			{Name: "active", Type: "boolean", Doc: "whether it still gets packets", Get: func(c call) lua.LValue {
				h := self[*handle](c)
				h.seen = h.stopped
				return lua.LBool(!h.stopped)
			}},
			{Name: "paused", Type: "boolean", Doc: "whether its packets wait until handle:resume", Get: func(c call) lua.LValue {
				return lua.LBool(self[*handle](c).paused)
			}},
			{Name: "error", Type: classError + "?", Get: func(c call) lua.LValue {
				h := self[*handle](c)
				h.seen = h.stopped
				if h.ended != nil {
					return c.rt.object(classError, newErrorValue(h.ended))
				}
				return lua.LNil
			}, Doc: "why it ended, if it did by itself: its datapath was deleted, another program took its packets, or it kept failing. " +
				"A script that has not looked at this or at active by its end fails then"},
			{Name: "read_buffer", Type: "integer", Doc: "bytes of the smallest receive buffer that the kernel granted, its overhead included", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*handle](c).recv.up.ReadBuffer())
			}},
			{Name: "stats", Lazy: true, Type: "odp.HandleStats", Doc: "what it has counted", Get: handleStats},
			{Name: "pids", Type: "integer[]", Doc: "the netlink port ids of its sockets, for odp.userspace where packets are shared out by port", Get: func(c call) lua.LValue {
				t := c.L.NewTable()
				for _, pid := range self[*handle](c).recv.up.PIDs() {
					t.Append(lua.LNumber(pid))
				}
				return t
			}},
			{Name: "per_cpu", Type: "boolean", Doc: "whether each CPU has a socket of its own", Get: func(c call) lua.LValue {
				return lua.LBool(self[*handle](c).recv.up.PerCPU())
			}},
		},
		Methods: []*Func{{
			Name: "stop",
			Doc: "End it. Packets that wait or are held are dropped and counted. With the last one of a datapath, its packets are " +
				"lost in the kernel as before. Stopping again does nothing.",
			Example: "local handle = dp:on_miss(function(pkt) return 2 end)\nodp.run(60)\nhandle:stop()",
			Go: func(c call) int {
				self[*handle](c).stop()
				return 0
			},
		}, {
			Name:    "pause",
			Doc:     "Let its packets wait, until handle:resume. More than its queue takes are dropped and counted.",
			Example: "handle:pause()\ndp:flush_flows()\nhandle:resume()",
			Go: func(c call) int {
				self[*handle](c).pause()
				return 0
			},
		}, {
			Name:    "resume",
			Doc:     "Go on after handle:pause, with the packet that waits longest.",
			Example: "handle:pause()\nreload()\nhandle:resume()",
			Go: func(c call) int {
				self[*handle](c).resume()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[*handle](c).handler.name)
		}},
	}
}

func upcallShapes() []*Shape {
	return []*Shape{
		{Name: "odp.HandlerOptions", Doc: "Options of dp:on_miss and dp:on_action.", Fields: []Param{
			{Name: "queue", Type: "integer", Doc: "packets that may wait for the script, 1024 if not given; more are dropped and counted", Optional: true},
			{Name: "max_failures", Type: "integer", Doc: "failures in a row after which the handler is stopped, 100 if not given", Optional: true},
			{Name: "per_vport", Type: "boolean", Doc: "share packets out by port, even if the kernel can do it by CPU", Optional: true},
			{Name: "sockets", Type: "integer", Doc: "sockets to share packets out among, by port; 1 if not given", Optional: true},
			{Name: "buffer", Type: "integer", Doc: "bytes of each socket's receive buffer, 4 MiB if not given", Optional: true},
			{Name: "hold", Type: "integer", Doc: "packets that may be held, 1024 if not given; beyond that the oldest are dropped and counted", Optional: true},
			{Name: "concurrent", Type: "integer", Optional: true,
				Doc: "calls of the handler that may be in progress as it waits, 256 if not given; meanwhile the next packets are handled. 1 keeps the order of packets"},
			{Name: "lost", Type: "fun(stats: odp.HandleStats, new: integer)", Optional: true,
				Doc: "called when packets were lost since it was last called, new of them: dropped, not delivered by the kernel or malformed; if not given, the first loss is reported"},
			{Name: "warn", Type: "boolean", Optional: true,
				Doc: "false: no message when many packets of one kind came and no flow was installed for them"},
		}},
		handleStatsShape(),
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
				"function that waits.",
			Params: []Param{
				{Name: "fn", Type: "fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil"},
				{Name: "opts", Type: "odp.HandlerOptions", Optional: true},
			},
			Returns: []Param{{Name: "handle", Type: classHandle}},
			Example: example,
			Go:      func(c call) int { return startHandle(c, kind) },
		}
	}
	return []*Func{
		method(onMiss, "Call a function for each packet that matches no flow.",
			"dp:on_miss(function(pkt)\n  pkt:install(pkt.key:only(\"in_port\"), \"2\")\n  return \"2\"\nend)\nodp.run()"),
		method(onAction, "Call a function for each packet that a userspace action sends up.",
			"dp:on_action(function(pkt) print(pkt.userdata, pkt.key) end)"),
	}
}

func startHandle(c call, kind handleKind) int {
	d := self[*odp.Datapath](c)
	fn := c.function(1)
	f := c.fields(2, "odp.HandlerOptions")
	config := odp.UpcallConfig{
		PerVport:   f.bool("per_vport"),
		Sockets:    int(f.uint("sockets", 1024, 0)),
		ReadBuffer: int(f.uint("buffer", 1<<30, 0)),
	}
	queue := int(f.uint("queue", 1<<20, defaultQueue))
	if queue == 0 {
		f.bad("queue", "1 or more expected, got 0")
	}
	hold := int(f.uint("hold", 1<<20, defaultHold))
	if hold == 0 {
		f.bad("hold", "1 or more expected, got 0")
	}
	concurrent := int(f.uint("concurrent", 1<<16, defaultConcurrent))
	if concurrent == 0 {
		f.bad("concurrent", "1 or more expected, got 0")
	}
	maxFailures := int(f.uint("max_failures", 1<<31, uint64(c.rt.cfg.MaxFailures)))
	warn := !f.has("warn") || f.bool("warn")
	lost := f.function("lost")

	r := c.rt.receiverOf(d)
	switch {
	case r == nil:
		r = c.startReceiver(d, config)
	case r.handles[kind] != nil:
		c.raiseArgument("%s: datapath %s has such a handler; stop that first", c.title(), d.Name())
	case f.has("per_vport") || f.has("sockets") || f.has("buffer"):
		c.bad(2, "the other handler of datapath %s has set how packets are received; leave out per_vport, sockets and buffer", d.Name())
	}
	h := newHandle(r.out, kind, fn, queue)
	h.maxHeld, h.concurrent = hold, concurrent
	h.handler.limit = maxFailures
	if lost != nil {
		h.onLost = c.rt.newHandler("lost function of the "+h.handler.name, lost)
		h.onLost.limit, h.onLost.stop = h.handler.limit, h.giveUp
	}
	if warn && kind == onMiss {
		h.missed = &missKinds{seen: map[missKind]int{}}
	}
	r.add(h)
	return c.push(c.rt.object(classHandle, h))
}
