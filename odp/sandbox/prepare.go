package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
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
	return &image{}, p.require(guestTools...)
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
