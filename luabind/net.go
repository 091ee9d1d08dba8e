package luabind

import (
	"slices"

	"github.com/vishvananda/netlink"
)

// netModule is module net: the network around a datapath.
func netModule() *Module {
	current := func(c call) *namespace { return c.rt.currentNamespace() }
	return &Module{
		Name: "net",
		Doc: "Network namespaces, devices, addresses, routes and commands: the surroundings of a datapath, as `ip`, `tc`, `bridge`, `ethtool` and " +
			"`sysctl` show and change them. The functions are about the program's namespace, or that of ns:with; those of a namespace are its methods.",
		Funcs: slices.Concat(namespaceFuncs(), execFunc(current, "net"), networkFuncs(current, "net")),
	}
}

// networkFuncs are the functions that module net and namespaces have both. of says
// which namespace a call is about.
func networkFuncs(of func(c call) *namespace, who string) []*Func {
	return slices.Concat([]*Func{
		{
			Name:    "link",
			Doc:     "The network device of that name or index, or nil.",
			Params:  []Param{{Name: "name", Type: "net.LinkName|integer", Doc: "its name, or its interface index"}},
			Returns: []Param{{Name: "link", Type: classLink + "?"}},
			Example: callOf(who) + "link(\"eth0\"):down()",
			Go:      func(c call) int { return findLink(c, of(c), 1) },
		},
		{
			Name:    "links",
			Doc:     "All network devices, by index.",
			Returns: []Param{{Name: "links", Type: classLink + "[]"}},
			Example: "for _, link in ipairs(" + callOf(who) + "links()) do\n  print(link.name, link.kind, link.state)\nend",
			Go:      func(c call) int { return listLinks(c, of(c)) },
		},
		{
			Name: "addr",
			Doc:  "Give a network device an address, and set it up.",
			Params: []Param{
				{Name: "link", Type: "net.LinkName", Doc: "the device's name"},
				{Name: "address", Type: netType, Doc: addressForm},
				{Name: "opts", Type: "net.AddressOptions", Optional: true},
			},
			Example: callOf(who) + "addr(\"eth0\", \"10.0.0.1/24\")",
			Go: func(c call) int {
				l := &linkValue{ns: of(c), name: c.string(1)}
				l.addAddress(c, 2, c.fields(3, "net.AddressOptions"))
				l.do(c, "up", netlink.LinkSetUp)
				return 0
			},
		},
		sysctlFunc(of, who),
	}, kindFuncs(of, who), routeFuncs(of, who), neighbourFuncs(of, who), ruleFuncs(of, who), networkEventFuncs(of, who))
}

// callOf is how an example calls the functions of who: module net or a namespace.
func callOf(who string) string {
	if who == "net" {
		return who + "."
	}
	return who + ":"
}

func netShapes() []*Shape {
	return slices.Concat(namespaceShapes(), execShapes(), captureShapes(), linkShapes(), addressShapes(), routeShapes(), neighbourShapes(), ruleShapes(), qdiscShapes(), networkEventShapes())
}
