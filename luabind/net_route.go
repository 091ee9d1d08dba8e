package luabind

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

var (
	routeTypes = names{{unix.RTN_UNICAST, "unicast"}, {unix.RTN_LOCAL, "local"}, {unix.RTN_BROADCAST, "broadcast"}, {unix.RTN_ANYCAST, "anycast"},
		{unix.RTN_MULTICAST, "multicast"}, {unix.RTN_BLACKHOLE, "blackhole"}, {unix.RTN_UNREACHABLE, "unreachable"}, {unix.RTN_PROHIBIT, "prohibit"},
		{unix.RTN_THROW, "throw"}}
	routeProtocols = names{{unix.RTPROT_KERNEL, "kernel"}, {unix.RTPROT_BOOT, "boot"}, {unix.RTPROT_STATIC, "static"}, {unix.RTPROT_REDIRECT, "redirect"},
		{unix.RTPROT_RA, "ra"}, {unix.RTPROT_DHCP, "dhcp"}, {unix.RTPROT_ZEBRA, "zebra"}, {unix.RTPROT_BIRD, "bird"}, {unix.RTPROT_BGP, "bgp"},
		{unix.RTPROT_OSPF, "ospf"}, {unix.RTPROT_ISIS, "isis"}, {unix.RTPROT_RIP, "rip"}}
)

// routeFuncs are the functions about routes: of module net, or methods of a
// namespace.
func routeFuncs(of func(c call) *namespace, who string) []*Func {
	route := Param{Name: "route", Type: "net.Route", Doc: "one of the list, or a table"}
	return []*Func{
		{
			Name: "routes",
			Doc:  "The routes of the main table, or of another one.",
			Params: []Param{
				{Name: "filter", Type: "net.RouteFilter", Doc: "which ones", Optional: true},
			},
			Returns: []Param{{Name: "routes", Type: "net.ListedRoute[]"}},
			Example: "for _, r in ipairs(" + callOf(who) + "routes()) do print(r.dst, r.via, r.dev) end",
			Go:      func(c call) int { return listRoutes(c, of(c)) },
		},
		{
			Name:    "add_route",
			Doc:     "Add a route. One to the same destination with the same metric is an error, unless it is to be replaced.",
			Params:  []Param{route},
			Example: callOf(who) + "add_route{ dst = \"default\", via = \"10.0.0.1\" }",
			Go: func(c call) int {
				ns := of(c)
				f := c.fieldsOf(1, c.table(1), "net.Route")
				r := f.route(ns, false)
				add := netlink.RouteAdd
				if f.bool("replace") {
					add = netlink.RouteReplace
				}
				c.raise(wrapIn(ns, "route add", routeText(r), c.rtnl(ns, func() error { return add(r) })))
				return 0
			},
		},
		{
			Name:    "delete_route",
			Doc:     "Delete a route: the first one that has what the table says.",
			Params:  []Param{route},
			Example: "for _, r in ipairs(" + callOf(who) + "routes{ dev = \"eth0\" }) do " + callOf(who) + "delete_route(r) end",
			Go: func(c call) int {
				ns := of(c)
				r := c.fieldsOf(1, c.table(1), "net.Route").route(ns, true)
				c.raise(wrapIn(ns, "route delete", routeText(r), c.rtnl(ns, func() error { return netlink.RouteDel(r) })))
				return 0
			},
		},
		{
			Name: "route_to",
			Doc:  "The route that a packet to an address takes, or nil if there is none. src is then the address that it would be sent from.",
			Params: []Param{
				{Name: "address", Type: ipType},
				{Name: "opts", Type: "net.RouteQuery", Optional: true},
			},
			Returns: []Param{{Name: "route", Type: "net.ListedRoute?"}},
			Example: "local r = " + callOf(who) + "route_to(\"10.0.0.1\")\nif r then print(r.dev, r.via, r.src) end",
			Go:      func(c call) int { return findRoute(c, of(c)) },
		},
	}
}

// wrapIn says what was tried on which object of a namespace.
func wrapIn(ns *namespace, op, object string, err error) error {
	if err == nil {
		return nil
	}
	if !ns.home {
		object += " in " + ns.String()
	}
	return &opError{op, object, err}
}

func routeText(r *netlink.Route) string {
	text := destinationText(r.Dst, r.Family)
	if r.Gw != nil {
		text += " via " + ipText(r.Gw)
	}
	return text
}

// destinationText is a destination as `ip` writes it.
func destinationText(dst *net.IPNet, family int) string {
	if dst == nil {
		return "default"
	}
	if ones, bits := dst.Mask.Size(); ones == 0 {
		return "default"
	} else if ones == bits {
		return ipText(dst.IP)
	}
	return prefixText(dst)
}

// family reads the field family, of both if it is not given.
func (f fields) family() int { return f.named("family", families, 0, netlink.FAMILY_ALL) }

// destination reads a destination and the family that it is of.
func (f fields) destination(name string, other net.IP) (*net.IPNet, int) {
	family := f.family()
	if other != nil {
		family = familyOf(other)
	}
	text := f.text(name)
	if text == "default" {
		if family == unix.AF_INET6 {
			return &net.IPNet{IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)}, family
		}
		return &net.IPNet{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, unix.AF_INET
	}
	dst, err := parseNetwork(text)
	if err != nil {
		f.bad(name, "\"default\" or %v", err)
	}
	if network := dst.IP.Mask(dst.Mask); !network.Equal(dst.IP) {
		f.bad(name, "%s has bits beyond its prefix; the network is %s", text, prefixText(&net.IPNet{IP: network, Mask: dst.Mask}))
	}
	if other != nil && familyOf(dst.IP) != familyOf(other) {
		f.bad(name, "%s is not of the same family as %s", text, ipText(other))
	}
	return dst, familyOf(dst.IP)
}

func familyOf(ip net.IP) int {
	if ip.To4() != nil {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// route reads the fields of a route. In one to delete, what is not given may be
// anything.
func (f fields) route(ns *namespace, deleting bool) *netlink.Route {
	r := &netlink.Route{Gw: f.address("via"), Src: f.address("src")}
	other := r.Gw
	if other == nil {
		other = r.Src
	}
	if f.has("hops") {
		if f.has("via") || f.has("dev") {
			f.bad("hops", "either these or via and dev expected, got both")
		}
		for i, hop := range f.hops() {
			n := &netlink.NexthopInfo{Gw: hop.address("via"), Hops: int(hop.uint("weight", 256, 1)) - 1}
			if n.Hops < 0 {
				f.bad("hops", "hop %d: a weight from 1 to 256 expected, got 0", i+1)
			}
			if hop.has("dev") {
				n.LinkIndex = hop.linkIn("dev", ns).index(f.c)
			}
			if other == nil {
				other = n.Gw
			}
			r.MultiPath = append(r.MultiPath, n)
		}
	}
	r.Dst, r.Family = f.destination("dst", other)
	if f.has("dev") {
		r.LinkIndex = f.linkIn("dev", ns).index(f.c)
	}
	r.Table = f.named("table", routeTables, maxUint32, unix.RT_TABLE_MAIN)
	absent := struct{ typ, protocol int }{unix.RTN_UNICAST, unix.RTPROT_BOOT}
	if deleting {
		absent.typ, absent.protocol = unix.RTN_UNSPEC, unix.RTPROT_UNSPEC
	}
	r.Type = f.named("type", routeTypes, 255, absent.typ)
	r.Protocol = netlink.RouteProtocol(f.named("protocol", routeProtocols, 255, absent.protocol))
	r.Priority = int(f.uint("metric", maxUint32, 0))
	r.MTU = int(f.uint("mtu", maxMTU, 0))
	scope := unix.RT_SCOPE_NOWHERE
	if !deleting {
		scope = defaultScope(r)
	}
	r.Scope = netlink.Scope(f.named("scope", addrScopes, 255, scope))
	if f.bool("onlink") {
		r.SetFlag(netlink.FLAG_ONLINK)
		for _, hop := range r.MultiPath {
			hop.Flags |= int(netlink.FLAG_ONLINK)
		}
	}
	return r
}

// defaultScope is the scope that the kernel wants where none is given: what is
// reached without a router is on the link.
func defaultScope(r *netlink.Route) int {
	switch {
	case r.Family == unix.AF_INET6:
	case r.Type == unix.RTN_LOCAL:
		return unix.RT_SCOPE_HOST
	case r.Type == unix.RTN_BROADCAST, r.Type == unix.RTN_MULTICAST, r.Type == unix.RTN_ANYCAST,
		r.Type == unix.RTN_UNICAST && r.Gw == nil && len(r.MultiPath) == 0:
		return unix.RT_SCOPE_LINK
	}
	return unix.RT_SCOPE_UNIVERSE
}

// hops reads the list of next hops.
func (f fields) hops() (list []fields) {
	t, ok := f.get("hops").(*lua.LTable)
	if !ok || t.Len() == 0 {
		f.expected("hops", "list of next hops")
	}
	for i := 1; i <= t.Len(); i++ {
		hop, ok := t.RawGetInt(i).(*lua.LTable)
		if !ok {
			f.bad("hops", "hop %d: table expected, got %s", i, f.c.rt.describe(t.RawGetInt(i)))
		}
		list = append(list, f.c.fieldsOf(f.n, hop, "net.NextHop"))
	}
	return list
}

func listRoutes(c call, ns *namespace) int {
	f := c.fields(1, "net.RouteFilter")
	filter := &netlink.Route{Table: f.named("table", append(routeTables, constant{unix.RT_TABLE_UNSPEC, "all"}), maxUint32, unix.RT_TABLE_MAIN)}
	mask := netlink.RT_FILTER_TABLE
	if f.has("dev") {
		filter.LinkIndex = f.linkIn("dev", ns).index(c)
		mask |= netlink.RT_FILTER_OIF
	}
	if f.has("dst") {
		filter.Dst, _ = f.destination("dst", nil)
		mask |= netlink.RT_FILTER_DST
	}
	family := f.family()
	routes, err := dump(c, ns, func() ([]netlink.Route, error) { return netlink.RouteListFiltered(family, filter, mask) })
	c.raise(wrapIn(ns, "route list", "", err))
	links := c.linkNames(ns)
	t := c.L.NewTable()
	for _, r := range routes {
		if r.Family == unix.AF_INET || r.Family == unix.AF_INET6 { // not those of MPLS
			t.Append(c.rt.routeRecord(&r, links))
		}
	}
	return c.push(t)
}

func findRoute(c call, ns *namespace) int {
	ip := c.ip(1)
	f := c.fields(2, "net.RouteQuery")
	q := &netlink.RouteGetOptions{SrcAddr: f.address("src"), Mark: uint32(f.uint("mark", maxUint32, 0))}
	if f.has("iif") {
		q.IifIndex = f.linkIn("iif", ns).index(c)
	}
	if f.has("oif") {
		q.OifIndex = f.linkIn("oif", ns).index(c)
	}
	var routes []netlink.Route
	err := c.rtnl(ns, func() (err error) {
		routes, err = netlink.RouteGetWithOptions(ip, q)
		return err
	})
	if errors.Is(err, syscall.ENETUNREACH) {
		return c.push(lua.LNil)
	}
	c.raise(wrapIn(ns, "route to", ipText(ip), err))
	if len(routes) == 0 {
		return c.push(lua.LNil)
	}
	return c.push(c.rt.routeRecord(&routes[0], c.linkNames(ns)))
}

// routeRecord is a route as Lua shows it, and as add_route and delete_route take
// it.
func (rt *Runtime) routeRecord(r *netlink.Route, links linkNames) lua.LValue {
	values := map[string]lua.LValue{
		"dst": lua.LString(destinationText(r.Dst, r.Family)), "via": addressValue(r.Gw), "src": addressValue(r.Src), "dev": links.value(r.LinkIndex),
		"family": families.value(r.Family), "table": routeTables.value(r.Table), "type": routeTypes.value(r.Type),
		"protocol": routeProtocols.value(int(r.Protocol)), "scope": addrScopes.value(int(r.Scope)),
	}
	if via, ok := r.Via.(*netlink.Via); ok && r.Gw == nil { // a router of the other family
		values["via"] = addressValue(via.Addr)
	}
	if r.Priority != 0 {
		values["metric"] = lua.LNumber(r.Priority)
	}
	if r.MTU != 0 {
		values["mtu"] = lua.LNumber(r.MTU)
	}
	if r.Flags&int(netlink.FLAG_ONLINK) != 0 {
		values["onlink"] = lua.LTrue
	}
	if len(r.MultiPath) > 0 {
		hops := rt.L.NewTable()
		for _, n := range r.MultiPath {
			hops.Append(rt.record("net.NextHop", map[string]lua.LValue{
				"via": addressValue(n.Gw), "dev": links.value(n.LinkIndex), "weight": lua.LNumber(n.Hops + 1),
			}))
		}
		values["hops"] = hops
	}
	for name, v := range values {
		if v == lua.LNil {
			delete(values, name)
		}
	}
	return rt.record("net.Route", values)
}

// routeLine is a route as text, in the words of `ip route`.
func routeLine(c call, t *lua.LTable) string {
	var b strings.Builder
	if typ := t.RawGetString("type"); typ != lua.LNil && typ != lua.LString("unicast") {
		fmt.Fprintf(&b, "%s ", typ)
	}
	fmt.Fprint(&b, t.RawGetString("dst"))
	for _, name := range []string{"via", "dev", "src", "metric", "table", "scope", "mtu"} {
		v := t.RawGetString(name)
		if v != lua.LNil && v != lua.LString("main") && v != lua.LString("global") {
			fmt.Fprintf(&b, " %s %s", name, c.text(v))
		}
	}
	if hops, ok := t.RawGetString("hops").(*lua.LTable); ok {
		hops.ForEach(func(_, hop lua.LValue) {
			b.WriteString(" nexthop")
			for _, name := range []string{"via", "dev", "weight"} {
				if v := hop.(*lua.LTable).RawGetString(name); v != lua.LNil {
					fmt.Fprintf(&b, " %s %s", name, c.text(v))
				}
			}
		})
	}
	return b.String()
}

func routeShapes() []*Shape {
	dev := optParam("dev", classLink+"|net.LinkName", "the device that it goes out of")
	table := optParam("table", routeTables.typ()+"|integer", "the routing table; main if not given")
	family := optParam("family", families.typ(), "needed where nothing else says it")
	filterTable := table
	filterTable.Type = `"all"|` + table.Type
	return []*Shape{
		{Name: "net.Route", Doc: "A route. As text it is a line as `ip route` has it.", text: routeLine, Fields: []Param{
			{Name: "dst", Type: netType, Doc: "the destination: \"default\", a network such as 10.0.0.0/8 or an address"},
			optParam("via", ipType, "the next router's address"),
			dev,
			optParam("src", ipType, "the address to send from"),
			optParam("metric", "integer", "the lower, the better"),
			table,
			optParam("type", routeTypes.typ()+"|integer", "what becomes of packets; unicast if not given"),
			optParam("scope", addrScopes.typ()+"|integer", "how far away it is; if not given, link without a router and global with one"),
			optParam("protocol", routeProtocols.typ()+"|integer", "who made it; boot if not given"),
			optParam("mtu", "integer", "the largest packet that goes that way, in bytes"),
			optParam("onlink", "boolean", "the router is on the device even if no address says so"),
			optParam("hops", "net.NextHop[]", "several ways, in place of via and dev"),
			family,
			optParam("replace", "boolean", "for add_route: in place of one to the same destination"),
		}},
		{Name: "net.ListedRoute", Parent: "net.Route", Doc: "A route as it is listed. It has what net.Route has; addresses and devices are text.", Fields: []Param{
			{Name: "dst", Type: "string", Doc: "the destination: \"default\", a network or an address"},
			optParam("via", "string", "the next router's address"),
			optParam("dev", "string", "the device that it goes out of"),
			optParam("src", "string", "the address to send from"),
		}},
		{Name: "net.NextHop", Doc: "One of several ways of a route.", Fields: []Param{
			optParam("via", ipType, "the next router's address"), dev, optParam("weight", "integer", "its share; 1 if not given"),
		}},
		{Name: "net.RouteFilter", Doc: "Which routes are listed.", Fields: []Param{
			dev, filterTable, optParam("dst", netType, "exactly this destination"), optParam("family", families.typ(), "both if not given"),
		}},
		{Name: "net.RouteQuery", Doc: "What else is known of the packet that route_to looks up.", Fields: []Param{
			optParam("src", ipType, "the address that it is from"), optParam("iif", classLink+"|net.LinkName", "the device that it came in by"),
			optParam("oif", classLink+"|net.LinkName", "the device that it is to go out of"), optParam("mark", "integer", "its mark"),
		}},
	}
}
