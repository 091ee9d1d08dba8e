package luabind

import (
	"slices"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
)

// namespaceFuncs are the functions of module net about namespaces.
func namespaceFuncs() []*Func {
	return []*Func{
		{
			Name: "namespace",
			Doc: "A new network namespace with its loopback device up. It ends with the script, with everything in it, unless it is to be " +
				"kept. With a name, it is also one for `ip netns exec`.",
			Params:  []Param{{Name: "name", Type: "string", Doc: "the name for `ip netns`; it has none if not given", Optional: true}, {Name: "opts", Type: "net.NamespaceOptions", Optional: true}},
			Returns: []Param{{Name: "ns", Type: classNamespace}},
			Example: "local ns = net.namespace()\nnet.veth{ a = \"p1\", b = \"eth0\", peer_ns = ns }\nns:addr(\"eth0\", \"10.0.0.1/24\")",
			Go:      createNamespace,
		},
		{
			Name: "open_namespace",
			Doc:  "A network namespace that is there: by its name for `ip netns`, of a process, or by the path of its file. nil if there is none.",
			Params: []Param{
				{Name: "source", Type: "net.NamespaceName|net.NamespaceSource", Doc: "the name, or a table"},
			},
			Returns: []Param{{Name: "ns", Type: classNamespace + "?"}},
			Example: "local blue = net.open_namespace(\"blue\")\nlocal container = net.open_namespace{ pid = 4711 }",
			Go:      openNamespace,
		},
		{
			Name:    "namespaces",
			Doc:     "The network namespaces that have a name, as `ip netns` lists them.",
			Returns: []Param{{Name: "list", Type: classNamespace + "[]"}},
			Example: "for _, ns in ipairs(net.namespaces()) do\n  print(ns.name, ns.id, #ns:links())\nend",
			Go:      listNamespaces,
		},
		{
			Name: "enter",
			Doc: "Take a network namespace for all that follows in this script, callback, task or console session: what functions of modules " +
				"odp and net take where none is given. ns:with does so for one function only.",
			Params:  []Param{{Name: "ns", Type: classNamespace + "|string", Doc: "or its name for `ip netns`; the program's own if not given", Optional: true}},
			Example: "net.enter \"blue\"\nlocal dp = odp.create_datapath(\"dp0\") -- in blue\nnet.enter()",
			Go:      enterForRest,
		},
		{
			Name: "current_namespace",
			Doc: "The network namespace that functions of modules odp and net take where none is given: the program's own, except in what " +
				"ns:with calls and behind net.enter.",
			Returns: []Param{{Name: "ns", Type: classNamespace}},
			Example: "local own = net.current_namespace()\nlink:set{ ns = own }",
			Go:      func(c call) int { return c.push(c.rt.namespaceObject(c.rt.currentNamespace())) },
		},
	}
}

func namespaceShapes() []*Shape {
	return []*Shape{
		{Name: "net.NamespaceOptions", Doc: "Options of net.namespace.", Fields: []Param{
			{Name: "keep", Type: "boolean", Doc: "leave it, with its name, when the script ends; ns:delete() ends it", Optional: true},
		}},
		{Name: "net.NamespaceSource", Doc: "Where net.open_namespace finds a namespace: one of these.", Fields: []Param{
			{Name: "pid", Type: "integer", Doc: "number of a process that is in it", Optional: true},
			{Name: "path", Type: "odp.FileName", Doc: "of a file such as /proc/1/ns/net", Optional: true},
		}},
	}
}

func namespaceClass() *Class {
	class := &Class{
		Var:  "ns",
		Name: classNamespace,
		Doc: "A network namespace. One that the script made ends with the script. There is one object for each, so that they compare with == " +
			"and can be indexes of tables.",
		Props: []*Prop{
			{Name: "name", Type: "string?", Doc: "its name for `ip netns`, if it has one", Get: func(c call) lua.LValue {
				ns := self[*namespace](c)
				if ns.name == "" {
					return lua.LNil
				}
				return lua.LString(ns.name)
			}},
			{Name: "inode", Type: "integer", Doc: "its number for the whole system, as `lsns` lists it", Get: func(c call) lua.LValue {
				return c.rt.integer(self[*namespace](c).inode)
			}},
			{Name: "id", Lazy: true, Type: "integer?", Get: namespaceID,
				Doc: "the number by which the program's namespace knows it, as in vport.netnsid and `ip netns list-id`; nil if it has none yet"},
		},
		Methods: slices.Concat([]*Func{
			{
				Name: "with",
				Doc: "Call a function in the namespace: in it, functions of modules odp and net take this namespace where none is given, and so do " +
					"the timers, handlers and tasks that it makes. Files are not of it: io.open(\"/proc/sys/net/...\") is always about the program's " +
					"namespace, ns:sysctl about this one.",
				Params:  []Param{{Name: "fn", Type: "fun(...): ..."}, {Name: "...", Type: "any", Doc: "its arguments"}},
				Returns: []Param{{Name: "...", Type: "any", Doc: "what it returned"}},
				Example: "local dp = ns:with(function()\n  net.dummy(\"d0\")\n  return odp.create_datapath(\"dp0\")\nend)",
				Go:      callInNamespace,
			},
			{
				Name: "delete",
				Doc: "End the namespace: its name goes, whoever gave it, and what this script has in it. Devices in it are gone once nothing runs in " +
					"it any more. Deleting again does nothing.",
				Example: "local ns = net.namespace()\nns:run(\"ip address\")\nns:delete()",
				Go: func(c call) int {
					ns := self[*namespace](c)
					if ns.home {
						c.raiseArgument("%s: the program's namespace cannot be deleted", c.title())
					}
					c.raise(c.rt.releaseNamespace(ns, true))
					return 0
				},
			},
		}, execFunc(func(c call) *namespace { return self[*namespace](c) }, "ns")),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*namespace](c).String()) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
	class.Methods = append(class.Methods, networkFuncs(func(c call) *namespace { return self[*namespace](c) }, "ns")...)
	return class
}

// callInNamespace is ns:with.
func callInNamespace(c call) int {
	ns, fn := self[*namespace](c), c.function(1)
	ns.fd(c)
	leave := c.rt.enterNamespace(ns)
	defer leave()
	args := make([]lua.LValue, c.count()-1)
	for i := range args {
		args[i] = c.arg(i + 2)
	}
	results := c.invoke(fn, args...)
	for _, v := range results {
		c.L.Push(v)
	}
	return len(results)
}

// namespaceID is the property id.
func namespaceID(c call) lua.LValue {
	ns := self[*namespace](c)
	fd := ns.fd(c)
	var id int
	c.raise(ns.wrap("id", c.rt.home().onThread(func() (err error) {
		id, err = netlink.GetNetNsIdByFd(fd)
		return err
	})))
	if id < 0 {
		return lua.LNil
	}
	return lua.LNumber(id)
}

// wrap says what was tried in which namespace.
func (ns *namespace) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &opError{"namespace " + op, ns.String(), explainAck(err)}
}
