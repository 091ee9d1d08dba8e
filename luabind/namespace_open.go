package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// namespaceFolder is where `ip netns` keeps the names.
const namespaceFolder = "/run/netns"

// createNamespace makes a namespace with its loopback device up.
func createNamespace(c call) int {
	opts := c.fields(2, "net.NamespaceOptions")
	ns := &namespace{keep: opts.bool("keep")}
	if !c.isNil(1) {
		ns.name = c.namespaceName(1, c.string(1))
	}
	if ns.keep && ns.name == "" {
		opts.bad("keep", "only a namespace with a name can stay when the script ends")
	}
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
		var err error
		if ns.name == "" {
			ns.file, err = netns.New()
		} else if err = shareNames(); err == nil {
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
	return c.push(c.rt.namespaceObject(ns))
}

// shareNames makes the folder of the names a mount that is shared, as `ip netns`
// does before it adds the first one: names are then seen by programs with other
// mounts, and a later `ip netns add` does not hide them behind a mount of its own.
func shareNames() error {
	if err := os.MkdirAll(namespaceFolder, 0o755); err != nil {
		return err
	}
	share := func() error { return unix.Mount("", namespaceFolder, "none", unix.MS_SHARED|unix.MS_REC, "") }
	err := share()
	if errors.Is(err, unix.EINVAL) { // it is not a mount yet
		if err = unix.Mount(namespaceFolder, namespaceFolder, "none", unix.MS_BIND|unix.MS_REC, ""); err == nil {
			err = share()
		}
	}
	return os.NewSyscallError("mount", err)
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// namespaceName checks a name that is argument n or in it.
func (c call) namespaceName(n int, name string) string {
	valid := name != "" && name != "." && name != ".." && len(name) <= 255
	for i := range len(name) {
		valid = valid && name[i] != '/' && name[i] != 0
	}
	if !valid {
		c.bad(n, "a file name of 1 to 255 bytes without / expected, got %q", name)
	}
	return name
}

// openNamespace is net.open_namespace.
func openNamespace(c call) int {
	ns := &namespace{keep: true} // it is not ours to end
	var path string
	if t, ok := c.arg(1).(*lua.LTable); ok {
		f := c.fieldsOf(1, t, "net.NamespaceSource")
		switch {
		case f.has("pid") == f.has("path"):
			c.bad(1, "either a name, a pid or a path expected")
		case f.has("pid"):
			path = fmt.Sprintf("/proc/%d/ns/net", f.uint("pid", 1<<22, 0))
		default:
			path = f.string("path")
		}
	} else {
		ns.name = c.namespaceName(1, c.string(1))
		path = namespaceFolder + "/" + ns.name
	}
	found, err := c.rt.openNamespaceFile(ns, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return c.push(lua.LNil)
	}
	if err != nil {
		c.raise(&opError{"namespace open", path, err})
	}
	return c.push(c.rt.namespaceObject(found))
}

// openNamespaceFile opens the namespace at path for ns, or returns the one that
// is open already.
func (rt *Runtime) openNamespaceFile(ns *namespace, path string) (*namespace, error) {
	// Without waiting, as a path may be that of a pipe.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	file := netns.NsHandle(fd)
	// Any other file can be opened as well, but not entered.
	if kind, err := unix.IoctlRetInt(int(file), unix.NS_GET_NSTYPE); err != nil || kind != unix.CLONE_NEWNET {
		file.Close()
		return nil, errors.New("it is not a network namespace")
	}
	inode := inodeOf(file)
	for _, known := range append(rt.net.open, rt.home()) {
		if known.inode == inode {
			file.Close()
			if known.name == "" {
				known.name = ns.name
			}
			return known, nil
		}
	}
	ns.file = file
	rt.keepNamespace(ns)
	return ns, nil
}

// listNamespaces is net.namespaces.
func listNamespaces(c call) int {
	list := c.L.NewTable()
	entries, err := os.ReadDir(namespaceFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.raise(&opError{"namespace list", namespaceFolder, err})
	}
	for _, e := range entries {
		ns, err := c.rt.openNamespaceFile(&namespace{name: e.Name(), keep: true}, namespaceFolder+"/"+e.Name())
		if err != nil {
			continue // it has ended since, or is a file that someone left there
		}
		list.Append(c.rt.namespaceObject(ns))
	}
	return c.push(list)
}
