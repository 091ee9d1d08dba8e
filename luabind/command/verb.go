package command

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// IndexFile is where in [Program.Commands] the declarations of its files stand: a line
// for each verb or group at the top, with its names, a tab, and a [Verb] as JSON. So
// that only what is called need be read.
const IndexFile = "index"

// A Verb is what the file of a verb declares, as class command.Verb of module
// command says it, or a group of verbs.
type Verb struct {
	Name  string `json:"name"`
	File  string `json:"file,omitempty"` // below the folder of verbs; empty for a group without an init.lua
	Group bool   `json:"group,omitempty"`
	declaration
	Verbs []*Verb `json:"verbs,omitempty"` // of a group, by name

	// Problem is why the file cannot be used.
	Problem string `json:"-"`
	from    *folder
}

type declaration struct {
	Summary  string   `json:"summary,omitempty"`
	Details  string   `json:"details,omitempty"`
	Args     []Arg    `json:"args,omitempty"`
	Flags    []Flag   `json:"flags,omitempty"`
	Options  string   `json:"options,omitempty"` // "match" or "flow"
	Raw      bool     `json:"raw,omitempty"`
	Ahead    bool     `json:"ahead,omitempty"` // flags stand in front of arguments only
	Aliases  []string `json:"aliases,omitempty"`
	Default  string   `json:"default,omitempty"`
	Hidden   bool     `json:"hidden,omitempty"`
	Examples []string `json:"examples,omitempty"`
}

// An Arg is a positional argument.
type Arg struct {
	item
	Optional bool `json:"optional,omitempty"`
	Rest     bool `json:"rest,omitempty"`
}

// A Flag is an option of a verb.
type Flag struct {
	item
	Short         string `json:"short,omitempty"`
	Value         string `json:"value,omitempty"`
	Default       any    `json:"default,omitempty"`
	OptionalValue string `json:"optional_value,omitempty"`
}

// item is what arguments and flags have in common.
type item struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind,omitempty"`
	Doc      string   `json:"doc,omitempty"`
	Values   []string `json:"values,omitempty"`
	Suggest  []string `json:"suggest,omitempty"`
	Complete bool     `json:"complete,omitempty"` // code knows what to offer
}

// A folder holds files of verbs.
type folder struct {
	files fs.FS
	name  string // what it is called in messages
	// path is package.path for its files: what comes with the program needs none.
	path string
}

// code reads the file of a verb.
func (v *Verb) code() (string, error) {
	if v.File == "" {
		return "", fmt.Errorf("%s is a folder of verbs without an init.lua", v.Name)
	}
	src, err := fs.ReadFile(v.from.files, v.File)
	return string(src), err
}

// title is the name of the verb's file in messages.
func (v *Verb) title() string { return path.Join(v.from.name, v.File) }

// find returns the verb of that name in a list, or nil.
func find(list []*Verb, name string) *Verb {
	i := slices.IndexFunc(list, func(v *Verb) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// readIndex reads the declarations of the files that come with the program. Of verbs
// that the word cannot mean there are the names alone; an empty word means all.
func readIndex(files fs.FS, word string) ([]*Verb, error) {
	f, err := files.Open(IndexFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []*Verb
	for in := bufio.NewReader(f); ; {
		head, err := in.ReadString('\t')
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		names := strings.Split(strings.TrimSuffix(head, "\t"), " ")
		v := &Verb{Name: names[0]}
		v.Aliases = names[1:]
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, word) }) {
			declared, err := in.ReadBytes('\n')
			if err == nil {
				err = json.Unmarshal(declared, v)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", IndexFile, v.Name, err)
			}
		} else if err := skipLine(in); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	from := &folder{files: files, name: "commands"}
	var own func([]*Verb)
	own = func(list []*Verb) {
		for _, v := range list {
			v.from = from
			own(v.Verbs)
		}
	}
	own(list)
	return list, nil
}

// skipLine reads up to the end of a line.
func skipLine(in *bufio.Reader) error {
	for {
		_, err := in.ReadSlice('\n')
		if err != bufio.ErrBufferFull {
			return err
		}
	}
}

// scan finds the verbs of a folder by the names of their files, of those at the top
// whose name is wanted. Nothing is declared yet.
func scan(f *folder, wanted func(name string) bool) ([]*Verb, error) {
	return scanIn(f, ".", wanted)
}

func scanIn(f *folder, dir string, wanted func(string) bool) ([]*Verb, error) {
	entries, err := fs.ReadDir(f.files, dir)
	if err != nil {
		return nil, err
	}
	var list []*Verb
	for _, e := range entries {
		name, isLua := strings.CutSuffix(e.Name(), ".lua")
		file := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(name, ".") || !wanted(name):
		case isLua && name != "init":
			list = append(list, &Verb{Name: name, File: file, from: f})
		case !isLua && isDir(f.files, file):
			subs, err := scanIn(f, file, func(string) bool { return true })
			if err != nil {
				return nil, err
			}
			v := &Verb{Name: name, Group: true, Verbs: subs, from: f}
			if init := path.Join(file, "init.lua"); exists(f.files, init) {
				v.File = init
			}
			if len(subs) > 0 {
				list = append(list, v)
			}
		}
	}
	return list, nil
}

// isDir follows links, which fs.DirEntry does not.
func isDir(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && info.IsDir()
}

func exists(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

// merge adds verbs to a list. One that is there already is replaced, but a group
// keeps the verbs that only the old one has.
func merge(list, more []*Verb) []*Verb {
	for _, v := range more {
		old := find(list, v.Name)
		switch {
		case old == nil:
			list = append(list, v)
		case old.Group && v.Group:
			old.Verbs = merge(old.Verbs, v.Verbs)
			if v.File != "" {
				old.File, old.from, old.declaration, old.Problem = v.File, v.from, v.declaration, v.Problem
			}
		default:
			*old = *v
		}
	}
	slices.SortFunc(list, func(a, b *Verb) int { return strings.Compare(a.Name, b.Name) })
	return list
}
