package luabind

import (
	"encoding/binary"
	"net"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// netMessage is a message of rtnetlink: a header of its own and attributes.
func netMessage(typ, flags uint16, header []byte, attrs ...*nl.RtAttr) *syscall.NetlinkMessage {
	m := &syscall.NetlinkMessage{Header: syscall.NlMsghdr{Type: typ, Flags: flags}, Data: header}
	for _, a := range attrs {
		m.Data = append(m.Data, a.Serialize()...)
	}
	return m
}

func bytes32(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

func network(s string) *net.IPNet {
	p, err := parseNetwork(s)
	if err != nil {
		panic(err)
	}
	return p
}

// routeHeader is a struct rtmsg.
func routeHeader(prefix, table byte) []byte {
	h := []byte{unix.AF_INET, prefix, 0, 0, table, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST}
	return append(h, bytes32(0)...)
}

// hop is a struct rtnexthop with a gateway.
func hop(weight byte, index uint32, gateway ...byte) []byte {
	attr := nl.NewRtAttr(unix.RTA_GATEWAY, gateway).Serialize()
	b := binary.NativeEndian.AppendUint16(nil, uint16(unix.SizeofRtNexthop+len(attr)))
	b = append(b, 0, weight-1)
	return append(append(b, bytes32(index)...), attr...)
}

func TestDecodeRoute(t *testing.T) {
	dst := nl.NewRtAttr(unix.RTA_DST, []byte{10, 1, 0, 0})
	mtu := nl.NewRtAttr(unix.RTA_METRICS, nil)
	mtu.AddRtAttr(unix.RTAX_MTU, bytes32(1400))
	for _, test := range []struct {
		name string
		m    *syscall.NetlinkMessage
		kind string
		want *netlink.Route
	}{
		{"with everything", netMessage(unix.RTM_NEWROUTE, unix.NLM_F_CREATE, routeHeader(16, 0), dst, mtu,
			nl.NewRtAttr(unix.RTA_GATEWAY, []byte{10, 0, 0, 1}), nl.NewRtAttr(unix.RTA_PREFSRC, []byte{10, 0, 0, 2}),
			nl.NewRtAttr(unix.RTA_OIF, bytes32(7)), nl.NewRtAttr(unix.RTA_PRIORITY, bytes32(5)), nl.NewRtAttr(unix.RTA_TABLE, bytes32(1000))),
			eventNew, &netlink.Route{Dst: network("10.1.0.0/16"), Gw: net.IP{10, 0, 0, 1}, Src: net.IP{10, 0, 0, 2}, LinkIndex: 7, Priority: 5, Table: 1000, MTU: 1400}},
		{"over another", netMessage(unix.RTM_NEWROUTE, unix.NLM_F_REPLACE, routeHeader(16, 254), dst), eventSet,
			&netlink.Route{Dst: network("10.1.0.0/16"), Table: 254}},
		{"of several ways", netMessage(unix.RTM_DELROUTE, 0, routeHeader(0, 254),
			nl.NewRtAttr(unix.RTA_MULTIPATH, append(hop(1, 7, 10, 0, 0, 1), hop(3, 8, 10, 0, 0, 2)...))), eventDelete,
			&netlink.Route{Table: 254, MultiPath: []*netlink.NexthopInfo{{LinkIndex: 7, Gw: net.IP{10, 0, 0, 1}}, {LinkIndex: 8, Hops: 2, Gw: net.IP{10, 0, 0, 2}}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeRoute(test.m)
			if err != nil {
				t.Fatal(err)
			}
			test.want.Family, test.want.Protocol, test.want.Type = unix.AF_INET, unix.RTPROT_BOOT, unix.RTN_UNICAST
			if diff := cmp.Diff(&netEvent{kind: test.kind, route: test.want}, got, cmp.AllowUnexported(netEvent{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeAddress(t *testing.T) {
	header := func(prefix byte) []byte {
		return append([]byte{unix.AF_INET, prefix, unix.IFA_F_PERMANENT, unix.RT_SCOPE_LINK}, bytes32(7)...)
	}
	local, other := nl.NewRtAttr(unix.IFA_LOCAL, []byte{10, 0, 0, 1}), nl.NewRtAttr(unix.IFA_ADDRESS, []byte{10, 0, 0, 2})
	for _, test := range []struct {
		name  string
		attrs []*nl.RtAttr
		want  netlink.Addr
	}{
		{"of a network", []*nl.RtAttr{nl.NewRtAttr(unix.IFA_ADDRESS, []byte{10, 0, 0, 1}), local, nl.NewRtAttr(unix.IFA_LABEL, []byte("eth0:1\x00"))},
			netlink.Addr{IPNet: network("10.0.0.1/24"), Label: "eth0:1"}},
		{"with another end", []*nl.RtAttr{other, local}, netlink.Addr{IPNet: network("10.0.0.1/32"), Peer: network("10.0.0.2/24")}},
		{"for a time", []*nl.RtAttr{other, nl.NewRtAttr(unix.IFA_CACHEINFO, append(append(bytes32(5), bytes32(6)...), make([]byte, 8)...))},
			netlink.Addr{IPNet: network("10.0.0.2/24"), PreferedLft: 5, ValidLft: 6}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeAddress(netMessage(unix.RTM_NEWADDR, 0, header(24), test.attrs...))
			if err != nil {
				t.Fatal(err)
			}
			test.want.LinkIndex, test.want.Scope, test.want.Flags = 7, unix.RT_SCOPE_LINK, unix.IFA_F_PERMANENT
			if diff := cmp.Diff(&test.want, got.addr); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDecodeTruncated cuts messages everywhere: each is decoded or refused.
func TestDecodeTruncated(t *testing.T) {
	known := map[int]bool{}
	for _, test := range []struct {
		name   string
		decode func(*syscall.NetlinkMessage) (*netEvent, error)
		m      *syscall.NetlinkMessage
	}{
		{"route", decodeRoute, netMessage(unix.RTM_NEWROUTE, 0, routeHeader(16, 254), nl.NewRtAttr(unix.RTA_DST, []byte{10, 1, 0, 0}),
			nl.NewRtAttr(unix.RTA_MULTIPATH, append(hop(1, 7, 10, 0, 0, 1), hop(3, 8, 10, 0, 0, 2)...)))},
		{"address", decodeAddress, netMessage(unix.RTM_NEWADDR, 0, make([]byte, unix.SizeofIfAddrmsg), nl.NewRtAttr(unix.IFA_ADDRESS, []byte{10, 0, 0, 1}))},
		{"link", linkDecoder(known), netMessage(unix.RTM_NEWLINK, 0, make([]byte, unix.SizeofIfInfomsg), nl.NewRtAttr(unix.IFLA_IFNAME, []byte("eth0\x00")),
			nl.NewRtAttr(unix.IFLA_MTU, bytes32(1500)))},
		{"neighbour", decodeNeighbour, netMessage(unix.RTM_NEWNEIGH, 0, append([]byte{unix.AF_INET}, make([]byte, unix.SizeofNdMsg-1)...),
			nl.NewRtAttr(unix.NDA_DST, []byte{10, 0, 0, 1}), nl.NewRtAttr(unix.NDA_VLAN, []byte{1, 0}))},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &netSource{decode: test.decode}
			if event, err := s.decodeOne(test.m); err != nil || event == nil {
				t.Fatalf("got %v, %v for the whole message", event, err)
			}
			whole := test.m.Data
			for n := range len(whole) {
				event, err := s.decodeOne(&syscall.NetlinkMessage{Header: test.m.Header, Data: whole[:n:n]})
				if err != nil && event != nil {
					t.Errorf("%d bytes: both an event and the error %v", n, err)
				}
			}
		})
	}
}

func TestLinkEvents(t *testing.T) {
	decode := linkDecoder(map[int]bool{3: true})
	message := func(typ uint16, family byte, index uint32) *syscall.NetlinkMessage {
		h := make([]byte, unix.SizeofIfInfomsg)
		h[0] = family
		binary.NativeEndian.PutUint32(h[4:], index)
		return netMessage(typ, 0, h, nl.NewRtAttr(unix.IFLA_IFNAME, []byte("eth0\x00")))
	}
	for i, test := range []struct {
		m    *syscall.NetlinkMessage
		want string
	}{
		{message(unix.RTM_NEWLINK, 0, 3), eventSet}, // it was there before
		{message(unix.RTM_NEWLINK, 0, 4), eventNew},
		{message(unix.RTM_NEWLINK, 0, 4), eventSet},
		{message(unix.RTM_DELLINK, unix.AF_BRIDGE, 4), ""}, // it only left a bridge
		{message(unix.RTM_DELLINK, 0, 4), eventDelete},
		{message(unix.RTM_NEWLINK, 0, 4), eventNew},
		{message(unix.RTM_NEWADDR, 0, 4), ""},
	} {
		event, err := decode(test.m)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if event != nil {
			got = event.kind
		}
		if got != test.want {
			t.Errorf("message %d: got %q, want %q", i, got, test.want)
		}
	}
}
