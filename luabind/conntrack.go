package luabind

import (
	"context"
	"net/netip"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	classConnection     = "odp.Connection"
	classConnections    = "odp.Connections"
	classConntrackStats = "odp.ConntrackStats"
)

// connection is the value of a userdata of class odp.Connection. Its memory is
// its own.
type connection struct {
	conn *odp.Conn
	e    odp.ConntrackEntry
}

func (rt *Runtime) newConnection(conn *odp.Conn, e *odp.ConntrackEntry) *lua.LUserData {
	return rt.object(classConnection, &connection{conn, *e})
}

func connectionClass() *Class {
	type entry = odp.ConntrackEntry
	prop := func(name, typ, doc string, get func(c call, e *entry) lua.LValue) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			return get(c, &self[*connection](c).e)
		}}
	}
	counter := func(name, doc string, get func(e *entry) uint64) *Prop {
		return prop(name, "integer", doc, func(c call, e *entry) lua.LValue { return c.rt.integer(get(e)) })
	}
	return &Class{
		Name: classConnection,
		show: showOVS, showLine: showOVSLine,
		Columns: []string{"proto", "orig.src", "orig.sport", "orig.dst", "orig.dport", "zone", "state", "timeout"},
		Doc: "A connection of the kernel's connection tracker, as it was when it was read. tostring gives the text of " +
			"`ovs-dpctl dump-conntrack`.",
		Props: append(connectionDetails(), []*Prop{
			prop("proto", "string", "its protocol: \"tcp\", or the number as text", func(c call, e *entry) lua.LValue {
				return lua.LString(odp.ConntrackProtoName(e.Orig.Proto))
			}),
			prop("orig", "odp.ConnectionTuple", "the addresses of its first packet", func(c call, e *entry) lua.LValue {
				return c.rt.tuple(&e.Orig)
			}),
			prop("reply", "odp.ConnectionTuple", "the addresses of a packet that answers", func(c call, e *entry) lua.LValue {
				return c.rt.tuple(&e.Reply)
			}),
			prop("parent", "odp.ConnectionTuple?", "the addresses of the connection that announced it", func(c call, e *entry) lua.LValue {
				if !e.Parent.IsValid() {
					return lua.LNil
				}
				return c.rt.tuple(&e.Parent)
			}),
			counter("zone", "its zone, 0 if it has none", func(e *entry) uint64 { return uint64(e.Zone) }),
			counter("id", "tells two connections with the same addresses apart", func(e *entry) uint64 { return uint64(e.ID) }),
			prop("status", "string", "the kernel's bits about it, such as \"SEEN_REPLY|ASSURED|CONFIRMED\"", func(c call, e *entry) lua.LValue {
				return lua.LString(e.Status.String())
			}),
			prop("state", "string?", "the state of a TCP or SCTP connection, such as \"ESTABLISHED\"", func(c call, e *entry) lua.LValue {
				switch e.Info {
				case odp.ConntrackInfoTCP:
					return lua.LString(e.TCP.State.String())
				case odp.ConntrackInfoSCTP:
					return lua.LString(e.SCTP.State.String())
				}
				return lua.LNil
			}),
			counter("timeout", "seconds until the kernel forgets it", func(e *entry) uint64 { return uint64(e.Timeout) }),
			counter("mark", "its mark", func(e *entry) uint64 { return uint64(e.Mark) }),
			prop("labels", "string?", "its 128 bits of labels as text: \"0x1234\"; nil if none is set", func(c call, e *entry) lua.LValue {
				if e.Labels == [16]byte{} {
					return lua.LNil
				}
				return lua.LString(odp.ConntrackLabelsText(e.Labels))
			}),
			prop("helper", "string?", "the name of its helper", func(c call, e *entry) lua.LValue { return optText(e.Helper) }),
			counter("orig_packets", "packets in the direction of its first packet; 0 unless nf_conntrack_acct is on", func(e *entry) uint64 { return e.OrigCounters.Packets }),
			counter("orig_bytes", "their bytes", func(e *entry) uint64 { return e.OrigCounters.Bytes }),
			counter("reply_packets", "packets in the other direction", func(e *entry) uint64 { return e.ReplyCounters.Packets }),
			counter("reply_bytes", "their bytes", func(e *entry) uint64 { return e.ReplyCounters.Bytes }),
			prop("start", "number?", "when it began, in seconds since 1970; nil unless nf_conntrack_timestamp is on", func(c call, e *entry) lua.LValue {
				if e.Start.IsZero() {
					return lua.LNil
				}
				return lua.LNumber(float64(e.Start.UnixNano()) / 1e9)
			}),
			prop("stop", "number?", "when it ended, in the event of that", func(c call, e *entry) lua.LValue {
				if e.Stop.IsZero() {
					return lua.LNil
				}
				return lua.LNumber(float64(e.Stop.UnixNano()) / 1e9)
			}),
		}...),
		Methods: []*Func{
			{
				Name:    "text",
				Doc:     "The text of `ovs-dpctl dump-conntrack` with its options.",
				Params:  []Param{{Name: "opts", Type: "odp.ConnectionText", Optional: true}},
				Returns: []Param{{Name: "text", Type: "string"}},
				Example: "for c in odp.conntrack() do print(c:text{ stats = true }) end",
				Go: func(c call) int {
					f := c.fields(1, "odp.ConnectionText")
					o := odp.ConntrackText{Verbose: f.bool("verbose"), Stats: f.bool("stats")}
					return c.pushString(string(self[*connection](c).e.AppendText(nil, o)))
				},
			},
			{
				Name:    "match",
				Doc:     "The text that names this connection alone, for odp.flush_conntrack and `ovs-dpctl flush-conntrack`.",
				Returns: []Param{{Name: "text", Type: "string"}},
				Example: "for c in odp.conntrack{ zone = 5 } do\n  odp.flush_conntrack(c:match())\nend",
				Go: func(c call) int {
					return c.pushString(self[*connection](c).e.Match().String())
				},
			},
			{
				Name:    "delete",
				Doc:     "Remove it. One that is no longer there raises, with errno ENOENT.",
				Example: "for c in odp.conntrack{ zone = 5 } do\n  if c.timeout < 10 then c:delete() end\nend",
				Go: func(c call) int {
					p := self[*connection](c)
					c.raise(p.conn.DeleteConntrack(&p.e))
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*connection](c).e.String()) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func optText(s string) lua.LValue {
	if s == "" {
		return lua.LNil
	}
	return lua.LString(s)
}

// tuple converts one direction's addresses to the table that odp.flush_conntrack
// takes as well.
func (rt *Runtime) tuple(t *odp.ConntrackTuple) lua.LValue {
	values := map[string]lua.LValue{"src": lua.LString(t.Src.String()), "dst": lua.LString(t.Dst.String())}
	if t.IsICMP() {
		values["id"], values["type"], values["code"] = lua.LNumber(t.ICMPID), lua.LNumber(t.ICMPType), lua.LNumber(t.ICMPCode)
	} else {
		values["sport"], values["dport"] = lua.LNumber(t.SrcPort), lua.LNumber(t.DstPort)
	}
	return rt.record("odp.ConnectionTuple", values)
}

// conntrackFuncs are the functions of module odp about connections.
func conntrackFuncs() []*Func {
	params := []Param{
		{Name: "match", Type: "string|odp.ConntrackMatch", Doc: "which; all if not given. As text, what `ovs-dpctl flush-conntrack` takes", Optional: true},
		{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; the current one if not given", Optional: true},
	}
	return []*Func{
		{
			Name: "conntrack",
			Doc: "The connections of the kernel's connection tracker for a for loop, read while the loop runs, in no order. If the " +
				"kernel says that its list changed meanwhile, the loop ends with an error.",
			Params:  params,
			Returns: []Param{{Name: "connections", Type: classConnections}},
			Example: "for c in odp.conntrack{ zone = 5, proto = \"tcp\" } do\n  print(c.orig.src, c.state, c)\nend",
			Go: func(c call) int {
				m := c.conntrackMatch(1)
				conn := c.connect(c.optNamespace(2))
				return c.push(c.rt.newConnectionList(conn, &m))
			},
		},
		{
			Name: "flush_conntrack",
			Doc: "Remove connections: all, those of a zone, or those that a match means. A match with both addresses and both ports " +
				"of the first packet means one connection, in zone 0 if it has no zone, and raises with errno ENOENT if that is not there.",
			Params: params,
			Example: "odp.flush_conntrack{ zone = 5 }\n" +
				"odp.flush_conntrack{\n  zone = 5, proto = \"tcp\", orig = { src = \"10.0.0.1\", dport = 80 },\n}\n" +
				"odp.flush_conntrack(\"zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_dst=80\")",
			Go: func(c call) int {
				m := c.conntrackMatch(1)
				c.raise(c.connect(c.optNamespace(2)).FlushConntrack(&m))
				return 0
			},
		},
		{
			Name:    "conntrack_stats",
			Doc:     "How many connections there are, by protocol and state. tostring gives the text of `ovs-dpctl ct-stats-show`.",
			Params:  params,
			Returns: []Param{{Name: "stats", Type: classConntrackStats}},
			Example: "print(odp.conntrack_stats{ zone = 5 }.total)",
			Go: func(c call) int {
				m := c.conntrackMatch(1)
				s, err := c.connect(c.optNamespace(2)).ConntrackStats(&m)
				c.raise(err)
				return c.push(c.rt.object(classConntrackStats, &s))
			},
		},
		{
			Name:    "conntrack_table",
			Doc:     "How full the kernel's table of connections is, and what it has counted on all CPUs.",
			Params:  params[1:],
			Returns: []Param{{Name: "table", Type: "odp.ConntrackTable"}},
			Example: "local t = odp.conntrack_table()\nprint(t.entries, t.max, t.drop)",
			Go: func(c call) int {
				t, err := c.connect(c.optNamespace(1)).ConntrackTable()
				c.raise(err)
				return c.push(c.rt.record("odp.ConntrackTable", map[string]lua.LValue{
					"entries": lua.LNumber(t.Entries), "max": lua.LNumber(t.Max), "found": c.rt.integer(t.Found),
					"invalid": c.rt.integer(t.Invalid), "insert_failed": c.rt.integer(t.InsertFailed),
					"drop": c.rt.integer(t.Drop), "early_drop": c.rt.integer(t.EarlyDrop), "error": c.rt.integer(t.Error),
					"search_restart": c.rt.integer(t.SearchRestart), "clash_resolve": c.rt.integer(t.ClashResolve),
					"chain_too_long": c.rt.integer(t.ChainTooLong),
				}))
			},
		},
		{
			Name: "on_conntrack",
			Doc: "Call a function for each connection that begins (kind \"new\"), changes (\"update\") or ends (\"destroy\"). By " +
				"default the kernel announces nothing of connections that began while nobody listened. An error in the function is " +
				"reported and counted, and the loop goes on.",
			Params: []Param{
				{Name: "fn", Type: "fun(c: odp.Connection, kind: \"new\"|\"update\"|\"destroy\")"},
				{Name: "opts", Type: "odp.ConntrackOptions", Optional: true},
			},
			Returns: []Param{{Name: "subscription", Type: classSubscription}},
			Example: "local function show(c, kind) print(kind, c) end\nodp.on_conntrack(show, { match = { zone = 5 }, events = \"new|destroy\" })\nodp.run()",
			Go:      onConntrack,
		},
	}
}

func conntrackShapes() []*Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	tuple := []Param{
		{Name: "src", Type: "string", Doc: "source address", Optional: true},
		{Name: "dst", Type: "string", Doc: "destination address", Optional: true},
		{Name: "sport", Type: "integer", Doc: "source port", Optional: true},
		{Name: "dport", Type: "integer", Doc: "destination port", Optional: true},
		{Name: "id", Type: "integer", Doc: "id of ICMP", Optional: true},
		{Name: "type", Type: "integer", Doc: "type of ICMP", Optional: true},
		{Name: "code", Type: "integer", Doc: "code of ICMP", Optional: true},
	}
	return []*Shape{
		{Name: "odp.ConnectionTuple", Doc: "The addresses of one direction of a connection. Ports are nil for ICMP, the rest is for nothing else.", Fields: tuple},
		{Name: "odp.ConnectionText", Doc: "Options of connection:text.", Fields: []Param{
			{Name: "verbose", Type: "boolean", Doc: "as with -m: ids, status, both sides of TCP, the parent", Optional: true},
			{Name: "stats", Type: "boolean", Doc: "as with -s: counters, times and timeout", Optional: true},
		}},
		{Name: "odp.ConntrackMatch", Doc: "Which connections are meant: those that are equal in every field given.", Fields: []Param{
			{Name: "zone", Type: "integer", Doc: "its zone; that of connections without one is 0", Optional: true},
			{Name: "mark", Type: "integer|odp.U64|string", Doc: "a number, or \"value/mask\"", Optional: true},
			{Name: "labels", Type: "integer|odp.U64|odp.U128|string", Doc: "\"0x1234\", a number, or \"value/mask\"", Optional: true},
			{Name: "proto", Type: "string|integer", Doc: "\"tcp\", or a number", Optional: true},
			{Name: "orig", Type: "odp.ConnectionTuple", Doc: "addresses of the first packet", Optional: true},
			{Name: "reply", Type: "odp.ConnectionTuple", Doc: "addresses of a packet that answers", Optional: true},
		}},
		{Name: "odp.ConntrackOptions", Doc: "Options of odp.on_conntrack.", Fields: append([]Param{
			{Name: "match", Type: "string|odp.ConntrackMatch", Doc: "of which connections; all if not given", Optional: true},
			{Name: "events", Type: "string", Doc: "which events, joined by |: \"new|destroy\"; all if not given", Optional: true},
		}, append(subscriptionParams(), bufferParam())...)},
		{Name: "odp.ConntrackTable", Doc: "The kernel's table of connections.", Fields: []Param{
			counter("entries", "connections in it, of all zones of the namespace"),
			counter("max", "how many it may have, for all namespaces alike"),
			counter("found", "look-ups that found a connection"),
			counter("invalid", "packets that cannot be tracked"),
			counter("insert_failed", "connections that could not be put into it"),
			counter("drop", "packets dropped as their connection could not be put into it"),
			counter("early_drop", "connections dropped to make room for new ones"),
			counter("error", "packets of ICMP and the like with errors"),
			counter("search_restart", "look-ups begun again as the table was resized"),
			counter("clash_resolve", "insertions that met their own connection"),
			counter("chain_too_long", "insertions refused as too many had the same hash"),
		}},
	}
}

// conntrackMatch converts argument n: text, a table or nothing.
func (c call) conntrackMatch(n int) odp.ConntrackMatch {
	return c.conntrackMatchOf(n, "", c.arg(n))
}

func (c call) conntrackMatchOf(n int, field string, v lua.LValue) odp.ConntrackMatch {
	switch v := v.(type) {
	case *lua.LNilType:
		return odp.ConntrackMatch{}
	case lua.LString:
		m, err := odp.ParseConntrackMatch(string(v))
		c.checkText(n, err)
		return m
	case *lua.LTable:
		return c.conntrackTable(n, v)
	}
	c.badField(n, field, "a match of connections expected (text or table), got %s", c.rt.describe(v))
	return odp.ConntrackMatch{}
}

func (c call) conntrackTable(n int, t *lua.LTable) odp.ConntrackMatch {
	f := c.fieldsOf(n, t, "odp.ConntrackMatch")
	var m odp.ConntrackMatch
	if f.has("zone") {
		m.Zone, m.HasZone = uint16(f.uint("zone", 1<<16-1, 0)), true
	}
	// A mark and labels may have masks, which only text can hold.
	for _, name := range []string{"mark", "labels"} {
		if !f.has(name) {
			continue
		}
		text, ok := "", true
		switch v := f.get(name).(type) {
		case lua.LString:
			text, ok = string(v), !strings.ContainsAny(string(v), " \t\r\n")
		default:
			n, isNumber := uintOf(operand(v))
			text, ok = n.hex(), isNumber
		}
		got, err := odp.ParseConntrackMatch(name + "=" + text)
		if err != nil || !ok {
			f.expected(name, "a number or text as value/mask that fits")
		}
		if name == "mark" {
			m.Mark, m.MarkMask = got.Mark, got.MarkMask
		} else {
			m.Labels, m.LabelsMask = got.Labels, got.LabelsMask
		}
	}
	switch v := f.get("proto").(type) {
	case *lua.LNilType:
	case lua.LString:
		proto, ok := odp.ConntrackProto(string(v))
		if !ok || proto == 0 {
			f.expected("proto", "a protocol such as \"tcp\", or a number from 1 to 255")
		}
		m.Proto = proto
	default:
		if m.Proto = uint8(f.uint("proto", 255, 0)); m.Proto == 0 {
			f.expected("proto", "a protocol such as \"tcp\", or a number from 1 to 255")
		}
	}
	m.Orig, m.Reply = c.conntrackTuple(f, "orig"), c.conntrackTuple(f, "reply")
	return m
}

func (c call) conntrackTuple(f fields, name string) odp.ConntrackTupleMatch {
	var t odp.ConntrackTupleMatch
	if !f.has(name) {
		return t
	}
	table, ok := f.get(name).(*lua.LTable)
	if !ok {
		f.expected(name, "a table such as { src = \"10.0.0.1\" }")
	}
	s := c.fieldsOf(f.n, table, "odp.ConnectionTuple")
	t.Src, t.Dst = tupleAddress(s, "src"), tupleAddress(s, "dst")
	t.SrcPort, t.DstPort = uint16(s.uint("sport", 1<<16-1, 0)), uint16(s.uint("dport", 1<<16-1, 0))
	t.ICMPID, t.HasICMPID = uint16(s.uint("id", 1<<16-1, 0)), s.has("id")
	t.ICMPType, t.HasICMPType = uint8(s.uint("type", 255, 0)), s.has("type")
	t.ICMPCode, t.HasICMPCode = uint8(s.uint("code", 255, 0)), s.has("code")
	return t
}

func tupleAddress(f fields, name string) netip.Addr {
	if !f.has(name) {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(f.text(name))
	if err != nil || a.Zone() != "" {
		f.expected(name, "an IPv4 or IPv6 address")
	}
	return a
}

func (rt *Runtime) newConnectionList(conn *odp.Conn, m *odp.ConntrackMatch) *lua.LUserData {
	return newListing(rt, classConnections, "connections", conn.ConntrackEntries(m), func(e *odp.ConntrackEntry) lua.LValue {
		return rt.newConnection(conn, e)
	})
}

func connectionsClass() *Class {
	return listingClass[*odp.ConntrackEntry](classConnections, "The connections of a namespace, one with each call.", classConnection)
}

func conntrackStatsClass() *Class {
	class := &Class{
		Var:  "stats",
		Name: classConntrackStats,
		Doc:  "How many connections there were. tostring gives the text of `ovs-dpctl ct-stats-show`.",
		Methods: []*Func{{
			Name:    "text",
			Doc:     "The text of `ovs-dpctl ct-stats-show`, or with { verbose = true } of its option -m.",
			Params:  []Param{{Name: "opts", Type: "odp.ConnectionText", Optional: true}},
			Returns: []Param{{Name: "text", Type: "string"}},
			Example: "print(odp.conntrack_stats():text{ verbose = true })",
			Go: func(c call) int {
				verbose := c.fields(1, "odp.ConnectionText").bool("verbose")
				return c.pushString(string(self[*odp.ConntrackStats](c).AppendText(nil, verbose)))
			},
		}},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*odp.ConntrackStats](c).String()) },
		},
	}
	for _, p := range []struct {
		name, doc string
		get       func(*odp.ConntrackStats) uint64
	}{
		{"total", "all", func(s *odp.ConntrackStats) uint64 { return s.Total }},
		{"tcp", "of TCP", func(s *odp.ConntrackStats) uint64 { return s.TCP }},
		{"udp", "of UDP", func(s *odp.ConntrackStats) uint64 { return s.UDP }},
		{"udplite", "of UDP-Lite", func(s *odp.ConntrackStats) uint64 { return s.UDPLite }},
		{"sctp", "of SCTP", func(s *odp.ConntrackStats) uint64 { return s.SCTP }},
		{"icmp", "of ICMP", func(s *odp.ConntrackStats) uint64 { return s.ICMP }},
		{"icmpv6", "of ICMPv6, which the text has in the total only", func(s *odp.ConntrackStats) uint64 { return s.ICMPv6 }},
		{"dccp", "of DCCP", func(s *odp.ConntrackStats) uint64 { return s.DCCP }},
		{"igmp", "of IGMP", func(s *odp.ConntrackStats) uint64 { return s.IGMP }},
		{"other", "of other protocols", func(s *odp.ConntrackStats) uint64 { return s.Other }},
	} {
		class.Props = append(class.Props, &Prop{Name: p.name, Type: "integer", Doc: p.doc, Get: func(c call) lua.LValue {
			return c.rt.integer(p.get(self[*odp.ConntrackStats](c)))
		}})
	}
	class.Props = append(class.Props, &Prop{Name: "tcp_states", Type: "table<string, integer>",
		Doc: "of TCP by state: { ESTABLISHED = 2 }, without those that no connection is in", Get: func(c call) lua.LValue {
			t := c.L.NewTable()
			for state, n := range self[*odp.ConntrackStats](c).TCPStates {
				if n > 0 {
					t.RawSetString(odp.ConntrackTCPState(state).String(), c.rt.integer(n))
				}
			}
			return t
		}})
	return class
}

// conntrackSource is the source of events of connections.
type conntrackSource struct{ *odp.ConntrackEvents }

func (s conntrackSource) next(ctx context.Context) (any, error) { return s.Receive(ctx) }
func (s conntrackSource) stats() odp.ReceiveStats               { return s.Stats() }
func (s conntrackSource) lost() (uint64, bool)                  { return 0, false }

func onConntrack(c call) int {
	fn := c.function(1)
	f := c.fields(2, "odp.ConntrackOptions")
	o := c.subscriptionOptions(f)
	cfg := odp.ConntrackEventConfig{ReadBuffer: o.buffer, Match: c.conntrackMatchOf(2, "match", f.get("match"))}
	if f.has("events") {
		cfg.Kinds = conntrackKinds(f)
	}
	conn := c.connect(o.ns)
	events, err := conn.SubscribeConntrack(cfg)
	c.raise(err)
	return c.subscribe("on_conntrack handler", fn, o, conn, conntrackSource{events}, func(event any) []lua.LValue {
		ev := event.(*odp.ConntrackEvent)
		return []lua.LValue{c.rt.newConnection(conn, &ev.Entry), lua.LString(ev.Kind.String())}
	})
}

func conntrackKinds(f fields) (kinds odp.ConntrackEventKind) {
	for word := range strings.SplitSeq(f.string("events"), "|") {
		known := false
		for _, k := range []odp.ConntrackEventKind{odp.ConntrackNew, odp.ConntrackUpdate, odp.ConntrackDestroy} {
			if word == k.String() {
				kinds |= k
				known = true
			}
		}
		if !known {
			f.expected("events", "some of new, update and destroy, joined by |,")
		}
	}
	return kinds
}
