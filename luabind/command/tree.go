package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-odp/odp/odp"
)

// usageProblem is what is wrong with a command line.
type usageProblem struct{ error }

func usagef(format string, args ...any) error { return usageProblem{fmt.Errorf(format, args...)} }

// tree is the command line as cobra knows it.
type tree struct {
	p      *Program
	root   *cobra.Command
	verbs  []*Verb
	of     map[*cobra.Command]*Verb
	given  map[*cobra.Command]*given
	status int // of the verb that ran

	json, noColor bool
	netns         string
}

// runTree runs a command line whose first word is no script's name for sure.
func (p *Program) runTree(args []string) int {
	t, err := p.newTree(firstWord(completed(args)))
	if err != nil {
		return p.report(err)
	}
	args = t.flagsBehind(args)
	word := firstWord(args)
	c, _, findErr := t.root.Find(completed(args))
	switch {
	case p.limited && !p.takesLimits(word):
		return usageError("--timeout, --max-memory and --safe are for scripts, not for odp %s", word)
	case word == args[0] && !isHidden(word) && (findErr != nil || c == t.root || c.Name() != word && !c.HasAlias(word)) && isFile(word) && !t.hasExactly(word):
		return p.runFile(args)
	case c == t.root && word == "" && strings.HasPrefix(args[0], "-") && t.unknownOption(args[0]):
		return usageError("unknown option %s", args[0])
	}
	if findErr == nil {
		t.addOptions(c)
		args = longOptions(c, args)
	}
	t.root.SetArgs(args)
	err = t.root.Execute()
	var usage usageProblem
	switch {
	case errors.As(err, &usage):
		return p.usage(usage.Error(), c, t)
	case err != nil && findErr != nil:
		return p.usage(t.unknown(t.root, word).Error(), t.root, t)
	case err != nil:
		return p.usage(err.Error(), c, t)
	}
	return t.status
}

// usage prints what is wrong with a command line.
func (p *Program) usage(text string, c *cobra.Command, t *tree) int {
	if p.as != "" {
		return p.refuse("%s", text)
	}
	help := "odp help"
	if c != nil && c != t.root {
		text = strings.TrimPrefix(c.CommandPath(), "odp ") + ": " + text
		help += strings.TrimPrefix(c.CommandPath(), "odp")
	}
	text, _, _ = strings.Cut(text, "\n")
	fmt.Fprintf(os.Stderr, "odp: %s (%s shows how it is used)\n", text, help)
	return StatusUsage
}

// firstWord returns the first argument that is no flag that every verb has.
func firstWord(args []string) string {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-n" || a == "--netns":
			i++
		case !strings.HasPrefix(a, "-") || a == "--version":
			return a
		}
	}
	return ""
}

// completed takes off the front of args what asks to complete the rest.
func completed(args []string) []string {
	if len(args) > 0 && isHidden(args[0]) {
		return args[1:]
	}
	return args
}

// isHidden reports whether a word asks to complete those behind it.
func isHidden(word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd
}

func (p *Program) takesLimits(word string) bool {
	return slices.ContainsFunc(p.builtins(), func(b *builtin) bool { return b.scripts && slices.Contains(b.names, word) }) || isFile(word)
}

func (t *tree) unknownOption(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name != "help" && name != "h" && name != "n" && t.root.PersistentFlags().Lookup(name) == nil
}

// hasExactly reports whether there is a verb of that name.
func (t *tree) hasExactly(word string) bool {
	return slices.ContainsFunc(t.root.Commands(), func(c *cobra.Command) bool { return c.Name() == word || c.HasAlias(word) })
}

// newTree makes the tree. Only those of the user's verbs are read that the first
// word can mean; all of them if it is empty.
func (p *Program) newTree(word string) (*tree, error) {
	t := &tree{p: p, of: map[*cobra.Command]*Verb{}, given: map[*cobra.Command]*given{}}
	cobra.EnablePrefixMatching = true
	t.root = &cobra.Command{
		Use: "odp", SilenceErrors: true, SilenceUsage: true,
		Args:              cobra.ArbitraryArgs,
		RunE:              func(c *cobra.Command, args []string) error { return t.group(c, nil, args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return nil, 0 },
	}
	t.root.CompletionOptions.DisableDefaultCmd = true
	t.root.SetHelpFunc(func(c *cobra.Command, _ []string) { t.status = p.print(t.help(c)) })
	t.root.SetFlagErrorFunc(flagProblem)
	if p.as != "" {
		t.root.SetFlagErrorFunc(getoptProblem)
	}
	flags := t.root.PersistentFlags()
	flags.BoolVar(&t.json, "json", false, "print JSON, a line for each record")
	flags.BoolVar(&t.noColor, "no-color", false, "print without colours, on a terminal too")
	flags.StringVarP(&t.netns, "netns", "n", "", "work in the network namespace of this `NAME`")
	flags.BoolVar(&p.debug, "debug", false, "show where a verb failed")
	complain(t.root.RegisterFlagCompletionFunc("netns", func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return t.offer(nil, question{Kind: "netns"}, word), cobra.ShellCompDirectiveNoFileComp
	}))
	for _, b := range p.builtins() {
		if len(b.names) > 0 {
			c := t.builtin(b)
			t.root.AddCommand(c)
			if c.Name() == "help" {
				t.root.SetHelpCommand(c) // in place of cobra's own
			}
		}
	}
	var err error
	if t.verbs, err = readIndex(p.Commands, word); err != nil {
		return nil, err
	}
	own, err := p.userVerbs(word)
	if err != nil {
		return nil, err
	}
	t.verbs = merge(t.verbs, own)
	for _, v := range t.verbs {
		if !t.hasExactly(v.Name) { // what reads its arguments itself cannot be replaced
			t.root.AddCommand(t.node(v, nil))
		}
	}
	return t, nil
}

// getoptProblem says what is wrong with a flag as getopt does, for programs that odp
// behaves as.
func getoptProblem(_ *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var alone *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return usagef("unrecognized option '--%s'", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		return usagef("invalid option -- '%s'", unknown.GetSpecifiedName())
	case errors.As(err, &alone) && alone.GetSpecifiedShortnames() == "":
		return usagef("option '--%s' requires an argument", alone.GetSpecifiedName())
	case errors.As(err, &alone):
		return usagef("option requires an argument -- '%s'", alone.GetSpecifiedName())
	}
	return flagProblem(nil, err)
}

// flagProblem says what is wrong with a flag.
func flagProblem(c *cobra.Command, err error) error {
	var wrong *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	var alone *pflag.ValueRequiredError
	switch {
	case errors.As(err, &wrong):
		return usagef("--%s: %w", wrong.GetFlag().Name, errors.Unwrap(wrong))
	case errors.As(err, &alone):
		return usagef("--%s needs a value", alone.GetFlag().Name)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name := "--" + unknown.GetSpecifiedName()
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		if near := odp.NearNames(name, names); len(near) > 0 {
			return usagef("there is no flag %s; did you mean %s?", name, strings.Join(near, ", "))
		}
		return usagef("there is no flag %s", name)
	case errors.As(err, &unknown):
		return usagef("there is no flag -%s", unknown.GetSpecifiedName())
	}
	return usageProblem{err}
}

// complain is for errors that only a mistake in this package makes.
func complain(err error) {
	if err != nil {
		panic(err)
	}
}

// userFolders are those that may have verbs of the user, those that come first
// last.
func userFolders() []*folder {
	path := filepath.SplitList(os.Getenv("ODP_PATH"))
	if dir, err := os.UserConfigDir(); err == nil {
		path = append(path, filepath.Join(dir, "odp"))
	}
	var modules []string
	for _, dir := range path {
		modules = append(modules, dir+"/?.lua", dir+"/?/init.lua")
	}
	slices.Reverse(path)
	var list []*folder
	for _, dir := range path {
		name := filepath.Join(dir, "commands")
		list = append(list, &folder{files: os.DirFS(name), name: name, path: strings.Join(modules, ";")})
	}
	return list
}

// userVerbs reads the verbs of the user that the word can mean.
func (p *Program) userVerbs(word string) (all []*Verb, err error) {
	for _, f := range userFolders() {
		list, err := scan(f, func(name string) bool { return strings.HasPrefix(name, word) })
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENOTDIR) { // as of another user's home
			continue
		}
		if err == nil && len(list) > 0 {
			err = declare(p.Modules, f, list)
		}
		if err != nil {
			return nil, fmt.Errorf("verbs in %s: %w", f.name, err)
		}
		all = merge(all, list)
	}
	return all, nil
}

// builtin makes the command of a verb that reads its arguments itself.
func (t *tree) builtin(b *builtin) *cobra.Command {
	short, _, _ := strings.Cut(b.doc, "\n")
	return &cobra.Command{
		Use: b.names[0], Aliases: b.names[1:], Short: short, DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				t.status = t.p.print(t.help(c))
				return nil
			}
			t.status = b.run(args)
			return nil
		},
		ValidArgsFunction: t.completeBuiltin(b.names[0]),
	}
}

// node makes the command of a verb. Flags of the groups that it is in are inherited.
func (t *tree) node(v *Verb, inherited []Flag) *cobra.Command {
	c := &cobra.Command{Use: v.Name, Short: v.Summary, Aliases: v.Aliases, Hidden: v.Hidden, Args: cobra.ArbitraryArgs}
	t.of[c] = v
	runs, owner := v, v
	if v.Group {
		inherited = append(slices.Clip(inherited), v.Flags...)
		for _, sub := range v.Verbs {
			c.AddCommand(t.node(sub, inherited))
		}
		runs = find(v.Verbs, v.Default)
		c.RunE = func(c *cobra.Command, args []string) error { return t.group(c, runs, args) }
		c.ValidArgsFunction = cobra.NoFileCompletions
	} else {
		c.RunE = func(c *cobra.Command, args []string) error { return t.call(c, owner, args) }
		c.ValidArgsFunction = t.completeArg(v)
	}
	if runs != nil && runs.Raw {
		c.DisableFlagParsing = true
	}
	if runs != nil {
		t.given[c] = t.addFlags(c, runs, inherited)
	}
	c.Flags().SortFlags = false
	c.Flags().SetInterspersed(runs == nil || !runs.Ahead)
	return c
}

// group runs what stands for a group, or says that a verb of it is missing.
func (t *tree) group(c *cobra.Command, runs *Verb, args []string) error {
	switch {
	case len(args) > 0 && args[0] == "help": // as go-odp's tool took it behind every group
		return t.helpBehind(c, args[1:])
	case len(args) > 0:
		return t.unknown(c, args[0])
	case runs != nil:
		return t.call(c, runs, args)
	case c == t.root:
		t.status = t.p.print(t.help(c))
		return nil
	case t.of[c].Problem != "":
		return errors.New(t.of[c].Problem)
	}
	return usagef("one of %s expected", strings.Join(subNames(c, ""), ", "))
}

// helpBehind prints the help of a group, or of a verb of it.
func (t *tree) helpBehind(c *cobra.Command, words []string) error {
	sub, rest, err := c.Find(words)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return t.unknown(sub, rest[0])
	}
	return sub.Help()
}

// unknown says that a group has no such verb, or more than one.
func (t *tree) unknown(c *cobra.Command, word string) error {
	if meant := subNames(c, word); len(meant) > 1 {
		return usagef("%q can be %s", word, strings.Join(meant, ", "))
	}
	what := "there is no verb"
	if c == t.root {
		what = "there is no verb and no script"
	}
	if near := odp.NearNames(word, subNames(c, "")); len(near) > 0 {
		return usagef("%s %q; did you mean %s?", what, word, strings.Join(near, ", "))
	}
	return usagef("%s %q", what, word)
}

// subNames lists the verbs of a group that begin with a prefix.
func subNames(c *cobra.Command, prefix string) (names []string) {
	for _, sub := range c.Commands() {
		if !sub.Hidden && strings.HasPrefix(sub.Name(), prefix) {
			names = append(names, sub.Name())
		}
	}
	return names
}

// longOptions puts two dashes before long options that were given with one, as the
// tool of weaveworks/go-odp took them.
func longOptions(c *cobra.Command, args []string) []string {
	args = slices.Clone(args)
	for i, a := range args {
		if a == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if c.DisableFlagParsing || len(name) < 2 || !strings.HasPrefix(a, "-") || name[0] == '-' {
			continue
		}
		if c.Flags().Lookup(name) != nil || c.InheritedFlags().Lookup(name) != nil {
			args[i] = "-" + a
		}
	}
	return args
}

// addOptions gives a command the options of odp.from_options, if it takes them:
// they are many, and only that of the command line needs them.
func (t *tree) addOptions(c *cobra.Command) {
	v := t.of[c]
	if v == nil || v.Options == "" {
		return
	}
	g := t.given[c]
	for _, o := range odp.FlowOptions() {
		name := strings.TrimPrefix(o.Name, "--")
		if v.Options == "match" && isAction(name) || c.Flags().Lookup(name) != nil {
			continue
		}
		f := c.Flags().VarPF(&option{name: name, list: &g.options}, name, "", o.Doc)
		if name == "no-eth" {
			f.NoOptDefVal = "true"
		}
		t.completeOption(c, v, name)
	}
}

func isAction(option string) bool {
	return option == "output" || option == "actions" || strings.HasPrefix(option, "set-")
}

// option is a flag that odp.from_options reads.
type option struct {
	name string
	list *[]string
}

func (o *option) Set(text string) error {
	*o.list = append(*o.list, "--"+o.name+"="+text)
	return nil
}
func (o *option) String() string { return "" }
func (o *option) Type() string   { return "VALUE" }

var _ pflag.Value = (*option)(nil)
