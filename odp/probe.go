package odp

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// probe finds out whether the kernel has a feature. An error means that it
// could not be found out.
type probe struct {
	how string
	run func(*Conn) (bool, error)
}

// probeFlow asks for a change of a flow with these attributes to a datapath that
// does not exist. The kernel checks key and actions first and looks for the
// datapath then, so that ENODEV says that it knows them, and nothing comes of
// it. OVS_FLOW_ATTR_PROBE keeps it from logging what it does not know.
func probeFlow(key, actions Attrs) func(*Conn) (bool, error) {
	return func(c *Conn) (bool, error) {
		err := c.do(func(rs *requests) {
			rs.begin(request{op: "flow probe"}, &rs.fam.flow, ovsh.FlowCmdSet, 0, 0)
			rs.nested(ovsh.FlowAttrKey, "key", key)
			rs.nested(ovsh.FlowAttrActions, "actions", actions)
			rs.buf = appendAttr(rs.buf, ovsh.FlowAttrProbe, nil)
			rs.end()
		}, nil)
		return answer(err, unix.ENODEV)
	}
}

// probeActions probes actions on a packet with the given key.
func probeActions(key Attrs, actions ...[]byte) probe {
	return probe{"an action is checked in a flow of no datapath", probeFlow(key, join(actions...))}
}

// probeKey probes keys in a flow that drops.
func probeKey(key ...[]byte) probe {
	return probe{"a key is checked in a flow of no datapath", probeFlow(join(key...), nil)}
}

func join(parts ...[]byte) Attrs {
	var out Attrs
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// answer reads the outcome of a probe whose request cannot succeed: the given
// numbers come after the check that is of interest, the others that say that
// something is unknown come from it.
func answer(err error, later ...syscall.Errno) (bool, error) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		if err == nil {
			err = errors.New("the kernel took what it should have refused")
		}
		return false, err
	}
	for _, e := range later {
		if errno == e {
			return true, nil
		}
	}
	switch errno {
	case unix.EINVAL, unix.EOPNOTSUPP, unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT, enotsupp:
		return false, nil
	}
	return false, err
}

// probeAttr looks whether the family's attributes go as far as the given one.
func probeAttr(family string, attr uint32) probe {
	return probe{"the family " + family + " has the attribute", func(c *Conn) (bool, error) {
		highest, ok, err := c.highestAttr(family)
		return ok && highest >= attr, err
	}}
}

// probeFamily looks whether the generic netlink family exists.
func probeFamily(family string) probe {
	return probe{"the family " + family + " exists", func(c *Conn) (bool, error) {
		_, ok, err := c.highestAttr(family)
		return ok, err
	}}
}

// highestAttr asks the generic netlink controller for the highest attribute
// number of a family. ok is false if there is no such family.
func (c *Conn) highestAttr(family string) (highest uint32, ok bool, err error) {
	s, err := c.openPlain()
	if err != nil {
		return 0, false, err
	}
	defer s.Close() // nothing was written that a failure could lose
	var rs requests
	controller := genetlink.Family{ID: unix.GENL_ID_CTRL, Version: 1}
	rs.begin(request{op: "family get"}, &controller, unix.CTRL_CMD_GETFAMILY, 0, 0)
	rs.buf = rs.buf[:len(rs.buf)-ovsHeaderLen] // which is for the families of openvswitch alone
	rs.string(unix.CTRL_ATTR_FAMILY_NAME, family)
	rs.end()
	if err := s.Send(rs.buf); err != nil {
		return 0, false, err
	}
	buf := make([]byte, 32<<10)
	n, err := s.Recv(buf, false)
	if err != nil {
		return 0, false, err
	}
	m, _, _, err := cutMessage(buf[:n])
	switch {
	case err != nil:
		return 0, false, err
	case m.typ == netlink.Error:
		v, err := m.verdict()
		if err == nil && v.errno != unix.ENOENT {
			err = fmt.Errorf("look up generic netlink family %s: %w", family, v.errno)
		}
		return 0, false, err
	case m.typ != unix.GENL_ID_CTRL || len(m.data) < genlHeaderLen:
		return 0, false, errMessage
	}
	var dec decoder
	dec.attrs(Attrs(m.data[genlHeaderLen:]), func(id uint16, p []byte) {
		if id == unix.CTRL_ATTR_MAXATTR {
			highest = dec.uint32("highest attribute of "+family, p)
		}
	})
	return highest, true, dec.err
}

// probeUserFeature turns a user feature on in a datapath made for it.
func probeUserFeature(f Features) probe {
	return probe{"a datapath is made with it, and deleted", func(c *Conn) (bool, error) {
		d, err := c.probeDatapath(f)
		if err != nil {
			return answer(err)
		}
		info, err := d.Info()
		return info.Features&f != 0, errors.Join(err, d.Delete())
	}}
}

// probeVport asks for a vport with the name of a device that there is in every
// namespace. The kernel first looks for the type, and loads its module.
func probeVport(t VportType) probe {
	return probe{"a vport is refused by its name and not its type, in a datapath made for it", func(c *Conn) (bool, error) {
		d, err := c.probeDatapath(0)
		if err != nil {
			return false, err
		}
		err = c.do(func(rs *requests) {
			rs.begin(request{op: "vport probe"}, &rs.fam.vport, ovsh.VportCmdNew, 0, d.index)
			rs.string(ovsh.VportAttrName, "lo")
			rs.uint32(ovsh.VportAttrType, uint32(t))
			rs.upcallPIDs(nil)
			rs.end()
		}, nil)
		// Those that need options are refused for the lack of them.
		present, err := answer(err, unix.EEXIST, unix.EINVAL, unix.EBUSY)
		return present, errors.Join(err, d.Delete())
	}}
}

// probeDatapath makes a datapath with a name that nothing has.
func (c *Conn) probeDatapath(f Features) (*Datapath, error) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("odp%x.%x", uint16(os.Getpid()), n)
		var d *Datapath
		err := c.do(func(rs *requests) {
			rs.createDatapath(c, DatapathSpec{Name: name, Features: f})
			rs.last().userFeatures = 0 // the refusal is the answer, not to be explained
		}, func(r reply) error {
			info, err := decodeDatapath(r)
			d = &Datapath{c: c, name: info.Name, index: info.Index}
			return err
		})
		if err == nil || !errors.Is(err, ErrExist) || n == 99 {
			return d, err
		}
	}
}

// probeNone is for what no kernel has.
var probeNone = probe{"no kernel has it", func(*Conn) (bool, error) { return false, nil }}
