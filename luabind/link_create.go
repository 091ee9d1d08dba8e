package luabind

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
)

// linkSpecParams are what every kind of device takes.
func linkSpecParams() []Param {
	return []Param{
		{Name: "name", Type: "string", Doc: "its name: 1 to 15 bytes"},
		{Name: "ns", Type: classNamespace, Doc: "where it is; the current namespace if not given, or that of the method's object", Optional: true},
		{Name: "mtu", Type: "integer", Doc: "the largest packet without Ethernet header, in bytes", Optional: true},
		{Name: "mac", Type: macType, Doc: "its Ethernet address; a random one if not given", Optional: true},
		{Name: "txqueuelen", Type: "integer", Doc: "how many packets may wait to be sent", Optional: true},
		{Name: "master", Type: classLink + "|net.LinkName", Doc: "the bridge, bond or vrf to make it a port of", Optional: true},
		{Name: "offloads", Type: offloadsType, Doc: offloadsDoc, Optional: true},
		{Name: "up", Type: "boolean", Doc: "whether to set it up; true if not given", Optional: true},
	}
}

// linkSpecShapes are the shapes of what makes devices.
func linkSpecShapes() []*Shape {
	shapes := []*Shape{vethShape()}
	for _, kind := range linkKinds() {
		s := &Shape{Name: kind.shape, Doc: "What net." + kind.name + " takes.", Fields: linkSpecParams()}
		for _, o := range kind.options {
			s.Fields = append(s.Fields, o.Param)
		}
		shapes = append(shapes, s)
	}
	return shapes
}

// kindFuncs are the functions that make devices: of module net, or methods of a
// namespace. of says in which one.
func kindFuncs(of func(c call) *namespace, who string) []*Func {
	list := []*Func{vethFunc(of, who)}
	for _, kind := range linkKinds() {
		spec := Param{Name: "spec", Type: kind.shape}
		if kind.short() {
			spec = Param{Name: "spec", Type: "string|" + kind.shape, Doc: "the name, or a table"}
		}
		list = append(list, &Func{
			Name: kind.name, Doc: kind.doc + " It is set up.",
			Params:  []Param{spec},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: strings.ReplaceAll(kind.example, "net."+kind.name, callOf(who)+kind.name),
			Go:      func(c call) int { return createLink(c, kind, of(c), who != "net") },
		})
	}
	return list
}

// short reports whether a name is enough to make a device of the kind.
func (k *linkKind) short() bool {
	for _, o := range k.options {
		if !o.Optional {
			return false
		}
	}
	return k.check == nil
}

// createLink makes a device of the kind. in is where it is made if its table does
// not say; fixed says that the table must not.
func createLink(c call, kind *linkKind, in *namespace, fixed bool) int {
	t, ok := c.arg(1).(*lua.LTable)
	if name, isName := c.arg(1).(lua.LString); isName && kind.short() {
		t = c.L.NewTable()
		t.RawSetString("name", name)
	} else if !ok {
		c.expected(1, "table")
	}
	f := c.fieldsOf(1, t, kind.shape)
	l := &linkValue{ns: f.placeOf(in, fixed), name: f.string("name")}
	f.checkLinkName("name", l.name)
	a := netlink.NewLinkAttrs()
	a.Name = l.name
	a.MTU = int(f.uint("mtu", maxMTU, 0))
	a.HardwareAddr = f.mac("mac")
	a.TxQLen = int(f.uint("txqueuelen", 1<<31-1, uint64(1<<32-1)))
	if !f.has("txqueuelen") {
		a.TxQLen = -1
	}
	link := kind.make(a)
	from := l.ns // where the request is made
	for _, o := range kind.options {
		switch {
		case f.has(o.Name):
			o.set(f, link, l.ns)
			if o.Name == "link" && link.Attrs().ParentIndex != 0 {
				from = f.linkOf("link", l.ns).ns
			}
		case !o.Optional:
			f.expected(o.Name, strings.ReplaceAll(o.Type, classLink+"|net.LinkName", "a device or its name"))
		}
	}
	if kind.check != nil {
		kind.check(f)
	}
	later := l.laterChanges(f, kind.config == tunConfig)
	if from != l.ns {
		link.Attrs().Namespace = netlink.NsFd(l.ns.fd(c))
	}
	err := c.rtnl(from, func() error {
		if t, ok := link.(*netlink.Tuntap); ok {
			return addTuntap(t)
		}
		return netlink.LinkAdd(link)
	})
	if errors.Is(err, syscall.EOPNOTSUPP) || kind.config == tunConfig && errors.Is(err, syscall.ENOENT) {
		err = fmt.Errorf("this kernel has no devices of kind %s, or has not loaded them (CONFIG_%s): %w", kind.name, kind.config, err)
	}
	c.raise(l.wrap("create", err))
	l.finish(c, later)
	return c.push(c.rt.object(classLink, l))
}

// placeOf is the namespace for a new device.
func (f fields) placeOf(in *namespace, fixed bool) *namespace {
	if !f.has("ns") {
		in.fd(f.c)
		return in
	}
	ns := f.c.namespaceOf(f.n, f.get("ns"))
	if fixed && ns != in {
		f.bad("ns", "the device is made in %s, on which the method is called, not in %s", in, ns)
	}
	return ns
}

// laterChanges are those that a device gets when it is there, for link:set.
type laterChanges []func(link netlink.Link) error

// laterChanges reads what is set once the device is there: all, if the request
// that makes it can say nothing but its name.
func (l *linkValue) laterChanges(f fields, all bool) laterChanges {
	var list laterChanges
	for _, p := range linkChanges() {
		switch p.Name {
		case "mtu", "mac", "txqueuelen":
			if all && f.has(p.Name) {
				list = append(list, p.read(f, l))
			}
		case "offloads", "master":
			if f.has(p.Name) {
				list = append(list, p.read(f, l))
			}
		}
	}
	if !f.has("up") || f.bool("up") {
		list = append(list, netlink.LinkSetUp)
	}
	return list
}

// finish makes the changes to a device that was just made. If one is refused, the
// device is deleted again.
func (l *linkValue) finish(c call, changes laterChanges) {
	link := l.get(c)
	for _, change := range changes {
		if err := c.rtnl(l.ns, func() error { return change(link) }); err != nil {
			err = errors.Join(err, c.rtnl(l.ns, func() error { return netlink.LinkDel(link) }))
			c.raise(l.wrap("create", err))
		}
	}
}

// linkOptions is the property options.
func linkOptions(c call) lua.LValue {
	link := self[*linkValue](c).get(c)
	t := c.L.NewTable()
	if kind := linkKindOf(link); kind != nil {
		for _, o := range kind.options {
			if v := o.get(c, link); v != nil && v != lua.LNil {
				t.RawSetString(o.Name, v)
			}
		}
	}
	return t
}

func vethShape() *Shape {
	return &Shape{Name: "net.VethSpec", Doc: "What net.veth takes.", Fields: []Param{
		{Name: "a", Type: "string", Doc: "name of the first device"},
		{Name: "b", Type: "string", Doc: "name of the second device"},
		{Name: "ns", Type: classNamespace, Doc: "where the first is; the current namespace if not given, or that of the method's object", Optional: true},
		{Name: "peer_ns", Type: classNamespace, Doc: "where the second is; beside the first if not given", Optional: true},
		{Name: "mtu", Type: "integer", Doc: "of both", Optional: true},
		{Name: "offloads", Type: offloadsType, Doc: "of both: " + offloadsDoc, Optional: true},
		{Name: "up", Type: "boolean", Doc: "whether to set both up; true if not given", Optional: true},
	}}
}

func vethFunc(of func(c call) *namespace, who string) *Func {
	return &Func{
		Name: "veth",
		Doc:  "A pair of network devices, each of which receives what the other sends. Both are set up.",
		Params: []Param{
			{Name: "spec", Type: "net.VethSpec"},
		},
		Returns: []Param{{Name: "a", Type: classLink}, {Name: "b", Type: classLink}},
		Example: "local p1, eth0 = " + callOf(who) + "veth{ a = \"p1\", b = \"eth0\", peer_ns = ns }",
		Go:      func(c call) int { return createVeth(c, of(c), who != "net") },
	}
}

func createVeth(c call, in *namespace, fixed bool) int {
	f := c.fieldsOf(1, c.table(1), "net.VethSpec")
	a, b := &linkValue{ns: f.placeOf(in, fixed), name: f.string("a")}, &linkValue{name: f.string("b")}
	f.checkLinkName("a", a.name)
	f.checkLinkName("b", b.name)
	b.ns = a.ns
	if f.has("peer_ns") {
		b.ns = c.namespaceOf(1, f.get("peer_ns"))
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = a.name
	attrs.MTU = int(f.uint("mtu", 65535, 0))
	veth := netlink.NewVeth(attrs)
	veth.PeerName = b.name
	veth.PeerMTU = uint32(attrs.MTU)
	if b.ns != a.ns {
		veth.PeerNamespace = netlink.NsFd(b.ns.fd(c))
	}
	laterA, laterB := a.laterChanges(f, false), b.laterChanges(f, false)
	c.raise(a.wrap("create veth", c.rtnl(a.ns, func() error { return netlink.LinkAdd(veth) })))
	a.finish(c, laterA)
	b.finish(c, laterB)
	c.L.Push(c.rt.object(classLink, a))
	c.L.Push(c.rt.object(classLink, b))
	return 2
}
