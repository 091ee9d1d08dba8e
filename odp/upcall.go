package odp

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// UpcallKind is why the kernel sent a packet up.
type UpcallKind uint8

// The kinds of upcalls.
const (
	UpcallMiss   UpcallKind = ovsh.PacketCmdMiss   // the packet matched no flow
	UpcallAction UpcallKind = ovsh.PacketCmdAction // a userspace action asked for it
)

// String returns miss or action.
func (k UpcallKind) String() string {
	switch k {
	case UpcallMiss:
		return "miss"
	case UpcallAction:
		return "action"
	}
	return fmt.Sprintf("UpcallKind(%d)", uint8(k))
}

// Upcall is a packet that the kernel sent up. It and its bytes are valid during
// the call of the handler only: [Upcall.Clone] keeps it.
type Upcall struct {
	Kind UpcallKind
	// Queue is the number of the socket that it came by: with per-CPU dispatch
	// the CPU that had the packet.
	Queue int
	// Key is the packet's flow key.
	Key Attrs
	// Data is the packet from its Ethernet header on, or the beginning of it if
	// a trunc action cut it.
	Data []byte
	// Len is the length of the whole packet.
	Len uint32

	// Userdata is what the userspace action says to send along; nil for a miss
	// and for an action that says nothing.
	Userdata []byte
	// Actions are those of the flow, if the userspace action asks for them.
	Actions Actions
	// EgressTunnel is the tunnel that the packet would leave by (attributes
	// OVS_TUNNEL_KEY_ATTR_*), if the userspace action asks for it.
	EgressTunnel Attrs

	// Hash is the packet's hash, if HasHash is set. Executing the packet with it
	// keeps the packet on the path that its connection takes.
	Hash    uint64
	HasHash bool
	// MRU is the largest fragment of the packet before it was put together; 0
	// for none. Executing the packet with it lets the kernel fragment it again.
	MRU uint16
}

// InPort returns the port that the packet came in by.
func (u *Upcall) InPort() (PortNo, bool) {
	p, ok := u.Key.Find(ovsh.KeyAttrInPort)
	if !ok || len(p) < 4 {
		return 0, false
	}
	return PortNo(binary.NativeEndian.Uint32(p)), true
}

// Packet returns the packet ready for [Datapath.Execute] with the given
// actions. It shares u's memory.
func (u *Upcall) Packet(actions Actions) *Packet {
	return &Packet{
		Data: u.Data, Key: u.Key, Actions: actions,
		Hash: u.Hash, HasHash: u.HasHash, MRU: u.MRU,
	}
}

// Clone returns a copy of u in memory of its own.
func (u *Upcall) Clone() *Upcall {
	out := new(Upcall)
	u.CopyTo(out)
	return out
}

// EgressTunnelKey returns the tunnel that the packet would leave by as a flow key to
// read its fields from, empty if there is none.
func (u *Upcall) EgressTunnelKey() Match { return tunnelKey(u.EgressTunnel) }

// tunnelKey makes a key of the attributes of a tunnel.
func tunnelKey(tunnel Attrs) Match {
	if tunnel == nil {
		return Match{}
	}
	return Match{Key: appendAttr(nil, ovsh.KeyAttrTunnel|attrNested, tunnel)}
}

// CopyTo makes out a copy of u that shares no memory with it. It allocates once.
func (u *Upcall) CopyTo(out *Upcall) {
	mem := make([]byte, 0, len(u.Key)+len(u.Data)+len(u.Userdata)+len(u.Actions)+len(u.EgressTunnel))
	keep := func(b []byte) []byte {
		if b == nil {
			return nil
		}
		from := len(mem)
		mem = append(mem, b...)
		return mem[from:len(mem):len(mem)] // whoever appends to it gets memory of its own
	}
	*out = *u
	out.Data = keep(u.Data)
	out.Key, out.EgressTunnel = keep(u.Key), keep(u.EgressTunnel)
	out.Userdata, out.Actions = keep(u.Userdata), keep(u.Actions)
}

var errNoPacket = errors.New("upcall message: no packet or no key")

// decode reads a message of the family ovs_packet into u, replacing what was
// there. It walks the attributes itself, as it is called for each packet.
func (u *Upcall) decode(r reply) error {
	*u = Upcall{Kind: UpcallKind(r.cmd)}
	var dec decoder
	hasLen := false
	a := r.attrs
	for len(a) > 0 {
		id, p, rest, ok := a.cut()
		if !ok {
			return fmt.Errorf("upcall message: attribute at byte %d: bad length", len(r.attrs)-len(a))
		}
		a = rest
		switch id {
		case ovsh.PacketAttrPacket:
			u.Data = p
		case ovsh.PacketAttrKey:
			u.Key = p
		case ovsh.PacketAttrUserdata:
			u.Userdata = p
		case ovsh.PacketAttrActions:
			u.Actions = Actions(p)
		case ovsh.PacketAttrEgressTunKey:
			u.EgressTunnel = p
		case ovsh.PacketAttrLen:
			u.Len, hasLen = dec.uint32("packet length", p), true
		case ovsh.PacketAttrMRU:
			u.MRU = dec.uint16("MRU", p)
		case ovsh.PacketAttrHash:
			u.Hash, u.HasHash = dec.uint64("packet hash", p), true
		}
	}
	switch {
	case dec.err != nil:
		return fmt.Errorf("upcall message: %w", dec.err)
	case u.Data == nil || u.Key == nil:
		return errNoPacket
	}
	if !hasLen {
		u.Len = uint32(len(u.Data))
	}
	return nil
}
