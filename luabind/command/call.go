package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/go-odp/odp/luabind"
)

// given is what a command line says to a verb.
type given struct {
	flags   []Flag
	values  map[string]any
	options []string
}

// flagValue is a flag of a verb as pflag reads it. A list adds up.
type flagValue struct {
	flag *Flag
	kind *kind
	to   map[string]any
}

func (f *flagValue) Set(text string) error {
	switch f.kind.name {
	case "count":
		n, _ := f.to[f.flag.Name].(int64)
		f.to[f.flag.Name] = n + 1
		return nil
	case "bool":
		switch text {
		case "true", "false":
			f.to[f.flag.Name] = text == "true"
			return nil
		}
		return fmt.Errorf("true or false expected, got %q", text)
	}
	value, err := f.flag.read(f.kind, text)
	if err != nil {
		return err
	}
	if list, ok := value.([]string); ok {
		before, _ := f.to[f.flag.Name].([]string)
		value = append(before, list...)
	}
	f.to[f.flag.Name] = value
	return nil
}
func (f *flagValue) String() string { return "" }
func (f *flagValue) Type() string   { return f.flag.value() }

// kind is that of a flag.
func (f *Flag) kind() *kind {
	if len(f.Values) > 0 {
		return kindNamed(f.Kind, "text")
	}
	return kindNamed(f.Kind, "bool")
}

// value is the word for the flag's value in help; "" for none.
func (f *Flag) value() string {
	switch {
	case f.Value != "":
		return f.Value
	case len(f.Values) > 0:
		return strings.Join(f.Values, "|")
	}
	return f.kind().value
}

// addFlags has a command take the flags of a verb and those inherited from its
// groups, and returns where what is given will be.
func (t *tree) addFlags(c *cobra.Command, v *Verb, inherited []Flag) *given {
	g := &given{values: map[string]any{}}
	g.flags = append(append(g.flags, v.Flags...), inherited...)
	for i := range g.flags {
		f := &g.flags[i]
		if c.Flags().Lookup(f.Name) != nil {
			continue // the verb's own
		}
		k := f.kind()
		pf := c.Flags().VarPF(&flagValue{f, k, g.values}, f.Name, f.Short, f.Doc)
		switch {
		case k.name == "bool" || k.name == "count":
			pf.NoOptDefVal = "true"
		case f.OptionalValue != "":
			pf.NoOptDefVal = f.OptionalValue
		}
		t.completeFlag(c, v, f)
	}
	return g
}

// words turns arguments into what a verb gets.
func (v *Verb) words(args []string) (map[string]any, error) {
	values := map[string]any{}
	for i := range v.Args {
		a := &v.Args[i]
		k := kindNamed(a.Kind, "text")
		switch {
		case a.Rest:
			list := make([]any, 0, len(args))
			for _, text := range args {
				value, err := a.read(k, text)
				if err != nil {
					return nil, usagef("%s: %w", a.Name, err)
				}
				list = append(list, value)
			}
			if len(args) == 0 && !a.Optional {
				return nil, usagef("%s is missing", a.Name)
			}
			values[a.Name], args = list, nil
		case len(args) == 0 && a.Optional:
		case len(args) == 0:
			return nil, usagef("%s is missing", a.Name)
		default:
			value, err := a.read(k, args[0])
			if err != nil {
				return nil, usagef("%s: %w", a.Name, err)
			}
			values[a.Name], args = value, args[1:]
		}
	}
	if len(args) > 0 {
		return nil, usagef("unexpected argument %q", args[0])
	}
	return values, nil
}

// callJSON is what module command's run takes.
type callJSON struct {
	Verb     string         `json:"verb"`
	Program  string         `json:"program"`
	Args     map[string]any `json:"args"`
	Flags    map[string]any `json:"flags"`
	Options  []string       `json:"options"`
	Rest     []string       `json:"rest"`
	NetNS    string         `json:"netns,omitempty"`
	JSON     bool           `json:"json"`
	Color    bool           `json:"color"`
	Terminal bool           `json:"terminal"`
	Watched  bool           `json:"watched"`
	Width    int            `json:"width"`
	Debug    bool           `json:"debug"`
}

// plainWidth is how wide output is that goes to no terminal.
const plainWidth = 80

// call runs a verb.
func (t *tree) call(c *cobra.Command, v *Verb, args []string) error {
	p := t.p
	name := strings.TrimPrefix(c.CommandPath(), "odp ")
	if v.Problem != "" {
		p.verb = name
		t.status = p.report(errors.New(v.Problem))
		return nil
	}
	call := callJSON{Verb: name, Program: p.name(), NetNS: t.netns, JSON: t.json, Debug: p.debug, Width: plainWidth, Options: []string{}, Rest: []string{}}
	if v.Raw {
		if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
			return c.Help()
		}
		call.Rest = append(call.Rest, args...)
	} else {
		var err error
		if call.Args, err = v.words(args); err != nil {
			return err
		}
		call.Flags, call.Options = t.given[c].all(), append(call.Options, t.given[c].options...)
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		call.Terminal = true
		call.Color = !t.noColor && Colors(os.Stdout)
		if w, _ := TerminalSize(os.Stdout); w > 0 {
			call.Width = w
		}
	}
	call.Watched = term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb"
	code, err := v.code()
	if err != nil {
		return err
	}
	text, err := json.Marshal(&call)
	if err != nil {
		return err
	}
	p.verb = name
	t.status = p.execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return drive(ctx, rt, v.title(), "driver:run", v.from.path, code, v.title(), string(text))
	})
	return nil
}

// all adds what the flags are that were not given.
func (g *given) all() map[string]any {
	for i := range g.flags {
		f := &g.flags[i]
		if _, ok := g.values[f.Name]; ok {
			continue
		}
		switch k := f.kind(); {
		case f.Default != nil:
			g.values[f.Name] = f.Default
		case k.name == "bool":
			g.values[f.Name] = false
		case k.name == "count":
			g.values[f.Name] = 0
		}
	}
	return g.values
}
