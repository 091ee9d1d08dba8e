package luabind

import (
	"fmt"
	"strings"
)

// aproposFuncs is the function of module odp that looks for words in the reference.
func aproposFuncs() []*Func {
	return []*Func{{
		Name: "apropos",
		Doc: "Print everything in the reference that has a text in its name or its description, in capitals or not. Several words must all be " +
			"there. The console knows it as apropos, and takes it without quotes: apropos recirculation.",
		Params:  []Param{{Name: "text", Type: "string"}},
		Example: "odp.apropos \"netns\"\nodp.apropos \"flow ufid\"",
		Go: func(c call) int {
			words := strings.Fields(strings.ToLower(c.string(1)))
			if len(words) == 0 {
				c.bad(1, "a word expected, got \"%s\"", c.string(1))
			}
			d, err := c.rt.reference()
			if err != nil {
				c.bad(1, "%v", err)
			}
			text := d.apropos(words)
			if text == "" {
				c.bad(1, "nothing has %q in its name or description", c.string(1))
			}
			if _, err := fmt.Fprint(c.rt.cfg.Stdout, text); err != nil {
				c.raiseArgument("%s: %v", c.title(), err)
			}
			return 0
		},
	}}
}

// apropos lists the topics with all of the words: those with them in their names
// first.
func (d *docs) apropos(words []string) string {
	var named, described [][2]string
	for _, t := range d.topics {
		row := [2]string{t.name, firstSentence(t.line)}
		switch {
		case hasAll(t.name, words):
			named = append(named, row)
		case hasAll(t.name+" "+t.line, words):
			described = append(described, row)
		}
	}
	w := &helpWriter{d: d}
	w.rows("", append(named, described...))
	return strings.TrimPrefix(w.b.String(), "\n")
}

func hasAll(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
