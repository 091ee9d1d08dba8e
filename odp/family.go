package odp

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/mdlayher/genetlink"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// families are the generic netlink families of openvswitch: their numbers, which
// the kernel gives out at run time, and their multicast groups.
type families struct {
	datapath, vport, flow, packet genetlink.Family

	// extra has the extra families that were looked up and found.
	extra [numExtraFamilies]atomic.Pointer[genetlink.Family]
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

// extraFamily is a family that a kernel may lack although it has datapaths: it
// is newer, or left out of the build, or in a module that is not loaded.
type extraFamily int

const (
	familyMeter extraFamily = iota
	familyCTLimit
	familyPsample
	numExtraFamilies
)

// row returns the family's name, the version to ask for, and the feature that a
// kernel without the family lacks, by name.
func (x extraFamily) row() (name string, version uint8, feature string) {
	switch x {
	case familyMeter:
		return ovsh.MeterFamily, ovsh.MeterVersion, "meter"
	case familyCTLimit:
		return ovsh.CTLimitFamily, ovsh.CTLimitVersion, "ct_limit"
	}
	return "psample", 1, "" // other things than datapaths feed it
}

// String returns the family's name.
func (x extraFamily) String() string {
	name, _, _ := x.row()
	return name
}

// failure is the error of a request of the family if extra returned err. It
// names the feature that is missing.
func (x extraFamily) failure(r request, err error) *OpError {
	e := &OpError{Op: r.op, Object: r.object, Datapath: r.datapath, Err: err}
	_, _, name := x.row()
	if f, unknown := FeatureByName(name); unknown == nil && errors.Is(err, ErrNotSupported) {
		e.Missing = []*Feature{f}
		e.Reason = needs(e.Missing)
	}
	return e
}

// extra returns a family that the kernel may lack. It is looked up when it is
// first used, and again each time until it is found, as its module may be loaded
// meanwhile. The error for a family that is missing is an [ErrNotSupported].
func (c *Conn) extra(x extraFamily) (*genetlink.Family, error) {
	known := &c.fam.extra[x]
	if f := known.Load(); f != nil {
		return f, nil
	}
	name, version, feature := x.row()
	s, err := c.openPlain()
	if err != nil {
		return nil, err
	}
	f, err := s.GetFamily(name)
	_ = s.Close() // nothing was written that a failure could lose
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &noFamilyError{family: name, module: feature == ""}
	case err != nil:
		return nil, fmt.Errorf("look up generic netlink family %s: %w", name, err)
	}
	f.Version = version
	known.Store(&f)
	return &f, nil
}

// openPlain returns a socket without the options of setUp, as genetlink cannot
// read the errors that they ask for.
func (c *Conn) openPlain() (socket, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	return c.cfg.dial(c.netns())
}

// joinGroup makes the socket receive what the kernel sends to a multicast group of
// a family.
func joinGroup(s socket, f *genetlink.Family, name string) error {
	id, err := group(f, name)
	if err != nil {
		return err
	}
	return s.JoinGroup(id)
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

// noFamilyError is ErrNotSupported for an extra family that the kernel lacks.
type noFamilyError struct {
	family string
	module bool // it comes with a module of the same name
}

func (e *noFamilyError) Error() string {
	text := "this kernel has no generic netlink family " + e.family
	if e.module {
		text += fmt.Sprintf(" (run 'modprobe %s')", e.family)
	}
	return text
}

func (e *noFamilyError) Is(target error) bool { return target == ErrNotSupported }
