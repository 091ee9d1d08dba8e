package odp

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// The kernel has one error number for many reasons. These functions find out
// which it was, at the price of more requests, and put it into words. They
// return "" where there is nothing to add.

func (d *Datapath) explainCreateVport(spec VportSpec, errno syscall.Errno) string {
	switch errno {
	case unix.EBUSY:
		if spec.Number != 0 {
			if v, err := d.VportByNumber(spec.Number); err == nil {
				return fmt.Sprintf("port number %d is taken by %s", spec.Number, v.name)
			}
		}
		if spec.IfIndex != 0 {
			return fmt.Sprintf("ifindex %d is taken by another network device", spec.IfIndex)
		}
		if spec.Type != VportNetdev {
			return d.explainTunnelTaken(spec, errno)
		}
		return "the device is already part of a datapath or bridge"
	case unix.ENODEV:
		if words := d.explainGone(errno); words != "" {
			return words
		}
		return "no such network device"
	case unix.EEXIST:
		if v, err := d.Vport(spec.Name); err == nil {
			return fmt.Sprintf("it is port %d of the datapath already", v.number)
		}
		switch spec.Type {
		case VportNetdev:
			return "the device is a port of another datapath"
		case VportInternal:
			return "the name is taken by another network device"
		}
		return d.explainTunnelTaken(spec, errno)
	case unix.EINVAL:
		if len(spec.UpcallPIDs) > 1 {
			return "the kernel takes no such device, or not so many upcall port ids (one for each CPU at most)"
		}
		return "the kernel takes no such device for a port"
	case unix.EADDRINUSE:
		return d.explainTunnelTaken(spec, errno)
	case unix.EAFNOSUPPORT:
		return fmt.Sprintf("this kernel has no %v vports (module vport-%v)", spec.Type, spec.Type)
	case unix.EFBIG:
		return "the datapath has no free port number"
	}
	return ""
}

// explainTunnelTaken tells why a tunnel vport cannot be had besides others. The
// kernel says EEXIST, EBUSY or EADDRINUSE by the types of both, and EEXIST for a
// taken name as well.
func (d *Datapath) explainTunnelTaken(spec VportSpec, errno syscall.Errno) string {
	port := spec.Options.DstPort
	if port == 0 {
		port = spec.Type.defaultPort()
	}
	datapaths, _ := d.c.Datapaths() // what cannot be listed is not named
	for _, other := range datapaths {
		vports, _ := other.Vports()
		for _, v := range vports {
			switch {
			case spec.Type == VportGRE && v.typ == VportGRE:
				return fmt.Sprintf("a network namespace can have one gre vport, and has %s of %s", v.name, other.name)
			case port != 0 && v.options.DstPort == port:
				return fmt.Sprintf("UDP port %d is taken by %s of %s", port, v.name, other.name)
			}
		}
	}
	switch {
	case errno == unix.EADDRINUSE:
		return fmt.Sprintf("UDP port %d is taken by another device or program of this namespace", port)
	case port == 0:
		return "the name is taken by another network device, or this namespace has a tunnel of that kind already"
	}
	return fmt.Sprintf("the name or UDP port %d is taken by another device of this namespace", port)
}

// explainGone tells for ENODEV whether it is the datapath that is missing,
// which the kernel does not say.
func (d *Datapath) explainGone(errno syscall.Errno) string {
	if errno != unix.ENODEV {
		return ""
	}
	if _, err := d.Info(); errors.Is(err, ErrNotExist) {
		return "datapath no longer exists"
	}
	return ""
}

// explainVport puts ENODEV of a request for an existing vport into words.
func (d *Datapath) explainVport(errno syscall.Errno) string {
	if words := d.explainGone(errno); words != "" {
		return words
	}
	if errno == unix.ENODEV {
		return "no such vport"
	}
	return ""
}

// explainSet puts the refusal of a change into words.
func (v *Vport) explainSet(change VportChange, errno syscall.Errno) string {
	switch {
	case errno == unix.EOPNOTSUPP && change.Options != nil:
		return fmt.Sprintf("the kernel cannot change the options of a %v vport; delete it and add it with others", v.typ)
	case errno == unix.EINVAL && change.UpcallPIDs != nil:
		return fmt.Sprintf("the kernel takes at most one upcall port id for each CPU, not %d", len(change.UpcallPIDs))
	}
	return v.d.explainVport(errno)
}
