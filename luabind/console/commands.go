package console

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/repl"
)

// commands are those of this console besides those of each.
func (c *console) commands() []repl.Command {
	return []repl.Command{
		{Name: "load", Args: "FILE", Doc: "Run a script as if it was typed here: its locals stay.", Complete: files,
			Run: func(ctx repl.Context, path string) error {
				if path == "" {
					return errors.New(".load: the name of a file expected")
				}
				return c.load(ctx, path, nil)
			}},
		{Name: "save", Args: "FILE", Doc: "Write what was run so far to a new file, as a script.", Complete: files,
			Run: func(ctx repl.Context, path string) error {
				if path == "" {
					return errors.New(".save: the name of a file expected")
				}
				return c.save(ctx, path)
			}},
		{Name: "netns", Args: "[NAME]", Doc: "Run the next lines in a namespace, or where odp began.",
			Complete: func(string) []string { return c.rt.NamespaceNames() },
			Run: func(ctx repl.Context, name string) error {
				argument := ""
				if name != "" {
					argument = strconv.Quote(name)
				}
				_, err := c.Eval(ctx, "net.enter("+argument+")")
				if place := (*luabind.LineError)(nil); errors.As(err, &place) {
					_, message, _ := strings.Cut(place.Err.Error(), ": ") // the line is not the user's
					return errors.New(".netns: " + message)
				}
				return err
			}},
		{Name: "values", Doc: "List the values printed so far, with their names.",
			Run: func(ctx repl.Context, _ string) error {
				for _, v := range c.rt.Values() {
					ctx.Print(fmt.Sprintf("%-5s %s\n", v.Name, v.Text))
				}
				return nil
			}},
		{Name: "jobs", Doc: "List handlers, timers, tasks and what else goes on.",
			Run: func(ctx repl.Context, _ string) error {
				_, err := c.rt.Eval(ctx, "for _, job in ipairs(odp.jobs()) do print(job) end")
				return err
			}},
	}
}

// save writes the session's script. A file that is there is not replaced.
func (c *console) save(ctx repl.Context, path string) error {
	code, err := c.rt.SessionScript()
	if err != nil {
		return fmt.Errorf(".save: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return fmt.Errorf(".save: %w", err)
	}
	_, err = f.WriteString(code)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf(".save: %w", err)
	}
	ctx.Print(fmt.Sprintf("%s: %d lines\n", path, strings.Count(code, "\n")))
	return nil
}

// files lists those that the last word of args may become.
func files(args string) (names []string) {
	word := args[strings.LastIndexAny(args, " \t")+1:]
	folder, _ := filepath.Split(word)
	dir := folder
	if dir == "" {
		dir = "."
	}
	entries, _ := os.ReadDir(dir) // an error is no candidates
	for _, e := range entries {
		name := folder + e.Name()
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name += "/"
		}
		names = append(names, name)
	}
	return names
}
