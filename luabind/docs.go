package luabind

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp"
)

// docs is what the reference page and help show: the rows of modules, classes
// and shapes, those of modules written in Lua among them, the keys, actions and
// features of package odp, and the names by which one asks for each.
type docs struct {
	modules []*Module
	classes []*Class
	shapes  []*Shape

	topics []*topic
	byName map[string][]*topic // by full and by short names
}

// A topic is something that help tells about. Which of the pointers is set says
// what it is.
type topic struct {
	name   string   // in full: odp.match, odp.Datapath:add_vport, ipv4.dst
	others []string // shorter names, and that in annotations: add_vport, dp:add_vport
	rank   int      // of those with the same name, the lowest is meant
	anchor string   // on the reference page
	line   string   // what it is, in a sentence

	module  *Module
	class   *Class
	fn      *Func
	shape   *Shape
	param   *Param // a property, a field of a shape, a value of a module, or an alias
	key     *odp.Row
	member  *member // of a key or action
	text    string  // OVS text that has the key or action
	feature *odp.Feature
}

// What is meant by a name that several have.
const (
	rankMain   = iota // what has no owner, or only its module
	rankMethod        // what belongs to an object
	rankPart          // what belongs to a key, an action or a table
	rankFeature
)

// matchTable is the shape of keys as a table, whose fields are the rows of keys.
var matchTable = &Shape{Name: "odp.MatchTable", Doc: "A match or key as a table: keys by name, each a value or a table of its fields."}

// newDocs makes the reference of the rows of a registry and of the modules
// written in Lua, which may be nil.
func newDocs(r *registry, modules fs.FS) (*docs, error) {
	r.complete()
	rows, classes, shapes, err := luaModules(modules)
	if err != nil {
		return nil, err
	}
	newRegistry(classes, shapes, rows) // tells the rows whose they are
	d := &docs{
		modules: slices.Concat(r.modules, rows),
		classes: slices.Concat(r.classes, classes),
		shapes:  slices.Concat(r.shapes, shapes),
		byName:  map[string][]*topic{},
	}
	for _, m := range d.modules {
		d.addModule(m)
	}
	for _, c := range d.classes {
		d.addClass(c)
	}
	for _, s := range d.shapes {
		d.addShape(s)
	}
	for i := range aliases {
		a := &aliases[i]
		d.add(&topic{name: a.Name, others: []string{lastPart(a.Name)}, anchor: typeAnchor(a.Name), line: a.Doc, param: a})
	}
	d.add(&topic{name: matchTable.Name, others: []string{lastPart(matchTable.Name)}, anchor: typeAnchor(matchTable.Name), line: matchTable.Doc, shape: matchTable})
	for _, row := range odp.KeyRows() {
		d.addKey(row)
	}
	for _, f := range odp.FeatureRows() {
		d.add(&topic{name: "feature " + f.Name, others: []string{f.Name}, rank: rankFeature, anchor: chapterAnchor(chapterFeatures), line: f.Doc, feature: f})
	}
	return d, nil
}

func (d *docs) add(t *topic) {
	d.topics = append(d.topics, t)
	for _, name := range append([]string{t.name}, t.others...) {
		if name != "" && !slices.Contains(d.byName[name], t) {
			d.byName[name] = append(d.byName[name], t)
		}
	}
}

func (d *docs) addModule(m *Module) {
	d.add(&topic{name: m.Name, others: []string{"module." + m.Name}, anchor: typeAnchor("module." + m.Name), line: m.Doc, module: m})
	for _, f := range m.Funcs {
		name := m.Name + "." + f.Name
		t := &topic{name: name, others: []string{f.Name}, anchor: name, line: f.Doc, fn: f}
		if f.action != nil {
			t.others = append(t.others, "odp.action."+f.action.Name)
		}
		d.add(t)
		if f.action != nil {
			d.addMembers(name, []string{f.action.Name}, "odp.action.", name, f.action)
		}
	}
	for i := range m.Values {
		p := &m.Values[i].Param
		d.add(&topic{name: m.Name + "." + p.Name, anchor: typeAnchor("module." + m.Name), line: p.Doc, param: p})
	}
}

func (d *docs) addClass(c *Class) {
	short, anchor := lastPart(c.Name), typeAnchor(c.Name)
	d.add(&topic{name: c.Name, others: []string{short, c.variable()}, anchor: anchor, line: c.Doc, class: c})
	for _, m := range c.Methods {
		d.add(&topic{name: c.Name + ":" + m.Name, rank: rankMethod, anchor: memberAnchor(c, m.Name), line: m.Doc, fn: m, others: []string{
			c.Name + "." + m.Name, short + ":" + m.Name, short + "." + m.Name,
			c.variable() + ":" + m.Name, c.variable() + "." + m.Name, m.Name,
		}})
	}
	for _, p := range c.Props {
		d.add(&topic{name: c.Name + "." + p.Name, rank: rankMethod, anchor: anchor, line: p.Doc,
			param:  &Param{Name: p.Name, Type: p.Type, Doc: p.Doc},
			others: []string{short + "." + p.Name, c.variable() + "." + p.Name, p.Name}})
	}
}

func (d *docs) addShape(s *Shape) {
	short, anchor := lastPart(s.Name), typeAnchor(s.Name)
	rank := rankMain
	if short == strings.ToLower(short) {
		rank = rankPart // a header of module packet is named as its key
	}
	d.add(&topic{name: s.Name, others: []string{short}, rank: rank, anchor: anchor, line: s.Doc, shape: s})
	for i := range s.Fields {
		p := &s.Fields[i]
		d.add(&topic{name: s.Name + "." + p.Name, rank: rankPart, anchor: anchor, line: p.Doc, param: p,
			others: []string{short + "." + p.Name}})
	}
}

func (d *docs) addKey(row *odp.Row) {
	anchor := "key." + row.Name
	others := []string{"odp.key." + row.Name, "odp.keytable." + row.Name}
	d.add(&topic{name: row.Name, others: others, anchor: anchor, line: row.Doc, key: row})
	d.addMembers(row.Name, nil, "", anchor, row)
}

// addMembers adds what is in a key or an action, each under the name of that and
// its path. types is what the types of its parts begin with.
func (d *docs) addMembers(name string, others []string, types, anchor string, row *odp.Row) {
	list := rowMembers(row)
	for i := range list {
		m := &list[i]
		t := &topic{text: row.Example, name: name + "." + m.path, rank: rankPart, anchor: anchor, line: m.doc, member: m}
		for _, o := range others {
			t.others = append(t.others, o+"."+m.path, types+o+"."+m.path)
		}
		d.add(t)
	}
}

// variable is what examples call an object of the class.
func (c *Class) variable() string {
	if c.Var != "" {
		return c.Var
	}
	return strings.ToLower(lastPart(c.Name))
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// typeAnchor is the anchor of a class, shape or alias. Those of functions are
// their names, which may differ only in case: odp.match and odp.Match.
func typeAnchor(name string) string { return "type." + name }

func memberAnchor(c *Class, name string) string { return c.Name + "." + name }

// find returns the topics of a name, the one that is meant first. What else has
// the name follows.
func (d *docs) find(name string) []*topic {
	list := slices.Clone(d.byName[name])
	slices.SortStableFunc(list, func(a, b *topic) int {
		if (a.name == name) != (b.name == name) {
			if a.name == name {
				return -1
			}
			return 1
		}
		return a.rank - b.rank
	})
	return list
}

// typeTopic returns the topic of a name in a type. A part of a key or action
// may have none of its own: then it is that of the whole.
func (d *docs) typeTopic(name string) *topic {
	for strings.Contains(name, ".") {
		if list := d.find(name); len(list) > 0 {
			return list[0]
		}
		name = name[:strings.LastIndexByte(name, '.')]
	}
	return nil
}

// ofFunc returns the topic of a row, nil for a function that is none.
func (d *docs) ofFunc(f *Func) *topic {
	for _, t := range d.topics {
		if t.fn == f {
			return t
		}
	}
	return nil
}
