package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// keyOrMatch returns the keys and masks of the key or match that a method was
// called on. masked is set for a match that has masks.
func (c call) keyOrMatch() (m odp.Match, masked bool) {
	if ud, ok := c.L.Get(1).(*lua.LUserData); ok {
		if k, ok := ud.Value.(keyValue); ok {
			return k.m, false
		}
	}
	m = self[matchValue](c).m
	return m, len(m.Mask) > 0
}

// pathParams are the parameters of methods that take paths of keys and fields.
func pathParams() []Param {
	return []Param{{Name: "...", Type: "string|false", Doc: "keys (\"eth\") and fields (\"ipv4.dst\"); false names nothing"}}
}

func (c call) paths() []string {
	var list []string
	for i := 1; i <= c.count(); i++ {
		if c.arg(i) != lua.LFalse {
			list = append(list, c.string(i))
		}
	}
	return list
}

// wildcardFunc is the method of keys and matches that is only the other way round.
func wildcardFunc() *Func {
	return &Func{
		Name: "wildcard",
		Doc: "The match that takes packets whatever they have in the named keys and fields, and for the rest what was there. What " +
			"other keys depend on stays matched: ipv4.proto while there is udp. To name just that is an error that tells what " +
			"has to go as well.",
		Params:  pathParams(),
		Returns: []Param{{Name: "match", Type: classMatch}},
		Example: "pkt:install(pkt.key:wildcard(\"tcp.src\", \"tcp_flags\", \"ipv4.ttl\"), actions)",
		Go: func(c call) int {
			from, _ := c.keyOrMatch()
			m, err := from.Wildcard(c.paths()...)
			c.checkPath(err)
			return c.push(c.rt.newMatch(m))
		},
	}
}

// checkPath raises an error about one of the paths that a method was given.
func (c call) checkPath(err error) {
	if err != nil {
		message := c.title() + ": " + err.Error()
		c.raiseValue(&errorValue{op: opArgument, message: message, text: message, cause: err, textProblem: textProblemOf(err)})
	}
}

// keyWithFunc is the method with of a key.
func keyWithFunc() *Func {
	return &Func{
		Name:    "with",
		Doc:     "A key with other values in some fields, or with further keys. Nothing is filled in, and there are no masks.",
		Params:  []Param{{Name: "fields", Type: "odp.MatchTable"}},
		Returns: []Param{{Name: "key", Type: classKey}},
		Example: "local ip = pkt.key.ipv4\nlocal back = pkt.key:with{ ipv4 = { src = ip.dst, dst = ip.src } }",
		Go: func(c call) int {
			b := odp.MatchBuilder{}
			b.FromKey(self[keyValue](c).m.Key)
			c.setFields(1, &b, c.table(1))
			key, err := b.Key()
			c.checkText(1, err)
			return c.push(c.rt.newKey(key))
		},
	}
}

// fieldFuncs are the methods of keys and matches that read fields one by one.
func fieldFuncs() []*Func {
	return []*Func{
		{
			Name: "fields",
			Doc: "The fields that are there, or matched, for a for loop: name and value, as they are read by name. Of a label stack or " +
				"a list of options it is the whole.",
			Returns: []Param{{Name: "next", Type: "fun(): string?, any"}},
			Example: "for name, value in pkt.key:fields() do\n  print(name, value)  -- in_port 1, eth.src 02:00:00:00:00:01, ...\nend",
			Go: func(c call) int {
				m, masked := c.keyOrMatch()
				w := fieldWalk{rt: c.rt, masked: masked}
				w.keys("", m.Key, m.Mask)
				return c.push(w.iterator(c))
			},
		},
		{
			Name: "get",
			Doc: "The value of a field and its mask: two values of a kind. Both are nil for one that is not there, or not matched; " +
				"without a mask, and where it is full, there is no second.",
			Params:  []Param{{Name: "path", Type: "string", Doc: "such as \"tcp.dst\""}},
			Returns: []Param{{Name: "value", Type: "string|integer|odp.U64|nil"}, {Name: "mask", Type: "string|integer|odp.U64|nil"}},
			Example: "local m = odp.match{ ipv4 = { dst = \"10.0.0.0/8\" } }\nlocal dst, mask = m:get(\"ipv4.dst\")  -- 10.0.0.0  255.0.0.0",
			Go: func(c call) int {
				m, masked := c.keyOrMatch()
				path := c.string(1)
				if _, known := c.rt.keyMember(m, path); !known {
					c.bad(1, "there is no field %s%s", path, didYouMean(path, keyNames()))
				}
				v, ok := m.Get(path)
				if !ok {
					return 0
				}
				if !masked {
					return c.push(c.rt.plainValue(v))
				}
				mask, ok := m.GetMask(path)
				switch {
				case !ok || mask.IsZero():
					return 0
				case mask.IsFull():
					return c.push(c.rt.plainValue(v))
				}
				c.L.Push(c.rt.plainValue(v))
				c.L.Push(c.rt.plainMask(mask))
				return 2
			},
		},
	}
}

// partFieldsFunc is the method fields of one key.
func partFieldsFunc() *Func {
	return &Func{
		Name:    "fields",
		Doc:     "The fields that are there, or matched, for a for loop: name and value.",
		Returns: []Param{{Name: "next", Type: "fun(): string?, any"}},
		Example: "for name, value in pkt.key.ipv4:fields() do\n  print(name, value)  -- src 10.0.0.1, ...\nend",
		Go: func(c call) int {
			p := self[part](c)
			w := fieldWalk{rt: c.rt, masked: p.masked}
			if p.row.Layout == odp.LayoutArray || p.row.Layout == odp.LayoutOptions {
				w.structFields("", p) // of the first one, as by name
			} else {
				w.part("", p, nil)
			}
			return c.push(w.iterator(c))
		},
	}
}

// iterator gives what was found one by one.
func (w *fieldWalk) iterator(c call) lua.LValue {
	found := w.found
	return c.iterator(func(c call) int {
		if len(found) == 0 {
			return c.push(lua.LNil)
		}
		next := found[0]
		found = found[1:]
		c.L.Push(lua.LString(next.path))
		c.L.Push(next.value)
		return 2
	})
}

// plainMask converts a mask: one of names is a number, as it may have bits that have
// none.
func (rt *Runtime) plainMask(mask odp.Value) lua.LValue {
	if mask.IsInt() {
		return rt.integer(mask.Uint())
	}
	return lua.LString(mask.String())
}

// fieldWalk collects the fields of keys, in the order of the table.
type fieldWalk struct {
	rt     *Runtime
	masked bool
	found  []fieldFound
}

type fieldFound struct {
	path  string
	value lua.LValue
}

func (w *fieldWalk) add(path string, v lua.LValue) {
	if v != lua.LNil {
		w.found = append(w.found, fieldFound{path, v})
	}
}

func (w *fieldWalk) keys(prefix string, key, mask odp.Attrs) {
	for _, row := range odp.KeyRows() {
		w.attr(prefix+row.Name, row, key, mask)
	}
}

// attr collects the fields of one attribute of a list.
func (w *fieldWalk) attr(path string, row *odp.Row, key, mask odp.Attrs) {
	v := w.rt.rowValue(row, key, mask, w.masked)
	ud, _ := v.(*lua.LUserData)
	if ud == nil {
		w.add(path, v)
		return
	}
	p, ok := ud.Value.(part)
	if !ok {
		w.add(path, v) // a U64
		return
	}
	w.part(path, p, ud)
}

func (w *fieldWalk) part(path string, p part, ud *lua.LUserData) {
	switch p.row.Layout {
	case odp.LayoutKeys:
		w.keys(joinPath(path, ""), p.val, p.mask)
	case odp.LayoutStruct:
		w.structFields(path, p)
	case odp.LayoutNested:
		for i := range p.row.Rows {
			kid := &p.row.Rows[i]
			switch {
			case kid.Layout == odp.LayoutPad:
			case kid.Layout == odp.LayoutFlagSet:
				w.add(joinPath(path, kid.Name), w.rt.flagSet(p, kid))
			case p.row.Flat && kid.Layout == odp.LayoutStruct:
				w.attr(path, kid, p.val, p.mask)
			default:
				w.attr(joinPath(path, kid.Name), kid, p.val, p.mask)
			}
		}
	default:
		if !w.masked || !zeros(p.mask) {
			w.add(path, ud)
		}
	}
}

func (w *fieldWalk) structFields(path string, p part) {
	for i := range p.row.Fields {
		w.add(joinPath(path, p.row.Fields[i].Name), w.rt.fieldValue(p, &p.row.Fields[i]))
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func zeros(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
