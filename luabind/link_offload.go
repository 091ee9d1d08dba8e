package luabind

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// Offloads are what a device may leave to hardware. A virtual device has no
// hardware: packets simply go on without a checksum, or longer than they may be.
// The kernel calls them features; they are read and changed with messages of the
// family ethtool.

const (
	offloadsType = "table<string, boolean>|false"
	offloadsDoc  = "what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off"
)

// offloadGroups are several offloads under one name.
var offloadGroups = map[string][]string{
	"tx_checksum": {"tx-checksum-ipv4", "tx-checksum-ip-generic", "tx-checksum-ipv6", "tx-checksum-sctp", "tx-checksum-fcoe-crc"},
	"rx_checksum": {"rx-checksum"},
	"tso":         {"tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation", "tx-tcp6-segmentation"},
	"gso":         {"tx-generic-segmentation"},
	"gro":         {"rx-gro"},
	"tx_vlan":     {"tx-vlan-hw-insert"},
	"rx_vlan":     {"rx-vlan-hw-parse"},
}

// offloads reads a field with the offloads to turn on and off. A nil map stands
// for all off.
func (f fields) offloads(name string) map[string]bool {
	switch v := f.get(name).(type) {
	case lua.LBool:
		if !bool(v) {
			return nil
		}
	case *lua.LTable:
		wanted := map[string]bool{}
		v.ForEach(func(k, v lua.LValue) {
			key, isName := k.(lua.LString)
			on, isBool := v.(lua.LBool)
			if !isName || !isBool {
				f.bad(name, "a table of names and booleans expected, got [%s] = %s", f.c.rt.describe(k), f.c.rt.describe(v))
			}
			wanted[string(key)] = bool(on)
		})
		return wanted
	}
	f.expected(name, "a table of names and booleans, or false for all off")
	return nil
}

// deviceOffloads are the offloads of one device.
type deviceOffloads struct {
	active     map[string]bool
	changeable map[string]bool
}

// linkOffloads is the property offloads.
func linkOffloads(c call) lua.LValue {
	l := self[*linkValue](c)
	l.get(c)
	var got deviceOffloads
	c.raise(l.wrap("offloads", c.rtnl(l.ns, func() (err error) {
		got, err = readOffloads(l.name)
		return err
	})))
	t := c.L.NewTable()
	for name := range got.changeable {
		t.RawSetString(name, lua.LBool(got.active[name]))
	}
	for name := range got.active {
		t.RawSetString(name, lua.LTrue)
	}
	return t
}

// setOffloads turns offloads of a device on and off.
func setOffloads(device string, wanted map[string]bool) error {
	now, err := readOffloads(device)
	if err != nil {
		return err
	}
	change, err := now.change(wanted)
	if err != nil || len(change) == 0 {
		return err
	}
	bits := nl.NewRtAttr(unix.ETHTOOL_A_BITSET_BITS|unix.NLA_F_NESTED, nil)
	for _, name := range slices.Sorted(maps.Keys(change)) {
		bit := bits.AddRtAttr(unix.ETHTOOL_A_BITSET_BITS_BIT|unix.NLA_F_NESTED, nil)
		bit.AddRtAttr(unix.ETHTOOL_A_BITSET_BIT_NAME, nl.ZeroTerminated(name))
		if change[name] {
			bit.AddRtAttr(unix.ETHTOOL_A_BITSET_BIT_VALUE, nil)
		}
	}
	set := nl.NewRtAttr(unix.ETHTOOL_A_FEATURES_WANTED|unix.NLA_F_NESTED, nil)
	set.AddChild(bits)
	_, err = ethtoolRequest(unix.ETHTOOL_MSG_FEATURES_SET, device, set)
	if err != nil {
		return err
	}
	if now, err = readOffloads(device); err != nil {
		return err
	}
	return now.check(wanted)
}

// check reports what is not as wanted: the kernel may leave one as it is, where
// another one that is off needs it.
func (d deviceOffloads) check(wanted map[string]bool) error {
	if wanted == nil {
		for _, name := range slices.Sorted(maps.Keys(d.active)) {
			if d.changeable[name] {
				return fmt.Errorf("%s stays on", name)
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		members := offloadMembers(name)
		on := slices.ContainsFunc(members, func(m string) bool { return d.active[m] })
		switch {
		case on && !wanted[name]:
			return fmt.Errorf("%s stays on", name)
		case !on && wanted[name]: // of several, those that the device has no use for stay off
			return fmt.Errorf("%s stays off, as others that it needs are off", name)
		}
	}
	return nil
}

// offloadMembers are the offloads that a name stands for.
func offloadMembers(name string) []string {
	if members, ok := offloadGroups[name]; ok {
		return members
	}
	return []string{name}
}

// change is what has to change for the wanted offloads, nil for all off.
func (d deviceOffloads) change(wanted map[string]bool) (map[string]bool, error) {
	change := map[string]bool{}
	if wanted == nil {
		for name := range d.active {
			if d.changeable[name] {
				change[name] = false
			}
		}
		return change, nil
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		on := wanted[name]
		_, group := offloadGroups[name]
		any := false
		for _, m := range offloadMembers(name) {
			switch {
			case d.changeable[m]:
				any = true
				if d.active[m] != on {
					change[m] = on
				}
			case d.active[m]:
				if any = true; !on {
					return nil, fmt.Errorf("the device always has %s", m)
				}
			}
		}
		switch {
		case any, group && !on:
		case group:
			return nil, fmt.Errorf("the device has no offload '%s'", name)
		default:
			known := slices.Concat(slices.Collect(maps.Keys(offloadGroups)), slices.Collect(maps.Keys(d.changeable)))
			return nil, fmt.Errorf("the device has no offload '%s'%s", name, didYouMean(name, known))
		}
	}
	return change, nil
}

// readOffloads reads the offloads of a device.
func readOffloads(device string) (d deviceOffloads, err error) {
	replies, err := ethtoolRequest(unix.ETHTOOL_MSG_FEATURES_GET, device)
	if err != nil {
		return d, err
	}
	if len(replies) != 1 || len(replies[0]) < nl.SizeofGenlmsg {
		return d, errors.New("the kernel's answer is not understood")
	}
	attrs, err := nl.ParseRouteAttr(replies[0][nl.SizeofGenlmsg:])
	if err != nil {
		return d, err
	}
	var never map[string]bool // older kernels have these among the changeable ones
	for _, a := range attrs {
		switch a.Attr.Type & nl.NLA_TYPE_MASK {
		case unix.ETHTOOL_A_FEATURES_HW:
			d.changeable, err = bitsetNames(a.Value)
		case unix.ETHTOOL_A_FEATURES_ACTIVE:
			d.active, err = bitsetNames(a.Value)
		case unix.ETHTOOL_A_FEATURES_NOCHANGE:
			never, err = bitsetNames(a.Value)
		}
		if err != nil {
			return d, err
		}
	}
	maps.DeleteFunc(d.changeable, func(name string, _ bool) bool { return never[name] })
	return d, nil
}

// bitsetNames reads the names of the bits that are set in a bit set.
func bitsetNames(b []byte) (map[string]bool, error) {
	set := map[string]bool{}
	attrs, err := nl.ParseRouteAttr(b)
	if err != nil {
		return nil, err
	}
	for _, a := range attrs {
		if a.Attr.Type&nl.NLA_TYPE_MASK != unix.ETHTOOL_A_BITSET_BITS {
			continue
		}
		bits, err := nl.ParseRouteAttr(a.Value)
		if err != nil {
			return nil, err
		}
		for _, bit := range bits {
			members, err := nl.ParseRouteAttr(bit.Value)
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				if m.Attr.Type&nl.NLA_TYPE_MASK == unix.ETHTOOL_A_BITSET_BIT_NAME {
					if name := strings.TrimRight(string(m.Value), "\x00"); name != "" { // one that is reserved
						set[name] = true
					}
				}
			}
		}
	}
	return set, nil
}

// ethtoolRequest sends a request about a device to the family ethtool, in the
// thread's namespace.
func ethtoolRequest(command uint8, device string, attrs ...*nl.RtAttr) ([][]byte, error) {
	family, err := netlink.GenlFamilyGet(unix.ETHTOOL_GENL_NAME)
	if err != nil {
		return nil, fmt.Errorf("the kernel has no messages for offloads (CONFIG_ETHTOOL_NETLINK): %w", err)
	}
	req := nl.NewNetlinkRequest(int(family.ID), unix.NLM_F_ACK)
	req.AddData(&nl.Genlmsg{Command: command, Version: 1})
	header := nl.NewRtAttr(unix.ETHTOOL_A_FEATURES_HEADER|unix.NLA_F_NESTED, nil)
	header.AddRtAttr(unix.ETHTOOL_A_HEADER_DEV_NAME, nl.ZeroTerminated(device))
	if command == unix.ETHTOOL_MSG_FEATURES_SET {
		const omitReply = 1 << 1 // ETHTOOL_FLAG_OMIT_REPLY
		header.AddRtAttr(unix.ETHTOOL_A_HEADER_FLAGS, nl.Uint32Attr(omitReply))
	}
	req.AddData(header)
	for _, a := range attrs {
		req.AddData(a)
	}
	return req.Execute(unix.NETLINK_GENERIC, 0)
}
