package luabind

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"
)

const classShared = "odp.Shared"

func sharedFuncs() []*Func {
	return []*Func{{
		Name:    "shared",
		Doc:     "A table that tasks and the Lua states of workers share.",
		Params:  []Param{{Name: "initial", Type: "table", Doc: "what it has at first", Optional: true}},
		Returns: []Param{{Name: "s", Type: classShared}},
		Example: "local macs = odp.shared()\ndp:on_miss{ workers = true, script = \"switch.lua\", args = { macs = macs } }",
		Go: func(c call) int {
			s := newSharedTable()
			if !c.isNil(1) {
				from := c.table(1)
				for k, v := from.Next(lua.LNil); k != lua.LNil; k, v = from.Next(k) {
					s.swap(c.sharedKey(1, k), c.sealed(1, v, "initial"+memberPath(c.rt, k)))
				}
			}
			return c.push(c.rt.object(classShared, s))
		},
	}}
}

func sharedClass() *Class {
	key := Param{Name: "key", Type: "string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID"}
	value := Param{Name: "value", Type: "any", Doc: "anything that can be copied; nil removes the key"}
	found := []Param{{Name: "value", Type: "any", Doc: "nil if the key is not there"}}
	class := &Class{
		Name: classShared, Var: "s", AsText: true,
		Doc: "A table that several Lua states use at a time, made by odp.shared. s.key and s[key] read, s.key = value writes, #s counts the " +
			"keys. Each of these, and each method, is done as a whole: no other comes in between. Keys are text, numbers, booleans and values such " +
			"as odp.mac. What is written and read are copies: " + copiedValues + ". So s.list.x = 1 changes a copy that nobody has: " +
			"read the table, change it and write it back, by s:update where others may do so as well. A key that is the name of a method is read by s:get.",
		Methods: []*Func{
			{
				Name: "get", Doc: "What s[key] is, for any key.", Params: []Param{key}, Returns: found,
				Example: "print(s:get(\"add\"))",
				Go: func(c call) int {
					return c.push(c.unsealed(self[*sharedTable](c).get(c.sharedKey(1, c.arg(1))).valueOf()))
				},
			},
			{
				Name: "set", Doc: "What s[key] = value does, for any key.", Params: []Param{key, value},
				Example: "s:set(\"add\", 1)",
				Go: func(c call) int {
					self[*sharedTable](c).swap(c.sharedKey(1, c.arg(1)), c.sealed(2, c.arg(2), "value"))
					return 0
				},
			},
			{
				Name:    "add",
				Doc:     "Add to a number, or to 0 if the key is not there. It raises if the key has something else.",
				Params:  []Param{key, {Name: "n", Type: "number", Doc: "1 if not given; less than 0 subtracts", Optional: true}},
				Returns: []Param{{Name: "sum", Type: "number", Doc: "what the key has now"}},
				Example: "local n = s:add(\"packets\")",
				Go:      addShared,
			},
			{
				Name: "update",
				Doc: "Change what a key has by a function of it. The function is called again if another state changed the key meanwhile, " +
					"so it should do nothing else.",
				Params:  []Param{key, {Name: "fn", Type: "fun(value: any): any", Doc: "gets what the key has, nil if nothing, and returns what it is to have, nil to remove it"}},
				Returns: []Param{{Name: "value", Type: "any", Doc: "what the key has now"}},
				Example: "s:update(\"ports\", function(ports)\n  ports = ports or {}\n  ports[#ports + 1] = pkt.in_port\n  return ports\nend)",
				Go:      updateShared,
			},
			{
				Name: "swap", Doc: "Give a key a value, and return what it had.", Params: []Param{key, value},
				Returns: []Param{{Name: "old", Type: "any", Doc: "what the key had; nil if it was not there"}},
				Example: "if s:swap(mac, port) ~= port then moved(mac) end",
				Go: func(c call) int {
					p := c.sealed(2, c.arg(2), "value")
					return c.push(c.unsealed(self[*sharedTable](c).swap(c.sharedKey(1, c.arg(1)), p).valueOf()))
				},
			},
			{
				Name: "compare_and_set",
				Doc:  "Give a key a value if it has another one, both compared as == does.",
				Params: []Param{
					key, {Name: "expected", Type: "any", Doc: "nil if the key is not to be there; a number, text, boolean or value such as odp.mac"}, value,
				},
				Returns: []Param{{Name: "set", Type: "boolean", Doc: "false if the key has something else"}},
				Example: "if s:compare_and_set(\"leader\", nil, worker.id) then lead() end",
				Go:      compareAndSet,
			},
			{
				Name: "clear", Doc: "Remove all keys.", Example: "s:clear()",
				Go: func(c call) int {
					self[*sharedTable](c).clear()
					return 0
				},
			},
			{
				Name: "pairs", Doc: "The keys and values at this moment for a loop, in the order in which the keys were added.",
				Returns: []Param{{Name: "next", Type: "fun(): any, any"}},
				Example: "for mac, port in s:pairs() do print(mac, port) end",
				Go:      sharedPairs,
			},
		},
		Ops: map[string]func(c call) int{
			"__len": func(c call) int { return c.push(lua.LNumber(self[*sharedTable](c).len())) },
			"__eq": func(c call) int {
				return c.push(lua.LBool(c.L.Get(1).(*lua.LUserData).Value == c.L.Get(2).(*lua.LUserData).Value))
			},
			"__tostring": func(c call) int {
				return c.pushString(fmt.Sprintf("shared table (%d)", self[*sharedTable](c).len()))
			},
		},
		OpDocs: []string{"len: integer"},
		Any:    "any",
	}
	class.Ops["__index"] = func(c call) int {
		s, k := self[*sharedTable](c), c.L.Get(2)
		if name, ok := k.(lua.LString); ok {
			if m := class.methods[string(name)]; m != nil {
				return c.push(m.value)
			}
		}
		return c.push(c.unsealed(s.get(c.sharedKey(1, k)).valueOf()))
	}
	class.Ops["__newindex"] = func(c call) int {
		s, k := self[*sharedTable](c), c.L.Get(2)
		if name, ok := k.(lua.LString); ok && class.methods[string(name)] != nil {
			c.raiseArgument("s.%s is a method of shared tables; to use it as a key, call s:set(%q, value) and s:get(%q)", name, name, name)
		}
		key := c.sharedKey(1, k)
		p, err := c.rt.seal(c.L.Get(3), "s"+memberPath(c.rt, k))
		if err != nil {
			c.raiseArgument("shared table: %v", err)
		}
		s.swap(key, p)
		return 0
	}
	return class
}

// sharedKey converts a key, which is argument n or in it.
func (c call) sharedKey(n int, k lua.LValue) parcel {
	switch k := k.(type) {
	case lua.LBool, lua.LString:
		return k
	case lua.LNumber:
		if !math.IsNaN(float64(k)) {
			return k
		}
	}
	if v := valueIn(k); v != nil {
		return v
	}
	const want = "a key that is text, a number, a boolean or a value such as odp.mac expected, got %s"
	if c.row.Params == nil { // an index
		c.raiseArgument("shared table: "+want, c.rt.describe(k))
	}
	c.bad(n, want, c.rt.describe(k))
	return nil
}

func addShared(c call) int {
	s, key := self[*sharedTable](c), c.sharedKey(1, c.arg(1))
	n := lua.LNumber(1)
	if !c.isNil(2) {
		v, ok := c.arg(2).(lua.LNumber)
		if !ok {
			c.expected(2, "number")
		}
		n = v
	}
	var has parcel
	number := func(now *sharedEntry) bool {
		if has = now.valueOf(); has == nil {
			has = lua.LNumber(0)
		}
		_, ok := has.(lua.LNumber)
		return ok
	}
	var sum lua.LNumber
	ok := s.replace(key, number, func(*sharedEntry) parcel {
		sum = has.(lua.LNumber) + n
		return sum
	})
	if !ok {
		c.bad(1, "a key that has a number expected, got one that has %s", c.rt.describe(c.unsealed(has)))
	}
	return c.push(sum)
}

func updateShared(c call) int {
	s, key := self[*sharedTable](c), c.sharedKey(1, c.arg(1))
	fn, ok := c.arg(2).(*lua.LFunction)
	if !ok {
		c.expected(2, "function")
	}
	for {
		before := s.get(key)
		var result lua.LValue = lua.LNil
		if results := c.invoke(fn, c.unsealed(before.valueOf())); len(results) > 0 {
			result = results[0]
		}
		p, err := c.rt.seal(result, "its result")
		if err != nil {
			c.bad(2, "%v", err)
		}
		if s.replace(key, func(now *sharedEntry) bool { return now == before }, func(*sharedEntry) parcel { return p }) {
			return c.push(result)
		}
	}
}

func compareAndSet(c call) int {
	s, key := self[*sharedTable](c), c.sharedKey(1, c.arg(1))
	expected := c.sealed(2, c.arg(2), "expected")
	switch expected.(type) {
	case nil, lua.LBool, lua.LNumber, lua.LString, scriptValue, *channel, *sharedTable:
	default:
		c.bad(2, "nil, a number, text, a boolean or a value such as odp.mac expected, got %s, which s:update can look into", c.rt.describe(c.arg(2)))
	}
	p := c.sealed(3, c.arg(3), "value")
	same := func(now *sharedEntry) bool { return now.valueOf() == expected }
	return c.push(lua.LBool(s.replace(key, same, func(*sharedEntry) parcel { return p })))
}

func sharedPairs(c call) int {
	pairs := self[*sharedTable](c).snapshot()
	next := &Func{Name: "pairs", owner: classShared, method: true}
	next.Go = func(c call) int {
		if len(pairs) == 0 {
			return c.push(lua.LNil)
		}
		pair := pairs[0]
		pairs = pairs[1:]
		c.L.Push(c.unsealed(pair.key))
		c.L.Push(c.unsealed(pair.value))
		return 2
	}
	return c.push(c.L.NewFunction(c.rt.protect(next)))
}
