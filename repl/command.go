package repl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Command is a line that is for the console and not for the interpreter: a dot,
// the name, and the arguments behind a space.
type Command struct {
	Name string
	Args string // as help shows them: "[NAME]"
	Doc  string // a sentence
	Run  func(c Context, args string) error
	// Complete lists what the last word of args may be. Nil is nothing.
	Complete func(args string) []string

	lines bool // its argument is a chunk, which may go on over more lines
}

// A Context is what a command is run with. It is done when the console ends or
// Ctrl-C is pressed.
type Context struct {
	context.Context
	console *Console
	interp  Interp
	lines   lineReader
}

// Print shows text, whole lines, to the user.
func (c Context) Print(text string) { fmt.Fprint(c.console.stdout, text) }

// with is the context of a command.
func (c *Console) with(ctx context.Context, interp Interp, lines lineReader) Context {
	return Context{ctx, c, interp, lines}
}

// builtin are the commands of each console.
func builtin() []Command {
	return []Command{
		{Name: "edit", Args: "[FILE]", Doc: "Edit the last lines, or FILE, with $EDITOR, and run them.", Run: edit},
		{Name: "help", Doc: "Show these commands and the keys.", Run: func(c Context, _ string) error {
			c.Print(c.console.helpText())
			return nil
		}},
		{Name: "time", Args: "LINE", lines: true, Doc: "Run a line and say how long that took.", Run: func(c Context, line string) error {
			if line == "" {
				return errors.New(".time: a line to run expected: .time print(1)")
			}
			began := time.Now()
			err := c.console.run(c, c.interp, line)
			if took := time.Since(began); !errors.Is(err, ErrIncomplete) {
				c.Print(fmt.Sprintf("took %s\n", took.Round(took/1000+1)))
			}
			return err
		}},
	}
}

// commands lists all commands by name.
func (c *Console) commands() []Command {
	list := slices.Concat(builtin(), c.cfg.Commands)
	slices.SortFunc(list, func(a, b Command) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// command tells whether a chunk is a command, and which. A name that there is not is
// one as well, which fails.
func (c *Console) command(chunk string) (cmd Command, args string, ok bool) {
	name, args, ok := cutCommand(chunk)
	if !ok {
		return cmd, "", false
	}
	args = strings.TrimSpace(args)
	var names []string
	for _, cmd := range c.commands() {
		if cmd.Name == name {
			if args != "" && cmd.Args == "" {
				return Command{Run: func(Context, string) error { return fmt.Errorf(".%s takes nothing behind it, got %q", name, args) }}, args, true
			}
			return cmd, args, true
		}
		names = append(names, "."+cmd.Name)
	}
	return Command{Run: func(Context, string) error {
		return fmt.Errorf(".%s is no command of the console; there are %s", name, strings.Join(names, ", "))
	}}, args, true
}

// cutCommand finds the name in a line that begins with a dot and a letter, as no
// line of Lua does.
func cutCommand(line string) (name, args string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), ".")
	if !ok || rest == "" || !isLetter(rest[0]) {
		return "", "", false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r > 0x7f || !isLetter(byte(r)) })
	if end < 0 {
		end = len(rest)
	}
	return rest[:end], rest[end:], true
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// completeCommand is complete for a line that is a command. It reports false where
// the interpreter is asked: for the line of .time.
func (c *Console) completeCommand(line string, pos int) (found completion, ok bool) {
	name, args, ok := cutCommand(line[:pos])
	if !ok {
		if strings.TrimSpace(line[:pos]) != "." {
			return completion{}, false
		}
		return c.commandNames("."), true
	}
	if args == "" {
		return c.commandNames("." + name), true
	}
	for _, cmd := range c.commands() {
		switch {
		case cmd.Name != name:
		case name == "time":
			return completion{}, false
		case cmd.Complete != nil:
			word := args[strings.LastIndexAny(args, " \t")+1:]
			found = choose(word, cmd.Complete(args))
		}
	}
	return found, true
}

// commandNames completes the name of a command.
func (c *Console) commandNames(word string) completion {
	var names []string
	for _, cmd := range c.commands() {
		name := "." + cmd.Name
		if cmd.Args != "" {
			name += " "
		}
		names = append(names, name)
	}
	return choose(word, names)
}

// keyHelp is what keys do.
var keyHelp = [][2]string{
	{"Tab", "complete, or show what there is"},
	{"Up, Down, Ctrl-R", "earlier lines; one that has a text in it"},
	{"Ctrl-A, Ctrl-E", "to the beginning, to the end"},
	{"Ctrl-W, Ctrl-U", "delete the word, the line before it; Ctrl-Y inserts it"},
	{"Ctrl-L", "clear the screen"},
	{"Ctrl-C", "give up the line, or stop what runs"},
	{"Ctrl-D", "leave, at an empty line"},
}

func (c *Console) helpText() string {
	var b strings.Builder
	for _, cmd := range c.commands() {
		fmt.Fprintf(&b, "  %-16s %s\n", strings.TrimSpace("."+cmd.Name+" "+cmd.Args), cmd.Doc)
	}
	b.WriteString("\n")
	for _, k := range keyHelp {
		fmt.Fprintf(&b, "  %-16s %s\n", k[0], k[1])
	}
	if c.cfg.Help != "" {
		b.WriteString("\n" + c.cfg.Help)
	}
	return b.String()
}

// edit is the command of that name.
func edit(c Context, path string) error {
	temporary := path == ""
	if temporary {
		f, err := os.CreateTemp("", "odp-*.lua")
		if err != nil {
			return fmt.Errorf(".edit: %w", err)
		}
		path = f.Name()
		defer os.Remove(path)
		_, err = f.WriteString(c.console.last)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf(".edit: %w", err)
		}
	}
	editor := firstOf(os.Getenv("VISUAL"), os.Getenv("EDITOR"), "vi")
	// The variable may hold arguments, and is for the shell.
	cmd := exec.CommandContext(c, "sh", "-c", editor+` "$1"`, "sh", path)
	cmd.Stdout, cmd.Stderr = c.console.cfg.Stdout, c.console.cfg.Stderr
	if f, ok := c.console.cfg.Stdin.(*os.File); ok {
		cmd.Stdin = f
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf(".edit: %s: %w; nothing was run", editor, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf(".edit: %w", err)
	}
	chunk := strings.TrimRight(string(text), "\n")
	if strings.TrimSpace(chunk) == "" {
		return nil
	}
	c.Print(chunk + "\n")
	c.lines.record(chunk)
	err = c.console.run(c, c.interp, chunk)
	if errors.Is(err, ErrIncomplete) {
		c.console.last = chunk
		return errors.New(".edit: the text ends in the middle of a statement; nothing was run, and .edit has it again")
	}
	return err
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
