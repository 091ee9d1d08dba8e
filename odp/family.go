package odp

import (
	"errors"
	"fmt"
	"os"

	"github.com/mdlayher/genetlink"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// families are the generic netlink families of openvswitch: their numbers, which
// the kernel gives out at run time, and their multicast groups.
type families struct {
	datapath, vport, flow, packet genetlink.Family
}

// resolve looks the families up. The versions asked for in requests are those
// of the interface that this package was written against, not the kernel's: a
// request of datapath version 2 says that its sender knows user features.
func (f *families) resolve(s socket) error {
	for _, want := range []struct {
		name    string
		version uint8
		to      *genetlink.Family
	}{
		{ovsh.DatapathFamily, ovsh.DatapathVersion, &f.datapath},
		{ovsh.VportFamily, ovsh.VportVersion, &f.vport},
		{ovsh.FlowFamily, ovsh.FlowVersion, &f.flow},
		{ovsh.PacketFamily, ovsh.PacketVersion, &f.packet},
	} {
		fam, err := s.GetFamily(want.name)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return &noModuleError{family: want.name}
		case err != nil:
			return fmt.Errorf("look up generic netlink family %s: %w", want.name, err)
		}
		fam.Version = want.version
		*want.to = fam
	}
	return nil
}

// group returns the number of the multicast group of a family.
func group(f *genetlink.Family, name string) (uint32, error) {
	for _, g := range f.Groups {
		if g.Name == name {
			return g.ID, nil
		}
	}
	return 0, fmt.Errorf("family %s has no multicast group %s: %w", f.Name, name, ErrNotSupported)
}

// noModuleError is ErrNoModule with the family that was missing and what to do.
type noModuleError struct{ family string }

func (e *noModuleError) Error() string {
	return fmt.Sprintf("%v (family %s): run 'modprobe openvswitch', or use 'odp sandbox'", ErrNoModule, e.family)
}

func (e *noModuleError) Is(target error) bool { return target == ErrNoModule }
