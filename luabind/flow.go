package luabind

import (
	"io"
	"os"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	classFlow  = "odp.Flow"
	classFlows = "odp.Flows"
)

// flowValue is the value of a userdata of class odp.Flow. Its memory is its own.
type flowValue struct {
	d    *odp.Datapath
	flow *odp.Flow
	list *portNames // those of the listing that it comes from; nil for none
}

func (rt *Runtime) newFlow(d *odp.Datapath, f *odp.Flow) *lua.LUserData {
	return rt.object(classFlow, &flowValue{d: d, flow: f})
}

// madeFlow is a flow with all that its userdata is made of, in one piece of memory.
type madeFlow struct {
	flow   odp.Flow
	self   flowValue
	object lua.LUserData
}

// value is what newFlow makes of a flow.
func (f *madeFlow) value(rt *Runtime, d *odp.Datapath) *lua.LUserData {
	f.self = flowValue{d: d, flow: &f.flow}
	rt.setObject(&f.object, classFlow, &f.self)
	return &f.object
}

// names has the names of ports.
func (f *flowValue) names() *portNames {
	if f.list != nil {
		return f.list
	}
	return newPortNames(f.d)
}

var putModes = []string{odp.PutCreate.String(), odp.PutReplace.String(), odp.PutModify.String()}

func flowClass() *Class {
	return &Class{
		Name:     classFlow,
		show:     showFlow,
		showLine: showFlowLine,
		Doc:      "A flow as it was when it was read or put. Its counters stay as they are until flow:refresh().",
		Props: []*Prop{
			{Name: "match", Type: classMatch + "?", Doc: "which packets it takes; nil if a terse list left that out", Get: func(c call) lua.LValue {
				f := self[*flowValue](c).flow
				if f.Omitted&odp.FlowKey != 0 {
					return lua.LNil
				}
				return c.rt.newMatch(f.Match)
			}},
			{Name: "actions", Type: classActions + "?", Doc: "what is done with them; nil if a terse list left that out", Get: func(c call) lua.LValue {
				f := self[*flowValue](c).flow
				if f.Omitted&odp.FlowActions != 0 {
					return lua.LNil
				}
				return c.rt.newActions(f.Actions)
			}},
			{Name: "packets", Type: "integer", Doc: "packets matched since it was put or cleared", Get: func(c call) lua.LValue {
				return c.rt.integer(self[*flowValue](c).flow.Stats.Packets)
			}},
			{Name: "bytes", Type: "integer", Doc: "bytes matched, with the Ethernet header", Get: func(c call) lua.LValue {
				return c.rt.integer(self[*flowValue](c).flow.Stats.Bytes)
			}},
			{Name: "idle", Type: "number?", Doc: "seconds since it last matched; nil if it never did", Get: func(c call) lua.LValue {
				s := self[*flowValue](c).flow.Stats
				if !s.Used {
					return lua.LNil
				}
				return lua.LNumber(s.Idle().Seconds())
			}},
			{Name: "tcp_flags", Type: "integer", Doc: "the flags of all TCP packets matched, or-ed", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*flowValue](c).flow.TCPFlags)
			}},
			{Name: "ufid", Type: "string?", Doc: "its unique identifier, if it has one", Get: func(c call) lua.LValue {
				f := self[*flowValue](c).flow
				if !f.HasUFID {
					return lua.LNil
				}
				return lua.LString(f.UFID.String())
			}},
		},
		Methods: []*Func{
			{
				Name:    "refresh",
				Doc:     "The flow as it is in the kernel now, or nil if it is gone.",
				Returns: []Param{{Name: "flow", Type: classFlow + "?"}},
				Example: "flow = flow:refresh()\nprint(flow.packets)",
				Go: func(c call) int {
					f := self[*flowValue](c)
					now, err := lookUpFlow(f.d, f.flow.Match, f.flow)
					if !c.present(f.d, err) {
						return c.push(lua.LNil)
					}
					return c.push(c.rt.newFlow(f.d, now))
				},
			},
			{
				Name:    "text",
				Doc:     "The flow as a line of ovs-dpctl dump-flows. tostring(flow) is the line without options.",
				Params:  []Param{{Name: "options", Type: "odp.TextOptions", Optional: true}},
				Returns: []Param{{Name: "line", Type: "string"}},
				Example: "for f in dp:flows() do print(f:text{ verbose = true, names = true }) end",
				Go: func(c call) int {
					f := self[*flowValue](c)
					return c.pushString(string(f.flow.AppendText(nil, c.textOptions(1, f.names()))))
				},
			},
			optionsMethod(),
			{
				Name:    "delete",
				Doc:     "Remove the flow.",
				Returns: []Param{{Name: "flow", Type: classFlow, Doc: "with its last counters"}},
				Example: "for f in dp:flows() do\n  if f.idle and f.idle > 60 then f:delete() end\nend",
				Go: func(c call) int {
					f := self[*flowValue](c)
					last, err := removeFlow(f.d, f.flow.Match, f.flow)
					c.raise(err)
					return c.push(c.rt.newFlow(f.d, last))
				},
			},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*flowValue](c).flow.String()) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
}

// portNames looks the names of ports up, each once. A port that is gone has none.
type portNames struct {
	d     *odp.Datapath
	known map[odp.PortNo]string
}

func newPortNames(d *odp.Datapath) *portNames { return &portNames{d, map[odp.PortNo]string{}} }

func (p *portNames) of(n odp.PortNo) string {
	name, ok := p.known[n]
	if !ok {
		if v, err := p.d.VportByNumber(n); err == nil {
			name = v.Name()
		}
		p.known[n] = name
	}
	return name
}

// lookUpFlow and removeFlow find a flow by its UFID, if known has one.
func lookUpFlow(d *odp.Datapath, m odp.Match, known *odp.Flow) (*odp.Flow, error) {
	if known != nil && known.HasUFID {
		return d.FlowByUFID(known.UFID)
	}
	return d.GetFlow(m)
}

func removeFlow(d *odp.Datapath, m odp.Match, known *odp.Flow) (*odp.Flow, error) {
	if known != nil && known.HasUFID {
		return d.DeleteFlowByUFID(known.UFID)
	}
	return d.DeleteFlow(m)
}

// flowRef converts argument n, which names one flow: by its match, or by its
// UFID in a table or a flow.
func (c call) flowRef(n int, d *odp.Datapath) (odp.Match, *odp.Flow) {
	return c.flowRefOf(n, c.arg(n), d)
}

// flowRefOf is flowRef for a value that is argument n or in it.
func (c call) flowRefOf(n int, v lua.LValue, d *odp.Datapath) (odp.Match, *odp.Flow) {
	switch v := v.(type) {
	case *lua.LTable:
		if v.RawGetString("ufid") != lua.LNil {
			f := c.fieldsOf(n, v, "odp.FlowID")
			return odp.Match{}, &odp.Flow{UFID: f.ufid("ufid"), HasUFID: true}
		}
	case *lua.LUserData:
		if f, ok := v.Value.(*flowValue); ok {
			return f.flow.Match, f.flow
		}
	}
	return c.matchOf(n, "", v, textOptions(d)), nil
}

func flowShapes() []*Shape {
	return []*Shape{
		{Name: "odp.OptionOptions", Doc: "How a flow is written as options.", Fields: []Param{
			{Name: "names", Type: "boolean", Optional: true, Doc: "with the names of ports in place of their numbers"},
		}},
		{Name: "odp.PutOptions", Doc: "How dp:put_flows puts flows.", Fields: []Param{
			{Name: "mode", Type: `"create"|"replace"|"modify"`, Optional: true, Doc: "as for dp:put_flow"},
			{Name: "literal", Type: "boolean", Optional: true,
				Doc: "lines are as ovs-dpctl add-flows takes them, a match and actions with a blank between, and matches as odp.literal_match has them"},
		}},
		{Name: "odp.DeleteOptions", Doc: "How dp:delete_flows finds flows.", Fields: []Param{
			{Name: "literal", Type: "boolean", Optional: true, Doc: "text is of matches as odp.literal_match has them"},
		}},
		{Name: "odp.TextOptions", Doc: "How a flow is written.", Fields: textOptionFields()},
		{Name: "odp.WriteFlowsOptions", Doc: "Which flows dp:write_flows writes, and how.", Fields: append(textOptionFields(), filterField())},
		{Name: "odp.FlowSpec", Doc: "What dp:put_flow takes.", Fields: []Param{
			{Name: "match", Type: "odp.MatchLike", Doc: "which packets it takes"},
			{Name: "actions", Type: "odp.ActionsLike", Doc: "what is done with them"},
			{Name: "mode", Type: `"create"|"replace"|"modify"`, Optional: true,
				Doc: "create (if not given) refuses a flow that is there, replace puts its actions in place of those there, modify refuses one that is not there"},
			{Name: "ufid", Type: "string|odp.UFID", Doc: "a unique identifier to look it up by", Optional: true},
			{Name: "probe", Type: "boolean", Doc: "keep the kernel from logging why it refuses the flow", Optional: true},
		}},
		{Name: "odp.FlowListOptions", Doc: "Options of dp:flows.", Fields: []Param{
			{Name: "terse", Type: "boolean", Doc: "leave out match and actions of flows with a unique identifier, for their counters alone", Optional: true},
			{Name: "omit", Type: "string", Doc: "leave out some of these: key,mask,actions", Optional: true},
			filterField(),
		}},
		{Name: "odp.FlowID", Doc: "A flow by its unique identifier.", Fields: []Param{{Name: "ufid", Type: "string|odp.UFID", Doc: "as in flow.ufid"}}},
	}
}

func (c call) flowSpec(n int, d *odp.Datapath) (*odp.Flow, odp.PutMode) {
	return c.flowSpecOf(n, c.table(n), d)
}

func (c call) flowSpecOf(n int, t *lua.LTable, d *odp.Datapath) (*odp.Flow, odp.PutMode) {
	f := c.fieldsOf(n, t, "odp.FlowSpec")
	o := textOptions(d)
	flow := &odp.Flow{
		Match:   c.matchOf(n, "match", f.get("match"), o),
		Actions: c.actionsOf(n, "actions", f.get("actions"), o),
	}
	if f.has("ufid") {
		flow.UFID, flow.HasUFID = f.ufid("ufid"), true
	}
	flow.Probe = f.bool("probe")
	mode := odp.PutMode(f.option("mode", putModes, int(odp.PutCreate)))
	if mode == odp.PutCreate && len(flow.Match.Mask) > 0 && !literalMatch(f.get("match")) {
		// One that was listed under its mask lacks what the kernel wants to see.
		var err error
		flow.Match, err = flow.Match.Complete()
		c.checkText(n, err)
	}
	return flow, mode
}

// literalMatch tells whether the kernel is to get a match as it is.
func literalMatch(v lua.LValue) bool {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		return false
	}
	m, ok := ud.Value.(matchValue)
	return ok && m.literal
}

// flowMethods are the methods of a datapath about flows.
func flowMethods() []*Func {
	ref := []Param{{Name: "flow", Type: "odp.MatchLike|odp.Flow|odp.FlowID",
		Doc: "the match that it was installed with, or the flow itself"}}
	return []*Func{
		{
			Name:    "put_flow",
			Doc:     "Install a flow. " + matchForms,
			Params:  []Param{{Name: "spec", Type: "odp.FlowSpec"}},
			Returns: []Param{{Name: "flow", Type: classFlow}},
			Example: "dp:put_flow{ match = { in_port = p1 }, actions = p2 }\n" +
				"dp:put_flow{\n  match = \"in_port(1),eth(),eth_type(0x0806),arp()\", actions = \"2,3\",\n  mode = \"replace\",\n}",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				flow, mode := c.flowSpec(1, d)
				c.raise(nameOverlap(d, flow, mode, d.PutFlow(flow, mode)))
				c.rt.flowsPut(d)
				return c.push(c.rt.newFlow(d, flow))
			},
		},
		putFlowsFunc(),
		deleteFlowsFunc(),
		{
			Name:    "flow",
			Doc:     "The flow that was installed with that match, or nil.",
			Params:  ref,
			Returns: []Param{{Name: "flow", Type: classFlow + "?"}},
			Example: "local f = dp:flow(\"in_port(1),eth(),eth_type(0x0806),arp()\")",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				m, known := c.flowRef(1, d)
				f, err := lookUpFlow(d, m, known)
				if !c.present(d, err) {
					return c.push(lua.LNil)
				}
				return c.push(c.rt.newFlow(d, f))
			},
		},
		{
			Name:    "delete_flow",
			Doc:     "Remove a flow. One that is not there raises, with errno ENOENT.",
			Params:  ref,
			Returns: []Param{{Name: "flow", Type: classFlow, Doc: "with its last counters"}},
			Example: "print(dp:delete_flow(m).packets)",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				m, known := c.flowRef(1, d)
				f, err := removeFlow(d, m, known)
				c.raise(err)
				return c.push(c.rt.newFlow(d, f))
			},
		},
		{
			Name:    "clear_flow",
			Doc:     "Set the counters of a flow to zero. One that is not there raises, with errno ENOENT.",
			Params:  ref[:1],
			Example: "dp:clear_flow(flow)\nassert(flow:refresh().packets == 0)",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				m, known := c.flowRef(1, d)
				if known != nil && known.HasUFID {
					c.raise(d.ClearFlowByUFID(known.UFID))
					return 0
				}
				c.raise(d.ClearFlow(m))
				return 0
			},
		},
		{
			Name:    "flush_flows",
			Doc:     "Remove every flow.",
			Example: "dp:flush_flows()\nassert(dp.stats.flows == 0)",
			Go: func(c call) int {
				c.raise(self[*odp.Datapath](c).FlushFlows())
				return 0
			},
		},
		{
			Name: "flows",
			Doc: "The flows of the datapath for a for loop, read while the loop runs, in no order. If the kernel says that its " +
				"list changed meanwhile, the loop ends with an error.",
			Params:  []Param{{Name: "opts", Type: "odp.FlowListOptions", Optional: true}},
			Returns: []Param{{Name: "flows", Type: classFlows}},
			Example: "for f in dp:flows() do print(f.packets, f.match, f.actions) end\nfor f in dp:flows{ terse = true } do print(f.ufid, f.packets) end",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				f := c.fields(1, "odp.FlowListOptions")
				return c.push(c.rt.newFlowList(d, f.flowParts(), f.filter()))
			},
		},
		{
			Name:     "write_flows",
			Unsafe:   true,
			SafeWith: oneOf("-"),
			Doc: "Write the flows of the datapath to a file, as lines of ovs-dpctl dump-flows, which dp:put_flows(io.lines(path)) puts again. " +
				"It takes a small part of the time that flow:text of each takes. If the kernel says that its list changed meanwhile, it raises.",
			Params: []Param{
				{Name: "path", Type: "odp.FileName", Doc: "the file, which is overwritten; \"-\" is standard output"},
				{Name: "opts", Type: "odp.WriteFlowsOptions", Optional: true},
			},
			Returns: []Param{{Name: "count", Type: "integer", Doc: "how many flows there were"}},
			Example: "print(dp:write_flows(\"flows.txt\") .. \" flows\")",
			Go: func(c call) int {
				d, path := self[*odp.Datapath](c), c.string(1)
				f := c.fields(2, "odp.WriteFlowsOptions")
				n, err := c.rt.writeFlows(d, path, f.textOptions(newPortNames(d)), f.filter())
				c.raise(err)
				return c.push(lua.LNumber(n))
			},
		},
	}
}

func textOptionFields() []Param {
	return []Param{
		{Name: "verbose", Type: "boolean", Optional: true, Doc: "with its UFID and the fields that are not matched, as with -m"},
		{Name: "names", Type: "boolean", Optional: true, Doc: "with the names of ports in place of their numbers"},
		{Name: "ovs", Type: "boolean", Optional: true, Doc: "to the byte as ovs-dpctl prints it, which leaves out a comma behind eth() at the beginning"},
	}
}

// textOptions reads how a flow is to be written.
func (c call) textOptions(n int, names *portNames) *odp.TextOptions {
	return c.fields(n, "odp.TextOptions").textOptions(names)
}

func (f fields) textOptions(names *portNames) *odp.TextOptions {
	o := &odp.TextOptions{Verbose: f.bool("verbose"), OVS: f.bool("ovs")}
	if f.bool("names") {
		o.PortName = names.of
	}
	return o
}

// writeSize is about how much is written at once.
const writeSize = 32 << 10

func (rt *Runtime) writeFlows(d *odp.Datapath, path string, o *odp.TextOptions, filter *odp.Filter) (count int, err error) {
	var w io.Writer = rt.cfg.Stdout
	name := "standard output"
	if path != "-" {
		name = path
		f, err := os.Create(path)
		if err != nil {
			return 0, &opError{"create", path, startCause(err)}
		}
		defer func() {
			if closeErr := f.Close(); err == nil && closeErr != nil {
				err = &opError{"write", path, startCause(closeErr)}
			}
		}()
		w = f
	}
	buf := make([]byte, 0, writeSize+4096)
	write := func() error {
		if _, err := w.Write(buf); err != nil {
			return &opError{"write", name, startCause(err)}
		}
		buf = buf[:0]
		return nil
	}
	for f, err := range passing(d.Flows(), filter) {
		if err != nil {
			return count, err
		}
		buf = append(f.AppendText(buf, o), '\n')
		if count++; len(buf) >= writeSize {
			if err := write(); err != nil {
				return count, err
			}
		}
	}
	return count, write()
}

// flowParts reads the options of dp:flows.
func (f fields) flowParts() odp.FlowParts {
	var omit odp.FlowParts
	if f.bool("terse") {
		omit = odp.FlowTerse
	}
	if f.has("omit") {
		if omit != 0 {
			f.bad("omit", "terse leaves everything out already")
		}
		parts, err := odp.ParseFlowParts(f.string("omit"))
		if err != nil {
			f.bad("omit", "%v", err)
		}
		omit = parts
	}
	if omit&(odp.FlowKey|odp.FlowMask) != 0 && f.has("filter") {
		f.bad("filter", "it looks at keys and masks, which are left out")
	}
	return omit
}

func (rt *Runtime) newFlowList(d *odp.Datapath, omit odp.FlowParts, filter *odp.Filter) *lua.LUserData {
	names := newPortNames(d)
	return newListing(rt, classFlows, "flows of "+d.Name(), passing(d.FlowsOmitting(omit), filter), func(f *odp.Flow) lua.LValue {
		return rt.object(classFlow, &flowValue{d, f.Clone(), names})
	})
}

func flowsClass() *Class {
	return listingClass[*odp.Flow](classFlows, "The flows of a datapath, one with each call.", classFlow)
}
