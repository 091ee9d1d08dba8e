package luabind

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// A scriptValue is an immutable value that scripts calculate with: the Value of
// a userdata whose class is a row of valueRows. Its types are comparable, as
// equal ones are to be one userdata; see valuePool.
type scriptValue interface {
	fmt.Stringer
	class() string
}

// A valueRow is the row of one type of value. Constructor, comparison, arithmetic,
// messages and annotations are made from it.
type valueRow struct {
	class, name string // odp.MAC, and mac, its function in module odp
	doc         string // of the class
	what        string // "a MAC address": completes "... expected"
	forms       string // what it is made from, in words
	from        string // and as a LuaCATS type
	example     string // of the constructor

	// of makes one from text (string), a whole number (u64), bytes ([]byte) or
	// another value. An error other than errForm tells more than that it cannot.
	of func(from any) (scriptValue, error)
	// compare orders two of the class.
	compare func(a, b scriptValue) int
	// compute is a + b and so on, where one side is of the class and the other
	// one is a value or an int64. It returns a value or an int64, or
	// errOperation where there is no such thing.
	compute func(op string, a, b any) (any, error)
	// arithmetic says in words what compute does.
	arithmetic string

	opDocs  []string
	props   []*Prop
	methods []*Func
	extra   []Param // parameters of the constructor after the first
	second  func(c call, v scriptValue) scriptValue
}

var (
	errForm      = errors.New("wrong form")
	errOperation = errors.New("no such operation")
)

// valueRows are the types of values.
func valueRows() []*valueRow {
	return []*valueRow{u64Row(), u128Row(), macRow(), ipRow(), prefixRow(), ufidRow()}
}

// newValue returns the userdata of v. Equal values have the same one.
func (rt *Runtime) newValue(v scriptValue) *lua.LUserData {
	return rt.values.get(v, func() *lua.LUserData { return rt.object(v.class(), v) })
}

// valueIn returns the value that a script holds, nil if it is none.
func valueIn(v lua.LValue) scriptValue {
	if ud, ok := v.(*lua.LUserData); ok {
		if sv, ok := ud.Value.(scriptValue); ok {
			return sv
		}
	}
	return nil
}

// valueText returns text, or the text of a value: what stands for an address
// wherever its text does.
func valueText(v lua.LValue) (text string, ok bool) {
	if s, ok := v.(lua.LString); ok {
		return string(s), true
	}
	if sv := valueIn(v); sv != nil {
		return sv.String(), true
	}
	return "", false
}

// valueClasses are the classes of values.
func valueClasses(rows []*valueRow) []*Class {
	ops := valueOps()
	var list []*Class
	for _, row := range rows {
		list = append(list, &Class{
			Name: row.class, Doc: row.doc, Props: row.props, Methods: row.methods,
			Shared: ops, OpDocs: append(row.opDocs, "concat(string|number|"+row.class+"): string"),
		})
	}
	return list
}

// valueFuncs are the constructors of values.
func valueFuncs(rows []*valueRow) []*Func {
	var list []*Func
	for _, row := range rows {
		list = append(list, &Func{
			Name:    row.name,
			Doc:     strings.ToUpper(row.what[:1]) + row.what[1:] + " from " + row.forms + ".",
			Params:  append([]Param{{Name: "value", Type: row.from}}, row.extra...),
			Returns: []Param{{Name: row.name, Type: row.class}},
			Example: row.example,
			Pure:    true,
			Go: func(c call) int {
				v := c.valueOf(1, row)
				if row.second != nil {
					v = row.second(c, v)
				}
				return c.push(c.rt.newValue(v))
			},
		})
	}
	return list
}

// value returns argument n as a value of a class, made from whatever its
// constructor takes.
func (c call) value(n int, class string) scriptValue {
	return c.valueOf(n, c.rt.reg.value(class))
}

func (c call) valueOf(n int, row *valueRow) scriptValue {
	v, err := row.of(c.source(n))
	switch {
	case err == nil:
		return v
	case errors.Is(err, errForm):
		c.bad(n, "%s (%s) expected, got %s", row.what, row.forms, c.rt.describe(c.arg(n)))
	}
	c.bad(n, "%s expected, got %s: %v", row.what, c.rt.describe(c.arg(n)), err)
	return nil
}

// source converts argument n to what the of function of a row takes, nil if it
// takes nothing of the kind.
func (c call) source(n int) any {
	switch v := c.arg(n).(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		if u, want := wholeNumber(v, maxExact-1); want == "" {
			return u64(u)
		}
	case *lua.LTable:
		return []byte(c.fieldsOf(n, v, "odp.Bytes").string("bytes"))
	case *lua.LUserData:
		if sv, ok := v.Value.(scriptValue); ok {
			return sv
		}
	}
	return nil
}

func valueShapes() []*Shape {
	return []*Shape{{Name: "odp.Bytes", Doc: "A value by its bytes, as a packet has them.", Fields: []Param{
		{Name: "bytes", Type: "string", Doc: "as many as the value has, the most significant one first"},
	}}}
}

// valueProp is a property of a class of values.
func valueProp[T scriptValue](name, typ, doc string, get func(c call, v T) lua.LValue) *Prop {
	return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue { return get(c, self[T](c)) }}
}
