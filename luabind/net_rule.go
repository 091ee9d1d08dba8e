package luabind

import (
	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// ruleFuncs are the functions about rules, which say what routing table is looked
// at: of module net, or methods of a namespace.
func ruleFuncs(of func(c call) *namespace, who string) []*Func {
	do := func(op string, request func(*netlink.Rule) error) func(c call) int {
		return func(c call) int {
			ns := of(c)
			r := c.fieldsOf(1, c.table(1), "net.Rule").rule()
			c.raise(wrapIn(ns, op, "", c.rtnl(ns, func() error { return request(r) })))
			return 0
		}
	}
	rule := Param{Name: "rule", Type: "net.Rule", Doc: "one of the list, or a table"}
	return []*Func{
		{
			Name:    "rules",
			Doc:     "The rules that say which routing table a packet is looked up in, first to last for each family.",
			Returns: []Param{{Name: "rules", Type: "net.Rule[]"}},
			Example: "for _, r in ipairs(" + callOf(who) + "rules()) do print(r.priority, r.from, r.table) end",
			Go:      func(c call) int { return listRules(c, of(c)) },
		},
		{
			Name:    "add_rule",
			Doc:     "Add a rule.",
			Params:  []Param{rule},
			Example: callOf(who) + "add_rule{ from = \"10.0.0.0/8\", table = 100 }",
			Go:      do("rule add", netlink.RuleAdd),
		},
		{
			Name:    "delete_rule",
			Doc:     "Delete a rule: the first one that has what the table says.",
			Params:  []Param{rule},
			Example: callOf(who) + "delete_rule{ from = \"10.0.0.0/8\", table = 100 }",
			Go:      do("rule delete", netlink.RuleDel),
		},
	}
}

// rule reads the fields of a rule.
func (f fields) rule() *netlink.Rule {
	r := netlink.NewRule()
	r.Family = f.named("family", families, 0, unix.AF_INET)
	if f.has("from") {
		r.Src, r.Family = f.destination("from", nil)
	}
	if f.has("to") {
		var other = r.Src
		r.Dst, r.Family = f.destination("to", nil)
		if other != nil && familyOf(other.IP) != r.Family {
			f.bad("to", "a network of the same family as %s expected", prefixText(other))
		}
	}
	r.Table = f.named("table", routeTables, maxUint32, 0)
	if f.has("priority") {
		r.Priority = int(f.uint("priority", maxUint32, 0))
	}
	r.IifName, r.OifName = f.deviceName("iif"), f.deviceName("oif")
	r.Mark = uint32(f.uint("mark", maxUint32, 0))
	if f.has("mask") {
		mask := uint32(f.uint("mask", maxUint32, 0))
		r.Mask = &mask
	}
	return r
}

// deviceName reads a device that need not be there.
func (f fields) deviceName(name string) string {
	if !f.has(name) {
		return ""
	}
	return f.linkOf(name, f.c.rt.currentNamespace()).name
}

func listRules(c call, ns *namespace) int {
	t := c.L.NewTable()
	for _, family := range families {
		list, err := dump(c, ns, func() ([]netlink.Rule, error) { return netlink.RuleList(family.n) })
		c.raise(wrapIn(ns, "rule list", "", err))
		for _, r := range list {
			if r.Family == family.n || r.Family == 0 {
				r.Family = family.n
				t.Append(c.rt.ruleRecord(&r))
			}
		}
	}
	return c.push(t)
}

func (rt *Runtime) ruleRecord(r *netlink.Rule) lua.LValue {
	values := map[string]lua.LValue{"family": families.value(r.Family), "priority": lua.LNumber(max(r.Priority, 0))}
	if r.Table != 0 {
		values["table"] = routeTables.value(r.Table)
	}
	if r.Src != nil {
		values["from"] = lua.LString(destinationText(r.Src, r.Family))
	}
	if r.Dst != nil {
		values["to"] = lua.LString(destinationText(r.Dst, r.Family))
	}
	if r.IifName != "" {
		values["iif"] = lua.LString(r.IifName)
	}
	if r.OifName != "" {
		values["oif"] = lua.LString(r.OifName)
	}
	if r.Mark != 0 {
		values["mark"] = lua.LNumber(r.Mark)
	}
	if r.Mask != nil {
		values["mask"] = lua.LNumber(*r.Mask)
	}
	return rt.record("net.Rule", values)
}

func ruleShapes() []*Shape {
	return []*Shape{{Name: "net.Rule", Doc: "Which packets are looked up in which routing table.", Fields: []Param{
		optParam("from", netType, "the network or address that they are from"),
		optParam("to", netType, "the network or address that they go to"),
		optParam("iif", classLink+"|string", "the device that they came in by; lo for the system's own"),
		optParam("oif", classLink+"|string", "the device that they are to go out of"),
		optParam("mark", "integer", "their mark"),
		optParam("mask", "integer", "the bits of the mark that count; all if not given"),
		optParam("table", routeTables.typ()+"|integer", "the routing table"),
		optParam("priority", "integer", "the lower, the earlier; before all but the first if not given"),
		optParam("family", families.typ(), "ipv4 if nothing else says it"),
	}}}
}
