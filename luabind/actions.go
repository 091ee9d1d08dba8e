package luabind

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classActions = "odp.Actions"

// actionsValue is the value of a userdata of class odp.Actions.
type actionsValue struct{ a odp.Actions }

func (rt *Runtime) newActions(a odp.Actions) *lua.LUserData {
	return rt.object(classActions, actionsValue{a})
}

func actionsClass() *Class {
	return &Class{
		Name: classActions, AsText: true,
		show: showOVS, showLine: showOVSLine,
		Doc: "A list of actions. Lists compare with ==, a .. b runs a and then b, #a is how many there are, and a[2] the second one, " +
			"as a list of one.",
		Props: append(actionProps(), &Prop{Name: "empty", Type: "boolean", Doc: "whether the packet is dropped", Get: func(c call) lua.LValue {
			return lua.LBool(len(self[actionsValue](c).a) == 0)
		}}),
		Methods: actionListFuncs(),
		Element: classActions,
		Dynamic: actionAt,
		Ops: map[string]func(c call) int{
			"__len":      func(c call) int { return c.push(lua.LNumber(len(self[actionsValue](c).a.Split()))) },
			"__tostring": func(c call) int { return c.pushString(self[actionsValue](c).a.String()) },
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value, c.L.Get(2).(*lua.LUserData).Value
				return c.push(lua.LBool(a.(actionsValue).a.Equal(b.(actionsValue).a)))
			},
			"__concat": func(c call) int {
				if isActions(c.L.Get(1)) && isActions(c.L.Get(2)) {
					a, b := c.L.Get(1).(*lua.LUserData), c.L.Get(2).(*lua.LUserData)
					return c.push(c.rt.newActions(a.Value.(actionsValue).a.Append(b.Value.(actionsValue).a)))
				}
				return concat(c)
			},
		},
		OpDocs: []string{"concat(odp.Actions): odp.Actions"},
	}
}

func isActions(v lua.LValue) bool {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		return false
	}
	_, ok = ud.Value.(actionsValue)
	return ok
}

// actions converts argument n: text, a list, a port, an array of those.
func (c call) actions(n int, o *odp.TextOptions) odp.Actions {
	return c.actionsOf(n, "", c.arg(n), o)
}

// actionsOf converts a value that is argument n or, if field is not empty, in it.
func (c call) actionsOf(n int, field string, v lua.LValue, o *odp.TextOptions) odp.Actions {
	switch v := v.(type) {
	case lua.LString:
		a, err := odp.ParseActions(string(v), o)
		c.checkText(n, err)
		return a
	case lua.LNumber:
		port, want := wholeNumber(v, odp.MaxPorts-1)
		if want != "" {
			c.badField(n, field, "a port number (%s) expected as an action, got %s", want, c.rt.describe(v))
		}
		return odp.Output(odp.PortNo(port))
	case *lua.LTable:
		list := odp.Actions{}
		count := 0
		v.ForEach(func(lua.LValue, lua.LValue) { count++ })
		if count != v.Len() {
			c.badField(n, field, "an array of actions expected, got a table with other fields or gaps")
		}
		for i := 1; i <= count; i++ {
			list = list.Append(c.actionsOf(n, field, v.RawGetInt(i), o))
		}
		return list
	case *lua.LUserData:
		switch v := v.Value.(type) {
		case actionsValue:
			return v.a
		case *odp.Vport:
			return odp.Output(v.Number())
		case *meterValue:
			return odp.ThroughMeter(v.id)
		}
	}
	c.badField(n, field, "actions expected (text such as \"2\" or \"drop\", odp.output(2), a vport, a meter, a port number or an array of those), got %s",
		c.rt.describe(v))
	return nil
}

// actionFuncs are the functions of module odp that make actions: one for each
// action that package odp knows.
func actionFuncs() []*Func {
	funcs := []*Func{{
		Name:    "actions",
		Doc:     "A list of actions from Open vSwitch text, values, ports, or an array of those.",
		Params:  []Param{{Name: "actions", Type: "odp.ActionsLike"}, portsParam()},
		Returns: []Param{{Name: "actions", Type: classActions}},
		Example: "local a = odp.actions{ odp.push_vlan{ vid = 5 }, 2, \"pop_vlan,3\" }",
		Go:      func(c call) int { return c.push(c.rt.newActions(c.actions(1, c.optTextOptions(2)))) },
	}}
	seen := map[string]bool{}
	for _, row := range odp.ActionRows() {
		if row.Name == "" || seen[row.Name] {
			continue // set has two rows, with and without masks
		}
		seen[row.Name] = true
		funcs = append(funcs, actionFunc(row))
	}
	return funcs
}

// actionFunc makes the constructor of one action. It writes the action's text
// and has package odp read that, which checks every value.
func actionFunc(row *odp.Row) *Func {
	f := &Func{
		Name:    row.Name,
		Doc:     rowDoc(row),
		Returns: []Param{{Name: "action", Type: classActions}},
		Pure:    true,
		Example: actionExamples[row.Name],
		action:  row,
	}
	var text func(c call) string
	switch row.Layout {
	case odp.LayoutFlag:
		text = func(call) string { return row.Name }
	case odp.LayoutActions:
		f.Params = []Param{{Name: "actions", Type: "odp.ActionsLike"}}
		text = func(c call) string { return row.Name + "(" + c.actionsText(1, "", c.arg(1)) + ")" }
	case odp.LayoutSet, odp.LayoutSetMasked:
		f.Params = []Param{{Name: "fields", Type: "string|odp.MatchTable", Doc: "the new values, as text or as a table"}}
		text = func(c call) string { return c.setText(1) }
	case odp.LayoutStruct:
		if field := row.Field(""); field != nil {
			typ := fieldType(field)
			if field.Kind == odp.KindPort {
				typ = "integer|odp.Vport"
			}
			// The word drop alone is a list of its own, so its value may be left out.
			f.Params = []Param{{Name: "value", Type: typ, Optional: row.Name == "drop"}}
			text = func(c call) string {
				if c.isNil(1) && row.Name == "drop" {
					return row.Name
				}
				value := c.fieldText(1, row.Name, c.arg(1))
				if row.Bare {
					return value
				}
				return row.Name + "(" + value + ")"
			}
			break
		}
		f.Params = []Param{{Name: "fields", Type: "odp.action." + row.Name + "|string"}}
		text = func(c call) string { return row.Name + "(" + c.structText(1, row) + ")" }
	case odp.LayoutKey:
		f.Params = []Param{{Name: "fields", Type: "odp.action." + row.Name + "|string"}}
		text = func(c call) string { return row.Name + "(" + c.structText(1, row.KeyRow()) + ")" }
	default:
		f.Params = []Param{{Name: "fields", Type: "odp.action." + row.Name + "|string", Optional: row.EmptyBare || hasDefaults(row)}}
		text = func(c call) string {
			if c.isNil(1) && row.EmptyBare {
				return row.Name
			}
			if c.isNil(1) && hasDefaults(row) {
				return row.Name + "(" + c.nestedTable(1, row, c.L.NewTable()) + ")"
			}
			return row.Name + "(" + c.nestedText(1, row) + ")"
		}
	}
	f.Go = func(c call) int {
		a, err := odp.ParseActions(text(c), nil)
		c.checkText(1, err)
		return c.push(c.rt.newActions(a))
	}
	return f
}

// hasDefaults reports whether an action drops where no other actions are given
// inside it, though the kernel wants some there.
func hasDefaults(row *odp.Row) bool { return row.Name == "dec_ttl" }

// actionsText writes a list for use inside another action.
func (c call) actionsText(n int, field string, v lua.LValue) string {
	a := c.actionsOf(n, field, v, nil)
	if len(a) == 0 {
		return "drop"
	}
	return a.String()
}

// structText writes the fields of a row in table order. Text is taken as it is.
func (c call) structText(n int, row *odp.Row) string {
	if s, ok := c.arg(n).(lua.LString); ok {
		return string(s)
	}
	return c.structTable(n, row, c.table(n))
}

func (c call) structTable(n int, row *odp.Row, t *lua.LTable) string {
	c.checkNames(n, t, row.Members())
	var parts, values []string
	for _, name := range row.Members() {
		f, v := row.Field(name), t.RawGetString(name)
		switch {
		case v == lua.LNil && row.Wrapped && f.Kind == odp.KindEnum:
			values = append(values, f.Names[0].Name)
		case v == lua.LNil && row.Wrapped:
			values = append(values, "0")
		case v == lua.LNil:
		case row.Wrapped:
			values = append(values, c.fieldText(n, name, v))
		case f != nil && f.Unnamed:
			parts = append(parts, c.fieldText(n, name, v))
		case row.Row(name) != nil && row.Row(name).Layout == odp.LayoutBytes:
			parts = append(parts, name+"=0x"+c.hexText(n, name, v))
		default:
			parts = append(parts, name+"="+c.fieldText(n, name, v))
		}
	}
	if row.Wrapped {
		return values[0] + "(" + values[1] + ")"
	}
	return strings.Join(parts, ",")
}

// hexText writes a string of bytes as hex digits.
func (c call) hexText(n int, name string, v lua.LValue) string {
	s, ok := v.(lua.LString)
	if !ok {
		c.bad(n, "field '%s': a string of bytes expected, got %s", name, c.rt.describe(v))
	}
	return hex.EncodeToString([]byte(s))
}

func (c call) checkNames(n int, t *lua.LTable, names []string) {
	t.ForEach(func(k, _ lua.LValue) {
		name := lua.LVAsString(k)
		for _, known := range names {
			if name == known {
				return
			}
		}
		c.bad(n, "unknown field '%s'%s", name, didYouMean(name, names))
	})
}

// luaName is what a nested row of an action is called in a table. A share of
// packets is a probability in Lua, whatever the text calls it.
func luaName(row *odp.Row) string {
	if f := row.Field(""); f != nil && f.Kind == odp.KindPercent {
		return "probability"
	}
	return row.Name
}

// nestedText writes the attributes of a row in table order.
func (c call) nestedText(n int, row *odp.Row) string {
	if s, ok := c.arg(n).(lua.LString); ok {
		return string(s)
	}
	return c.nestedTable(n, row, c.table(n))
}

func (c call) nestedTable(n int, row *odp.Row, t *lua.LTable) string {
	kids := writtenRows(row)
	names := make([]string, len(kids))
	for i, kid := range kids {
		names[i] = luaName(kid)
	}
	c.checkNames(n, t, names)
	var parts []string
	for _, kid := range kids {
		if t.RawGetString(luaName(kid)) == lua.LNil && hasDefaults(row) {
			parts = append(parts, luaName(kid)+"(drop)")
			continue
		}
		if v := t.RawGetString(luaName(kid)); v != lua.LNil {
			if text := c.nestedValue(n, kid, v); text != "" {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, ",")
}

// writtenRows are the rows inside a row that a table may name: also the kinds of
// its userdata.
func writtenRows(row *odp.Row) []*odp.Row {
	var rows []*odp.Row
	for i := range row.Rows {
		kid := &row.Rows[i]
		rows = append(rows, kid)
		if kid.Layout == odp.LayoutCookie {
			for j := range kid.Rows {
				rows = append(rows, &kid.Rows[j])
			}
		}
	}
	return rows
}

func (c call) nestedValue(n int, kid *odp.Row, v lua.LValue) string {
	name := luaName(kid)
	value := ""
	switch kid.Layout {
	case odp.LayoutFlag:
		switch v := v.(type) {
		case lua.LBool:
			if v {
				return kid.Name
			}
			return ""
		case lua.LString:
			if kid.Value {
				return kid.Name + "=" + string(v)
			}
		case *lua.LUserData:
			if text, ok := valueText(v); ok && kid.Value {
				return kid.Name + "=" + text
			}
		}
		if kid.Value {
			c.bad(n, "field '%s': true, false or text expected, got %s", name, c.rt.describe(v))
		}
		c.bad(n, "field '%s': true or false expected, got %s", name, c.rt.describe(v))
	case odp.LayoutNested:
		switch v := v.(type) {
		case lua.LBool:
			if kid.EmptyBare && bool(v) {
				return kid.Name
			}
			return ""
		case lua.LString:
			return kid.Name + "(" + string(v) + ")"
		case *lua.LTable:
			return kid.Name + "(" + c.nestedTable(n, kid, v) + ")"
		}
		c.bad(n, "field '%s': a table, text or true expected, got %s", name, c.rt.describe(v))
	case odp.LayoutStruct:
		if t, ok := v.(*lua.LTable); ok {
			return kid.Name + "(" + c.structTable(n, kid, t) + ")"
		}
	case odp.LayoutActions:
		return kid.Name + "(" + c.actionsText(n, name, v) + ")"
	case odp.LayoutBytes, odp.LayoutCookie:
		if kid.Assigned {
			return kid.Name + "=0x" + c.hexText(n, name, v)
		}
		return kid.Name + "(" + c.hexText(n, name, v) + ")"
	}
	if value == "" {
		if f := kid.Field(""); f != nil && f.Kind == odp.KindPercent {
			value = c.percentText(n, name, v)
		} else {
			value = c.fieldText(n, name, v)
		}
	}
	if kid.Paren || len(kid.Fields) > 1 {
		return kid.Name + "(" + value + ")"
	}
	return kid.Name + "=" + value
}

func (c call) percentText(n int, name string, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		if v >= 0 && v <= 1 {
			return strconv.FormatFloat(float64(v)*100, 'f', -1, 64) + "%"
		}
	}
	c.bad(n, "field '%s': a number from 0 to 1 expected, got %s", name, c.rt.describe(v))
	return ""
}

// setText writes set actions for the keys of a table: one for each key. Values
// may have masks.
func (c call) setText(n int) string {
	if s, ok := c.arg(n).(lua.LString); ok {
		return "set(" + string(s) + ")"
	}
	t := c.table(n)
	var texts []string
	for _, row := range odp.KeyRows() {
		v := t.RawGetString(row.Name)
		if v == lua.LNil {
			continue
		}
		texts = append(texts, fmt.Sprintf("set(%s(%s))", row.Name, c.keyText(n, row, v)))
	}
	c.checkNames(n, t, keyNames())
	if len(texts) == 0 {
		c.bad(n, "at least one key to set expected, such as { eth = { dst = \"...\" } }")
	}
	return strings.Join(texts, ",")
}

// keyText writes what stands between a key's parentheses.
func (c call) keyText(n int, row *odp.Row, v lua.LValue) string {
	t, ok := v.(*lua.LTable)
	if !ok {
		return c.fieldText(n, row.Name, v)
	}
	if row.Layout == odp.LayoutArray || row.Layout == odp.LayoutOptions {
		return c.elementsText(n, row, t)
	}
	c.checkNames(n, t, row.Members())
	var parts []string
	for _, name := range row.Members() {
		v := t.RawGetString(name)
		if v == lua.LNil {
			continue
		}
		kid := row.Row(name)
		switch sub, isTable := v.(*lua.LTable); {
		case kid != nil && isTable:
			parts = append(parts, name+"("+c.keyText(n, kid, sub)+")")
		case kid != nil && (kid.Paren || kid.Field("") == nil):
			parts = append(parts, name+"("+c.fieldText(n, row.Name+"."+name, v)+")")
		default:
			parts = append(parts, name+"="+c.fieldText(n, row.Name+"."+name, v))
		}
	}
	return strings.Join(parts, ",")
}

// elementsText writes the tables of a label stack or list of options, or the
// table of the only one.
func (c call) elementsText(n int, row *odp.Row, t *lua.LTable) string {
	if t.Len() == 0 {
		return c.elementText(n, row, t)
	}
	var b strings.Builder
	for i := 1; i <= t.Len(); i++ {
		e, ok := t.RawGetInt(i).(*lua.LTable)
		if !ok {
			c.bad(n, "%s: a table of fields expected as element %d, got %s", row.Name, i, c.rt.describe(t.RawGetInt(i)))
		}
		b.WriteString(c.elementText(n, row, e))
	}
	return b.String()
}

func (c call) elementText(n int, row *odp.Row, t *lua.LTable) string {
	names := row.Members()
	if row.Layout == odp.LayoutOptions {
		names = append(names, "data")
	}
	c.checkNames(n, t, names)
	var parts []string
	for _, name := range row.Members() {
		if v := t.RawGetString(name); v != lua.LNil {
			parts = append(parts, name+"="+c.fieldText(n, row.Name+"."+name, v))
		}
	}
	if v := t.RawGetString("data"); v != lua.LNil {
		s, ok := v.(lua.LString)
		switch {
		case !ok:
			c.bad(n, "%s.data: a string of bytes, or hex text such as \"0x1/0xff\", expected, got %s", row.Name, c.rt.describe(v))
		case s == "": // an option without data
		case strings.HasPrefix(string(s), "0x"):
			parts = append(parts, string(s))
		default:
			parts = append(parts, "0x"+hex.EncodeToString([]byte(s)))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}
