package odp

import (
	"bytes"
	"testing"

	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// FuzzAttrs checks that the walk stays inside its bytes, and that what it finds
// in valid attributes encodes to the same again, flag bits and padding aside.
func FuzzAttrs(f *testing.F) {
	f.Add([]byte{})
	f.Add(keyInPort)
	f.Add(fakedp.Join(keyInPort, outputTo2[:7]))
	f.Add([]byte{3, 0, 1, 0, 0xff, 0xff, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		a := Attrs(b)
		var again []byte
		for id, p := range a.All() {
			again = appendAttr(again, id, p)
		}
		if a.Valid() != nil {
			return
		}
		second := Attrs(again)
		if err := second.Valid(); err != nil {
			t.Fatalf("encoded again: %v", err)
		}
		for id, p := range a.All() {
			gotID, got, rest, ok := second.cut()
			if !ok || gotID != id || !bytes.Equal(got, p) {
				t.Fatalf("attribute %d: % x, encoded again %d: % x", id, p, gotID, got)
			}
			second = rest
		}
	})
}

// FuzzMessages checks that a datagram of any bytes is read to its end without
// reading beyond it.
func FuzzMessages(f *testing.F) {
	f.Add(fakedp.Ack(netlink.Message{}, 17, "why", 4))
	f.Add(fakedp.Done(1, 0, 19))
	f.Add(fakedp.Reply(idFlow, 0, 1, 1, 2, keyInPort))
	f.Add([]byte{17, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, total := b, 0
		for {
			m, next, ok, err := cutMessage(rest)
			if !ok || err != nil {
				if ok && err != nil {
					t.Fatal("message and error")
				}
				return
			}
			if total += len(m.data); total > len(b) {
				t.Fatalf("%d bytes of data in %d", total, len(b))
			}
			rest = next
			if v, err := m.verdict(); err != nil && v != (verdict{}) {
				t.Fatal("verdict and error")
			}
			if r, err := m.reply(); err == nil && len(r.attrs) > len(m.data) {
				t.Fatal("reply is longer than its message")
			}
		}
	})
}

func FuzzDatapathMessage(f *testing.F) {
	f.Add([]byte(nameDP0))
	f.Add(fakedp.Join(nameDP0, fakedp.Uint64s(ovsh.DatapathAttrStats, 1, 2, 3, 4), fakedp.Uint64s(ovsh.DatapathAttrMegaflowStats, 1, 2, 3, 4)))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := decodeDatapath(reply{attrs: b})
		if (err == nil) == (info.Name == "") {
			t.Fatalf("name %q, error %v", info.Name, err)
		}
	})
}

func FuzzVportMessage(f *testing.F) {
	f.Add(vportEth0)
	f.Add(fakedp.Join(vportEth0, fakedp.Uint64s(ovsh.VportAttrStats, 1, 2, 3, 4, 5, 6, 7, 8), fakedp.Attr(ovsh.VportAttrOptions, fakedp.Uint32(1, 2))))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decodeVport(&Datapath{}, reply{attrs: b})
		if (v == nil) == (err == nil) {
			t.Fatalf("vport %v, error %v", v, err)
		}
	})
}

func FuzzFlowMessage(f *testing.F) {
	f.Add(fakedp.Attr(ovsh.FlowAttrKey, keyInPort))
	f.Add(fakedp.Join(fakedp.Attr(ovsh.FlowAttrUFID, make([]byte, 16)), fakedp.Uint64s(ovsh.FlowAttrStats, 1, 2), fakedp.Attr(ovsh.FlowAttrActions, outputTo2)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fl Flow
		if err := fl.decode(reply{attrs: b}); err != nil {
			return
		}
		if fl.Match.Key == nil && !fl.HasUFID {
			t.Fatal("flow without an identity")
		}
		// Whatever the kernel sends must print, and what it makes sense of must
		// be read again.
		for _, o := range []*TextOptions{nil, {Verbose: true}} {
			text := string(fl.AppendText(nil, o))
			again, err := ParseFlow(text, nil)
			if err != nil || fl.Omitted != 0 || Attrs(fl.Actions).Valid() != nil || !wellFormed(fl.Match.Key, KeyByID) || !structureMatched(fl.Match.nodes()) {
				continue
			}
			if again.Actions.String() != fl.Actions.String() || again.TCPFlags != fl.TCPFlags || again.Stats.Packets != fl.Stats.Packets ||
				again.Stats.Bytes != fl.Stats.Bytes || o != nil && again.UFID != fl.UFID {
				t.Fatalf("%q reads as %v", text, again)
			}
		}
	})
}

func FuzzUpcallMessage(f *testing.F) {
	f.Add(fakedp.Join(fakedp.Attr(ovsh.PacketAttrKey, keyInPort), fakedp.Attr(ovsh.PacketAttrPacket, aPacket)))
	f.Add(fakedp.Join(fakedp.Attr(ovsh.PacketAttrKey, nil), fakedp.Uint32(ovsh.PacketAttrLen, 9), fakedp.Attr(ovsh.PacketAttrPacket, nil)[:4]))
	f.Fuzz(func(t *testing.T, b []byte) {
		var u Upcall
		if err := u.decode(reply{attrs: b}); err != nil {
			return
		}
		if u.Key == nil || u.Data == nil {
			t.Fatal("upcall without packet or key")
		}
		u.InPort()
		u.Clone()
	})
}
