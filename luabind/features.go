package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classFeature = "odp.Feature"

// featureValue is the value of a userdata of class odp.Feature: what a kernel
// was found to have. It does not change any more.
type featureValue struct {
	odp.FeatureStatus
}

func featureClass() *Class {
	text := func(name, typ, doc string, get func(featureValue) string) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			if s := get(self[featureValue](c)); s != "" {
				return lua.LString(s)
			}
			return lua.LNil
		}}
	}
	return &Class{
		Name:    classFeature,
		Columns: []string{"name", "present", "since", "doc"},
		Doc:     "Something that not every kernel has, and whether this one does.",
		Props: []*Prop{
			{Name: "present", Type: "boolean?", Doc: "whether this kernel has it; nil if that could not be found out", Get: func(c call) lua.LValue {
				f := self[featureValue](c)
				if f.Err != nil {
					return lua.LNil
				}
				return lua.LBool(f.Present)
			}},
			text("name", "string", "its name", func(f featureValue) string { return f.Name }),
			text("doc", "string", "what it is", func(f featureValue) string { return f.Doc }),
			text("since", "string?", "the Linux version that brought it; nil if none did", func(f featureValue) string { return f.Since }),
			text("config", "string?", "the option of the kernel's build that it needs", func(f featureValue) string { return f.Config }),
			text("how", "string", "how it is looked for", func(f featureValue) string { return f.How() }),
			text("error", "string?", "why it could not be found out", func(f featureValue) string {
				if f.Err == nil {
					return ""
				}
				return f.Err.Error()
			}),
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[featureValue](c).text()) },
			"__concat":   concat,
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func (f featureValue) text() string {
	state := "no"
	switch {
	case f.Err != nil:
		state = "unknown"
	case f.Present:
		state = "yes"
	}
	from := "no Linux"
	if f.Since != "" {
		from = "Linux " + f.Since
	}
	return f.Name + ": " + state + " (" + from + ": " + f.Doc + ")"
}

// featureFuncs are the functions of module odp about what the kernel has.
func featureFuncs() []*Func {
	netns := Param{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; the current one if not given", Optional: true}
	return []*Func{
		{
			Name: "features",
			Doc: "Everything that not every kernel has, and whether this one does. What is not known yet is looked for now, " +
				"which makes a datapath for a moment; odp.feature does so only for one that needs it.",
			Params:  []Param{netns},
			Returns: []Param{{Name: "list", Type: classFeature + "[]"}},
			Example: "for _, f in ipairs(odp.features()) do print(f) end",
			Go: func(c call) int {
				t := c.L.NewTable()
				for _, f := range c.connect(c.optNamespace(1)).Features() {
					t.Append(c.rt.object(classFeature, featureValue{f}))
				}
				return c.push(t)
			},
		},
		{
			Name:    "feature",
			Doc:     "One of those by name.",
			Params:  []Param{{Name: "name", Type: "odp.FeatureName"}, netns},
			Returns: []Param{{Name: "feature", Type: classFeature}},
			Example: "if odp.feature(\"psample\").present then actions = \"psample(group=1),2\" end",
			Go: func(c call) int {
				f, err := odp.FeatureByName(c.string(1))
				if err != nil {
					c.bad(1, "%v", err)
				}
				present, err := c.connect(c.optNamespace(2)).Has(f)
				return c.push(c.rt.object(classFeature, featureValue{odp.FeatureStatus{Feature: f, Present: present, Err: err}}))
			},
		},
	}
}
