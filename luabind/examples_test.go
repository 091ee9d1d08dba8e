package luabind

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-odp/odp/scripts"
)

// exampleWidth is how wide examples are at most, so that help shows them within
// a terminal.
const exampleWidth = helpWidth - 4

var exampleStrings = regexp.MustCompile(`"[^"\n]*"`)

// exampleLocal tells whether code declares a name itself, which then need not be
// an object of the class that has its name. Those that every example means the
// same by are not among them.
func exampleLocal(code, name string) bool {
	if slices.Contains([]string{"dp", "pkt", "ns", "link"}, name) {
		return false
	}
	return regexp.MustCompile(`(?:local |for |function ?\w*\()[\w, ]*\b` + name + `\b`).MatchString(code)
}

// exampleNames finds what is read from an object or a module.
var exampleNames = regexp.MustCompile(`\b([a-z]\w*)[.:]([A-Za-z_]\w*)`)

// TestExamples checks that every function and method has an example, that all of
// them are Lua, and that they use what there is: an object is called in them as
// its class says.
func TestExamples(t *testing.T) {
	rt := newTestRuntime(t)
	d, err := newDocs(rt.reg, scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	classes, modules := map[string]*Class{}, map[string]bool{}
	for _, c := range d.classes {
		classes[c.variable()] = c
	}
	for _, m := range d.modules {
		modules[m.Name] = true
	}
	check := func(name, code string) {
		if code == "" {
			t.Errorf("%s has no example", name)
		}
		if _, err := rt.compile(name, code); err != nil {
			t.Errorf("the example of %s: %v", name, err)
		}
		for line := range strings.SplitSeq(code, "\n") {
			if len(line) > exampleWidth {
				t.Errorf("%s: a line of the example is %d wide, more than %d: %s", name, len(line), exampleWidth, line)
			}
		}
		code = exampleStrings.ReplaceAllString(code, `""`)
		for _, m := range exampleNames.FindAllStringSubmatch(code, -1) {
			class, ok := classes[m[1]]
			switch {
			case exampleLocal(code, m[1]):
			case ok && !slices.Contains(class.memberNames(), m[2]):
				t.Errorf("the example of %s uses %s, but %s has no %s", name, m[0], class.Name, m[2])
			case modules[m[1]] && d.mentioned(m[0]) == nil && d.byName[m[0]] == nil:
				t.Errorf("the example of %s uses %s, which is not there", name, m[0])
			}
		}
	}
	for _, topic := range d.topics {
		switch {
		case topic.fn != nil:
			check(topic.name, topic.fn.Example)
		case topic.module != nil && topic.module.Example != "":
			check(topic.name, topic.module.Example)
		}
	}
}
