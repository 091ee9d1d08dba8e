package odp

import (
	"encoding/binary"
	"sync"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ctSeen is a request as the fake connection tracker got it.
type ctSeen struct {
	Cmd    uint8
	Flags  netlink.HeaderFlags
	Family uint8
	Attrs  Attrs
}

// ctFake is a fake connection tracker. It acknowledges every request unless
// answer is set.
type ctFake struct {
	*fakedp.Peer
	mu     sync.Mutex
	answer func(m netlink.Message, s ctSeen) [][]byte
	seen   []ctSeen
	sends  int
}

// newConntrackFake returns a connection whose nfnetlink is a fake.
func newConntrackFake(t *testing.T) (*ctFake, *Conn) {
	t.Helper()
	datapaths := &fake{}
	datapaths.Peer = &fakedp.Peer{Families: fakeFamilies(), Handle: datapaths.handle}
	f := &ctFake{}
	f.Peer = &fakedp.Peer{Handle: f.handle}
	c, err := Dial(&Config{
		dial:          datapaths.dial,
		dialNetfilter: func(int) (socket, error) { return fakeSocket{f.Open()}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		for i, s := range f.Sockets() {
			if !s.Closed() {
				t.Errorf("socket %d of nfnetlink is still open", i)
			}
		}
	})
	return f, c
}

func (f *ctFake) handle(msgs []netlink.Message) [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sends++
	var out [][]byte
	for _, m := range msgs {
		s := ctSeen{Cmd: uint8(m.Header.Type), Flags: m.Header.Flags, Family: m.Data[0], Attrs: Attrs(m.Data[nfHeaderLen:])}
		f.seen = append(f.seen, s)
		if f.answer != nil {
			out = append(out, f.answer(m, s)...)
			continue
		}
		out = append(out, fakedp.Ack(m, 0, "", 0))
	}
	return out
}

// requests returns what came since the last call.
func (f *ctFake) requests() []ctSeen {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.seen
	f.seen = nil
	return out
}

// ctMessage encodes a message about a connection.
func ctMessage(cmd uint8, flags netlink.HeaderFlags, seq uint32, attrs []byte) []byte {
	data := append([]byte{unix.AF_INET, unix.NFNETLINK_V0, 0, 0}, attrs...)
	return fakedp.Message(unix.NFNL_SUBSYS_CTNETLINK<<8|netlink.HeaderType(cmd), flags, seq, data)
}

// ctDump answers a dump with connections in datagrams of their own.
func ctDump(flags netlink.HeaderFlags, entries ...[]byte) func(netlink.Message, ctSeen) [][]byte {
	return func(m netlink.Message, s ctSeen) [][]byte {
		if s.Cmd != ovsh.CTMsgGet {
			return [][]byte{fakedp.Ack(m, 0, "", 0)}
		}
		var out [][]byte
		for _, e := range entries {
			out = append(out, ctMessage(ovsh.CTMsgNew, netlink.Multi|flags, m.Header.Sequence, e))
		}
		return append(out, fakedp.Done(m.Header.Sequence, 0, 0))
	}
}

func wireBE16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func wireBE32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func wireBE64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// ctTuple encodes a tuple of ports.
func ctTuple(id uint16, src, dst string, proto uint8, ports ...uint16) []byte {
	t := ConntrackTuple{Src: mustAddr(src), Dst: mustAddr(dst), Proto: proto}
	if isICMP(proto) {
		t.ICMPID, t.ICMPType, t.ICMPCode = ports[0], uint8(ports[1]), uint8(ports[2])
	} else if len(ports) > 0 {
		t.SrcPort, t.DstPort = ports[0], ports[1]
	}
	return appendTuple(nil, id, &t)
}

// ctTCP encodes what the kernel sends of a TCP connection from port sport.
func ctTCP(sport uint16, more ...[]byte) []byte {
	return fakedp.Join(append([][]byte{
		ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", unix.IPPROTO_TCP, sport, 80),
		ctTuple(ovsh.CTATupleReply, "10.0.0.2", "10.0.0.1", unix.IPPROTO_TCP, 80, sport),
		fakedp.Attr(ovsh.CTAID, wireBE32(uint32(sport))),
		fakedp.Attr(ovsh.CTAStatus, wireBE32(uint32(ConntrackConfirmed|ConntrackSeenReply))),
	}, more...)...)
}
