package luabind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	classMatch = "odp.Match"
	classKey   = "odp.Key"
)

// keyValue is the value of a userdata of class odp.Key: what one packet looks
// like, as the kernel read it. Its memory is its own.
type keyValue struct{ m odp.Match }

// matchValue is the value of a userdata of class odp.Match.
type matchValue struct {
	m       odp.Match
	literal bool // of odp.literal_match: the kernel gets it as it is
}

func (rt *Runtime) newMatch(m odp.Match) *lua.LUserData {
	return rt.object(classMatch, matchValue{m: m})
}
func (rt *Runtime) newKey(key odp.Attrs) *lua.LUserData {
	return rt.object(classKey, keyValue{odp.Match{Key: key}})
}

const matchForms = "Values are as in Open vSwitch text: a number, an address as text, value/mask as text, a vport for a port number. " +
	"What a key depends on (eth_type for ipv4, ipv4.proto for tcp) is filled in. In a table, eth = false is for packets without an " +
	"Ethernet header."

func matchClass() *Class {
	return &Class{
		Var:  "m",
		Name: classMatch,
		show: showOVS, showLine: showOVSLine,
		Doc: "Which packets a flow takes. Fields are read by name: m.ipv4.dst. One that is not matched is nil, one that is " +
			"matched in part is text: \"10.0.0.0/255.0.0.0\". Matches compare with == by the packets they take.",
		Props: relationProps(),
		Methods: append(relationFuncs(), append([]*Func{
			{
				Name:    "with",
				Doc:     "A match that also matches other fields, or other values of the same fields.",
				Params:  []Param{{Name: "fields", Type: "odp.MatchTable"}},
				Returns: []Param{{Name: "match", Type: classMatch}},
				Example: "local m2 = m:with{ tcp = { dst = 443 } }",
				Go: func(c call) int {
					b := odp.MatchBuilder{}
					b.From(self[matchValue](c).m)
					c.setFields(1, &b, c.table(1))
					m, err := b.Match()
					c.checkText(1, err)
					return c.push(c.rt.newMatch(m))
				},
			},
			onlyFunc(),
			wildcardFunc(),
			textFunc("match", "print(flow.match:text{ dp = dp, verbose = true })", func(c call, o *odp.TextOptions) []byte { return self[matchValue](c).m.AppendText(nil, o) }),
		}, fieldFuncs()...)...),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[matchValue](c).m.String()) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value, c.L.Get(2).(*lua.LUserData).Value
				return c.push(lua.LBool(a.(matchValue).m.Equal(b.(matchValue).m)))
			},
		},
		OpDocs:       []string{"concat(string): string"},
		Dynamic:      func(c call, name string) (lua.LValue, bool) { return c.rt.keyMember(self[matchValue](c).m, name) },
		DynamicNames: keyParams,
	}
}

func keyClass() *Class {
	return &Class{
		Name: classKey,
		show: showOVS, showLine: showOVSLine,
		Doc: "What one packet looks like. Fields are read by name: key.ipv4.dst. A key that the packet does not have is nil, " +
			"so test key.ipv4 before key.ipv4.dst.",
		Methods: append(fieldFuncs(), []*Func{
			textFunc("key", "print(pkt.key:text{ dp = pkt.datapath })", func(c call, o *odp.TextOptions) []byte { return self[keyValue](c).m.AppendText(nil, o) }),
			keyWithFunc(),
			onlyFunc(),
			wildcardFunc(),
			{
				Name:    "exact",
				Doc:     "The match that takes packets with exactly this key.",
				Returns: []Param{{Name: "match", Type: classMatch}},
				Example: "pkt:install(pkt.key:exact(), \"2\")",
				Go: func(c call) int {
					return c.push(c.rt.newMatch(odp.Match{Key: self[keyValue](c).m.Key}))
				},
			},
		}...),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[keyValue](c).m.String()) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value, c.L.Get(2).(*lua.LUserData).Value
				return c.push(lua.LBool(slices.Equal(a.(keyValue).m.Key, b.(keyValue).m.Key)))
			},
		},
		OpDocs:       []string{"concat(string): string"},
		Dynamic:      func(c call, name string) (lua.LValue, bool) { return c.rt.keyMember(self[keyValue](c).m, name) },
		DynamicNames: keyParams,
	}
}

func concat(c call) int { return c.pushString(c.text(c.L.Get(1)) + c.text(c.L.Get(2))) }

func onlyFunc() *Func {
	return &Func{
		Name: "only",
		Doc: "The match that takes packets equal in the named keys and fields, whatever the rest. What those depend on is " +
			"matched too, and what the kernel never leaves open: whether there is an Ethernet header, how many tags of which " +
			"types, and of an outer header that is named whether it is of IPv4 or IPv6.",
		Params:  pathParams(),
		Returns: []Param{{Name: "match", Type: classMatch}},
		Example: "local m = pkt.key:only(\"in_port\", \"eth.src\", \"eth.dst\")",
		Go: func(c call) int {
			from, _ := c.keyOrMatch()
			m, err := from.Only(c.paths()...)
			c.checkPath(err)
			return c.push(c.rt.newMatch(m))
		},
	}
}

// match converts argument n: text, a table, a match, or what has one.
func (c call) match(n int, o *odp.TextOptions) odp.Match {
	return c.matchOf(n, "", c.arg(n), o)
}

// matchOf converts a value that is argument n or, if field is not empty, in it.
func (c call) matchOf(n int, field string, v lua.LValue, o *odp.TextOptions) odp.Match {
	switch v := v.(type) {
	case lua.LString:
		m, err := odp.ParseMatch(string(v), o)
		if err == nil {
			m, err = m.Complete()
		}
		c.checkText(n, err)
		return m
	case *lua.LTable:
		b := odp.MatchBuilder{Options: o}
		c.setFields(n, &b, v)
		m, err := b.Match()
		c.checkText(n, err)
		return m
	case *lua.LUserData:
		switch v := v.Value.(type) {
		case matchValue:
			return v.m
		case *flowValue:
			return v.flow.Match
		case keyValue:
			return odp.Match{Key: v.m.Key}
		}
	}
	c.badField(n, field, "a match expected (text, table, odp.Match, odp.Key or odp.Flow), got %s", c.rt.describe(v))
	return odp.Match{}
}

// badField is bad about a field of argument n, or about n itself.
func (c call) badField(n int, field, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if field != "" {
		text = "field '" + field + "': " + text
	}
	c.bad(n, "%s", text)
}

// setFields sets the fields of a table such as {in_port = 1, ipv4 = {ttl = 64}}. In
// place of fields of eth, false stands for packets without an Ethernet header.
func (c call) setFields(n int, b *odp.MatchBuilder, t *lua.LTable) {
	if t.RawGetString("eth") == lua.LFalse {
		b.NoEthernet = true
		rest := c.L.NewTable()
		t.ForEach(func(k, v lua.LValue) {
			if k != lua.LString("eth") {
				rest.RawSet(k, v)
			}
		})
		t = rest
	}
	c.walkFields(n, "", t, func(path, text string) { c.checkText(n, b.Set(path, text)) })
}

// walkFields calls set for each value in t and the tables in it. The order is
// that of the names, so that messages do not change from run to run.
func (c call) walkFields(n int, prefix string, t *lua.LTable, set func(path, text string)) {
	type entry struct {
		name  string
		value lua.LValue
	}
	var entries []entry
	t.ForEach(func(k, v lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			c.bad(n, "the names of keys and fields expected in the table, got %s", c.rt.describe(k))
		}
		entries = append(entries, entry{string(name), v})
	})
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	if len(entries) == 0 && prefix != "" {
		set(prefix, "") // eth = {}: the key is there, nothing of it is matched
	}
	for _, e := range entries {
		path := e.name
		if prefix != "" {
			path = prefix + "." + e.name
		}
		if sub, ok := e.value.(*lua.LTable); ok {
			if row := rowAt(path); row != nil && (row.Layout == odp.LayoutOptions || row.Layout == odp.LayoutArray && sub.Len() > 0) {
				set(path, c.elementsText(n, row, sub))
				continue
			}
			c.walkFields(n, path, sub, set)
			continue
		}
		set(path, c.fieldText(n, path, e.value))
	}
}

// rowAt finds the row at a path such as "tunnel.geneve" or "encap.mpls", nil if
// there is none.
func rowAt(path string) *odp.Row {
	var row *odp.Row
	for name := range strings.SplitSeq(path, ".") {
		if row == nil || row.Layout == odp.LayoutKeys {
			row = odp.KeyByName(name)
		} else {
			row = row.Row(name)
		}
		if row == nil {
			return nil
		}
	}
	return row
}

// fieldText writes one value as OVS text.
func (c call) fieldText(n int, what string, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		u, want := wholeNumber(v, maxExact)
		if want != "" {
			c.bad(n, "%s: whole number expected, got %s", what, c.rt.describe(v))
		}
		return strconv.FormatUint(u, 10)
	case *lua.LUserData:
		switch v := v.Value.(type) {
		case u128:
			return v.hex() // labels are in hex alone
		case scriptValue:
			return v.String()
		case *odp.Vport:
			return strconv.FormatUint(uint64(v.Number()), 10)
		case part:
			return v.inner()
		}
	}
	c.bad(n, "%s: number, text or vport expected, got %s", what, c.rt.describe(v))
	return ""
}

// matchFuncs are the functions of module odp that make matches and keys.
func matchFuncs() []*Func {
	return []*Func{
		{
			Name:    "match",
			Doc:     "A match from Open vSwitch text or a table. " + matchForms,
			Params:  []Param{{Name: "match", Type: "odp.MatchLike"}, portsParam()},
			Returns: []Param{{Name: "match", Type: classMatch}},
			Example: "local m = odp.match{ in_port = 1, ipv4 = { dst = \"10.0.0.0/8\" } }\nprint(m)  -- in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)",
			Go:      func(c call) int { return c.push(c.rt.newMatch(c.match(1, c.optTextOptions(2)))) },
		},
		{
			Name: "literal_match",
			Doc: "A match from Open vSwitch text as it stands, for dp:put_flow, dp:flow and dp:delete_flow: nothing is filled in or " +
				"checked, and bits of values that are not matched are kept. So the kernel gets what ovs-dpctl sends of that text, and " +
				"refuses what it refuses there. A flow that ovs-dpctl put is found by it whatever those bits are.",
			Params:  []Param{{Name: "text", Type: "odp.MatchText"}, portsParam()},
			Returns: []Param{{Name: "match", Type: classMatch}},
			Example: "local m = odp.literal_match(\"in_port(1),eth()\")\nlocal flow = dp:flow(m)",
			Go: func(c call) int {
				m, err := odp.ParseMatch(c.string(1), c.optTextOptions(2))
				c.checkText(1, err)
				return c.push(c.rt.object(classMatch, matchValue{m, true}))
			},
		},
		{
			Name: "key",
			Doc: "A packet's key from Open vSwitch text or a table, such as the metadata for dp:execute. Nothing is filled in " +
				"and there are no masks.",
			Params:  []Param{{Name: "key", Type: "string|odp.MatchTable|odp.Key"}, portsParam()},
			Returns: []Param{{Name: "key", Type: classKey}},
			Example: "local k = odp.key{ in_port = 1 }",
			Go:      func(c call) int { return c.push(c.rt.newKey(c.keyOf(1, "", c.arg(1), c.optTextOptions(2)))) },
		},
	}
}

// keyOf converts a value to a packet's key.
func (c call) keyOf(n int, field string, v lua.LValue, o *odp.TextOptions) odp.Attrs {
	switch v := v.(type) {
	case lua.LString:
		key, err := odp.ParseKey(string(v), o)
		c.checkText(n, err)
		return key
	case *lua.LTable:
		b := odp.MatchBuilder{Options: o}
		c.setFields(n, &b, v)
		key, err := b.Key()
		c.checkText(n, err)
		return key
	case *lua.LUserData:
		if k, ok := v.Value.(keyValue); ok {
			return k.m.Key
		}
	}
	c.badField(n, field, "a packet's key expected (text, table or odp.Key), got %s", c.rt.describe(v))
	return nil
}
