package sandbox

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// image is an installed kernel: what the helper needs to start it.
type image struct {
	Program string   // linux.uml, adapted
	Libs    []string // ld.so and shared libraries that go with it
	Modules string   // folder with modules.dep
	Vmlinuz string   // only for qemu
	QEMU    string   // path of qemu, only for qemu
	FSD     string   // path of virtiofsd, only for qemu
}

// adaptUML changes a User-Mode Linux program so that it runs here: it takes its
// dynamic linker from libPath if asked to, and copes with large register files.
func adaptUML(program []byte, ownLibs bool) ([]byte, error) {
	out := bytes.Clone(program)
	if ownLibs {
		if err := setInterpreter(out, libPath+"/"+umlLoader); err != nil {
			return nil, err
		}
	}
	growRegisterWrites(out)
	return out, nil
}

// setInterpreter changes the dynamic linker of an ELF program in place. The new
// path must not be longer than the old one.
func setInterpreter(program []byte, path string) error {
	f, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		if uint64(len(path)) >= p.Filesz || p.Off+p.Filesz > uint64(len(program)) {
			return fmt.Errorf("no room for the dynamic linker's path %s, %d bytes", path, p.Filesz)
		}
		field := program[p.Off : p.Off+p.Filesz]
		clear(field)
		copy(field, path)
		return nil
	}
	return errors.New("the program has no dynamic linker")
}

// User-Mode Linux before 6.13 writes a process's extended registers with
// PTRACE_SETREGSET and a fixed size of 2696 bytes. A processor with AMX has
// more of them, and its kernel refuses a write of fewer (EFAULT); the first
// process in the guest then dies. The kernel takes the smaller of the size given
// and its own, so a larger number is right on every machine. What it then reads
// beyond the 2696 bytes belongs to registers that the header marks as unused.
//
// Both sequences are: store the size in the iovec, load the request code.
var (
	registerWrite = []byte{0x48, 0xc7, 0x45, 0xf8, 0x88, 0x0a, 0x00, 0x00, 0xbf, 0x05, 0x42, 0x00, 0x00}
	largeWrite    = []byte{0x48, 0xc7, 0x45, 0xf8, 0x00, 0x00, 0x01, 0x00, 0xbf, 0x05, 0x42, 0x00, 0x00}
)

// growRegisterWrites corrects the size in place; it reports how many places there were.
func growRegisterWrites(program []byte) int {
	n := 0
	for at := 0; ; n++ {
		i := bytes.Index(program[at:], registerWrite)
		if i < 0 {
			return n
		}
		copy(program[at+i:], largeWrite)
		at += i + len(registerWrite)
	}
}

// neededLibs names the shared libraries that an ELF program asks for.
func neededLibs(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ImportedLibraries()
}

// modulesFolder returns the one folder below parent that holds a kernel's modules.
func modulesFolder(parent string) (string, error) {
	found, err := filepath.Glob(filepath.Join(parent, "*", "modules.dep"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d folders with a modules.dep in %s, expected one", len(found), parent)
	}
	return filepath.Dir(found[0]), nil
}

// Where Debian's package has the program, the modules and its dynamic linker's name.
const (
	umlProgram = "/usr/bin/linux.uml"
	umlModules = "/usr/lib/uml/modules"
	umlLoader  = "ld-linux-x86-64.so.2"
)

// machineUML looks for a User-Mode Linux of a version series that is installed
// on the machine itself, and returns the folder of its modules.
func machineUML(series string) (modules string, ok bool) {
	if _, err := os.Stat(umlProgram); err != nil {
		return "", false
	}
	dir, err := modulesFolder(umlModules)
	if err != nil || !strings.HasPrefix(filepath.Base(dir)+".", series) {
		return "", false
	}
	return dir, true
}
