package command

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// OVSDpctl is the program that odp behaves as when it is called by that name: its
// verbs are those of odp dpctl.
const OVSDpctl = "ovs-dpctl"

const dpctlGroup = "dpctl"

// MainOVSDpctl runs a command line of ovs-dpctl without the program's name, and
// returns the exit status: 1 of one that is wrong, where odp has [StatusUsage].
func (p *Program) MainOVSDpctl(args []string) int {
	defer profile()()
	p.as = OVSDpctl
	t, err := p.newTree(dpctlGroup)
	if err != nil {
		return p.report(err)
	}
	group := find(t.verbs, dpctlGroup)
	at := group.flagsIn(args)
	for _, flag := range args[:at] {
		switch flag {
		case "-h", "--help":
			return p.runTree([]string{dpctlGroup, "--help"})
		case "-V", "--version":
			return p.print(fmt.Sprintf("%s (odp) %s\n", OVSDpctl, Version()))
		}
	}
	switch {
	case at >= len(args):
		return p.refuse("missing command name; use --help for help")
	case args[at] == "help":
		return p.runTree([]string{dpctlGroup, "--help"})
	case find(group.Verbs, args[at]) == nil: // which is not cut short
		return p.refuse("unknown command '%s'; use --help for help", args[at])
	}
	return p.runTree(append([]string{dpctlGroup}, args...))
}

// name is what messages begin with.
func (p *Program) name() string {
	if p.as != "" {
		return p.as
	}
	return "odp"
}

// refuse prints why a command line is not run, and returns the exit status.
func (p *Program) refuse(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, p.name()+": "+format+"\n", args...)
	return StatusFailed
}

// flagsBehind puts flags of a group that stand in front of its verb behind that:
// dpctl -s show becomes dpctl show -s.
func (t *tree) flagsBehind(args []string) []string {
	at := slices.Index(args, firstWord(args))
	if at < 0 {
		return args
	}
	group := find(t.verbs, args[at])
	if group == nil || !group.Group || len(group.Flags) == 0 {
		return args
	}
	before, rest := args[:at+1], args[at+1:]
	n := group.flagsIn(rest)
	if n == 0 || n >= len(rest) {
		return args
	}
	return slices.Concat(before, rest[n:n+1], rest[:n], rest[n+1:])
}

// flagsIn counts the words at the front that are flags, and values of flags of the
// group and of all verbs.
func (v *Verb) flagsIn(args []string) int {
	n := 0
	for n < len(args) && len(args[n]) > 1 && args[n][0] == '-' && args[n] != "--" {
		if v.takesValue(args[n]) {
			n++
		}
		n++
	}
	return min(n, len(args))
}

// takesValue reports whether the word behind this one is the flag's value.
func (v *Verb) takesValue(word string) bool {
	if word == "-n" || word == "--netns" {
		return true
	}
	return slices.ContainsFunc(v.Flags, func(f Flag) bool {
		return f.kind().value != "" && (word == "--"+f.Name || f.Short != "" && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, f.Short))
	})
}
