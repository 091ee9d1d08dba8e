package odp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

const (
	ackFlags    = netlink.Request | netlink.Acknowledge
	createFlags = ackFlags | netlink.Create | netlink.Excl | netlink.Echo
	dumpFlags   = netlink.Request | netlink.Dump
)

// aFlow is a flow whose parts are easy to find again.
func aFlow() *Flow {
	return &Flow{Match: Match{Key: keyInPort, Mask: fakedp.Uint32(ovsh.KeyAttrInPort, 0xffffffff)}, Actions: outputTo2}
}

// TestRequests checks each byte of what the commands send.
func TestRequests(t *testing.T) {
	t.Parallel()
	const nested = 0x8000
	cacheSize := uint32(256)
	features := FeaturePerCPU
	eth0 := func(d *Datapath) *Vport { return &Vport{d: d, name: "eth0", number: 3} }
	flowKey := fakedp.Attr(ovsh.FlowAttrKey|nested, keyInPort)
	flowMask := fakedp.Attr(ovsh.FlowAttrMask|nested, fakedp.Uint32(ovsh.KeyAttrInPort, 0xffffffff))
	flowActions := fakedp.Attr(ovsh.FlowAttrActions|nested, outputTo2)
	ufid := UFID{1, 2, 3}
	for _, tt := range []struct {
		name  string
		do    func(*Datapath) error
		reply []byte // attributes of the answer, nil for none
		dump  bool
		want  seen
	}{
		{
			name: "datapath create", reply: nameDP0,
			do: func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "dp0", Features: FeatureVportPIDs, MasksCacheSize: &cacheSize})
				return err
			},
			want: seen{Family: idDatapath, Flags: createFlags, Cmd: ovsh.DatapathCmdNew, Version: 2, Attrs: fakedp.Join(
				nameDP0, fakedp.Uint32(ovsh.DatapathAttrUpcallPID, 0),
				fakedp.Uint32(ovsh.DatapathAttrUserFeatures, ovsh.DatapathFVportPIDs),
				fakedp.Uint32(ovsh.DatapathAttrMasksCacheSize, 256))},
		},
		{
			name: "datapath create with all that it takes", reply: nameDP0,
			do: func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "dp0", Features: FeaturePerCPU, UpcallPID: 7, PerCPUPIDs: []uint32{8}, Index: 900})
				return err
			},
			want: seen{Family: idDatapath, Flags: createFlags, Cmd: ovsh.DatapathCmdNew, Version: 2, Attrs: fakedp.Join(
				nameDP0, fakedp.Uint32(ovsh.DatapathAttrUpcallPID, 7),
				fakedp.Uint32(ovsh.DatapathAttrUserFeatures, ovsh.DatapathFDispatchUpcallPerCPU),
				fakedp.Uint32(ovsh.DatapathAttrPerCPUPIDs, 8),
				fakedp.Uint32(ovsh.DatapathAttrIfIndex, 900))},
		},
		{
			name: "datapath get by name", reply: nameDP0,
			do:   func(d *Datapath) error { _, err := d.c.Datapath("dp0"); return err },
			want: seen{Family: idDatapath, Flags: ackFlags, Cmd: ovsh.DatapathCmdGet, Version: 2, Attrs: nameDP0},
		},
		{
			name: "datapath get by index", reply: nameDP0,
			do:   func(d *Datapath) error { _, err := d.c.DatapathByIndex(9); return err },
			want: seen{Family: idDatapath, Flags: ackFlags, Cmd: ovsh.DatapathCmdGet, Version: 2, Index: 9},
		},
		{
			name: "datapath list", reply: nameDP0, dump: true,
			do:   func(d *Datapath) error { _, err := d.c.Datapaths(); return err },
			want: seen{Family: idDatapath, Flags: dumpFlags, Cmd: ovsh.DatapathCmdGet, Version: 2},
		},
		{
			name: "datapath set", reply: nameDP0,
			do: func(d *Datapath) error {
				_, err := d.Set(DatapathChange{Features: &features, PerCPUPIDs: []uint32{5, 6}})
				return err
			},
			want: seen{Family: idDatapath, Flags: ackFlags | netlink.Echo, Cmd: ovsh.DatapathCmdSet, Version: 2, Index: fakeIndex,
				Attrs: fakedp.Join(fakedp.Uint32(ovsh.DatapathAttrUserFeatures, ovsh.DatapathFDispatchUpcallPerCPU),
					fakedp.Attr(ovsh.DatapathAttrPerCPUPIDs, fakedp.Join(fakedp.Uint32(0, 5)[4:], fakedp.Uint32(0, 6)[4:])))},
		},
		{
			name: "datapath delete",
			do:   (*Datapath).Delete,
			want: seen{Family: idDatapath, Flags: ackFlags, Cmd: ovsh.DatapathCmdDel, Version: 2, Index: fakeIndex},
		},
		{
			name: "vport create", reply: vportEth0,
			do: func(d *Datapath) error {
				_, err := d.CreateVport(VportSpec{Name: "eth0", Number: 3, UpcallPIDs: []uint32{77}})
				return err
			},
			want: seen{Family: idVport, Flags: createFlags, Cmd: ovsh.VportCmdNew, Version: 1, Index: fakeIndex, Attrs: fakedp.Join(
				fakedp.Attr(ovsh.VportAttrName, []byte("eth0\x00")),
				fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeNetdev),
				fakedp.Uint32(ovsh.VportAttrPortNo, 3),
				fakedp.Uint32(ovsh.VportAttrUpcallPID, 77))},
		},
		{
			name: "vport create vxlan", reply: vportEth0,
			do: func(d *Datapath) error {
				_, err := d.CreateVport(VportSpec{Name: "vx", Type: VportVXLAN, Options: VportOptions{GBP: true}})
				return err
			},
			want: seen{Family: idVport, Flags: createFlags, Cmd: ovsh.VportCmdNew, Version: 1, Index: fakeIndex, Attrs: fakedp.Join(
				fakedp.Attr(ovsh.VportAttrName, []byte("vx\x00")),
				fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeVXLAN),
				fakedp.Uint32(ovsh.VportAttrUpcallPID, 0),
				fakedp.Attr(ovsh.VportAttrOptions|nested, fakedp.Join(
					fakedp.Attr(ovsh.TunnelAttrDstPort, fakedp.Uint32(0, 4789)[4:6]),
					fakedp.Attr(ovsh.TunnelAttrExtension|nested, fakedp.Attr(ovsh.VXLANExtGBP, nil)))))},
		},
		{
			name: "vport create geneve", reply: vportEth0,
			do: func(d *Datapath) error {
				_, err := d.CreateVport(VportSpec{Name: "gn", Type: VportGeneve})
				return err
			},
			want: seen{Family: idVport, Flags: createFlags, Cmd: ovsh.VportCmdNew, Version: 1, Index: fakeIndex, Attrs: fakedp.Join(
				fakedp.Attr(ovsh.VportAttrName, []byte("gn\x00")),
				fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeGeneve),
				fakedp.Uint32(ovsh.VportAttrUpcallPID, 0),
				fakedp.Attr(ovsh.VportAttrOptions|nested, fakedp.Attr(ovsh.TunnelAttrDstPort, fakedp.Uint32(0, 6081)[4:6])))},
		},
		{
			name: "vport get by name", reply: vportEth0,
			do: func(d *Datapath) error { _, err := d.Vport("eth0"); return err },
			want: seen{Family: idVport, Flags: ackFlags, Cmd: ovsh.VportCmdGet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Attr(ovsh.VportAttrName, []byte("eth0\x00"))},
		},
		{
			name: "vport get by number", reply: vportEth0,
			do: func(d *Datapath) error { _, err := d.VportByNumber(3); return err },
			want: seen{Family: idVport, Flags: ackFlags, Cmd: ovsh.VportCmdGet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Uint32(ovsh.VportAttrPortNo, 3)},
		},
		{
			name: "vport list", reply: vportEth0, dump: true,
			do:   func(d *Datapath) error { _, err := d.Vports(); return err },
			want: seen{Family: idVport, Flags: dumpFlags, Cmd: ovsh.VportCmdGet, Version: 1, Index: fakeIndex},
		},
		{
			name: "vport set upcall port ids",
			do:   func(d *Datapath) error { return eth0(d).SetUpcallPIDs([]uint32{8, 9}) },
			want: seen{Family: idVport, Flags: ackFlags, Cmd: ovsh.VportCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(fakedp.Uint32(ovsh.VportAttrPortNo, 3),
					fakedp.Attr(ovsh.VportAttrUpcallPID, fakedp.Join(fakedp.Uint32(0, 8)[4:], fakedp.Uint32(0, 9)[4:])))},
		},
		{
			name: "vport set options",
			do: func(d *Datapath) error {
				v := eth0(d)
				v.typ = VportGeneve
				return v.set(VportChange{Options: &VportOptions{DstPort: 7000}})
			},
			want: seen{Family: idVport, Flags: ackFlags, Cmd: ovsh.VportCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(fakedp.Uint32(ovsh.VportAttrPortNo, 3),
					fakedp.Attr(ovsh.VportAttrOptions|nested, fakedp.Attr(ovsh.TunnelAttrDstPort, fakedp.Uint32(0, 7000)[4:6])))},
		},
		{
			name: "vport create with an ifindex", reply: vportEth0,
			do: func(d *Datapath) error {
				_, err := d.CreateVport(VportSpec{Name: "in", Type: VportInternal, IfIndex: 77})
				return err
			},
			want: seen{Family: idVport, Flags: createFlags, Cmd: ovsh.VportCmdNew, Version: 1, Index: fakeIndex, Attrs: fakedp.Join(
				fakedp.Attr(ovsh.VportAttrName, []byte("in\x00")),
				fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeInternal),
				fakedp.Uint32(ovsh.VportAttrUpcallPID, 0),
				fakedp.Uint32(ovsh.VportAttrIfIndex, 77))},
		},
		{
			name: "vport delete",
			do:   func(d *Datapath) error { return eth0(d).Delete() },
			want: seen{Family: idVport, Flags: ackFlags, Cmd: ovsh.VportCmdDel, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Uint32(ovsh.VportAttrPortNo, 3)},
		},
		{
			name: "flow put create",
			do:   func(d *Datapath) error { return d.PutFlow(aFlow(), PutCreate) },
			want: seen{Family: idFlow, Flags: ackFlags | netlink.Create | netlink.Excl, Cmd: ovsh.FlowCmdNew, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(flowKey, flowMask, flowActions)},
		},
		{
			name: "flow put replace, exact, without actions",
			do:   func(d *Datapath) error { return d.PutFlow(&Flow{Match: Match{Key: keyInPort}}, PutReplace) },
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdNew, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(flowKey, fakedp.Attr(ovsh.FlowAttrActions|nested, nil))},
		},
		{
			name: "flow put modify, with ufid",
			do: func(d *Datapath) error {
				f := aFlow()
				f.UFID, f.HasUFID = ufid, true
				return d.PutFlow(f, PutModify)
			},
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(fakedp.Attr(ovsh.FlowAttrUFID, ufid[:]), flowKey, flowMask, flowActions)},
		},
		{
			name: "flow get", reply: flowKey,
			do:   func(d *Datapath) error { _, err := d.GetFlow(aFlow().Match); return err },
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdGet, Version: 1, Index: fakeIndex, Attrs: flowKey},
		},
		{
			name: "flow get by ufid", reply: flowKey,
			do: func(d *Datapath) error { _, err := d.FlowByUFID(ufid); return err },
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdGet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Attr(ovsh.FlowAttrUFID, ufid[:])},
		},
		{
			name: "flow delete", reply: flowKey,
			do:   func(d *Datapath) error { _, err := d.DeleteFlow(aFlow().Match); return err },
			want: seen{Family: idFlow, Flags: ackFlags | netlink.Echo, Cmd: ovsh.FlowCmdDel, Version: 1, Index: fakeIndex, Attrs: flowKey},
		},
		{
			name: "flow delete by ufid", reply: flowKey,
			do: func(d *Datapath) error { _, err := d.DeleteFlowByUFID(ufid); return err },
			want: seen{Family: idFlow, Flags: ackFlags | netlink.Echo, Cmd: ovsh.FlowCmdDel, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Attr(ovsh.FlowAttrUFID, ufid[:])},
		},
		{
			name: "flow clear",
			do:   func(d *Datapath) error { return d.ClearFlow(aFlow().Match) },
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(flowKey, flowMask, fakedp.Attr(ovsh.FlowAttrClear, nil))},
		},
		{
			name: "flow clear by ufid",
			do:   func(d *Datapath) error { return d.ClearFlowByUFID(ufid) },
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(fakedp.Attr(ovsh.FlowAttrUFID, ufid[:]), fakedp.Attr(ovsh.FlowAttrClear, nil))},
		},
		{
			name: "flow put as a probe",
			do: func(d *Datapath) error {
				f := aFlow()
				f.Probe = true
				return d.PutFlow(f, PutModify)
			},
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdSet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Join(flowKey, flowMask, flowActions, fakedp.Attr(ovsh.FlowAttrProbe, nil))},
		},
		{
			name: "terse flow list", reply: fakedp.Attr(ovsh.FlowAttrUFID, ufid[:]), dump: true,
			do: func(d *Datapath) error {
				for f, err := range d.FlowsOmitting(FlowTerse) {
					if err != nil {
						return err
					}
					if f.UFID != ufid || f.Omitted != FlowTerse {
						return fmt.Errorf("ufid %v, omitted %v", f.UFID, f.Omitted)
					}
				}
				return nil
			},
			want: seen{Family: idFlow, Flags: dumpFlags, Cmd: ovsh.FlowCmdGet, Version: 1, Index: fakeIndex,
				Attrs: fakedp.Uint32(ovsh.FlowAttrUFIDFlags, 7)},
		},
		{
			name: "flow flush",
			do:   (*Datapath).FlushFlows,
			want: seen{Family: idFlow, Flags: ackFlags, Cmd: ovsh.FlowCmdDel, Version: 1, Index: fakeIndex},
		},
		{
			name: "flow list", reply: fakedp.Join(flowKey, flowActions), dump: true,
			do: func(d *Datapath) error {
				for _, err := range d.Flows() {
					if err != nil {
						return err
					}
				}
				return nil
			},
			want: seen{Family: idFlow, Flags: dumpFlags, Cmd: ovsh.FlowCmdGet, Version: 1, Index: fakeIndex},
		},
		{
			name: "packet execute",
			do: func(d *Datapath) error {
				return d.Execute(&Packet{Data: aPacket, Key: keyInPort, Actions: outputTo2,
					Hash: 11, HasHash: true, MRU: 1400, Probe: true, UpcallPID: 12})
			},
			want: seen{Family: idPacket, Flags: ackFlags, Cmd: ovsh.PacketCmdExecute, Version: 1, Index: fakeIndex, Attrs: fakedp.Join(
				fakedp.Attr(ovsh.PacketAttrPacket, aPacket),
				fakedp.Attr(ovsh.PacketAttrKey|nested, keyInPort),
				fakedp.Attr(ovsh.PacketAttrActions|nested, outputTo2),
				fakedp.Attr(ovsh.PacketAttrProbe, nil),
				fakedp.Attr(ovsh.PacketAttrMRU, fakedp.Uint32(0, 1400)[4:6]),
				fakedp.Uint64s(ovsh.PacketAttrHash, 11),
				fakedp.Uint32(ovsh.PacketAttrUpcallPID, 12))},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, c := newFake(t)
			switch {
			case tt.dump:
				f.setAnswer(dumpOf(tt.want.Family, tt.want.Cmd, 0, tt.reply))
			case tt.reply != nil:
				f.setAnswer(replyThenAck(tt.want.Family, ovsh.DatapathCmdNew, tt.reply))
			}
			if err := tt.do(fakeDatapath(c)); err != nil {
				t.Fatal(err)
			}
			if tt.want.Attrs == nil {
				tt.want.Attrs = []byte{}
			}
			if diff := cmp.Diff([]seen{tt.want}, f.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBadInput checks that bad arguments are refused by name before anything is
// sent.
func TestBadInput(t *testing.T) {
	t.Parallel()
	size := uint32(3)
	big := make([]byte, 70000)
	for _, tt := range []struct {
		name, want string
		do         func(*Datapath) error
	}{
		{"long name", `datapath create: name: "abcdefghijklmnop" is 16 bytes long, 1 to 15 expected`,
			func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "abcdefghijklmnop"})
				return err
			}},
		{"empty name", "datapath get: name: empty, 1 to 15 bytes expected",
			func(d *Datapath) error { _, err := d.c.Datapath(""); return err }},
		{"space in name", `has the byte " "`,
			func(d *Datapath) error { _, err := d.Vport("a b"); return err }},
		{"slash in name", `has the byte "/"`,
			func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "a/b"}); return err }},
		{"dots", `".." is not allowed`,
			func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: ".."}); return err }},
		{"ifindex of a netdev", "vport create: ifindex: given for a vport of type netdev",
			func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "a", IfIndex: 5}); return err }},
		{"negative ifindex", "datapath create: index: -1 is out of range, 1 to 2147483647 expected",
			func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "a", Index: -1})
				return err
			}},
		{"port ids of no CPU", "datapath create: per-CPU port ids: given while the feature dispatch_upcall_per_cpu is off",
			func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "a", PerCPUPIDs: []uint32{1}})
				return err
			}},
		{"parts of flows", "flow list: parts: 0x8, some of key,mask,actions expected",
			func(d *Datapath) error {
				for _, err := range d.FlowsOmitting(8) {
					return err
				}
				return nil
			}},
		{"index", "index: 0 is out of range",
			func(d *Datapath) error { _, err := d.c.DatapathByIndex(0); return err }},
		{"port number", "vport create: number: 65535 is out of range, 0 to 65534 expected",
			func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "a", Number: 65535}); return err }},
		{"in_port", "flow put: in_port: 65535 is out of range, 0 to 65534 expected",
			func(d *Datapath) error {
				return d.PutFlow(&Flow{Match: Match{Key: fakedp.Uint32(ovsh.KeyAttrInPort, 65535)}}, PutCreate)
			}},
		{"output", "packet execute: output: 70000 is out of range, 0 to 65534 expected",
			func(d *Datapath) error {
				return d.Execute(&Packet{Data: make([]byte, 14), Actions: Output(70000)})
			}},
		{"port number in look-up", "vport get: number: 70000 is out of range",
			func(d *Datapath) error { _, err := d.VportByNumber(70000); return err }},
		{"vport type", "type: 9 is no type of vport, one of [netdev internal gre vxlan geneve] expected",
			func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "a", Type: 9}); return err }},
		{"option of another type", "options: a vport of type gre has no option dst_port",
			func(d *Datapath) error {
				_, err := d.CreateVport(VportSpec{Name: "a", Type: VportGRE, Options: VportOptions{DstPort: 1}})
				return err
			}},
		{"masks cache size", "masks cache size: 3, 0 or a power of two expected",
			func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "a", MasksCacheSize: &size})
				return err
			}},
		{"per-CPU port ids without the feature", "given while the feature dispatch_upcall_per_cpu is off",
			func(d *Datapath) error {
				_, err := d.Set(DatapathChange{Features: new(Features), PerCPUPIDs: []uint32{1}})
				return err
			}},
		{"local port", "dp0 is the local port",
			func(d *Datapath) error { return (&Vport{d: d, name: "dp0"}).Delete() }},
		{"empty match", "flow delete: match: empty",
			func(d *Datapath) error { _, err := d.DeleteFlow(Match{}); return err }},
		{"mode", "flow put: mode: 7, one of create, replace, modify expected",
			func(d *Datapath) error { return d.PutFlow(aFlow(), 7) }},
		{"broken key", "flow put: key: netlink attribute at byte 0",
			func(d *Datapath) error { return d.PutFlow(&Flow{Match: Match{Key: Attrs{1, 0}}}, PutCreate) }},
		{"long actions", "flow put: actions: 65536 bytes long, at most 65531 fit",
			func(d *Datapath) error {
				long := slices.Repeat(fakedp.Attr(1, big[:4092]), 16)
				return d.PutFlow(&Flow{Match: Match{Key: keyInPort}, Actions: long}, PutCreate)
			}},
		{"short packet", "packet execute: packet: 3 bytes long, at least the 14 of an Ethernet header expected",
			func(d *Datapath) error { return d.Execute(&Packet{Data: []byte{1, 2, 3}}) }},
		{"long packet", "packet execute: packet: 70000 bytes long, at most 65531 fit",
			func(d *Datapath) error { return d.Execute(&Packet{Data: big}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, c := newFake(t)
			err := tt.do(fakeDatapath(c))
			var arg *ArgError
			if !errors.As(err, &arg) {
				t.Fatalf("got %v, want an ArgError", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if n := len(f.requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestRefusals checks how the kernel's refusals are told.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		do     func(*Datapath) error
		answer answerFunc
		want   string
		is     error
	}{
		{
			name: "vanished datapath", is: ErrNotExist, answer: refuse(syscall.ENODEV, "", 0),
			do:   func(d *Datapath) error { _, err := d.Vport("eth0"); return err },
			want: "vport get eth0 on dp0: datapath no longer exists: ENODEV (no such device)",
		},
		{
			name: "missing vport of a datapath that is there", is: ErrNotExist,
			answer: func(m netlink.Message, s seen) [][]byte {
				if s.Family == idDatapath {
					return replyThenAck(idDatapath, ovsh.DatapathCmdNew, nameDP0)(m, s)
				}
				return refuse(syscall.ENODEV, "", 0)(m, s)
			},
			do:   func(d *Datapath) error { _, err := d.Vport("eth0"); return err },
			want: "vport get eth0 on dp0: no such vport: ENODEV (no such device)",
		},
		{
			name: "missing flow", is: ErrNotExist, answer: refuse(syscall.ENOENT, "", 0),
			do:   func(d *Datapath) error { _, err := d.GetFlow(aFlow().Match); return err },
			want: "flow get on dp0: no such flow: ENOENT (no such file or directory)",
		},
		{
			name: "flow that exists", is: ErrExist, answer: refuse(syscall.EEXIST, "", 0),
			do:   func(d *Datapath) error { return d.PutFlow(aFlow(), PutCreate) },
			want: "flow put on dp0: the flow is already there, or one that overlaps it: EEXIST (file exists)",
		},
		{
			name: "name of a network device", is: ErrExist,
			answer: func(m netlink.Message, s seen) [][]byte {
				if s.Cmd == ovsh.DatapathCmdGet {
					return refuse(syscall.ENODEV, "", 0)(m, s)
				}
				return refuse(syscall.EEXIST, "", 0)(m, s)
			},
			do:   func(d *Datapath) error { _, err := d.c.CreateDatapath(DatapathSpec{Name: "eth0"}); return err },
			want: "datapath create eth0: the name is taken by another network device: EEXIST (file exists)",
		},
		{
			name: "no privilege", is: ErrPermission, answer: refuse(syscall.EPERM, "", 0),
			do:   (*Datapath).Delete,
			want: "datapath delete dp0: needs CAP_NET_ADMIN (run as root): EPERM (operation not permitted)",
		},
		{
			name: "feature of another kernel", is: ErrNotSupported, answer: refuse(syscall.EOPNOTSUPP, "", 0),
			do: func(d *Datapath) error {
				_, err := d.c.CreateDatapath(DatapathSpec{Name: "a", Features: 1 << 30})
				return err
			},
			want: "datapath create a: EOPNOTSUPP (operation not supported)",
		},
		{
			name: "busy port", answer: refuse(syscall.EBUSY, "", 0),
			do:   func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "eth0"}); return err },
			want: "vport create eth0 on dp0: the device is already part of a datapath or bridge: EBUSY (device or resource busy)",
		},
		{
			name: "number that is taken",
			answer: func(m netlink.Message, s seen) [][]byte {
				if s.Cmd == ovsh.VportCmdGet {
					return replyThenAck(idVport, ovsh.VportCmdNew, vportEth0)(m, s)
				}
				return refuse(syscall.EBUSY, "", 0)(m, s)
			},
			do:   func(d *Datapath) error { _, err := d.CreateVport(VportSpec{Name: "x", Number: 3}); return err },
			want: "vport create x on dp0: port number 3 is taken by eth0: EBUSY (device or resource busy)",
		},
		{
			name: "too many upcall port ids", answer: refuse(syscall.EINVAL, "", 0),
			do:   func(d *Datapath) error { return (&Vport{d: d, name: "eth0"}).SetUpcallPIDs([]uint32{1, 2}) },
			want: "vport set eth0 on dp0: the kernel takes at most one upcall port id for each CPU, not 2: EINVAL",
		},
		{
			name: "extended acknowledgement", answer: refuse(syscall.EINVAL, "attribute is too long", 28),
			do:   (*Datapath).FlushFlows,
			want: "EINVAL (invalid argument): attribute is too long",
		},
		{
			name: "no answer", answer: func(netlink.Message, seen) [][]byte { return nil },
			do:   (*Datapath).Delete,
			want: "datapath delete dp0: no acknowledgement from the kernel",
		},
		{
			name: "acknowledgement without the reply", answer: refuse(0, "", 0),
			do:   func(d *Datapath) error { _, err := d.Info(); return err },
			want: "datapath get dp0: the kernel acknowledged the request without the reply",
		},
		{
			name: "answers to other requests only",
			answer: func(m netlink.Message, s seen) [][]byte {
				m.Header.Sequence += 1000
				return replyThenAck(idDatapath, ovsh.DatapathCmdNew, nameDP0)(m, s)
			},
			do:   func(d *Datapath) error { _, err := d.Info(); return err },
			want: "datapath get dp0: no acknowledgement from the kernel",
		},
		{
			name: "short reply", answer: replyThenAck(idDatapath, 1, nameDP0, fakedp.Attr(ovsh.DatapathAttrStats, make([]byte, 31))),
			do:   func(d *Datapath) error { _, err := d.Info(); return err },
			want: "datapath get dp0: reply: datapath message: datapath statistics: 31 bytes, want at least 32",
		},
		{
			name: "reply without headers",
			answer: func(m netlink.Message, s seen) [][]byte {
				return [][]byte{fakedp.Message(idDatapath, 0, m.Header.Sequence, []byte{1, 1, 0, 0}), fakedp.Ack(m, 0, "", 0)}
			},
			do:   func(d *Datapath) error { _, err := d.Info(); return err },
			want: "datapath get dp0: reply: message shorter than its generic netlink and datapath headers",
		},
		{
			name: "dump of a vanished datapath", is: ErrNotExist,
			answer: func(m netlink.Message, _ seen) [][]byte {
				return [][]byte{fakedp.Done(m.Header.Sequence, 0, syscall.ENODEV)}
			},
			do:   func(d *Datapath) error { _, err := d.Vports(); return err },
			want: "vport list on dp0: datapath no longer exists: ENODEV (no such device)",
		},
		{
			name: "dump cut short", answer: func(netlink.Message, seen) [][]byte { return nil },
			do:   func(d *Datapath) error { _, err := d.Vports(); return err },
			want: "vport list on dp0: the kernel ended the list without its end",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, c := newFake(t)
			f.setAnswer(tt.answer)
			err := tt.do(fakeDatapath(c))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
		})
	}
}

// TestStaleAnswers checks that answers to an earlier request are passed over
// and that the right one is still found.
func TestStaleAnswers(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(func(m netlink.Message, s seen) [][]byte {
		old := m
		old.Header.Sequence -= 5
		wrong := fakedp.Attr(ovsh.DatapathAttrName, []byte("old\x00"))
		return append(replyThenAck(idDatapath, 1, wrong)(old, s), replyThenAck(idDatapath, 1, nameDP0)(m, s)...)
	})
	info, err := fakeDatapath(c).Info()
	if err != nil || info.Name != "dp0" {
		t.Errorf("got %v, %v", info, err)
	}
}

// TestErrno checks that the error number, extended acknowledgement and offset
// can be reached, capped or with the request in the message.
func TestErrno(t *testing.T) {
	t.Parallel()
	for _, capped := range []bool{true, false} {
		f, c := newFake(t)
		f.setAnswer(func(m netlink.Message, _ seen) [][]byte {
			if capped {
				return [][]byte{fakedp.Ack(m, syscall.EEXIST, "why", 20)}
			}
			data := fakedp.Uint32(0, uint32(0x100000000-uint64(syscall.EEXIST)))[4:]
			data = append(data, fakedp.Message(m.Header.Type, m.Header.Flags, m.Header.Sequence, m.Data)...)
			data = append(data, fakedp.Attr(1, []byte("why\x00"))...)
			data = append(data, fakedp.Uint32(2, 20)...)
			return [][]byte{fakedp.Message(netlink.Error, netlink.AcknowledgeTLVs, m.Header.Sequence, data)}
		})
		err := fakeDatapath(c).FlushFlows()
		var op *OpError
		if !errors.As(err, &op) {
			t.Fatalf("got %v", err)
		}
		var errno syscall.Errno
		if !errors.As(err, &errno) || errno != syscall.EEXIST {
			t.Errorf("errno %v", errno)
		}
		if n, name := op.Errno(); n != 17 || name != "EEXIST" {
			t.Errorf("Errno: %d %s", n, name)
		}
		if op.ExtAck != "why" || op.Offset != 20 || op.Datapath != "dp0" || op.Op != "flow flush" {
			t.Errorf("capped %v: %#v", capped, op)
		}
	}
}
