package luabind

import lua "github.com/yuin/gopher-lua"

// relationFuncs are the methods of a match that compare it with matches and
// packets.
func relationFuncs() []*Func {
	other := []Param{{Name: "match", Type: "odp.MatchLike"}}
	return []*Func{
		{
			Name:    "covers",
			Doc:     "Whether the match takes every packet that the other one takes.",
			Params:  other,
			Returns: []Param{{Name: "covers", Type: "boolean"}},
			Example: "local m = odp.match{ ipv4 = { dst = \"10.0.0.0/8\" } }\nprint(m:covers{ ipv4 = { dst = \"10.1.0.0/16\" } })  -- true",
			Go: func(c call) int {
				return c.push(lua.LBool(self[matchValue](c).m.Covers(c.match(1, nil))))
			},
		},
		{
			Name: "overlaps",
			Doc: "Whether there can be a packet that both matches take. A flow whose match overlaps that of another may take its " +
				"packets from it.",
			Params:  other,
			Returns: []Param{{Name: "overlaps", Type: "boolean"}},
			Example: "for f in dp:flows() do if m:overlaps(f) then print(f.match) end end",
			Go: func(c call) int {
				return c.push(lua.LBool(self[matchValue](c).m.Overlaps(c.match(1, nil))))
			},
		},
		{
			Name: "matches",
			Doc: "Whether the match takes a packet with this key. What the key leaves out is zero, or not in the packet where a " +
				"packet need not have it.",
			Params:  []Param{{Name: "key", Type: "string|odp.MatchTable|odp.Key"}},
			Returns: []Param{{Name: "matches", Type: "boolean"}},
			Example: "if m:matches(pkt.key) then pkt:forward(2) end",
			Go: func(c call) int {
				return c.push(lua.LBool(self[matchValue](c).m.Matches(c.keyOf(1, "", c.arg(1), nil))))
			},
		},
	}
}

// relationProps are the names of a match made from which packets it takes.
func relationProps() []*Prop {
	return []*Prop{
		{
			Name: "ufid", Type: "string",
			Doc: "an identifier for a flow with this match, made from which packets it takes: the same for equal matches, always and everywhere",
			Get: func(c call) lua.LValue { return lua.LString(self[matchValue](c).m.UFID().String()) },
		},
		{
			Name: "hash", Type: classU64,
			Doc: "the first 64 bits of ufid as a number",
			Get: func(c call) lua.LValue { return c.rt.newU64(self[matchValue](c).m.Hash()) },
		},
	}
}
