package luabind

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// An api is what is known of the Lua API without running anything, for checking
// scripts: the rows of the registry and of the modules written in Lua, by name.
type api struct {
	modules map[string]*Module
	classes map[string]*apiClass
	aliases map[string]*luaType
	// variables are what examples call an object, with its class.
	variables map[string]string
	types     map[string]*luaType // read so far
}

// An apiClass is a class, or the shape of a table.
type apiClass struct {
	name    string
	fields  map[string]Param
	methods map[string]*Func
	names   []string // of both
	object  bool     // a class: no table can stand for it, and its fields cannot be set
	open    bool     // it may have more fields than are known
	element *luaType // what an index in brackets gives
	call    *luaType // what calling it gives
}

// newAPI reads the rows. modules has the modules written in Lua, and may be nil.
func newAPI(r *registry, modules fs.FS) (*api, error) {
	luaRows, luaClasses, luaShapes, err := luaModules(modules)
	if err != nil {
		return nil, err
	}
	newRegistry(luaClasses, luaShapes, luaRows) // tells the rows whose they are
	a := &api{
		modules: map[string]*Module{}, classes: map[string]*apiClass{},
		aliases: map[string]*luaType{}, types: map[string]*luaType{}, variables: map[string]string{},
	}
	for _, alias := range aliases {
		a.aliases[alias.Name] = a.read(alias.Type)
	}
	for _, m := range append(r.modules, luaRows...) {
		a.modules[m.Name] = m
	}
	r.complete()
	for _, c := range r.classes {
		a.addClass(c)
	}
	for _, c := range luaClasses {
		a.addClass(c).open = true // a table may have more in it than is annotated
	}
	for _, s := range append(r.shapes, rowShapes()...) {
		a.addShape(s)
	}
	for _, s := range luaShapes {
		a.addShape(s).open = true // what it inherits is not known
	}
	return a, nil
}

func (a *api) addClass(row *Class) *apiClass {
	c := &apiClass{name: row.Name, fields: map[string]Param{}, methods: map[string]*Func{}, names: row.memberNames(),
		object: true, open: row.Any != "" || row.Dynamic != nil && row.DynamicNames == nil}
	for _, p := range row.Props {
		c.fields[p.Name] = Param{Name: p.Name, Type: p.Type}
	}
	if row.DynamicNames != nil {
		for _, p := range row.DynamicNames() {
			c.fields[p.Name] = p
		}
	}
	for _, m := range row.Methods {
		c.methods[m.Name] = m
	}
	if row.Element != "" {
		c.element = a.read(row.Element)
	}
	for _, op := range row.OpDocs {
		if result, ok := strings.CutPrefix(op, "call"); ok {
			c.call = a.read(strings.TrimSpace(result[strings.LastIndex(result, ":")+1:]))
		}
	}
	a.classes[row.Name] = c
	if a.variables[row.variable()] == "" {
		a.variables[row.variable()] = row.Name
	}
	return c
}

func (a *api) addShape(row *Shape) *apiClass {
	c := &apiClass{name: row.Name, fields: map[string]Param{}, methods: map[string]*Func{}}
	if parent := a.classes[row.Parent]; parent != nil {
		for _, name := range parent.names {
			c.fields[name] = parent.fields[name]
		}
	}
	for _, p := range row.Fields {
		c.fields[p.Name] = p
	}
	c.names = slices.Sorted(maps.Keys(c.fields))
	if strings.HasPrefix(row.Name, prefixKey) {
		// What is read of a key is an object of the class of all their parts.
		c.object = true
		if parts := a.classes[classPart]; parts != nil {
			for name, m := range parts.methods {
				c.methods[name] = m
				c.names = append(c.names, name)
			}
		}
	}
	a.classes[row.Name] = c
	return c
}

// read returns the type that a text of a row means. What cannot be read is any:
// the tests find it.
func (a *api) read(text string) *luaType {
	t := a.types[text]
	if t == nil {
		var err error
		if t, err = parseType(text); err != nil {
			t = typeAny
		}
		a.types[text] = t
	}
	return t
}

// resolve returns the type behind an alias, and any for a name that is not known.
func (a *api) resolve(t *luaType) *luaType {
	switch t.kind {
	case namedType:
		if alias := a.aliases[t.name]; alias != nil {
			return a.resolve(alias)
		}
		if a.classes[t.name] == nil {
			return typeAny
		}
	case unionType:
		parts := make([]*luaType, len(t.parts))
		for i, p := range t.parts {
			parts[i] = a.resolve(p)
		}
		return unionOf(parts...)
	}
	return t
}

// names reports whether a type is an alias or has it as a part.
func (t *luaType) names(alias string) bool {
	for _, p := range t.alternatives() {
		if p.kind == namedType && p.name == alias {
			return true
		}
	}
	return false
}
