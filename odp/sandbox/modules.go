package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// moduleOrder returns the files to load, in order, for the named modules, as the
// text of a modules.dep file says. Each file appears once.
func moduleOrder(dep string, names ...string) ([]string, error) {
	rows := map[string]string{} // module name -> its line
	for line := range strings.Lines(dep) {
		if path, _, ok := strings.Cut(line, ":"); ok {
			rows[moduleName(path)] = line
		}
	}
	var order []string
	seen := map[string]bool{}
	for _, name := range names {
		line, ok := rows[moduleName(name)]
		if !ok {
			return nil, fmt.Errorf("no module %q in modules.dep", name)
		}
		path, deps, _ := strings.Cut(line, ":")
		// Dependencies stand with the deepest last.
		files := append([]string{path}, strings.Fields(deps)...)
		for i := len(files) - 1; i >= 0; i-- {
			if !seen[files[i]] {
				seen[files[i]] = true
				order = append(order, files[i])
			}
		}
	}
	return order, nil
}

// moduleName is the name of the module in a file; the kernel takes - and _ as the same.
func moduleName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	return strings.ReplaceAll(name, "-", "_")
}

// loadModules loads modules and what they need from a folder that has a
// modules.dep, without the modprobe program. Loaded or built-in ones are fine.
func loadModules(dir string, names ...string) error {
	dep, err := os.ReadFile(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return err
	}
	builtin, _ := os.ReadFile(filepath.Join(dir, "modules.builtin"))
	have := map[string]bool{}
	for line := range strings.Lines(string(builtin)) {
		have[moduleName(line)] = true
	}
	var missing []string
	for _, name := range names {
		if !have[moduleName(name)] {
			missing = append(missing, name)
		}
	}
	order, err := moduleOrder(string(dep), missing...)
	if err != nil {
		return err
	}
	for _, file := range order {
		if err := loadModule(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("load %s: %w", file, err)
		}
	}
	return nil
}

func loadModule(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = unix.FinitModule(int(f.Fd()), "", 0)
	if errors.Is(err, unix.EEXIST) {
		return nil
	}
	return err
}
