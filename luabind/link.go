package luabind

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
)

const classLink = "net.Link"

// linkValue is the value of a userdata of class net.Link. It names the device,
// which may be gone when it is used.
type linkValue struct {
	ns   *namespace
	name string
	out  *sender // made by the first send
}

func (rt *Runtime) newLink(ns *namespace, name string) *lua.LUserData {
	return rt.object(classLink, &linkValue{ns: ns, name: name})
}

// get reads the device from the kernel.
func (l *linkValue) get(c call) netlink.Link {
	link, err := l.read(c)
	c.raise(err)
	return link
}

func (l *linkValue) read(c call) (link netlink.Link, err error) {
	err = c.rtnl(l.ns, func() (err error) {
		link, err = netlink.LinkByName(l.name)
		return err
	})
	return link, l.wrap("get", noSuchLink(err))
}

// index reads the device's number from the kernel.
func (l *linkValue) index(c call) int { return l.get(c).Attrs().Index }

// noSuchLink gives the error of package netlink for a device that is not there
// the kernel's number.
func noSuchLink(err error) error {
	var absent netlink.LinkNotFoundError
	if errors.As(err, &absent) {
		return syscall.ENODEV
	}
	return err
}

// wrap says what was tried on which device.
func (l *linkValue) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	object := l.name
	if !l.ns.home {
		object += " in " + l.ns.String()
	}
	return &opError{"link " + op, object, err}
}

// do runs a request about the device.
func (l *linkValue) do(c call, op string, fn func(link netlink.Link) error) {
	link := l.get(c)
	c.raise(l.wrap(op, c.rtnl(l.ns, func() error { return fn(link) })))
}

// findLink pushes the device in argument n, or nil.
func findLink(c call, ns *namespace, n int) int {
	var link netlink.Link
	var err error
	if index, ok := c.arg(n).(lua.LNumber); ok {
		i := c.uint(n, maxIfIndex)
		err = c.rtnl(ns, func() (err error) {
			link, err = netlink.LinkByIndex(int(i))
			return err
		})
		err = (&linkValue{ns: ns, name: index.String()}).wrap("get", noSuchLink(err))
	} else {
		link, err = (&linkValue{ns: ns, name: c.string(n)}).read(c)
	}
	if errors.Is(err, syscall.ENODEV) {
		return c.push(lua.LNil)
	}
	c.raise(err)
	return c.push(c.rt.newLink(ns, link.Attrs().Name))
}

// listLinks pushes the devices of a namespace.
func listLinks(c call, ns *namespace) int {
	links, err := dump(c, ns, netlink.LinkList)
	c.raise(ns.wrap("links", err))
	t := c.L.CreateTable(len(links), 0)
	for _, link := range links {
		t.Append(c.rt.newLink(ns, link.Attrs().Name))
	}
	return c.push(t)
}

// linkOf converts a value that is a field: a device or the name of one in ns.
func (f fields) linkOf(name string, ns *namespace) *linkValue {
	switch v := f.get(name).(type) {
	case lua.LString:
		return &linkValue{ns: ns, name: string(v)}
	case *lua.LUserData:
		if l, ok := v.Value.(*linkValue); ok {
			return l
		}
	}
	f.expected(name, "a network device or the name of one")
	return nil
}

// linkIn is linkOf for a device that must be in ns.
func (f fields) linkIn(name string, ns *namespace) *linkValue {
	l := f.linkOf(name, ns)
	if l.ns != ns {
		f.bad(name, "a device in %s expected, got %s in %s", ns, l.name, l.ns)
	}
	return l
}

// linkName is the name of a device by its number in a namespace, for lists. Those
// that have none, as they are in another namespace or gone, are shown by number.
type linkNames map[int]string

func (c call) linkNames(ns *namespace) linkNames {
	links, err := dump(c, ns, netlink.LinkList)
	c.raise(ns.wrap("links", err))
	l := linkNames{}
	for _, link := range links {
		l[link.Attrs().Index] = link.Attrs().Name
	}
	return l
}

func (l linkNames) value(index int) lua.LValue {
	if index == 0 {
		return lua.LNil
	}
	if name, ok := l[index]; ok {
		return lua.LString(name)
	}
	return lua.LNumber(index)
}

// checkLinkName refuses what cannot be the name of a device.
func (f fields) checkLinkName(field, name string) {
	const most = syscall.IFNAMSIZ - 1
	valid := name != "" && name != "." && name != ".." && len(name) <= most
	for i := range len(name) {
		valid = valid && name[i] != '/' && name[i] != ':' && name[i] > ' '
	}
	if !valid {
		f.bad(field, "a name of 1 to %d bytes without spaces, / and : expected, got %q", most, name)
	}
}
