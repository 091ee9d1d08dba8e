package odp

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// The families and groups of the fake kernel.
const (
	idDatapath, idVport, idFlow, idPacket = 0x20, 0x21, 0x22, 0x23
	groupDatapath, groupVport, groupFlow  = 7, 8, 9
	fakeIndex                             = 42
)

func fakeFamilies() map[string]genetlink.Family {
	family := func(id uint16, name string, group uint32) genetlink.Family {
		f := genetlink.Family{ID: id, Name: name, Version: 1}
		if group != 0 {
			f.Groups = []genetlink.MulticastGroup{{ID: group, Name: name}}
		}
		return f
	}
	return map[string]genetlink.Family{
		ovsh.DatapathFamily: family(idDatapath, ovsh.DatapathFamily, groupDatapath),
		ovsh.VportFamily:    family(idVport, ovsh.VportFamily, groupVport),
		ovsh.FlowFamily:     family(idFlow, ovsh.FlowFamily, groupFlow),
		ovsh.PacketFamily:   family(idPacket, ovsh.PacketFamily, 0),
	}
}

// seen is a request as the fake kernel got it.
type seen struct {
	Family  uint16
	Flags   netlink.HeaderFlags
	Cmd     uint8
	Version uint8
	Index   int
	Attrs   []byte
}

// answerFunc answers one request with datagrams.
type answerFunc func(netlink.Message, seen) [][]byte

// fake is a fake kernel. It acknowledges every request unless answer is set.
type fake struct {
	*fakedp.Peer
	mu     sync.Mutex
	answer answerFunc
	seen   []seen
	sends  int
}

// fakeSocket turns the fake's own error into that of a closed socket.
type fakeSocket struct{ *fakedp.Socket }

func (s fakeSocket) Recv(buf []byte, wait bool) (int, error) {
	n, err := s.Socket.Recv(buf, wait)
	if errors.Is(err, os.ErrClosed) {
		err = ErrClosed
	}
	return n, err
}

func newFake(t testing.TB) (*fake, *Conn) {
	t.Helper()
	f := &fake{}
	f.Peer = &fakedp.Peer{Families: fakeFamilies(), Handle: f.handle}
	c, err := Dial(&Config{dial: f.dial})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, c
}

func (f *fake) dial(int) (socket, error) { return fakeSocket{f.Open()}, nil }

func (f *fake) handle(msgs []netlink.Message) [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sends++
	var out [][]byte
	for _, m := range msgs {
		s := seen{
			Family: uint16(m.Header.Type), Flags: m.Header.Flags, Cmd: m.Data[0], Version: m.Data[1],
			Index: int(int32(binary.NativeEndian.Uint32(m.Data[4:]))), Attrs: m.Data[8:],
		}
		f.seen = append(f.seen, s)
		if f.answer != nil {
			out = append(out, f.answer(m, s)...)
			continue
		}
		out = append(out, fakedp.Ack(m, 0, "", 0))
	}
	return out
}

func (f *fake) setAnswer(a answerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer, f.seen, f.sends = a, nil, 0
}

func (f *fake) requests() []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]seen(nil), f.seen...)
}

// replyThenAck answers with one message and the acknowledgement.
func replyThenAck(family uint16, cmd uint8, attrs ...[]byte) answerFunc {
	return func(m netlink.Message, _ seen) [][]byte {
		return [][]byte{
			fakedp.Reply(family, 0, m.Header.Sequence, cmd, fakeIndex, attrs...),
			fakedp.Ack(m, 0, "", 0),
		}
	}
}

// refuse answers with an error number.
func refuse(errno syscall.Errno, extAck string, offset uint32) answerFunc {
	return func(m netlink.Message, _ seen) [][]byte {
		return [][]byte{fakedp.Ack(m, errno, extAck, offset)}
	}
}

// dumpOf answers with the messages in one datagram and the end in another.
func dumpOf(family uint16, cmd uint8, flags netlink.HeaderFlags, objects ...[]byte) answerFunc {
	return func(m netlink.Message, _ seen) [][]byte {
		var all []byte
		for _, o := range objects {
			all = append(all, fakedp.Reply(family, netlink.Multi|flags, m.Header.Sequence, cmd, fakeIndex, o)...)
		}
		return [][]byte{all, fakedp.Done(m.Header.Sequence, 0, 0)}
	}
}

func fakeDatapath(c *Conn) *Datapath { return &Datapath{c: c, name: "dp0", index: fakeIndex} }

// Attributes of objects as the kernel sends them.
var (
	nameDP0   = fakedp.Attr(ovsh.DatapathAttrName, []byte("dp0\x00"))
	vportEth0 = fakedp.Join(
		fakedp.Uint32(ovsh.VportAttrPortNo, 3),
		fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeNetdev),
		fakedp.Attr(ovsh.VportAttrName, []byte("eth0\x00")),
		fakedp.Uint32(ovsh.VportAttrUpcallPID, 0),
	)
	keyInPort = fakedp.Uint32(ovsh.KeyAttrInPort, 3)
	outputTo2 = fakedp.Uint32(ovsh.ActionAttrOutput, 2)
	aPacket   = []byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00data")
)
