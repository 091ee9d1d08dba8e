package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/vishvananda/netns"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

const classNamespace = "net.Namespace"

// namespace is a network namespace: the program's own, or one that a script made
// or opened. There is one value for each, however often it is opened.
type namespace struct {
	name    string // under /run/netns; empty for one without a name
	file    netns.NsHandle
	inode   uint64
	home    bool         // the program's own: it has no worker, and never ends
	keep    bool         // it stays when the script ends
	worker  *netnsWorker // made when needed
	sockets closerSet    // captures, senders and subscriptions in it
	object  *lua.LUserData
	forget  func()
	deleted bool
}

// netState is what a runtime knows of network namespaces.
type netState struct {
	own     *namespace   // the program's
	open    []*namespace // the others
	current *namespace   // nil for the program's; see ns:with
}

func (ns *namespace) String() string {
	switch {
	case ns.name != "":
		return "namespace " + ns.name
	case ns.home:
		return "the program's namespace"
	}
	return fmt.Sprintf("namespace %d", ns.inode)
}

// onThread runs fn in the namespace and waits for it. Nothing in fn may touch
// the Lua state.
func (ns *namespace) onThread(fn func() error) error {
	if ns.home {
		return fn() // every thread but those of workers is there
	}
	if ns.worker == nil {
		ns.worker = startWorker(ns.file)
	}
	return ns.worker.do(fn)
}

// fd returns the namespace's file descriptor.
func (ns *namespace) fd(c call) int {
	if ns.deleted {
		c.raiseArgument("%s has been deleted", ns)
	}
	return int(ns.file)
}

// home returns the program's namespace.
func (rt *Runtime) home() *namespace {
	if rt.net.own == nil {
		// Of the thread, since that of the process is the main thread's, which a worker
		// may be.
		ns := &namespace{home: true, file: -1}
		if fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err == nil {
			ns.file = netns.NsHandle(fd)
			ns.inode = inodeOf(ns.file)
			rt.closers.add(func() { ns.file.Close() })
		}
		rt.net.own = ns
	}
	return rt.net.own
}

func inodeOf(file netns.NsHandle) uint64 {
	var s unix.Stat_t
	if err := unix.Fstat(int(file), &s); err != nil {
		return 0
	}
	return s.Ino
}

// currentNamespace is the namespace that functions take where none is given.
func (rt *Runtime) currentNamespace() *namespace {
	if rt.net.current != nil {
		return rt.net.current
	}
	return rt.home()
}

// enterNamespace makes ns the current namespace, until leave is called.
func (rt *Runtime) enterNamespace(ns *namespace) (leave func()) {
	before := rt.net.current
	rt.net.current = ns
	return func() { rt.net.current = before }
}

// enterForRest is net.enter.
func enterForRest(c call) int {
	rt := c.rt
	if c.isNil(1) {
		rt.net.current = nil
		return 0
	}
	name, ok := c.arg(1).(lua.LString)
	if !ok {
		rt.net.current = c.namespaceOf(1, c.arg(1))
		return 0
	}
	path := namespaceFolder + "/" + c.namespaceName(1, string(name))
	ns, err := rt.openNamespaceFile(&namespace{name: string(name), keep: true}, path)
	if errors.Is(err, fs.ErrNotExist) {
		names := namespaceNames()
		if len(names) == 0 {
			c.bad(1, "the name of a namespace expected, got \"%s\"; there are none", string(name))
		}
		c.bad(1, "the name of a namespace expected, got \"%s\"; there are %s", string(name), strings.Join(names, ", "))
	}
	if err != nil {
		c.raise(&opError{"namespace open", path, err})
	}
	rt.net.current = ns
	return 0
}

// namespaceNames lists the names that `ip netns` knows. What cannot be read has none.
func namespaceNames() (names []string) {
	entries, _ := os.ReadDir(namespaceFolder) // an error is no entries
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// namespaceObject returns the userdata of a namespace, always the same.
func (rt *Runtime) namespaceObject(ns *namespace) *lua.LUserData {
	if ns.object == nil {
		ns.object = rt.object(classNamespace, ns)
	}
	return ns.object
}

// namespaceOf converts a value that is argument n or in it.
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

// optNamespace returns the namespace in argument n, the current one if there is
// none.
func (c call) optNamespace(n int) *namespace {
	if c.isNil(n) {
		return c.rt.currentNamespace()
	}
	return c.namespaceOf(n, c.arg(n))
}

// optNamespace returns the namespace in a field, the current one if there is
// none.
func (f fields) optNamespace(name string) *namespace {
	if !f.has(name) {
		return f.c.rt.currentNamespace()
	}
	return f.c.namespaceOf(f.n, f.get(name))
}

// keepNamespace makes the namespace end with the runtime.
func (rt *Runtime) keepNamespace(ns *namespace) {
	ns.inode = inodeOf(ns.file)
	rt.net.open = append(rt.net.open, ns)
	ns.forget = rt.closers.add(func() {
		if err := rt.releaseNamespace(ns, !ns.keep); err != nil {
			fmt.Fprintf(rt.cfg.Stderr, "odp: %v\n", err)
		}
	})
}

// releaseNamespace lets go of a namespace and, if it is to end, removes its name.
// The kernel ends it when its last process and socket have.
func (rt *Runtime) releaseNamespace(ns *namespace, end bool) (err error) {
	if ns.deleted {
		return nil
	}
	ns.deleted = true
	ns.forget()
	for i, other := range rt.net.open {
		if other == ns {
			rt.net.open = append(rt.net.open[:i], rt.net.open[i+1:]...)
			break
		}
	}
	ns.sockets.closeAll()
	conn := rt.conns[ns]
	for _, r := range rt.receivers {
		if conn != nil && r.d.Conn() == conn {
			r.close()
		}
	}
	if conn != nil {
		rt.endSubscriptions(conn)
		conn.Close()
		delete(rt.conns, ns)
	}
	if ns.worker != nil {
		ns.worker.stop()
	}
	ns.file.Close()
	if end && ns.name != "" {
		err = netns.DeleteNamed(ns.name)
		if os.IsNotExist(err) {
			err = nil // someone else was faster
		}
	}
	if err != nil {
		return &opError{"namespace delete", ns.name, err}
	}
	return nil
}
