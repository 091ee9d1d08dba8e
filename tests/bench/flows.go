package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// The flows that are listed, put and deleted: those of UDP that differ by their
// source, as a service with many clients has them. What is filled in is their
// number, in the address.
const (
	flowMatch   = "recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=%s,dst=10.255.0.2,proto=17,frag=no),udp(dst=53)"
	flowActions = "2"
)

func address(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&0xff, i>>8&0xff, i&0xff) }

// flowMaker makes requests for flows by filling a number into a message.
type flowMaker struct {
	msg []byte
	at  int // of the address
}

func (g *guest) flowMaker(dp *odp.Datapath, cmd uint8) (*flowMaker, error) {
	m, err := odp.ParseMatch(fmt.Sprintf(flowMatch, "10.170.187.204"), nil)
	if err == nil {
		m, err = m.Complete()
	}
	if err != nil {
		return nil, err
	}
	actions, err := odp.ParseActions(flowActions, nil)
	if err != nil {
		return nil, err
	}
	attrs := appendAttr(nil, flowAttrKey|attrNested, m.Key)
	flags := unix.NLM_F_ACK
	if cmd == flowCmdNew {
		flags |= unix.NLM_F_CREATE | unix.NLM_F_EXCL
		attrs = appendAttr(attrs, flowAttrMask|attrNested, m.Mask)
		attrs = appendAttr(attrs, flowAttrActions|attrNested, actions)
	}
	f := &flowMaker{msg: g.nl.flowMessage(cmd, flags, dp.Index(), attrs)}
	for f.at = headerLen; binary.BigEndian.Uint32(f.msg[f.at:]) != 10<<24|170<<16|187<<8|204; f.at++ {
	}
	return f, nil
}

func (f *flowMaker) message(i int) []byte {
	binary.BigEndian.PutUint32(f.msg[f.at:], 10<<24|uint32(i))
	return f.msg
}

// bare puts or deletes the flows from number first on.
func (g *guest) bare(dp *odp.Datapath, cmd uint8, first, end int) error {
	f, err := g.flowMaker(dp, cmd)
	if err != nil {
		return err
	}
	b := batch{s: g.nl}
	for i := first; i < end; i++ {
		if err := b.add(f.message(i)); err != nil {
			return err
		}
	}
	return b.flush()
}

// writeFlows writes flows to a file, with what stands between a match and its
// actions, a line each.
func writeFlows(path string, n int, between string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, flowMatch+"%s%s\n", address(i), between, flowActions)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// writeMatches writes the matches alone.
func writeMatches(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, flowMatch+"\n", address(i))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// datapath makes dp0 with two ports that packets can be sent to.
func (g *guest) datapath() (*odp.Datapath, error) {
	dp, err := g.conn.CreateDatapath(odp.DatapathSpec{Name: "dp0"})
	if err != nil {
		return nil, err
	}
	for i := 1; i <= 2; i++ {
		spec := odp.VportSpec{Name: fmt.Sprintf("port%d", i), Type: odp.VportInternal}
		if _, err := dp.CreateVport(spec); err != nil {
			return nil, err
		}
	}
	return dp, nil
}

// has reports an error if the datapath has another number of flows.
func has(dp *odp.Datapath, want int) error {
	s, err := dp.Stats()
	if err == nil && s.Flows != uint64(want) {
		err = fmt.Errorf("%d flows, want %d", s.Flows, want)
	}
	return err
}
