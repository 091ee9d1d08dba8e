package odp

import (
	"encoding/binary"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// minPacketLen is the shortest packet that the kernel executes: an Ethernet
// header.
const minPacketLen = 14

// Packet is a packet to be executed: sent through a list of actions as if a
// flow had matched it.
type Packet struct {
	// Data is the packet from its Ethernet header on, 14 to 65531 bytes.
	Data []byte
	// Key gives the metadata that the data does not contain: in_port, recirc_id,
	// tunnel, connection tracking state and such. The key of an upcall can be
	// passed as it is; its other parts are read from the data.
	Key     Attrs
	Actions Actions

	// Hash is the packet's hash as an upcall gave it, if HasHash is set.
	Hash    uint64
	HasHash bool
	// MRU is the largest fragment of the packet before it was put together, as
	// an upcall gave it; 0 for none.
	MRU uint16
	// Probe keeps the kernel from logging that it refused the actions.
	Probe bool
	// UpcallPID is the port id of the socket for upcalls of this packet's
	// userspace actions; 0 for the usual one (Linux 6.17; ignored before).
	UpcallPID uint32
}

// Execute sends a packet through its actions.
func (d *Datapath) Execute(p *Packet) error {
	return d.c.do(func(rs *requests) { rs.execute(d, p) }, nil)
}

func (rs *requests) execute(d *Datapath, p *Packet) {
	r := request{
		op: "packet execute", datapath: d.String(), explain: explainFlow,
		keyAttr: ovsh.PacketAttrKey, actionsAttr: ovsh.PacketAttrActions,
	}
	rs.begin(r, &rs.fam.packet, ovsh.PacketCmdExecute, 0, d.index)
	if len(p.Data) < minPacketLen {
		rs.refuse("packet", "%d bytes long, at least the %d of an Ethernet header expected", len(p.Data), minPacketLen)
	}
	rs.checkPorts(p.Key, p.Actions)
	rs.attr(ovsh.PacketAttrPacket, "packet", p.Data)
	rs.nested(ovsh.PacketAttrKey, "key", p.Key)
	rs.nested(ovsh.PacketAttrActions, "actions", Attrs(p.Actions))
	if p.Probe {
		rs.buf = appendAttr(rs.buf, ovsh.PacketAttrProbe, nil)
	}
	if p.MRU != 0 {
		rs.buf = appendHeader(rs.buf, ovsh.PacketAttrMRU, attrHeaderLen+2)
		rs.buf = appendPadding(binary.NativeEndian.AppendUint16(rs.buf, p.MRU), 2)
	}
	if p.HasHash {
		rs.buf = appendHeader(rs.buf, ovsh.PacketAttrHash, attrHeaderLen+8)
		rs.buf = binary.NativeEndian.AppendUint64(rs.buf, p.Hash)
	}
	if p.UpcallPID != 0 {
		rs.uint32(ovsh.PacketAttrUpcallPID, p.UpcallPID)
	}
	rs.end()
}
