package luabind

import (
	"encoding/binary"
	"errors"
	"net"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// netEvent is what the kernel announced: one of the pointers is not nil.
type netEvent struct {
	kind  string // "new", "set" or "delete"
	link  netlink.Link
	addr  *netlink.Addr
	route *netlink.Route
	neigh *netlink.Neigh
}

const (
	eventNew    = "new"
	eventSet    = "set"
	eventDelete = "delete"
)

var errShortMessage = errors.New("the message is too short")

// eventKind is the kind of a message of the types for new and deleted things.
func eventKind(m *syscall.NetlinkMessage, added, deleted uint16) string {
	switch {
	case m.Header.Type == deleted:
		return eventDelete
	case m.Header.Type != added:
		return ""
	case m.Header.Flags&unix.NLM_F_REPLACE != 0:
		return eventSet
	}
	return eventNew
}

// linkDecoder decodes messages about devices. Messages about new ones and about
// changes are alike, so that it keeps in mind which there are.
func linkDecoder(known map[int]bool) func(m *syscall.NetlinkMessage) (*netEvent, error) {
	return func(m *syscall.NetlinkMessage) (*netEvent, error) {
		kind := eventKind(m, unix.RTM_NEWLINK, unix.RTM_DELLINK)
		if kind == "" {
			return nil, nil
		}
		if len(m.Data) < unix.SizeofIfInfomsg {
			return nil, errShortMessage
		}
		if m.Data[0] != unix.AF_UNSPEC {
			return nil, nil // about the port of a bridge
		}
		link, err := netlink.LinkDeserialize((*unix.NlMsghdr)(&m.Header), m.Data)
		if err != nil {
			return nil, err
		}
		index := link.Attrs().Index
		switch {
		case kind == eventDelete:
			delete(known, index)
		case known[index]:
			kind = eventSet
		default:
			known[index] = true
		}
		return &netEvent{kind: kind, link: link}, nil
	}
}

// decodeNeighbour decodes messages about neighbours of IP; decodeFDB those about
// what bridges and tunnels know.
func decodeNeighbour(m *syscall.NetlinkMessage) (*netEvent, error) {
	return decodeNeigh(m, func(family byte) bool { return family == unix.AF_INET || family == unix.AF_INET6 })
}

func decodeFDB(m *syscall.NetlinkMessage) (*netEvent, error) {
	return decodeNeigh(m, func(family byte) bool { return family == unix.AF_BRIDGE })
}

func decodeNeigh(m *syscall.NetlinkMessage, wanted func(family byte) bool) (*netEvent, error) {
	kind := eventKind(m, unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH)
	if kind == "" {
		return nil, nil
	}
	if len(m.Data) < unix.SizeofNdMsg {
		return nil, errShortMessage
	}
	if !wanted(m.Data[0]) {
		return nil, nil
	}
	n, err := netlink.NeighDeserialize(m.Data)
	if err != nil {
		return nil, err
	}
	return &netEvent{kind: kind, neigh: n}, nil
}

// decodeAddress decodes a message about an address.
func decodeAddress(m *syscall.NetlinkMessage) (*netEvent, error) {
	kind := eventKind(m, unix.RTM_NEWADDR, unix.RTM_DELADDR)
	if kind == "" {
		return nil, nil
	}
	attrs, err := attributes(m.Data, unix.SizeofIfAddrmsg)
	if err != nil {
		return nil, err
	}
	// struct ifaddrmsg: family, prefixlen, flags, scope, index.
	a := &netlink.Addr{Flags: int(m.Data[2]), Scope: int(m.Data[3]), LinkIndex: int(binary.NativeEndian.Uint32(m.Data[4:]))}
	prefix := int(m.Data[1])
	var local, other net.IP
	for _, attr := range attrs {
		switch v := attr.Value; attr.Attr.Type {
		case unix.IFA_LOCAL:
			local = v
		case unix.IFA_ADDRESS:
			other = v
		case unix.IFA_BROADCAST:
			a.Broadcast = v
		case unix.IFA_LABEL:
			a.Label = unix.ByteSliceToString(v)
		case unix.IFA_FLAGS:
			a.Flags = int(attr32(v))
		case unix.IFA_CACHEINFO: // struct ifa_cacheinfo: preferred, valid, ...
			if len(v) >= 8 {
				a.PreferedLft, a.ValidLft = int(attr32(v)), int(attr32(v[4:]))
			}
		}
	}
	network := func(ip net.IP, ones int) *net.IPNet {
		return &net.IPNet{IP: ip, Mask: net.CIDRMask(ones, 8*len(ip))}
	}
	switch {
	case other == nil:
		return nil, errShortMessage
	case local == nil || local.Equal(other):
		a.IPNet = network(other, prefix)
	default: // of a link with two ends, the prefix is that of the other one
		a.IPNet, a.Peer = network(local, 8*len(local)), network(other, prefix)
	}
	return &netEvent{kind: kind, addr: a}, nil
}

// decodeRoute decodes a message about a route.
func decodeRoute(m *syscall.NetlinkMessage) (*netEvent, error) {
	kind := eventKind(m, unix.RTM_NEWROUTE, unix.RTM_DELROUTE)
	if kind == "" {
		return nil, nil
	}
	attrs, err := attributes(m.Data, unix.SizeofRtMsg)
	if err != nil {
		return nil, err
	}
	// struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags.
	d := m.Data
	r := &netlink.Route{
		Family: int(d[0]), Table: int(d[4]), Protocol: netlink.RouteProtocol(d[5]), Scope: netlink.Scope(d[6]), Type: int(d[7]),
		Flags: int(binary.NativeEndian.Uint32(d[8:])),
	}
	if r.Family != unix.AF_INET && r.Family != unix.AF_INET6 || r.Flags&unix.RTM_F_CLONED != 0 {
		return nil, nil
	}
	for _, attr := range attrs {
		switch v := attr.Value; attr.Attr.Type & nl.NLA_TYPE_MASK {
		case unix.RTA_DST:
			r.Dst = &net.IPNet{IP: v, Mask: net.CIDRMask(int(d[1]), 8*len(v))}
		case unix.RTA_GATEWAY:
			r.Gw = v
		case unix.RTA_VIA:
			r.Via = viaOf(v)
		case unix.RTA_PREFSRC:
			r.Src = v
		case unix.RTA_OIF:
			r.LinkIndex = int(attr32(v))
		case unix.RTA_PRIORITY:
			r.Priority = int(attr32(v))
		case unix.RTA_TABLE:
			r.Table = int(attr32(v))
		case unix.RTA_METRICS:
			metrics, err := nl.ParseRouteAttr(v)
			if err != nil {
				return nil, err
			}
			for _, metric := range metrics {
				if metric.Attr.Type == unix.RTAX_MTU {
					r.MTU = int(attr32(metric.Value))
				}
			}
		case unix.RTA_MULTIPATH:
			if r.MultiPath, err = decodeHops(v); err != nil {
				return nil, err
			}
		}
	}
	return &netEvent{kind: kind, route: r}, nil
}

// decodeHops decodes the list of next hops of a route: each a struct rtnexthop
// (length, flags, hops, index) and attributes.
func decodeHops(b []byte) (list []*netlink.NexthopInfo, err error) {
	for len(b) > 0 {
		if len(b) < unix.SizeofRtNexthop {
			return nil, errShortMessage
		}
		size := int(binary.NativeEndian.Uint16(b))
		if size < unix.SizeofRtNexthop || size > len(b) {
			return nil, errShortMessage
		}
		hop := &netlink.NexthopInfo{Flags: int(b[2]), Hops: int(b[3]), LinkIndex: int(binary.NativeEndian.Uint32(b[4:]))}
		attrs, err := nl.ParseRouteAttr(b[unix.SizeofRtNexthop:size])
		if err != nil {
			return nil, err
		}
		for _, attr := range attrs {
			switch attr.Attr.Type {
			case unix.RTA_GATEWAY:
				hop.Gw = attr.Value
			case unix.RTA_VIA:
				hop.Via = viaOf(attr.Value)
			}
		}
		list = append(list, hop)
		b = b[min((size+3)&^3, len(b)):]
	}
	return list, nil
}

// viaOf decodes a router of another family than the route: its family, then its
// address.
func viaOf(b []byte) netlink.Destination {
	if len(b) < 2 {
		return nil
	}
	return &netlink.Via{AddrFamily: int(binary.NativeEndian.Uint16(b)), Addr: b[2:]}
}

// attributes are those behind the header of a message.
func attributes(b []byte, header int) ([]syscall.NetlinkRouteAttr, error) {
	if len(b) < header {
		return nil, errShortMessage
	}
	return nl.ParseRouteAttr(b[header:])
}

// attr32 is a 32-bit attribute, 0 if it is shorter.
func attr32(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}
