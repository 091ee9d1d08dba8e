package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// prepare makes a kernel ready to start; what is already there is not touched.
func (k *Kernel) prepare(p *preparer) (*image, error) {
	switch k.kind {
	case kindUML:
		return prepareUML(p)
	case kindQEMU:
		return prepareQEMU(p)
	}
	if !hostHasOpenvswitch() {
		return nil, fmt.Errorf("the running kernel has no openvswitch; use another, such as %s", Default())
	}
	if err := p.require(guestTools...); err != nil {
		return nil, err
	}
	if _, err := os.Stat("/sys/module/openvswitch"); err != nil && os.Geteuid() == 0 {
		// In the sandbox it is too late; there, only the kernel itself can load modules.
		p.note("loading the kernel module openvswitch (modprobe)")
		return &image{}, runTool(nil, "", guestTools[0].path(), "openvswitch")
	}
	return &image{}, nil
}

// prepareUML takes the machine's own package if it is of this kernel's suite, as
// most machines then need to download nothing else. Other kernels come into the
// cache, with the libc that they were built for.
func prepareUML(p *preparer) (*image, error) {
	k := p.row
	tools := guestTools
	if k.suite == ownSuite() {
		tools = append([]tool{{"user-mode-linux", []string{umlProgram}}}, tools...)
	}
	if err := p.require(tools...); err != nil {
		return nil, err
	}
	if modules, ok := machineUML(k.series); ok {
		return &image{Program: umlProgram, Modules: modules}, nil
	}
	dir, err := p.unpacked(k.suite, checkUML, "user-mode-linux", "libc6")
	if err != nil {
		return nil, err
	}
	img := &image{Program: filepath.Join(dir, umlProgram)}
	if img.Modules, err = modulesFolder(filepath.Join(dir, umlModules)); err != nil {
		return nil, err
	}
	if version := filepath.Base(img.Modules); !strings.HasPrefix(version+".", k.series) {
		p.note(fmt.Sprintf("Debian %s has moved on to %s, which now stands for %s", k.suite, version, k.Name))
	}
	img.Libs, err = umlLibs(dir, img.Program)
	return img, err
}

// umlLibs finds the dynamic linker and the shared libraries of a downloaded program.
func umlLibs(dir, program string) ([]string, error) {
	names, err := neededLibs(program)
	if err != nil {
		return nil, err
	}
	var libs []string
	for _, name := range append([]string{umlLoader}, names...) {
		lib := ""
		for _, sub := range []string{"usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib64", "lib64"} {
			path := filepath.Join(dir, sub, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				lib = path
				break
			}
		}
		if lib == "" {
			return nil, fmt.Errorf("the kernel %s needs %s, which is not among the downloaded packages", program, name)
		}
		libs = append(libs, lib)
	}
	return libs, nil
}

// checkUML fails if a downloaded folder lacks a part, before it is taken into use.
func checkUML(dir string) error {
	if _, err := modulesFolder(filepath.Join(dir, umlModules)); err != nil {
		return err
	}
	_, err := umlLibs(dir, filepath.Join(dir, umlProgram))
	return err
}

// prepareQEMU unpacks the cloud kernel of the machine's own suite into the cache.
// It is not installed, because that would set up an initramfs and a boot loader.
func prepareQEMU(p *preparer) (*image, error) {
	suite := ownSuite()
	qemu := tool{"qemu-system-x86", []string{"/usr/bin/qemu-system-x86_64"}}
	fsd := tool{"virtiofsd", []string{"/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd"}}
	if suite == "bookworm" {
		fsd.pkg = "qemu-system-common" // the last one that had its own
	}
	if err := p.require(append([]tool{qemu, fsd}, guestTools...)...); err != nil {
		return nil, err
	}
	dir, err := p.unpacked(suite, finishQEMU, "linux-image-cloud-amd64")
	if err != nil {
		return nil, err
	}
	img := &image{QEMU: qemu.path(), FSD: fsd.path()}
	if img.Modules, err = modulesFolder(filepath.Join(dir, "lib/modules")); err != nil {
		return nil, err
	}
	img.Vmlinuz = filepath.Join(dir, "boot", "vmlinuz-"+filepath.Base(img.Modules))
	_, err = os.Stat(img.Vmlinuz)
	return img, err
}

// finishQEMU makes in a folder of unpacked packages what their installation would
// have made: the index of the modules. The modules become what loads fastest, and
// without the help of a program: uncompressed files without signatures.
func finishQEMU(dir string) error {
	lib := filepath.Join(dir, "lib")
	if _, err := os.Lstat(lib); os.IsNotExist(err) {
		if err := os.Symlink("usr/lib", lib); err != nil {
			return err
		}
	}
	versions, err := filepath.Glob(filepath.Join(lib, "modules", "*", "kernel"))
	if err != nil || len(versions) != 1 {
		return fmt.Errorf("%d kernels in the package, expected one", len(versions))
	}
	if err := decompressModules(versions[0]); err != nil {
		return err
	}
	if err := eachModule(versions[0], ".ko", stripSignature); err != nil {
		return err
	}
	depmod := tool{"kmod", []string{"/usr/sbin/depmod", "/sbin/depmod"}}
	return runTool(nil, "", depmod.path(), "-b", dir, filepath.Base(filepath.Dir(versions[0])))
}

// decompressors are the programs for compressed modules, by the end of the file's name.
var decompressors = map[string][]string{
	".xz": {"xz", "-d"}, ".zst": {"zstd", "-d", "-q", "--rm"}, ".gz": {"gzip", "-d"},
}

func decompressModules(dir string) error {
	packed := map[string][]string{}
	for ext := range decompressors {
		err := eachModule(dir, ".ko"+ext, func(path string) error {
			packed[ext] = append(packed[ext], path)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for ext, files := range packed {
		program := decompressors[ext]
		for batch := range slices.Chunk(files, 200) {
			if err := runTool(nil, "", program[0], append(slices.Clone(program[1:]), batch...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachModule calls a function for each file below dir whose name ends in suffix.
func eachModule(dir, suffix string, do func(path string) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, suffix) {
			return err
		}
		return do(path)
	})
}

// signatureMark ends a signed module. Before it stand the signature and twelve
// bytes about it, of which the last four are its length, big-endian.
const signatureMark = "~Module signature appended~\n"

// stripSignature cuts the signature off a module. To check it takes an emulated
// processor longer than to load the module.
func stripSignature(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	size := moduleSize(data)
	if size == len(data) {
		return nil
	}
	return os.Truncate(path, int64(size))
}

// moduleSize is how much of a module's file is not its signature.
func moduleSize(data []byte) int {
	const info = 12
	n := len(data) - len(signatureMark) - info
	if n < 0 || !bytes.HasSuffix(data, []byte(signatureMark)) {
		return len(data)
	}
	length := int64(binary.BigEndian.Uint32(data[n+info-4:]))
	if length > int64(n) {
		return len(data)
	}
	return n - int(length)
}
