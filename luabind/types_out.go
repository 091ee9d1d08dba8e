package luabind

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// typesFolder is where a project has the annotations. It is a folder that require
// does not look into, as modules written in Lua are copied there.
const typesFolder = ".odp/types"

// editorFile has the settings of lua-language-server for a project.
const editorFile = ".luarc.json"

// editorSettings are those of a project that has none.
var editorSettings = map[string]any{
	"runtime.version":           "Lua 5.1",
	"workspace.library":         []string{typesFolder},
	"workspace.checkThirdParty": false,
}

// copiedHead is put in front of a copied module: what an editor thinks of its code
// is of no use to who requires it.
const copiedHead = "---@diagnostic disable\n"

// WriteAnnotations writes the files of [Annotations], and the modules written in
// Lua, into the folder .odp/types of a project, and, where it has none, the file
// .luarc.json by which lua-language-server finds them. modules may be nil. The
// notes say what was done, one for each file that is not as it was; a .luarc.json
// is never changed.
func WriteAnnotations(project string, modules fs.FS) (notes []string, err error) {
	files := map[string][]byte{}
	for name, text := range Annotations() {
		files[name] = []byte(text)
	}
	if modules != nil {
		err := fs.WalkDir(modules, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".lua" {
				return err
			}
			src, err := fs.ReadFile(modules, name)
			files[name] = append([]byte(copiedHead), src...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		note, err := writeChanged(filepath.Join(project, typesFolder, name), files[name])
		if err != nil {
			return notes, err
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	note, err := writeSettings(filepath.Join(project, editorFile))
	if note != "" {
		notes = append(notes, note)
	}
	return notes, err
}

// writeChanged writes a file unless it is so already.
func writeChanged(file string, data []byte) (note string, err error) {
	old, err := os.ReadFile(file)
	switch {
	case err == nil && bytes.Equal(old, data):
		return "", nil
	case err == nil:
		note = "replaced " + file + ", which was another"
	case errors.Is(err, fs.ErrNotExist):
		note = "wrote " + file
	default:
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return "", err
	}
	return note, os.WriteFile(file, data, 0o666)
}

// writeSettings writes the editor's settings if there are none.
func writeSettings(file string) (note string, err error) {
	data, err := json.MarshalIndent(editorSettings, "", "  ")
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		old, err := os.ReadFile(file)
		if err == nil && !bytes.Contains(old, []byte(typesFolder)) {
			note = fmt.Sprintf("kept %s as it is: add %q to its workspace.library", file, typesFolder)
		}
		return note, err
	}
	if err != nil {
		return "", err
	}
	if _, err := f.Write(append(data, '\n')); err != nil {
		f.Close()
		return "", err
	}
	return "wrote " + file, f.Close()
}
