package sandbox

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// archive builds an initramfs: a cpio archive in the "newc" form, uncompressed
// because unpacking costs more time in an emulated machine than reading.
type archive struct {
	w    io.Writer
	have map[string]bool
	n    int
	err  error // the first one; later calls do nothing
}

func newArchive(w io.Writer) *archive {
	return &archive{w: w, have: map[string]bool{}}
}

const (
	modeDir  = 0o040755
	modeFile = 0o100755
)

// entry writes one file or folder, after the folders above it.
func (a *archive) entry(path string, mode int, data []byte) {
	path = strings.Trim(filepath.Clean(path), "/")
	if a.err != nil || a.have[path] || path == "." || path == "" {
		return
	}
	a.dir(filepath.Dir(path))
	a.have[path] = true
	a.put(path, mode, data)
}

func (a *archive) put(path string, mode int, data []byte) {
	a.n++
	name := path + "\x00"
	var b bytes.Buffer
	// magic, inode, mode, uid, gid, links, mtime, size, device (4), name size, checksum
	fmt.Fprintf(&b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		a.n, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
	b.WriteString(name)
	pad(&b)
	_, err := a.w.Write(b.Bytes())
	if err == nil {
		_, err = a.w.Write(data)
	}
	if err == nil && len(data)%4 != 0 {
		_, err = a.w.Write(make([]byte, 4-len(data)%4))
	}
	if a.err == nil {
		a.err = err
	}
}

func pad(b *bytes.Buffer) {
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
}

func (a *archive) dir(path string) { a.entry(path, modeDir, nil) }

// file adds a file of the host under another name.
func (a *archive) file(name, from string) {
	if a.err != nil {
		return
	}
	data, err := os.ReadFile(from)
	if err != nil {
		a.err = err
		return
	}
	a.entry(name, modeFile, data)
}

// close writes the end mark and returns the first error of all.
func (a *archive) close() error {
	if a.err == nil {
		a.put("TRAILER!!!", 0, nil)
	}
	return a.err
}

// initModules are the modules that init needs before it sees the host's files.
var initModules = []string{"virtio_pci", "virtio_console", "virtiofs"}

// Places in the initramfs.
const (
	initramfsInit    = "/init"
	initramfsModules = "/modules"
)

// writeInitramfs writes one with a program as init, and the modules that it
// needs from a folder with a modules.dep.
func writeInitramfs(w io.Writer, program, modules string) error {
	dep, err := os.ReadFile(filepath.Join(modules, "modules.dep"))
	if err != nil {
		return err
	}
	order, err := moduleOrder(string(dep), initModules...)
	if err != nil {
		return fmt.Errorf("%s: %w", modules, err)
	}
	a := newArchive(w)
	for _, dir := range []string{"/dev", "/proc", "/sys", "/root", newRoot} {
		a.dir(dir)
	}
	a.file(initramfsInit, program)
	libs, err := programLibs(program)
	if err != nil {
		return err
	}
	for _, lib := range libs {
		a.file(lib, lib)
	}
	a.file(initramfsModules+"/modules.dep", filepath.Join(modules, "modules.dep"))
	for _, m := range order {
		a.file(initramfsModules+"/"+m, filepath.Join(modules, m))
	}
	return a.close()
}

// programLibs returns the dynamic linker and the libraries of a program, by the
// paths that it will look for them; none for a static one, as ours usually is.
func programLibs(program string) ([]string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var linker string
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			data, err := io.ReadAll(p.Open())
			if err != nil {
				return nil, err
			}
			linker = strings.TrimRight(string(data), "\x00")
		}
	}
	if linker == "" {
		return nil, nil
	}
	text, err := exec.Command(linker, "--list", program).Output()
	if err != nil {
		return nil, fmt.Errorf("%s --list %s: %w", linker, program, err)
	}
	libs := []string{linker}
	for line := range strings.Lines(string(text)) {
		if _, path, ok := strings.Cut(line, "=>"); ok {
			path, _, _ = strings.Cut(strings.TrimSpace(path), " ")
			if filepath.IsAbs(path) {
				libs = append(libs, path)
			}
		}
	}
	return libs, nil
}
