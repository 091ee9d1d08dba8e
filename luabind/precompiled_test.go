package luabind

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/scripts"
)

const compiledDir = "../scripts/compiled"

// shippedChunks calls f for each Lua file that comes with the program, with its name in
// messages.
func shippedChunks(t *testing.T, f func(name, code string)) {
	t.Helper()
	for _, dir := range []struct {
		prefix string
		files  fs.FS
	}{{"", scripts.Modules()}, {"commands/", scripts.Commands()}} {
		err := fs.WalkDir(dir.files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".lua" {
				return err
			}
			code, err := fs.ReadFile(dir.files, path)
			if err == nil {
				f(dir.prefix+path, string(code))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestCompiled compares the compiled files with what the Lua files give, and writes
// them with -update.
func TestCompiled(t *testing.T) {
	rt := New(Config{})
	defer rt.Close()
	made := map[string]bool{}
	shippedChunks(t, func(name, code string) {
		fn, err := rt.compile(name, code)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		want := writeProto(t, fn.Proto, code)
		path := filepath.Join(compiledDir, filepath.FromSlash(name)+"c")
		made[path] = true
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date (%v): run go generate ./luabind", path, err)
		}
	})
	err := filepath.WalkDir(compiledDir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir() || made[path]:
		case *update:
			err = os.Remove(path)
		default:
			t.Errorf("%s is of no Lua file: run go generate ./luabind", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPrecompiled sees that what is read of the compiled files is what the compiler
// makes, and that none is used for other text than its own.
func TestPrecompiled(t *testing.T) {
	plain, rt := New(Config{}), New(Config{Compiled: scripts.Compiled()})
	defer plain.Close()
	defer rt.Close()
	shippedChunks(t, func(name, code string) {
		want, err := plain.compile(name, code)
		if err != nil {
			t.Fatal(err)
		}
		got := rt.precompiled(name, code)
		if got == nil {
			t.Errorf("%s is not used", name)
			return
		}
		if !sameProto(reflect.ValueOf(got), reflect.ValueOf(want.Proto)) {
			t.Errorf("%s gives another function", name)
		}
		if rt.precompiled(name, code+" ") != nil || rt.precompiled(name, "x"+code[1:]) != nil {
			t.Errorf("%s is used for other text", name)
		}
	})
	for _, name := range []string{"", ".lua", "/command.lua", "../command.lua", "command", "nothing"} {
		if rt.precompiled(name, "return 1") != nil {
			t.Errorf("%q is compiled", name)
		}
	}
}

// sameProto compares functions as reflect.DeepEqual does, but takes an empty slice for nil.
func sameProto(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		return a.IsNil() == b.IsNil() && (a.IsNil() || sameProto(a.Elem(), b.Elem()))
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameProto(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !sameProto(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Type() == b.Type() && a.Equal(b)
}

func TestProtoLayout(t *testing.T) {
	theirs, ours := reflect.TypeFor[lua.FunctionProto](), reflect.TypeFor[protoLayout]()
	if theirs.NumField() != ours.NumField() || theirs.Size() != ours.Size() {
		t.Fatalf("%v has another size than lua.FunctionProto", ours)
	}
	for i := range ours.NumField() {
		a, b := theirs.Field(i), ours.Field(i)
		if a.Name != b.Name || a.Type != b.Type || a.Offset != b.Offset {
			t.Errorf("lua.FunctionProto has %s %v at %d, protoLayout %s %v at %d", a.Name, a.Type, a.Offset, b.Name, b.Type, b.Offset)
		}
	}
}

// protoWriter writes what protoReader reads.
type protoWriter struct {
	t       *testing.T
	out     []byte
	n       protoCounts
	strings []string
	index   map[string]int
}

func writeProto(t *testing.T, p *lua.FunctionProto, code string) []byte {
	w := &protoWriter{t: t, index: map[string]int{}}
	w.proto(p)
	w.n.strings = len(w.strings)

	head := binary.AppendUvarint(nil, uint64(len(code)))
	head = binary.AppendUvarint(head, uint64(crc32.ChecksumIEEE([]byte(code))))
	for _, n := range w.n.all() {
		head = binary.AppendUvarint(head, uint64(*n))
	}
	for _, s := range w.strings {
		head = binary.AppendUvarint(head, uint64(len(s)))
	}
	return append(append(head, strings.Join(w.strings, "")...), w.out...)
}

func (w *protoWriter) number(n int) {
	if n < 0 {
		w.t.Fatalf("%d cannot be written", n)
	}
	w.out = binary.AppendUvarint(w.out, uint64(n))
}

func (w *protoWriter) string(s string) {
	if _, ok := w.index[s]; !ok {
		w.index[s] = len(w.strings)
		w.strings = append(w.strings, s)
	}
	w.number(w.index[s])
}

func (w *protoWriter) proto(p *lua.FunctionProto) {
	w.n.protos++
	for _, n := range []int{p.LineDefined, p.LastLineDefined, int(p.NumUpvalues), int(p.NumParameters), int(p.IsVarArg), int(p.NumUsedRegisters)} {
		w.number(n)
	}
	w.number(len(p.Code))
	w.n.instructions += len(p.Code)
	if len(p.DbgSourcePositions) != len(p.Code) {
		w.t.Fatalf("%s: %d instructions, lines of %d", p.SourceName, len(p.Code), len(p.DbgSourcePositions))
	}
	for _, c := range p.Code {
		w.out = binary.LittleEndian.AppendUint32(w.out, c)
	}
	line := 0
	for _, pos := range p.DbgSourcePositions {
		step := pos - line
		w.number(step<<1 ^ step>>63)
		line = pos
	}
	w.number(len(p.Constants))
	w.n.constants += len(p.Constants)
	for _, c := range p.Constants {
		switch c := c.(type) {
		case lua.LString:
			w.number(constString)
			w.string(string(c))
		case lua.LNumber:
			w.number(constNumber)
			w.out = binary.LittleEndian.AppendUint64(w.out, math.Float64bits(float64(c)))
		default:
			w.t.Fatalf("%s has a constant that is a %s", p.SourceName, c.Type())
		}
	}
	w.number(len(p.DbgUpvalues))
	w.n.upvalues += len(p.DbgUpvalues)
	for _, name := range p.DbgUpvalues {
		w.string(name)
	}
	w.number(len(p.DbgLocals))
	w.n.locals += len(p.DbgLocals)
	for _, l := range p.DbgLocals {
		w.string(l.Name)
		w.number(l.StartPc)
		w.number(l.EndPc)
	}
	w.number(len(p.DbgCalls))
	w.n.calls += len(p.DbgCalls)
	for _, c := range p.DbgCalls {
		w.string(c.Name)
		w.number(c.Pc)
	}
	w.number(len(p.FunctionPrototypes))
	for _, child := range p.FunctionPrototypes {
		w.proto(child)
	}
}
