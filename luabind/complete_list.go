package luabind

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// A lister lists what there is at the moment, of what begins with a word if that
// makes it less work. It does not touch the Lua state. What it cannot list it leaves
// out: whoever uses the name is told why.
type lister func(word string) []string

// liveAliases have what lists the values of types that are names of something. See
// aliases.
var liveAliases map[string]func(c *completer) lister

func init() { // it is in its own functions
	liveAliases = map[string]func(c *completer) lister{
		"odp.DatapathName":  (*completer).datapaths,
		"odp.VportName":     (*completer).ports,
		"net.NamespaceName": func(*completer) lister { return filesIn(namespaceFolder) },
		"net.LinkName":      (*completer).links,
		"odp.FileName":      func(*completer) lister { return fileNames },
		"odp.FeatureName":   func(*completer) lister { return kernelFeatures },
		"odp.SignalName":    func(*completer) lister { return shortSignalNames },
		"odp.ModuleName":    (*completer).modules,
	}
}

// listTime is how long listing may take while somebody waits.
const listTime = 200 * time.Millisecond

// listAll asks all listers at once, and those that take too long for nothing.
func listAll(listers []lister, word string) (names []string) {
	answers := make(chan []string, len(listers))
	for _, l := range listers {
		go func() { answers <- l(word) }()
	}
	late := time.After(listTime)
	for range listers {
		select {
		case some := <-answers:
			names = append(names, some...)
		case <-late:
			return names
		}
	}
	return names
}

func listNothing(string) []string { return nil }

// conn is the connection to the current namespace, nil if there is none.
func (c *completer) conn() *odp.Conn {
	ns := c.rt.currentNamespace()
	if ns.deleted {
		return nil
	}
	conn, err := c.rt.dial(ns)
	if err != nil {
		return nil
	}
	return conn
}

// datapaths lists the datapaths of the current namespace.
func (c *completer) datapaths() lister {
	conn := c.conn()
	if conn == nil {
		return listNothing
	}
	return func(string) (names []string) {
		for _, d := range datapathsOf(conn) {
			names = append(names, d.Name())
		}
		return names
	}
}

func datapathsOf(conn *odp.Conn) []*odp.Datapath {
	list, err := conn.Datapaths()
	if err != nil {
		return nil
	}
	return list
}

// ports lists the ports of the datapath whose method is called, or those of all if
// that is not known.
func (c *completer) ports() lister {
	isDatapath := func(v lua.LValue) bool {
		ud, ok := v.(*lua.LUserData)
		if ok {
			_, ok = ud.Value.(*odp.Datapath)
		}
		return ok
	}
	if ud, ok := c.receiver(isDatapath).(*lua.LUserData); ok {
		return func(string) []string { return portsOf(ud.Value.(*odp.Datapath)) }
	}
	conn := c.conn()
	if conn == nil {
		return listNothing
	}
	return func(string) (names []string) {
		for _, d := range datapathsOf(conn) {
			names = append(names, portsOf(d)...)
		}
		return names
	}
}

func portsOf(d *odp.Datapath) (names []string) {
	list, err := d.Vports()
	if err != nil {
		return nil
	}
	for _, v := range list {
		names = append(names, v.Name())
	}
	return names
}

// links lists the network devices of the namespace whose method is called, or of the
// current one.
func (c *completer) links() lister {
	ns := c.rt.currentNamespace()
	isNamespace := func(v lua.LValue) bool {
		ud, ok := v.(*lua.LUserData)
		if ok {
			_, ok = ud.Value.(*namespace)
		}
		return ok
	}
	if ud, ok := c.receiver(isNamespace).(*lua.LUserData); ok {
		ns = ud.Value.(*namespace)
	}
	if ns.deleted {
		return listNothing
	}
	if !ns.home && ns.worker == nil {
		ns.worker = startWorker(ns.file) // the lister may not, off the owner's goroutine
	}
	return func(string) (names []string) {
		// Part of a list is better than none.
		_ = ns.onThread(func() error {
			links, err := netlink.LinkList()
			for _, l := range links {
				names = append(names, l.Attrs().Name)
			}
			return err
		})
		return names
	}
}

func kernelFeatures(string) (names []string) {
	for _, f := range odp.FeatureRows() {
		names = append(names, f.Name)
	}
	return names
}

// shortSignalNames lists the signals without SIG, and with it where that may be meant.
func shortSignalNames(word string) (names []string) {
	for _, name := range signalNames() {
		names = append(names, strings.TrimPrefix(name, "SIG"))
		if strings.HasPrefix(word, "S") {
			names = append(names, name)
		}
	}
	return names
}

// filesIn lists the names in a folder.
func filesIn(folder string) lister {
	return func(string) (names []string) {
		entries, _ := os.ReadDir(folder) // with those before an error
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
}

// fileNames lists the files that a path may become, folders with a slash.
func fileNames(word string) (names []string) {
	folder, base := path.Split(word)
	entries, _ := os.ReadDir(filepath.Clean(folder))
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") || !strings.HasPrefix(name, base) {
			continue
		}
		// What a link leads to counts.
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil && info.IsDir() {
			name += "/"
		}
		names = append(names, folder+name)
	}
	return names
}

// modules lists what can be required: the program's modules, and files where
// package.path has them.
func (c *completer) modules() lister {
	names := c.rt.moduleNames(c.rt.L)
	patterns, _ := c.rt.L.GetField(c.rt.L.GetGlobal("package"), "path").(lua.LString)
	return func(string) []string {
		list := slices.Clone(names)
		for pattern := range strings.SplitSeq(string(patterns), ";") {
			before, after, ok := strings.Cut(pattern, "?")
			if !ok {
				continue
			}
			files, _ := filepath.Glob(before + "*" + after) // of a bad pattern, none
			for _, file := range files {
				name := strings.TrimSuffix(strings.TrimPrefix(file, before), after)
				// With a dot, require would look in a folder.
				if !strings.Contains(name, ".") {
					list = append(list, name)
				}
			}
		}
		return list
	}
}
