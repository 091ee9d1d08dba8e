package luatest

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/sandbox"
)

// Suffix is how the names of the files end that are found in folders.
const Suffix = "_test.lua"

// A File is a test: a Lua script.
type File struct {
	Path string
	// Kernels are the only ones that the test is for, as the script's comment
	// "-- kernels: 6.12, smp" says. None means that it is for all.
	Kernels []string
}

// Name is the file's name without its folder and without [Suffix].
func (f File) Name() string {
	base := filepath.Base(f.Path)
	if name, ok := strings.CutSuffix(base, Suffix); ok {
		return name
	}
	return strings.TrimSuffix(base, ".lua")
}

// For reports whether the test is for the kernel of this name.
func (f File) For(kernel string) bool {
	return len(f.Kernels) == 0 || slices.Contains(f.Kernels, kernel)
}

// Find returns the tests under paths, in the order of paths and of names, each
// once. Of a folder those are all files in it and in its folders whose names end
// in [Suffix]; folders whose names begin with a dot are left out. A file that is
// given by its path is a test whatever its name.
func Find(paths []string) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	add := func(path string) error {
		path = filepath.Clean(path)
		if seen[path] {
			return nil
		}
		seen[path] = true
		kernels, err := kernelsOf(path)
		if err != nil {
			return err
		}
		files = append(files, File{Path: path, Kernels: kernels})
		return nil
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := add(path); err != nil {
				return nil, err
			}
			continue
		}
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && p != path && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case !d.IsDir() && strings.HasSuffix(d.Name(), Suffix):
				return add(p)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// kernelsOf reads which kernels a script is for. That stands among the comments
// at its beginning.
func kernelsOf(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	for number := 1; ; number++ {
		line, err := in.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, "-- kernels:"); ok {
			list := strings.Fields(strings.ReplaceAll(rest, ",", " "))
			for _, name := range list {
				if err := checkKernel(name); err != nil {
					return nil, fmt.Errorf("%s:%d: %w", path, number, err)
				}
			}
			return list, nil
		}
		if err != nil || !strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "#!") {
			return nil, nil
		}
	}
}

// checkKernel returns an error for a name that no kernel has.
func checkKernel(name string) error {
	var names []string
	for _, k := range sandbox.Kernels() {
		if k.Name == name {
			return nil
		}
		names = append(names, k.Name)
	}
	return fmt.Errorf("unknown kernel %q, expected one of %s", name, strings.Join(names, ", "))
}
