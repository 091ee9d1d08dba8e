package odp

import (
	"encoding/binary"
	"testing"

	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// benchFlows are flows of the shapes that datapaths have: what a switch installs
// for each pair of hosts, what a virtual network does at its edge, what a stateful
// firewall does, and one with about all that a flow can have.
var benchFlows = []struct{ name, match, actions string }{
	{"l2", "recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(frag=no)", "2"},
	{"l4", "recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," +
		"ipv4(src=10.0.0.1,dst=10.0.0.0/255.255.255.0,proto=6,tos=0/0x3,ttl=64,frag=no),tcp(src=1000/0xff00,dst=80)", "set(ipv4(ttl=63)),2,3"},
	{"ipv6", "recirc_id(0),in_port(1),eth(),eth_type(0x86dd),ipv6(src=2001:db8::/ffff:ffff::,dst=2001:db8::1,proto=58,frag=no)," +
		"icmpv6(type=135,code=0),nd(target=2001:db8::2)", "2"},
	{"vlan", "recirc_id(0),in_port(1),eth(dst=02:00:00:00:00:02),eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0800),ipv4(dst=10.0.0.1,frag=no))",
		"pop_vlan,push_vlan(vid=6,pcp=0),2"},
	{"tunnel", "recirc_id(0),tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,flags(-df-csum+key)),in_port(1),eth(dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(frag=no)",
		"set(tunnel(tun_id=0x7b,dst=10.0.0.3,ttl=64,tp_dst=4789,flags(df|key))),4"},
	{"conntrack", "recirc_id(0x1),in_port(1),ct_state(+est+trk-new-inv),ct_zone(0x5),ct_mark(0/0x1),eth(),eth_type(0x0800),ipv4(proto=6,frag=no)",
		"ct(commit,zone=5,mark=0x1/0x1),recirc(0x2)"},
}

type benchFlow struct {
	name string
	flow Flow
	msg  []byte // as the kernel sends it, from the attributes on
}

func benchmarkFlows(b *testing.B) []benchFlow {
	var out []benchFlow
	for _, f := range benchFlows {
		m, err := ParseMatch(f.match, nil)
		if err != nil {
			b.Fatal(err)
		}
		if m, err = m.Complete(); err != nil {
			b.Fatal(err)
		}
		a, err := ParseActions(f.actions, nil)
		if err != nil {
			b.Fatal(err)
		}
		flow := Flow{Match: m, Actions: a, Stats: FlowStats{Packets: 12345, Bytes: 678901}}
		msg := fakedp.Join(fakedp.Attr(ovsh.FlowAttrKey, m.Key), fakedp.Attr(ovsh.FlowAttrMask, m.Mask),
			fakedp.Uint64s(ovsh.FlowAttrStats, 12345, 678901), fakedp.Attr(ovsh.FlowAttrActions, a))
		out = append(out, benchFlow{f.name, flow, msg})
	}
	return out
}

// perFlow runs fn with each of the flows of the benchmark by itself.
func perFlow(b *testing.B, fn func(f *benchFlow)) {
	for _, f := range benchmarkFlows(b) {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fn(&f)
			}
		})
	}
}

// Decoding is to allocate nothing: what is decoded shares the receive buffer.
func BenchmarkFlowDecode(b *testing.B) {
	var flow Flow
	perFlow(b, func(f *benchFlow) {
		if err := flow.decode(reply{attrs: f.msg}); err != nil {
			b.Fatal(err)
		}
	})
}

func TestFlowDecodeAllocations(t *testing.T) {
	msg := fakedp.Join(fakedp.Attr(ovsh.FlowAttrKey, keyInPort), fakedp.Attr(ovsh.FlowAttrMask, keyInPort),
		fakedp.Uint64s(ovsh.FlowAttrStats, 1, 2), fakedp.Attr(ovsh.FlowAttrActions, outputTo2))
	var flow Flow
	n := testing.AllocsPerRun(100, func() {
		if err := flow.decode(reply{attrs: msg}); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("decoding a flow allocates %v times", n)
	}
}

// Formatting into a buffer that is large enough is to allocate nothing.
func BenchmarkFlowAppendText(b *testing.B) {
	var buf []byte
	perFlow(b, func(f *benchFlow) { buf = f.flow.AppendText(buf[:0], nil) })
}

func BenchmarkFlowAppendTextVerbose(b *testing.B) {
	var buf []byte
	o := &TextOptions{Verbose: true}
	perFlow(b, func(f *benchFlow) { buf = f.flow.AppendText(buf[:0], o) })
}

func BenchmarkParseMatch(b *testing.B) {
	perFlow(b, func(f *benchFlow) {
		if _, err := ParseMatch(textOf(f).match, nil); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkParseActions(b *testing.B) {
	perFlow(b, func(f *benchFlow) {
		if _, err := ParseActions(textOf(f).actions, nil); err != nil {
			b.Fatal(err)
		}
	})
}

func textOf(f *benchFlow) (text struct{ match, actions string }) {
	for _, t := range benchFlows {
		if t.name == f.name {
			text.match, text.actions = t.match, t.actions
		}
	}
	return text
}

func BenchmarkMatchComplete(b *testing.B) {
	perFlow(b, func(f *benchFlow) {
		if _, err := f.flow.Match.Complete(); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkMatchUFID(b *testing.B) { perFlow(b, func(f *benchFlow) { f.flow.Match.UFID() }) }

func BenchmarkMatchMatches(b *testing.B) {
	perFlow(b, func(f *benchFlow) { f.flow.Match.Matches(f.flow.Match.Key) })
}

func BenchmarkFlowOptions(b *testing.B) {
	perFlow(b, func(f *benchFlow) {
		if _, err := AppendFlowOptions(nil, f.flow.Match, f.flow.Actions, nil); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkFlows lists flows of a fake kernel, which sends 20 in a datagram. The
// allocations of a listing must not depend on how many flows there are.
func BenchmarkFlows(b *testing.B) {
	all := benchmarkFlows(b)
	for _, size := range []struct {
		name  string
		flows int
	}{{"100", 100}, {"10000", 10000}} {
		for _, print := range []bool{false, true} {
			name := size.name
			if print {
				name += "/text"
			}
			b.Run(name, func(b *testing.B) { benchmarkList(b, all, size.flows, print) })
		}
	}
}

func benchmarkList(b *testing.B, all []benchFlow, size int, print bool) {
	const perDatagram = 20
	fk, c := newFake(b)
	d := fakeDatapath(c)
	// All is made beforehand, but for the number of the request.
	var datagrams [][]byte
	for i := range size {
		if i%perDatagram == 0 {
			datagrams = append(datagrams, nil)
		}
		last := &datagrams[len(datagrams)-1]
		*last = append(*last, fakedp.Reply(idFlow, netlink.Multi, 0, ovsh.FlowCmdNew, fakeIndex, all[i%len(all)].msg)...)
	}
	datagrams = append(datagrams, fakedp.Done(0, 0, 0))
	fk.setAnswer(func(m netlink.Message, _ seen) [][]byte {
		fk.seen = nil
		for _, b := range datagrams {
			for len(b) > 0 {
				binary.NativeEndian.PutUint32(b[8:], m.Header.Sequence)
				b = b[alignAttr(int(binary.NativeEndian.Uint32(b))):]
			}
		}
		return datagrams
	})
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		n := 0
		for f, err := range d.Flows() {
			if err != nil {
				b.Fatal(err)
			}
			if print {
				buf = f.AppendText(buf[:0], nil)
			}
			n++
		}
		if n != size {
			b.Fatalf("%d flows, want %d", n, size)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/flow")
}

// BenchmarkParseFlow reads a line of a listing, as dp:put_flows does.
func BenchmarkParseFlow(b *testing.B) {
	perFlow(b, func(f *benchFlow) {
		flow, err := ParseFlow(textOf(f).match+", packets:0, bytes:0, used:never, actions:"+textOf(f).actions, nil)
		if err == nil {
			_, err = flow.Match.Complete()
		}
		if err != nil {
			b.Fatal(err)
		}
	})
}

// Encoding into a batch is to allocate nothing once that has its memory.
func BenchmarkBatchPutFlow(b *testing.B) {
	_, c := newFake(b)
	d, batch := fakeDatapath(c), c.NewBatch()
	perFlow(b, func(f *benchFlow) {
		batch.PutFlow(d, &f.flow, PutCreate)
		if batch.Len() == 256 {
			batch.rs.reset()
		}
	})
}
