package repl

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newHistory returns a history at path and the warnings it gives.
func newHistory(path string, limit int) (*history, *[]string) {
	var warnings []string
	return &history{path: path, limit: limit, warn: func(format string, args ...any) {
		warnings = append(warnings, fmt.Sprintf(format, args...))
	}}, &warnings
}

func TestHistoryIsPrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "history")
	h, warnings := newHistory(path, 10)
	h.load()
	h.add("one")
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", p, got, want)
		}
	}

	open := filepath.Join(dir, "open")
	if err := os.WriteFile(open, []byte("old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h, _ = newHistory(open, 10)
	h.load()
	info, err := os.Stat(open)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("an existing file has mode %o, want 600", got)
	}
	if len(*warnings) > 0 {
		t.Errorf("warnings: %q", *warnings)
	}
}

func TestHistoryAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h, _ := newHistory(path, 3)
	h.load()
	for _, chunk := range []string{"a\n", "a\n", " secret\n", "\n", "b  \n", "c\n", "d\n"} {
		h.addChunk(chunk)
	}
	if diff := cmp.Diff([]string{"b", "c", "d"}, h.entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "a\nb\nc\nd\n" {
		t.Errorf("file has %q, %v", got, err)
	}
}

func TestHistoryLoad(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string
		after      string // the file afterwards
	}{
		{"empty", "", []string{}, ""},
		{"few", "a\nb\n", []string{"a", "b"}, "a\nb\n"},
		{"over the limit", "a\nb\nc\nd\n", []string{"b", "c", "d"}, "a\nb\nc\nd\n"},
		{"twice the limit", "a\nb\nc\nd\ne\nf\n", []string{"d", "e", "f"}, "d\ne\nf\n"},
		{"no last line end", "a\nb", []string{"a", "b"}, "a\nb"},
		{"terminal sequences are left out", "a\n\x1b[2J\n\xff\xfe\x00\n\nb\r\n", []string{"a", "b"},
			"a\n\x1b[2J\n\xff\xfe\x00\n\nb\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history")
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			h, warnings := newHistory(path, 3)
			h.load()
			if diff := cmp.Diff(tt.want, append([]string{}, h.entries...)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != tt.after {
				t.Errorf("file has %q, %v, want %q", got, err, tt.after)
			}
			if len(*warnings) > 0 {
				t.Errorf("warnings: %q", *warnings)
			}
		})
	}
}

func TestHistoryReportsOnce(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"directory": dir, "named pipe": fifo, "below a file": filepath.Join(file, "history"),
	} {
		t.Run(name, func(t *testing.T) {
			h, warnings := newHistory(path, 3)
			h.load()
			h.add("a")
			h.add("b")
			if len(*warnings) != 1 || !strings.Contains((*warnings)[0], path[:len(dir)]) {
				t.Errorf("warnings %q, want one that names the file", *warnings)
			}
			if diff := cmp.Diff([]string{"a", "b"}, h.entries); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// Consoles that share a file, one of which shortens it, lose nothing new.
func TestHistoryShared(t *testing.T) {
	const consoles, lines = 4, 50
	path := filepath.Join(t.TempDir(), "history")
	var wg sync.WaitGroup
	for c := range consoles {
		wg.Go(func() {
			h, _ := newHistory(path, 1000)
			h.load()
			for i := range lines {
				h.add(fmt.Sprintf("%d-%d", c, i))
				if i%10 == 0 { // as load does with a file that has grown
					other, _ := newHistory(path, 1000)
					f, err := openLocked(path)
					if err != nil {
						t.Error(err)
						return
					}
					data, err := os.ReadFile(path)
					if err != nil {
						t.Error(err)
					}
					other.entries = strings.Fields(string(data))
					if err := other.rewrite(); err != nil {
						t.Error(err)
					}
					f.Close()
				}
			}
		})
	}
	wg.Wait()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(strings.Fields(string(data))); got != consoles*lines {
		t.Errorf("%d entries in the file, want %d", got, consoles*lines)
	}
}

// An entry of several lines is one line of the file.
func TestHistoryOfSeveralLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h, warnings := newHistory(path, 10)
	h.load()
	for _, chunk := range []string{"a\n", "for i = 1, 2 do -- x\n\tprint(i)\nend\n"} {
		h.addChunk(chunk)
	}
	again, _ := newHistory(path, 10)
	again.load()
	if diff := cmp.Diff([]string{"a", "for i = 1, 2 do -- x\n\tprint(i)\nend"}, again.entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if len(*warnings) > 0 {
		t.Errorf("warnings: %q", *warnings)
	}
}
