package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/go-odp/odp/luabind"
)

// drive calls a function, MODULE:NAME, of a module that is below module command.
func drive(ctx context.Context, rt *luabind.Runtime, title, function, path string, args ...string) error {
	return rt.RunModule(ctx, title, "command."+function, path, args)
}

// fileToDeclare is what asked.declare takes.
type fileToDeclare struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Group bool   `json:"group"`
}

// declare runs the files of verbs for what they declare. The verbs of a folder are
// run in one Lua state. What is wrong with a file is the Problem of its verb.
func declare(modules fs.FS, f *folder, list []*Verb) error {
	var verbs []*Verb
	var files []fileToDeclare
	var collect func([]*Verb)
	collect = func(list []*Verb) {
		for _, v := range list {
			if v.File != "" {
				if code, err := v.code(); err != nil {
					v.Problem = err.Error()
				} else {
					verbs = append(verbs, v)
					files = append(files, fileToDeclare{code, v.title(), v.Group})
				}
			} else {
				v.Summary = "Verbs in " + v.from.name + "/" + v.Name + "."
			}
			collect(v.Verbs)
		}
	}
	collect(list)
	if len(files) == 0 {
		return nil
	}
	text, err := json.Marshal(files)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	rt := luabind.New(luabind.Config{Stdout: &out, Stderr: io.Discard, Modules: modules})
	err = drive(context.Background(), rt, "declare", "asked:declare", f.path, string(text))
	if closeErr := rt.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	answers := json.NewDecoder(&out)
	for _, v := range verbs {
		var answer struct {
			Declaration *declaration `json:"declaration"`
			Problem     string       `json:"problem"`
		}
		if err := answers.Decode(&answer); err != nil {
			return fmt.Errorf("%s: %w", v.title(), err)
		}
		if v.Problem = answer.Problem; answer.Declaration != nil {
			v.declaration = *answer.Declaration
		}
	}
	return nil
}

// Index runs all files of verbs and returns the text of [IndexFile].
func Index(commands, modules fs.FS) ([]byte, error) {
	f := &folder{files: commands, name: "commands"}
	list, err := scan(f, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	if err := declare(modules, f, list); err != nil {
		return nil, err
	}
	if err := problems(list); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, v := range merge(nil, list) {
		declared, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&text, "%s\t%s\n", strings.Join(append([]string{v.Name}, v.Aliases...), " "), declared)
	}
	return text.Bytes(), nil
}

func problems(list []*Verb) error {
	var errs []error
	for _, v := range list {
		switch {
		case v.Problem != "":
			errs = append(errs, fmt.Errorf("%s: %s", v.title(), v.Problem))
		case v.Group && v.File == "":
			errs = append(errs, fmt.Errorf("%s: its folder has no init.lua", v.Name))
		case v.Default != "" && find(v.Verbs, v.Default) == nil:
			errs = append(errs, fmt.Errorf("%s: default: there is no verb %s", v.title(), v.Default))
		}
		errs = append(errs, problems(v.Verbs))
	}
	return errors.Join(errs...)
}
