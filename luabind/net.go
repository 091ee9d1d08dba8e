package luabind

// netModule is module net: the network around a datapath.
func netModule() *Module {
	m := &Module{
		Name: "net",
		Doc:  "Network namespaces, devices and commands: the surroundings that a datapath needs for tests and examples.",
		Funcs: []*Func{
			{
				Name: "namespace",
				Doc: "A new network namespace with its loopback device up. It ends with the script. With a name, it is also one for " +
					"`ip netns exec`.",
				Params:  []Param{{Name: "name", Type: "string", Optional: true}},
				Returns: []Param{{Name: "ns", Type: classNamespace}},
				Example: "local ns = net.namespace()\nnet.veth{ a = \"p1\", b = \"eth0\", peer_ns = ns }\nns:addr(\"eth0\", \"10.0.0.1/24\")",
				Go:      createNamespace,
			},
			{
				Name:    "open_namespace",
				Doc:     "The network namespace that `ip netns` lists under that name, or nil.",
				Params:  []Param{{Name: "name", Type: "string"}},
				Returns: []Param{{Name: "ns", Type: classNamespace + "?"}},
				Go:      openNamespace,
			},
			{
				Name: "veth",
				Doc:  "A pair of network devices, each of which receives what the other sends. Both are set up.",
				Params: []Param{
					{Name: "spec", Type: "net.VethSpec"},
				},
				Returns: []Param{{Name: "a", Type: classLink}, {Name: "b", Type: classLink}},
				Example: "local p1, eth0 = net.veth{ a = \"p1\", b = \"eth0\", peer_ns = ns }",
				Go:      createVeth,
			},
			{
				Name:    "link",
				Doc:     "The network device of that name in the program's namespace, or nil.",
				Params:  []Param{{Name: "name", Type: "string"}},
				Returns: []Param{{Name: "link", Type: classLink + "?"}},
				Go:      func(c call) int { return findLink(c, nil, c.string(1)) },
			},
		},
	}
	m.Funcs = append(m.Funcs, execFunc(func(call) *namespace { return nil }, "net")...)
	return m
}

func netShapes() []*Shape {
	return append(captureShapes(), []*Shape{
		{Name: "net.VethSpec", Doc: "What net.veth takes.", Fields: []Param{
			{Name: "a", Type: "string", Doc: "name of the first device"},
			{Name: "b", Type: "string", Doc: "name of the second device"},
			{Name: "ns", Type: classNamespace, Doc: "where the first is; the program's namespace if not given", Optional: true},
			{Name: "peer_ns", Type: classNamespace, Doc: "where the second is; beside the first if not given", Optional: true},
			{Name: "mtu", Type: "integer", Optional: true},
		}},
		{Name: "net.LinkChange", Doc: "What link:set takes.", Fields: []Param{
			{Name: "mtu", Type: "integer", Optional: true},
			{Name: "mac", Type: "string|odp.MAC", Optional: true},
			{Name: "name", Type: "string", Doc: "a new name; the device must be down on some kernels", Optional: true},
			{Name: "ns", Type: classNamespace, Doc: "the namespace to move it to", Optional: true},
		}},
		{Name: "net.ExecOptions", Doc: "Options of exec and run.", Fields: []Param{
			{Name: "timeout", Type: "number", Doc: "seconds after which the command is killed and an error raised", Optional: true},
			{Name: "stdin", Type: "string", Doc: "its standard input; empty if not given", Optional: true},
		}},
		{Name: "net.ExecResult", Doc: "How a command ended.", Fields: []Param{
			{Name: "status", Type: "integer", Doc: "exit status, or 128 and the signal's number"},
			{Name: "stdout", Type: "string"},
			{Name: "stderr", Type: "string"},
		}},
	}...)
}
