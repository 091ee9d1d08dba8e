package luabind

import (
	"syscall"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// eventGroup is one kind of things that the kernel announces.
type eventGroup struct {
	function string // on_link
	what     string // of what, for the documentation
	field    string // of the event's record
	shape    string // that record's
	typ      string // of the field
	groups   []uint
	example  string
	decoder  func(known func() map[int]bool) func(m *syscall.NetlinkMessage) (*netEvent, error)
	value    func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue
}

func decoder(fn func(m *syscall.NetlinkMessage) (*netEvent, error)) func(func() map[int]bool) func(*syscall.NetlinkMessage) (*netEvent, error) {
	return func(func() map[int]bool) func(*syscall.NetlinkMessage) (*netEvent, error) { return fn }
}

func eventGroups() []eventGroup {
	return eventGroupsTable.get(func() []eventGroup {
		return []eventGroup{
			{
				function: "on_link", what: "network device", field: "link", shape: "net.LinkEvent", typ: classLink,
				groups:  []uint{unix.RTNLGRP_LINK},
				example: "on_link(function(event) print(event.kind, event.link, event.state) end)",
				decoder: func(known func() map[int]bool) func(m *syscall.NetlinkMessage) (*netEvent, error) {
					return linkDecoder(known())
				},
				value: func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
					return rt.newLink(ns, e.link.Attrs().Name)
				},
			},
			{
				function: "on_address", what: "IP address of a device", field: "address", shape: "net.AddressEvent", typ: "net.Address",
				groups:  []uint{unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR},
				example: "on_address(function(event)\n  print(event.kind, event.address.dev, event.address.address)\nend)",
				decoder: decoder(decodeAddress),
				value: func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
					return rt.addressRecord(e.addr, rt.linkNamesOf(ns, e.addr.LinkIndex).value(e.addr.LinkIndex))
				},
			},
			{
				function: "on_route", what: "route of any table", field: "route", shape: "net.RouteEvent", typ: "net.ListedRoute",
				groups:  []uint{unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE},
				example: "on_route(function(event) print(event.kind, event.route) end)",
				decoder: decoder(decodeRoute),
				value: func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
					indexes := []int{e.route.LinkIndex}
					for _, hop := range e.route.MultiPath {
						indexes = append(indexes, hop.LinkIndex)
					}
					return rt.routeRecord(e.route, rt.linkNamesOf(ns, indexes...))
				},
			},
			{
				function: "on_neighbour", what: "neighbour", field: "neighbour", shape: "net.NeighbourEvent", typ: "net.Neighbour",
				groups:  []uint{unix.RTNLGRP_NEIGH},
				example: "on_neighbour(function(event)\n  print(event.kind, event.neighbour.ip, event.neighbour.state)\nend)",
				decoder: decoder(decodeNeighbour),
				value: func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
					return rt.neighbourRecord(e.neigh, rt.linkNamesOf(ns, e.neigh.LinkIndex))
				},
			},
			{
				function: "on_fdb", what: "Ethernet address that a bridge or tunnel knows", field: "entry", shape: "net.FdbEvent", typ: "net.FdbEntry",
				groups:  []uint{unix.RTNLGRP_NEIGH},
				example: "on_fdb(function(event)\n  print(event.kind, event.entry.mac, event.entry.dev)\nend)",
				decoder: decoder(decodeFDB),
				value: func(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
					return rt.fdbRecord(e.neigh, rt.linkNamesOf(ns, e.neigh.LinkIndex, e.neigh.MasterIndex))
				},
			},
		}
	})
}

var eventGroupsTable lazyRows[eventGroup]

// linkNamesOf are the names that some devices of a namespace have now.
func (rt *Runtime) linkNamesOf(ns *namespace, indexes ...int) linkNames {
	names := linkNames{}
	if ns.deleted {
		return names
	}
	_ = ns.onThread(func() error { // what is gone has no name
		for _, index := range indexes {
			if index == 0 {
				continue
			}
			if link, err := netlink.LinkByIndex(index); err == nil {
				names[index] = link.Attrs().Name
			}
		}
		return nil
	})
	return names
}

// networkEventFuncs are the functions that subscribe to what happens in a
// namespace: of module net, or methods of a namespace.
func networkEventFuncs(of func(c call) *namespace, who string) []*Func {
	var list []*Func
	for i := range eventGroups() {
		g := &eventGroups()[i]
		list = append(list, &Func{
			Name: g.function,
			Doc:  "Call a function for each " + g.what + " of the namespace that is made, changed or deleted." + eventDoc,
			Params: []Param{
				{Name: "fn", Type: "fun(event: " + g.shape + ")"},
				{Name: "opts", Type: "net.SubscriptionOptions", Optional: true},
			},
			Returns: []Param{{Name: "subscription", Type: classSubscription}},
			Example: callOf(who) + g.example + "\nodp.run()",
			Go:      func(c call) int { return g.subscribe(c, of(c), who != "net") },
		})
	}
	return list
}

func (g *eventGroup) subscribe(c call, ns *namespace, fixed bool) int {
	fn := c.function(1)
	f := c.fields(2, "net.SubscriptionOptions")
	o := c.subscriptionOptions(f)
	if f.has("netns") {
		if fixed && o.ns != ns {
			f.bad("netns", "%s is meant, on which the method is called", ns)
		}
		ns = o.ns
	}
	var src *netSource
	err := c.rtnl(ns, func() (err error) {
		var failed error
		decode := g.decoder(func() map[int]bool {
			known := map[int]bool{}
			links, err := netlink.LinkList()
			failed = err
			for _, link := range links {
				known[link.Attrs().Index] = true
			}
			return known
		})
		if failed != nil {
			return failed
		}
		src, err = openNetSource(o.buffer, decode, g.groups)
		return err
	})
	c.raise(wrapIn(ns, g.function, "", err))
	n := c.subscribe(g.function+" handler of "+ns.String(), fn, o, nil, src, func(event any) []lua.LValue {
		return []lua.LValue{g.record(c.rt, ns, event.(*netEvent))}
	})
	c.subscribed().endWith(ns)
	return n
}

// subscribed is the subscription that was pushed last.
func (c call) subscribed() *subscription {
	return c.L.Get(-1).(*lua.LUserData).Value.(*subscription)
}

// endWith makes the subscription end with a namespace.
func (s *subscription) endWith(ns *namespace) {
	if ns.home {
		return // it ends with the runtime in any case
	}
	before, forget := s.forget, ns.sockets.add(s.close)
	s.forget = func() {
		before()
		forget()
	}
}

func (g *eventGroup) record(rt *Runtime, ns *namespace, e *netEvent) lua.LValue {
	values := map[string]lua.LValue{"kind": lua.LString(e.kind), "ns": rt.namespaceObject(ns), g.field: g.value(rt, ns, e)}
	if e.link != nil {
		a := e.link.Attrs()
		values["index"], values["mtu"], values["mac"] = lua.LNumber(a.Index), lua.LNumber(a.MTU), hardwareValue(a.HardwareAddr)
		values["state"], values["flags"] = lua.LString(a.OperState.String()), linkFlags.flags(rt, int(a.RawFlags))
		values["is_up"] = lua.LBool(a.RawFlags&unix.IFF_UP != 0)
	}
	return rt.record(g.shape, values)
}

func networkEventShapes() []*Shape {
	shapes := []*Shape{{Name: "net.SubscriptionOptions", Doc: "Options of handlers of what happens in a namespace.",
		Fields: append(subscriptionParams(), bufferParam())}}
	for _, g := range eventGroups() {
		kinds := `"new"|"set"|"delete"`
		doc := "what happened; one that is made over another is set"
		if g.field == "link" {
			doc = "what happened; any change is set"
		} else if g.field == "address" || g.field == "neighbour" {
			doc = "what happened; changes are new as well"
		}
		s := &Shape{Name: g.shape, Doc: "What " + g.function + " tells of.", Fields: []Param{
			{Name: "kind", Type: kinds, Doc: doc},
			{Name: "ns", Type: classNamespace, Doc: "where it happened"},
			{Name: g.field, Type: g.typ, Doc: "as it is then, or was"},
		}}
		if g.field == "link" {
			s.Fields = append(s.Fields, []Param{
				{Name: "index", Type: "integer", Doc: "the interface index"},
				{Name: "state", Type: "string", Doc: "at that moment, as link.state"},
				{Name: "is_up", Type: "boolean", Doc: "at that moment"},
				{Name: "flags", Type: "string[]", Doc: "at that moment, as link.flags"},
				{Name: "mtu", Type: "integer", Doc: "at that moment"},
				optParam("mac", "string", "at that moment"),
			}...)
		}
		shapes = append(shapes, s)
	}
	return shapes
}
