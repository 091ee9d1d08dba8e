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
				return lua.LBool(!self[*handle](c).stopped)
			}},
			{Name: "stats", Type: "odp.HandleStats", Doc: "what it has counted", Get: handleStats},
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
			Doc:  "End it. With the last one of a datapath, its packets are lost in the kernel as before. Stopping again does nothing.",
			Go: func(c call) int {
				self[*handle](c).stop()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[*handle](c).handler.name)
		}},
	}
}

func handleStats(c call) lua.LValue {
	h := self[*handle](c)
	r := h.recv
	up := r.up.Stats()
	values := map[string]lua.LValue{
		"handled": c.rt.integer(h.handled), "failures": c.rt.integer(h.handler.failures),
		"refused": c.rt.integer(h.refused), "raced": c.rt.integer(h.raced),
		"received": c.rt.integer(up.Received), "dropped": c.rt.integer(r.dropped.Load()),
		"unhandled": c.rt.integer(r.unhandled), "queued": lua.LNumber(len(r.queue)),
		"overruns": c.rt.integer(up.Overruns), "malformed": c.rt.integer(up.Malformed),
	}
	if s, err := r.d.Stats(); err == nil && s.Lost >= r.lostStart {
		values["kernel_lost"] = c.rt.integer(s.Lost - r.lostStart)
	}
	return c.rt.record("odp.HandleStats", values)
}

func upcallShapes() []*Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []*Shape{
		{Name: "odp.HandlerOptions", Doc: "Options of dp:on_miss and dp:on_action.", Fields: []Param{
			{Name: "queue", Type: "integer", Doc: "packets that may wait for the script, 1024 if not given; more are dropped and counted", Optional: true},
			{Name: "max_failures", Type: "integer", Doc: "failures in a row after which the handler is stopped, 100 if not given", Optional: true},
			{Name: "per_vport", Type: "boolean", Doc: "share packets out by port, even if the kernel can do it by CPU", Optional: true},
			{Name: "sockets", Type: "integer", Doc: "sockets to share packets out among, by port; 1 if not given", Optional: true},
			{Name: "buffer", Type: "integer", Doc: "bytes of each socket's receive buffer, 4 MiB if not given", Optional: true},
		}},
		{Name: "odp.HandleStats", Doc: "What a handler has counted. The counters from received on are those of all handlers of its datapath.", Fields: []Param{
			counter("handled", "packets given to the handler"),
			counter("failures", "errors that it raised, and requests of it that were refused"),
			counter("refused", "installs and executes that the kernel refused"),
			counter("raced", "installs of flows that were there already, which is no error"),
			counter("received", "packets received from the kernel"),
			counter("dropped", "packets dropped as the queue was full: the script does not keep up"),
			counter("unhandled", "packets for which there is no handler"),
			counter("queued", "packets waiting now"),
			counter("overruns", "times that the kernel dropped packets as a receive buffer was full"),
			counter("malformed", "messages of the kernel that were not understood"),
			{Name: "kernel_lost", Type: "integer", Doc: "packets that the kernel could not deliver since then; nil if the datapath is gone", Optional: true},
		}},
	}
}

// upcallMethods are the methods of a datapath about packets sent to user space.
func upcallMethods() []*Func {
	method := func(kind handleKind, doc, example string) *Func {
		return &Func{
			Name: kind.String(),
			Doc: doc + " If it returns actions, the packet is sent through them. An error in it is reported and counted, and the " +
				"loop goes on. It is called while the script is in odp.run or another function that waits.",
			Params: []Param{
				{Name: "fn", Type: "fun(pkt: odp.Packet): odp.ActionsLike?"},
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

	r := c.rt.receiverOf(d)
	switch {
	case r == nil:
		r = c.startReceiver(d, config, queue)
	case r.handles[kind] != nil:
		c.raiseArgument("%s: datapath %s has such a handler; stop that first", c.title(), d.Name())
	case f.has("per_vport") || f.has("sockets") || f.has("buffer") || f.has("queue"):
		c.bad(2, "the other handler of datapath %s has set how packets are received; give only max_failures", d.Name())
	}
	h := &handle{recv: r, kind: kind, handler: c.rt.newHandler(kind.String()+" handler of "+d.Name(), fn)}
	h.handler.limit = int(f.uint("max_failures", 1<<31, uint64(c.rt.cfg.MaxFailures)))
	h.handler.stop = h.stop
	r.handles[kind] = h
	c.rt.loop.sources++
	return c.push(c.rt.object(classHandle, h))
}
