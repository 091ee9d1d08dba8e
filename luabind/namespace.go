package luabind

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	lua "github.com/yuin/gopher-lua"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const classNamespace = "net.Namespace"

// namespace is a network namespace that a script made or opened. A nil one
// stands for that of the program.
type namespace struct {
	name    string // under /run/netns; empty for one that only this program knows
	file    netns.NsHandle
	handle  *netlink.Handle // rtnetlink in the namespace, made when needed
	made    bool            // by us: it ends with us
	sockets closerSet       // captures and senders in it
	forget  func()
	deleted bool
}

func (ns *namespace) String() string {
	switch {
	case ns == nil:
		return "the program's namespace"
	case ns.name == "" && ns.deleted:
		return "the namespace"
	case ns.name == "":
		return fmt.Sprintf("namespace %d", int(ns.file))
	}
	return "namespace " + ns.name
}

// onThread runs fn in the namespace, on a thread that ends with it: nothing has
// to be put back, and no other code can meet a thread in the wrong namespace.
func (ns *namespace) onThread(fn func() error) error {
	if ns == nil {
		return fn()
	}
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
		if err := netns.Set(ns.file); err != nil {
			result <- fmt.Errorf("cannot enter %s: %w", ns, err)
			return
		}
		result <- fn()
	}()
	return <-result
}

// fd returns the namespace's file descriptor.
func (ns *namespace) fd(c call) int {
	if ns.deleted {
		c.raiseArgument("%s has been deleted", ns)
	}
	return int(ns.file)
}

// links returns the rtnetlink handle of a namespace.
func (c call) links(ns *namespace) *netlink.Handle {
	if ns == nil {
		if c.rt.links == nil {
			h, err := netlink.NewHandle()
			c.raise(err)
			c.rt.links = h
			c.rt.closers.add(h.Close)
		}
		return c.rt.links
	}
	ns.fd(c)
	if ns.handle == nil {
		c.raise(ns.onThread(func() (err error) {
			ns.handle, err = netlink.NewHandle()
			return err
		}))
	}
	return ns.handle
}

func (c call) namespaceOf(n int, v lua.LValue) *namespace {
	if ud, ok := v.(*lua.LUserData); ok {
		if ns, ok := ud.Value.(*namespace); ok {
			ns.fd(c)
			return ns
		}
	}
	c.bad(n, "a namespace (net.namespace()) expected, got %s", c.rt.describe(v))
	return nil
}

func (c call) optNamespace(n int) *namespace {
	if c.isNil(n) {
		return nil
	}
	return c.namespaceOf(n, c.arg(n))
}

// createNamespace makes a namespace with its loopback device up.
func createNamespace(c call) int {
	ns := &namespace{name: c.optString(1, ""), made: true}
	if !c.isNil(1) && !validNamespaceName(ns.name) {
		c.bad(1, "a file name of 1 to 255 bytes without / expected, got %q", ns.name)
	}
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked, as in onThread
		var err error
		if ns.name == "" {
			ns.file, err = netns.New()
		} else {
			ns.file, err = netns.NewNamed(ns.name)
		}
		if err == nil {
			err = loopbackUp()
		}
		result <- err
	}()
	if err := <-result; err != nil {
		c.raise(&opError{"namespace create", ns.name, err})
	}
	c.rt.keepNamespace(ns)
	return c.push(c.rt.object(classNamespace, ns))
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

func validNamespaceName(s string) bool {
	if s == "" || s == "." || s == ".." || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] == '/' || s[i] == 0 {
			return false
		}
	}
	return true
}

func openNamespace(c call) int {
	name := c.string(1)
	if !validNamespaceName(name) {
		c.bad(1, "a file name of 1 to 255 bytes without / expected, got %q", name)
	}
	file, err := netns.GetFromName(name)
	if os.IsNotExist(err) {
		return c.push(lua.LNil)
	}
	if err != nil {
		c.raise(&opError{"namespace open", name, err})
	}
	ns := &namespace{name: name, file: file}
	c.rt.keepNamespace(ns)
	return c.push(c.rt.object(classNamespace, ns))
}

// keepNamespace makes the namespace end with the runtime.
func (rt *Runtime) keepNamespace(ns *namespace) {
	ns.forget = rt.closers.add(func() {
		if err := rt.deleteNamespace(ns); err != nil {
			fmt.Fprintf(rt.cfg.Stderr, "odp: %v\n", err)
		}
	})
}

// deleteNamespace lets go of a namespace and, if it was made here, removes its
// name. The kernel ends it when its last process and socket have.
func (rt *Runtime) deleteNamespace(ns *namespace) error {
	if ns.deleted {
		return nil
	}
	ns.deleted = true
	ns.forget()
	ns.sockets.closeAll()
	for _, r := range rt.receivers {
		if r.d.Conn() == rt.conns[ns] {
			r.close()
		}
	}
	if conn := rt.conns[ns]; conn != nil {
		rt.endSubscriptions(conn)
		conn.Close()
		delete(rt.conns, ns)
	}
	if ns.handle != nil {
		ns.handle.Close()
	}
	err := ns.file.Close()
	if ns.made && ns.name != "" {
		err = errors.Join(err, netns.DeleteNamed(ns.name))
	}
	if err != nil {
		return &opError{"namespace delete", ns.name, err}
	}
	return nil
}

func namespaceClass() *Class {
	class := &Class{
		Name: classNamespace,
		Doc:  "A network namespace. One that the script made ends with the script.",
		Props: []*Prop{
			{Name: "name", Type: "string?", Doc: "its name for `ip netns`, if it has one", Get: func(c call) lua.LValue {
				ns := self[*namespace](c)
				if ns.name == "" {
					return lua.LNil
				}
				return lua.LString(ns.name)
			}},
		},
		Methods: []*Func{
			{
				Name:    "link",
				Doc:     "The network device of that name, or nil.",
				Params:  []Param{{Name: "name", Type: "string"}},
				Returns: []Param{{Name: "link", Type: classLink + "?"}},
				Example: "ns:link(\"eth0\"):down()",
				Go:      func(c call) int { return findLink(c, self[*namespace](c), c.string(1)) },
			},
			{
				Name:    "addr",
				Doc:     "Give a network device an address, and set it up.",
				Params:  []Param{{Name: "link", Type: "string", Doc: "the device's name"}, {Name: "address", Type: "string", Doc: "with prefix length: 10.0.0.1/24"}},
				Example: "ns:addr(\"eth0\", \"10.0.0.1/24\")",
				Go: func(c call) int {
					l := &linkValue{ns: self[*namespace](c), name: c.string(1)}
					l.addAddress(c, 2)
					c.raise(l.wrap("up", c.links(l.ns).LinkSetUp(l.get(c))))
					return 0
				},
			},
			{
				Name: "delete",
				Doc:  "End the namespace. Devices in it are gone once nothing runs in it any more. Deleting again does nothing.",
				Go: func(c call) int {
					c.raise(c.rt.deleteNamespace(self[*namespace](c)))
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*namespace](c).String()) },
		},
	}
	class.Methods = append(class.Methods, execFunc(func(c call) *namespace { return self[*namespace](c) }, "ns")...)
	return class
}
