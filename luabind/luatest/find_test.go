package luatest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes files of these contents in a new folder, which becomes the current one.
func tree(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	tree(t, map[string]string{
		"b_test.lua": "", "a_test.lua": "", "helper.lua": "", "sub/deep/c_test.lua": "", "sub/x_test.go": "",
		".hidden/d_test.lua": "", "only_test.lua": "#!/usr/bin/env odp\n-- What it is.\n-- kernels: 6.1, smp\nreturn\n",
		"late_test.lua":    "local x\n-- kernels: smp\n",
		"bad/bad_test.lua": "-- kernels: 9.9\n",
	})
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		paths []string
		want  string
		err   string
	}{
		{"folder", []string{"sub"}, "sub/deep/c_test.lua", ""},
		{"file of any name", []string{"helper.lua"}, "helper.lua", ""},
		{"each once, in the order given", []string{"./helper.lua", "sub", "sub/deep", "helper.lua"}, "helper.lua sub/deep/c_test.lua", ""},
		{"hidden by name", []string{".hidden"}, ".hidden/d_test.lua", ""},
		{"kernels", []string{"only_test.lua"}, "only_test.lua[6.1 smp]", ""},
		{"kernels behind code", []string{"late_test.lua"}, "late_test.lua", ""},
		{"nothing", []string{"empty"}, "", ""},
		{"absent", []string{"a_test.lua", "absent"}, "", "absent: no such file"},
		{"unknown kernel", []string{"."}, "", `bad/bad_test.lua:1: unknown kernel "9.9", expected one of 6.1, `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, err := Find(tt.paths)
			var got []string
			for _, f := range files {
				text := f.Path
				if f.Kernels != nil {
					text += "[" + strings.Join(f.Kernels, " ") + "]"
				}
				got = append(got, text)
			}
			if tt.err == "" && (err != nil || strings.Join(got, " ") != tt.want) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || files != nil) {
				t.Errorf("got %q, %v, want the error %q", got, err, tt.err)
			}
		})
	}
	if err := os.RemoveAll("bad"); err != nil {
		t.Fatal(err)
	}
	files, err := Find([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Path)
	}
	if want := []string{"a_test.lua", "b_test.lua", "late_test.lua", "only_test.lua", "sub/deep/c_test.lua"}; !slices.Equal(got, want) {
		t.Errorf("in the current folder: got %q, want %q", got, want)
	}
}

func TestPattern(t *testing.T) {
	file := File{Path: "tests/net/meter_errors_test.lua"}
	tests := []struct {
		pattern string
		file    bool
		cases   string // that are selected of: "add", "add twice", "delete"
	}{
		{"", true, "add,add twice,delete"},
		{"meter", true, "add,add twice,delete"},
		{"meter*", true, "add,add twice,delete"},
		{"meter", true, "add,add twice,delete"},
		{"meter?", false, ""},
		{"met?r_errors", true, "add,add twice,delete"},
		{"*_errors_test.lua", true, "add,add twice,delete"},
		{"tests/net/*", true, "add,add twice,delete"},
		{"net/", true, "add,add twice,delete"},
		{"flow", false, ""},
		{":add", true, "add,add twice"},
		{":add?*", true, "add twice"},
		{"meter:*e", true, "add twice,delete"},
		{"flow:add", false, ""},
		{":", true, "add,add twice,delete"},
	}
	for _, tt := range tests {
		p := ParsePattern(tt.pattern)
		if got := p.File(file); got != tt.file {
			t.Errorf("%q: selects the file: %v, want %v", tt.pattern, got, tt.file)
			continue
		}
		var got []string
		for _, name := range []string{"add", "add twice", "delete"} {
			if (&Child{cases: p.name}).Selected(name) {
				got = append(got, name)
			}
		}
		if tt.file && strings.Join(got, ",") != tt.cases {
			t.Errorf("%q: selects %q, want %q", tt.pattern, got, tt.cases)
		}
	}
	// What would take very long with a naive comparison.
	if glob([]rune(strings.Repeat("*a", 100)+"b"), []rune(strings.Repeat("a", 2000))) {
		t.Error("a pattern that ends in b matches a text without one")
	}
}

func TestFileName(t *testing.T) {
	for path, want := range map[string]string{"a/meter_test.lua": "meter", "x.lua": "x", "plain": "plain"} {
		if got := (File{Path: path}).Name(); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
