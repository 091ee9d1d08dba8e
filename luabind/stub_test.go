package luabind

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated files")

const annotationsFolder = "../scripts/types/"

func TestAnnotations(t *testing.T) {
	for name, got := range Annotations() {
		file := annotationsFolder + name
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != got {
			t.Errorf("%s is out of date: run go generate ./luabind", file)
		}
	}
}

// TestAnnotationsCompile checks that the files are Lua and that every type that
// they mention is declared in them.
func TestAnnotationsCompile(t *testing.T) {
	text := ""
	for _, part := range Annotations() {
		rt := newTestRuntime(t)
		rt.run(t, part)
		text += part
	}
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`---@(?:class|alias) ([\w.]+)`).FindAllStringSubmatch(text, -1) {
		if declared[m[1]] {
			t.Errorf("%s is declared twice", m[1])
		}
		declared[m[1]] = true
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "---@") {
			continue
		}
		words := strings.Fields(line)
		types := words[min(2, len(words)-1)]
		if words[0] == "---@return" {
			types = words[1]
		}
		for _, name := range regexp.MustCompile(`\b(?:odp|net|packet|json|log|pcap)\.[A-Za-z][\w.]*`).FindAllString(types, -1) {
			if !declared[name] {
				t.Errorf("%s is not declared: %s", name, line)
			}
		}
	}
}

func TestRowsAreDocumented(t *testing.T) {
	r := buildRegistry("")
	check := func(f *Func) {
		if f.Doc == "" || f.Go == nil {
			t.Errorf("%s.%s lacks documentation or a function", f.owner, f.Name)
		}
		for i, p := range append(f.Params, f.Returns...) {
			if p.Name == "" || p.Type == "" {
				t.Errorf("%s.%s: parameter or result %d lacks name or type", f.owner, f.Name, i)
			}
		}
	}
	for _, c := range r.classes {
		names := map[string]bool{}
		for _, m := range c.Methods {
			check(m)
			names[m.Name] = true
		}
		for _, p := range c.Props {
			if p.Doc == "" || p.Type == "" || p.Get == nil {
				t.Errorf("%s.%s lacks documentation, type or function", c.Name, p.Name)
			}
			names[p.Name] = true
		}
		if c.DynamicNames != nil {
			for _, p := range c.DynamicNames() {
				if names[p.Name] {
					t.Errorf("%s: %s is a key and a method or property", c.Name, p.Name)
				}
			}
		}
	}
	for _, s := range r.shapes {
		if s.Doc == "" {
			t.Errorf("%s lacks documentation", s.Name)
		}
		for _, p := range s.Fields {
			if p.Doc == "" || p.Type == "" {
				t.Errorf("%s.%s lacks documentation or type", s.Name, p.Name)
			}
		}
	}
	for _, m := range r.modules {
		names := map[string]bool{}
		for _, f := range m.Funcs {
			check(f)
			if names[f.Name] {
				t.Errorf("%s.%s is there twice", m.Name, f.Name)
			}
			names[f.Name] = true
		}
	}
}
