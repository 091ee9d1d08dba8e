package command

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-odp/odp/luabind"
)

// question is what module command.asked answers with what can stand in a place.
type question struct {
	Kind     string   `json:"kind"`
	Datapath string   `json:"datapath,omitempty"` // named before
	NetNS    string   `json:"netns,omitempty"`
	Place    string   `json:"place,omitempty"` // args or flags, if code of the verb knows
	Name     string   `json:"name,omitempty"`
	Word     string   `json:"word,omitempty"`
	Args     []string `json:"args"`
}

// offer asks for what can stand in a place. Each line is a word, perhaps with a tab and
// what it is behind it.
func (t *tree) offer(v *Verb, q question, word string) []string {
	q.NetNS, q.Word = t.netns, word
	title, path, code := "complete", "", ""
	if v != nil && q.Place != "" {
		var err error
		if code, err = v.code(); err != nil {
			return nil
		}
		title, path = v.title(), v.from.path
	}
	ask, err := json.Marshal(&q)
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	cfg := t.p.config(&out, io.Discard)
	rt := luabind.New(cfg)
	defer rt.Close()
	if drive(context.Background(), rt, title, "asked:complete", path, code, title, string(ask)) != nil {
		return nil // it is no place to say so
	}
	return beginning(strings.Split(strings.TrimRight(out.String(), "\n"), "\n"), word)
}

// beginning returns those that begin with a word.
func beginning(list []string, word string) (some []string) {
	for _, s := range list {
		if s != "" && strings.HasPrefix(s, word) {
			some = append(some, s)
		}
	}
	return some
}

// datapathIn returns the datapath that arguments name.
func (v *Verb) datapathIn(args []string) string {
	for i, a := range v.Args {
		if a.Kind == "datapath" && !a.Rest && i < len(args) {
			return args[i]
		}
	}
	return ""
}

// candidates returns what an argument or a flag may be.
func (t *tree) candidates(v *Verb, i *item, k *kind, place string, args []string, word string) ([]string, cobra.ShellCompDirective) {
	list := beginning(append(append([]string(nil), i.Values...), i.Suggest...), word)
	if k.live || i.Complete {
		q := question{Kind: k.name, Datapath: v.datapathIn(args), Name: i.Name, Args: args}
		if i.Complete {
			q.Place = place
		}
		list = append(list, t.offer(v, q, word)...)
	}
	if k.files {
		return list, cobra.ShellCompDirectiveDefault
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeArg returns what completes the arguments of a verb.
func (t *tree) completeArg(v *Verb) completer {
	return func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		n := len(args)
		if last := len(v.Args) - 1; n > last && last >= 0 && v.Args[last].Rest {
			n = last
		}
		if n >= len(v.Args) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		a := &v.Args[n]
		return t.candidates(v, &a.item, kindNamed(a.Kind, "text"), "args", args, word)
	}
}

// completeFlag has the value of a flag completed.
func (t *tree) completeFlag(c *cobra.Command, v *Verb, f *Flag) {
	complain(c.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		return t.candidates(v, &f.item, f.kind(), "flags", args, word)
	}))
}

// completeOption has those options completed that take ports. Only the last one of
// several is completed.
func (t *tree) completeOption(c *cobra.Command, v *Verb, name string) {
	complain(c.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if name != "in-port" && name != "output" {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		before := word[:strings.LastIndexByte(word, ',')+1]
		list := t.offer(v, question{Kind: "vport", Datapath: v.datapathIn(args)}, word[len(before):])
		for i := range list {
			list[i] = before + list[i]
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}))
}

// completeBuiltin completes verbs that read their arguments themselves.
func (t *tree) completeBuiltin(name string) completer {
	return func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		switch {
		case name == "completion" && len(args) == 0:
			return beginning([]string{"bash", "zsh", "fish"}, word), cobra.ShellCompDirectiveNoFileComp
		case name == "help":
			c, rest, err := t.root.Find(args)
			if err != nil || len(rest) > 0 {
				c = t.root
			}
			return subNames(c, word), cobra.ShellCompDirectiveNoFileComp
		case name == "example" && len(args) == 0:
			files, err := fs.Glob(t.p.Examples, "examples/*.lua")
			for i, f := range files {
				files[i] = strings.TrimSuffix(path.Base(f), ".lua")
			}
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return beginning(files, word), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault
	}
}

//go:embed completion.bash
var bashCompletion string

// printCompletion prints what a shell reads to complete command lines. That for bash
// is our own, which needs nothing but bash.
func (p *Program) printCompletion(args []string) int {
	if len(args) != 1 {
		return usageError("completion takes the name of a shell: bash, zsh or fish")
	}
	t, err := p.newTree("")
	if err != nil {
		return p.report(err)
	}
	var script strings.Builder
	switch args[0] {
	case "bash":
		script.WriteString(bashCompletion)
	case "zsh":
		err = t.root.GenZshCompletion(&script)
	case "fish":
		err = t.root.GenFishCompletion(&script, true)
	default:
		return usageError("completion is for bash, zsh and fish, not for %s", args[0])
	}
	if err != nil {
		return p.report(err)
	}
	return p.print(script.String())
}
