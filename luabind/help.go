package luabind

import (
	"fmt"
	"io/fs"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// Help returns what the reference says about a name, as text for a terminal:
// "odp.match", "dp:add_vport", "ipv4.dst"; about everything if it is empty.
// modules holds the modules written in Lua and may be nil.
func Help(modules fs.FS, name string) (string, error) {
	d, err := newDocs(buildRegistry(""), modules)
	if err != nil {
		return "", err
	}
	if name == "" {
		return d.overview()
	}
	return d.textOf(name)
}

// textOf is the text about a name, or an error with near names.
func (d *docs) textOf(name string) (string, error) {
	list := d.find(askedName(name))
	if len(list) == 0 {
		return "", fmt.Errorf("nothing is called %q%s", name, didYouMean(askedName(name), d.topicNames()))
	}
	return d.text(list[0], list[1:]), nil
}

// askedName is the name in what was asked for, which may be a call or a key as
// it stands in text: "dp:set()", "ct(commit)".
func askedName(text string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(text), "(")
	return name
}

// helpFuncs is the function of module odp that shows the reference. The console
// has it as help.
func helpFuncs() []*Func {
	return []*Func{{
		Name: "help",
		Doc: "Print what the reference says about a function, an object, a module, a table with fields of its own, or a name: that of any " +
			"of those, of a key, a field, an action or a feature. Without a topic it lists what there is. The console knows it as " +
			"help, and takes it without quotes and parentheses: help ipv4.dst.",
		Params:  []Param{{Name: "topic", Type: "any", Doc: "a value, or a name as text", Optional: true}},
		Example: "odp.help(odp.create_datapath)\nodp.help \"ipv4.dst\"",
		Go: func(c call) int {
			text, err := c.helpText()
			if err != nil {
				c.bad(1, "%v", err)
			}
			if _, err := fmt.Fprint(c.rt.cfg.Stdout, text); err != nil {
				c.raiseArgument("%s: %v", c.title(), err)
			}
			return 0
		},
	}}
}

func (c call) helpText() (string, error) {
	d, err := c.rt.reference()
	if err != nil {
		return "", err
	}
	if c.count() == 0 {
		return d.overview()
	}
	if name, ok := c.arg(1).(lua.LString); ok {
		return d.textOf(string(name))
	}
	if t := c.rt.topicOf(d, c.arg(1)); t != nil {
		return d.text(t, nil), nil
	}
	if c.isNil(1) {
		return "", fmt.Errorf("a value or a name in quotes, such as \"ipv4.dst\", expected, got nil")
	}
	if name := c.rt.luaName(c.arg(1)); name != "" {
		return "", fmt.Errorf("%s belongs to Lua itself: see its manual", name)
	}
	return "", fmt.Errorf("nothing is known about %s", c.rt.describe(c.arg(1)))
}

// reference returns the docs of the runtime's own rows.
func (rt *Runtime) reference() (*docs, error) {
	if rt.docs == nil {
		d, err := newDocs(rt.reg, rt.cfg.Modules)
		if err != nil {
			return nil, err
		}
		rt.docs = d
	}
	return rt.docs, nil
}

// topicOf returns what a value is an instance of, nil for one that no row tells
// about.
func (rt *Runtime) topicOf(d *docs, v lua.LValue) *topic {
	switch v := v.(type) {
	case *lua.LFunction:
		for _, t := range d.topics {
			if t.fn != nil && t.fn.value == v {
				return t
			}
		}
		return rt.luaFunction(d, v)
	case *lua.LTable:
		if mt, ok := v.Metatable.(*lua.LTable); ok {
			if name, ok := mt.RawGetString("__metatable").(lua.LString); ok {
				return first(d.find(string(name)))
			}
		}
		for _, m := range d.modules {
			if rt.loaded(m.Name) == v {
				return first(d.find(m.Name))
			}
		}
	case *lua.LUserData:
		if p, ok := v.Value.(part); ok {
			return first(d.find(p.row.Name))
		}
		return first(d.find(rt.typeName(v)))
	}
	return nil
}

func first(list []*topic) *topic {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// loaded is the value of a module that has been required, nil of others.
func (rt *Runtime) loaded(name string) lua.LValue {
	if pkg, ok := rt.L.G.Global.RawGetString("package").(*lua.LTable); ok {
		if loaded, ok := pkg.RawGetString("loaded").(*lua.LTable); ok {
			return loaded.RawGetString(name)
		}
	}
	return lua.LNil
}

// luaFunction finds a function of a module written in Lua.
func (rt *Runtime) luaFunction(d *docs, fn *lua.LFunction) *topic {
	for _, t := range d.topics {
		if t.fn == nil || t.fn.method || t.fn.value != nil {
			continue
		}
		if m, ok := rt.loaded(t.fn.owner).(*lua.LTable); ok && m.RawGetString(t.fn.Name) == fn {
			return t
		}
	}
	return nil
}

// luaName is the name of something of Lua's own libraries, "" of anything else.
func (rt *Runtime) luaName(v lua.LValue) (name string) {
	rt.L.G.Global.ForEach(func(k, global lua.LValue) {
		if global == v && k != lua.LString("_G") {
			name = lua.LVAsString(k)
		}
		if lib, ok := global.(*lua.LTable); ok && lib.Metatable == lua.LNil && lib != rt.L.G.Global {
			lib.ForEach(func(k2, member lua.LValue) {
				if member == v && member.Type() == lua.LTFunction {
					name = lua.LVAsString(k) + "." + lua.LVAsString(k2)
				}
			})
		}
	})
	return name
}

// openConsole gives console lines their own functions and the module inspect, unless
// a script has globals of those names.
func (rt *Runtime) openConsole() {
	if rt.session == nil {
		rt.openSession()
		for _, name := range consoleFuncs {
			if g := rt.L.G.Global; g.RawGetString(name) == lua.LNil {
				g.RawSetString(name, rt.odpFunction(name))
			}
		}
		rt.openInspect()
	}
}

// consoleFuncs are the functions of module odp that console lines have as globals.
var consoleFuncs = []string{"help", "apropos"}

func (rt *Runtime) odpFunction(name string) lua.LValue {
	for _, m := range rt.reg.modules {
		for _, f := range m.Funcs {
			if m.Name == "odp" && f.Name == name {
				return f.value
			}
		}
	}
	return lua.LNil
}

// bareHelp is a console line that asks for help without parentheses and quotes:
// help dp, dp?, ?dp.
var bareHelp = pattern(`^\s*(?:(?:help\b|\?)\s*([A-Za-z_][\w.:]*)?|([A-Za-z_][\w.:]*)\s*\?)\s*$`)

// bareApropos is apropos without quotes.
var bareApropos = pattern(`^\s*apropos\s+([^\s"'(=].*?)\s*$`)

// askedHelp rewrites a console line that is bareHelp or bareApropos. A name that has
// a value stands for that.
func (rt *Runtime) askedHelp(src string) string {
	if m := bareApropos().FindStringSubmatch(src); m != nil && rt.consoleValue("apropos") == rt.odpFunction("apropos") {
		return "apropos " + quoteLua(m[1])
	}
	m := bareHelp().FindStringSubmatch(src)
	if m == nil || rt.consoleValue("help") != rt.odpFunction("help") {
		return src
	}
	asked := m[1] + m[2]
	name := strings.ReplaceAll(asked, ":", ".")
	switch v := rt.resolve(name); {
	case asked == "":
		return "help()"
	case odp.KeyByName(name) == nil && v.Type() != lua.LTNil && v.Type() != lua.LTString:
		if d, err := rt.reference(); err == nil && rt.topicOf(d, v) != nil {
			return "help(" + name + ")"
		}
	}
	return "help '" + asked + "'"
}

// askedTopic finds the beginning of a name that help is asked about.
var askedTopic = pattern(`\bhelp\s*\(?\s*["']([\w.: ]*)$|^\s*help\s+([\w.:]*)$`)

// helpNames lists what may complete the word that ends code, which is about to
// ask for help.
func (rt *Runtime) helpNames(code, word string) (names []string) {
	d, err := rt.reference()
	if err != nil {
		return nil // help itself will say so
	}
	m := askedTopic().FindStringSubmatch(code)
	for _, name := range d.topicNames() {
		if rest, ok := strings.CutPrefix(name, m[1]+m[2]); ok && !strings.Contains(rest, " ") {
			names = append(names, word+rest)
		}
	}
	return names
}
