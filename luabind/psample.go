package luabind

import (
	"context"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classSample = "odp.Sample"

// sampleValue is the value of a userdata of class odp.Sample. Its memory is its
// own.
type sampleValue struct {
	*odp.Sample
	tunnel lua.LValue // made when first asked for
}

func sampleClass() *Class {
	prop := func(name, typ, doc string, get func(c call, s *odp.Sample) lua.LValue) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			return get(c, self[*sampleValue](c).Sample)
		}}
	}
	// optional is a number that is nil unless has says that it is there.
	optional := func(name, doc string, get func(s *odp.Sample) (v uint64, has bool)) *Prop {
		return prop(name, "integer?", doc, func(c call, s *odp.Sample) lua.LValue {
			v, has := get(s)
			if !has {
				return lua.LNil
			}
			return c.rt.integer(v)
		})
	}
	bytes := func(p *Prop) *Prop {
		p.Bytes = true
		return p
	}
	return &Class{
		Name: classSample,
		show: showSample, showLine: showText,
		Doc: "A packet that the kernel sampled.",
		Props: []*Prop{
			prop("group", "integer", "the group that it is sampled into", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.Group) }),
			prop("sequence", "integer", "its number among the samples of the group, from 0 on", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.Sequence) }),
			prop("lost", "integer", "how many samples of the group were missed before it", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.Lost) }),
			prop("rate", "integer", "one in how many packets is sampled; from a datapath, the probability times 2^32-1", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.Rate) }),
			prop("probability", "number", "how likely a packet is to be sampled, from 0 to 1", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.Probability()) }),
			bytes(prop("data", "string", "the packet's bytes, or the first of them", func(c call, s *odp.Sample) lua.LValue { return lua.LString(s.Data) })),
			prop("size", "integer", "the length of the whole packet", func(c call, s *odp.Sample) lua.LValue { return lua.LNumber(s.OriginalSize) }),
			bytes(prop("cookie", "string?", "the bytes that the psample action sends along", func(c call, s *odp.Sample) lua.LValue {
				if s.Cookie == nil {
					return lua.LNil
				}
				return lua.LString(s.Cookie)
			})),
			optional("protocol", "its EtherType", func(s *odp.Sample) (uint64, bool) { return uint64(s.Protocol), s.Protocol != 0 }),
			optional("in_ifindex", "the interface that it came in by", func(s *odp.Sample) (uint64, bool) { return uint64(s.InIfindex), s.InIfindex != 0 }),
			optional("out_ifindex", "the interface that it goes out of", func(s *odp.Sample) (uint64, bool) { return uint64(s.OutIfindex), s.OutIfindex != 0 }),
			optional("out_tc", "the traffic class that it goes out by", func(s *odp.Sample) (uint64, bool) { return uint64(s.OutTC), s.HasOutTC }),
			optional("out_tc_occupancy", "the bytes that wait in that class", func(s *odp.Sample) (uint64, bool) { return s.OutTCOccupancy, s.HasOutTCOccupancy }),
			optional("latency", "nanoseconds that it waited", func(s *odp.Sample) (uint64, bool) { return uint64(s.Latency), s.HasLatency }),
			prop("time", "number?", "when it was sampled, in seconds since 1970", func(c call, s *odp.Sample) lua.LValue {
				if s.Timestamp.IsZero() {
					return lua.LNil
				}
				return lua.LNumber(float64(s.Timestamp.UnixNano()) / 1e9)
			}),
			{Name: "tunnel", Type: "odp.key.tunnel?", Doc: "the tunnel that it came by", Get: func(c call) lua.LValue {
				s := self[*sampleValue](c)
				if s.tunnel == nil {
					s.tunnel = lua.LNil
					if s.Tunnel != nil {
						if v, ok := c.rt.keyMember(s.TunnelKey(), "tunnel"); ok {
							s.tunnel = v
						}
					}
				}
				return s.tunnel
			}},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*sampleValue](c).String()) },
		},
	}
}

func psampleFuncs() []*Func {
	return []*Func{
		{
			Name: "on_psample",
			Doc: "Call a function for each packet that the kernel samples: by the psample action (Linux 6.11), by traffic control, or by a " +
				"device. An error in the function is reported and counted, and the loop goes on.",
			Params: []Param{
				{Name: "fn", Type: "fun(sample: odp.Sample)"},
				{Name: "opts", Type: "odp.PsampleOptions", Optional: true},
			},
			Returns: []Param{{Name: "subscription", Type: classSubscription}},
			Example: "local function show(s) print(s.group, s.sequence, #s.data) end\nodp.on_psample(show, { group = 10 })\nodp.run()",
			Go: func(c call) int {
				return onPsample(c, "on_psample", odp.PsampleSample, func(rt *Runtime, ev *odp.PsampleEvent) []lua.LValue {
					return []lua.LValue{rt.object(classSample, &sampleValue{Sample: ev.Sample})}
				})
			},
		},
		{
			Name: "on_psample_group",
			Doc:  "Call a function for each group of samples that comes into use (kind \"new\") or is no longer in use (\"delete\").",
			Params: []Param{
				{Name: "fn", Type: "fun(group: odp.PsampleGroup, kind: \"new\"|\"delete\")"},
				{Name: "opts", Type: "odp.PsampleOptions", Optional: true},
			},
			Returns: []Param{{Name: "subscription", Type: classSubscription}},
			Example: "odp.on_psample_group(function(group, kind) print(kind, group.number) end)\nodp.run()",
			Go: func(c call) int {
				return onPsample(c, "on_psample_group", odp.PsampleGroupNew|odp.PsampleGroupDel, func(rt *Runtime, ev *odp.PsampleEvent) []lua.LValue {
					return []lua.LValue{rt.psampleGroup(ev.Group), lua.LString(ev.Kind.String())}
				})
			},
		},
		{
			Name:    "psample_groups",
			Doc:     "The groups of samples that are in use.",
			Params:  []Param{{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; the current one if not given", Optional: true}},
			Returns: []Param{{Name: "groups", Type: "odp.PsampleGroup[]"}},
			Example: "for _, g in ipairs(odp.psample_groups()) do\n  print(g.number, g.sequence, g.users)\nend",
			Go: func(c call) int {
				groups, err := c.connect(c.optNamespace(1)).PsampleGroups()
				c.raise(err)
				t := c.L.NewTable()
				for i := range groups {
					t.Append(c.rt.psampleGroup(&groups[i]))
				}
				return c.push(t)
			},
		},
	}
}

func psampleShapes() []*Shape {
	return []*Shape{
		{Name: "odp.PsampleOptions", Doc: "Options of odp.on_psample and odp.on_psample_group.", Fields: append([]Param{
			{Name: "group", Type: "integer", Doc: "the one group that is meant; all if not given", Optional: true},
		}, append(subscriptionParams(), bufferParam())...)},
		{Name: "odp.PsampleGroup", Doc: "A group of samples.", Fields: []Param{
			{Name: "number", Type: "integer", Doc: "its number, as in the action psample"},
			{Name: "sequence", Type: "integer", Doc: "the number of its next sample"},
			{Name: "users", Type: "integer", Doc: "actions and filters that sample into it"},
		}},
	}
}

func (rt *Runtime) psampleGroup(g *odp.PsampleGroup) lua.LValue {
	return rt.record("odp.PsampleGroup", map[string]lua.LValue{
		"number": lua.LNumber(g.Number), "sequence": lua.LNumber(g.Sequence), "users": lua.LNumber(g.Users),
	})
}

// psampleSource is the source of events of psample.
type psampleSource struct{ *odp.PsampleEvents }

func (s psampleSource) next(ctx context.Context) (any, error) { return s.Receive(ctx) }
func (s psampleSource) stats() odp.ReceiveStats               { return s.Stats().ReceiveStats }
func (s psampleSource) lost() (uint64, bool)                  { return s.Stats().Lost, true }

func onPsample(c call, name string, kinds odp.PsampleEventKind, args func(*Runtime, *odp.PsampleEvent) []lua.LValue) int {
	fn := c.function(1)
	f := c.fields(2, "odp.PsampleOptions")
	o := c.subscriptionOptions(f)
	cfg := &odp.PsampleConfig{Kinds: kinds, ReadBuffer: o.buffer}
	if f.has("group") {
		cfg.Group, cfg.HasGroup = uint32(f.uint("group", 1<<32-1, 0)), true
	}
	conn := c.connect(o.ns)
	events, err := conn.SubscribePsample(cfg)
	c.raise(err)
	return c.subscribe(name+" handler", fn, o, conn, psampleSource{events}, func(event any) []lua.LValue {
		return args(c.rt, event.(*odp.PsampleEvent))
	})
}
