package luabind

import (
	"errors"
	"net"

	lua "github.com/yuin/gopher-lua"

	"github.com/vishvananda/netlink"
)

const classLink = "net.Link"

// linkValue is the value of a userdata of class net.Link. It names the device,
// which may be gone when it is used.
type linkValue struct {
	ns   *namespace
	name string
	out  *sender // made by the first send
}

// get reads the device from the kernel.
func (l *linkValue) get(c call) netlink.Link {
	link, err := c.links(l.ns).LinkByName(l.name)
	c.raise(l.wrap("get", err))
	return link
}

// wrap says what was tried on which device.
func (l *linkValue) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	object := l.name
	if l.ns != nil {
		object += " in " + l.ns.String()
	}
	return &opError{"link " + op, object, err}
}

func findLink(c call, ns *namespace, name string) int {
	_, err := c.links(ns).LinkByName(name)
	var absent netlink.LinkNotFoundError
	if errors.As(err, &absent) {
		return c.push(lua.LNil)
	}
	l := &linkValue{ns: ns, name: name}
	c.raise(l.wrap("get", err))
	return c.push(c.rt.object(classLink, l))
}

func (l *linkValue) addAddress(c call, n int) {
	text, _ := valueText(c.arg(n))
	addr, err := netlink.ParseAddr(text)
	if err != nil {
		c.expected(n, "an address with prefix length such as 10.0.0.1/24")
	}
	// No duplicate address detection: the address is to be usable at once, not
	// seconds later.
	if addr.IP.To4() == nil {
		addr.Flags |= ifaFlagNoDAD
	}
	c.raise(l.wrap("address", c.links(l.ns).AddrAdd(l.get(c), addr)))
}

// ifaFlagNoDAD is IFA_F_NODAD of linux/if_addr.h.
const ifaFlagNoDAD = 0x02

func linkClass() *Class {
	attr := func(name, typ, doc string, get func(a *netlink.LinkAttrs) lua.LValue) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			return get(self[*linkValue](c).get(c).Attrs())
		}}
	}
	return &Class{
		Name: classLink,
		Doc:  "A network device, by name.",
		Props: []*Prop{
			{Name: "name", Type: "string", Doc: "its name", Get: func(c call) lua.LValue { return lua.LString(self[*linkValue](c).name) }},
			attr("index", "integer", "its interface index", func(a *netlink.LinkAttrs) lua.LValue { return lua.LNumber(a.Index) }),
			attr("mac", "string", "its hardware address", func(a *netlink.LinkAttrs) lua.LValue { return lua.LString(a.HardwareAddr.String()) }),
			attr("mtu", "integer", "the largest packet without Ethernet header, in bytes", func(a *netlink.LinkAttrs) lua.LValue { return lua.LNumber(a.MTU) }),
			attr("is_running", "boolean", "whether it is up and has a carrier, so that it sends what it is given", func(a *netlink.LinkAttrs) lua.LValue {
				return lua.LBool(a.OperState == netlink.OperUp)
			}),
			attr("is_up", "boolean", "whether it is set up", func(a *netlink.LinkAttrs) lua.LValue { return lua.LBool(a.Flags&net.FlagUp != 0) }),
		},
		Methods: []*Func{
			linkMethod("up", "Set the device up.", func(c call, l *linkValue, link netlink.Link) error {
				return c.links(l.ns).LinkSetUp(link)
			}),
			linkMethod("down", "Set the device down.", func(c call, l *linkValue, link netlink.Link) error {
				return c.links(l.ns).LinkSetDown(link)
			}),
			linkMethod("delete", "Delete the device. The other end of a veth goes with it.", func(c call, l *linkValue, link netlink.Link) error {
				return c.links(l.ns).LinkDel(link)
			}),
			{
				Name:    "addr",
				Doc:     "Give the device an address.",
				Params:  []Param{{Name: "address", Type: "string|odp.Prefix", Doc: "with prefix length: 10.0.0.1/24"}},
				Returns: []Param{{Name: "link", Type: classLink}},
				Go: func(c call) int {
					self[*linkValue](c).addAddress(c, 1)
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:    "set",
				Doc:     "Change the device.",
				Params:  []Param{{Name: "changes", Type: "net.LinkChange"}},
				Returns: []Param{{Name: "link", Type: classLink}},
				Example: "link:set{ mtu = 1400, mac = \"02:00:00:00:00:01\" }",
				Go:      setLink,
			},
			{
				Name: "send",
				Doc:  "Send frames out of the device, as they are. They begin with their Ethernet header.",
				Params: []Param{
					{Name: "frames", Type: "string|string[]", Doc: "the bytes of one, or a list"},
				},
				Returns: []Param{{Name: "link", Type: classLink}},
				Example: "link:send(packet.build{ eth = {}, ipv4 = { src = \"10.0.0.1\", dst = \"10.0.0.2\" }, udp = { src = 1, dst = 2 } })",
				Go:      sendFrames,
			},
			{
				Name:    "capture",
				Doc:     "Capture the frames of the device, from now on. The capture ends with the script, or with the device's namespace.",
				Params:  []Param{{Name: "opts", Type: "net.CaptureOptions", Optional: true}},
				Returns: []Param{{Name: "capture", Type: classCapture}},
				Example: "local cap = link:capture{ direction = \"both\" }",
				Go:      startCapture,
			},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*linkValue](c).name) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func linkMethod(op, doc string, do func(c call, l *linkValue, link netlink.Link) error) *Func {
	return &Func{
		Name: op, Doc: doc, Returns: []Param{{Name: "link", Type: classLink}},
		Go: func(c call) int {
			l := self[*linkValue](c)
			c.raise(l.wrap(op, do(c, l, l.get(c))))
			return c.push(c.L.Get(1))
		},
	}
}

func setLink(c call) int {
	l := self[*linkValue](c)
	f := c.fieldsOf(1, c.table(1), "net.LinkChange")
	h, link := c.links(l.ns), l.get(c)
	if f.has("mtu") {
		c.raise(l.wrap("set mtu", h.LinkSetMTU(link, int(f.uint("mtu", 1<<31-1, 0)))))
	}
	if f.has("mac") {
		mac, err := net.ParseMAC(f.text("mac"))
		if err != nil {
			f.bad("mac", "%v", err)
		}
		c.raise(l.wrap("set mac", h.LinkSetHardwareAddr(link, mac)))
	}
	if f.has("name") {
		name := f.string("name")
		c.raise(l.wrap("rename", h.LinkSetName(link, name)))
		l.name = name
	}
	l.closeSender() // it is bound to what the device was
	if f.has("ns") {
		ns := c.namespaceOf(1, f.get("ns"))
		c.raise(l.wrap("move", h.LinkSetNsFd(link, ns.fd(c))))
		l.ns = ns
	}
	return c.push(c.L.Get(1))
}

func createVeth(c call) int {
	f := c.fieldsOf(1, c.table(1), "net.VethSpec")
	a, b := &linkValue{name: f.string("a")}, &linkValue{name: f.string("b")}
	if f.has("ns") {
		a.ns = c.namespaceOf(1, f.get("ns"))
	}
	b.ns = a.ns
	if f.has("peer_ns") {
		b.ns = c.namespaceOf(1, f.get("peer_ns"))
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = a.name
	attrs.MTU = int(f.uint("mtu", 65535, 0))
	veth := netlink.NewVeth(attrs)
	veth.PeerName = b.name
	if b.ns != nil && b.ns != a.ns {
		veth.PeerNamespace = netlink.NsFd(b.ns.fd(c))
	}
	c.raise(a.wrap("create veth", c.links(a.ns).LinkAdd(veth)))
	for _, end := range []*linkValue{a, b} {
		c.raise(end.wrap("up", c.links(end.ns).LinkSetUp(end.get(c))))
	}
	c.L.Push(c.rt.object(classLink, a))
	c.L.Push(c.rt.object(classLink, b))
	return 2
}
