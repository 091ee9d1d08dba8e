package odp

import (
	"math/bits"
	"net/netip"
	"strconv"
	"time"
)

// ConntrackText says how much the text of a connection tells.
type ConntrackText struct {
	Verbose bool // ids, status bits, both sides of TCP, the parent: dump-conntrack -m
	Stats   bool // counters, times and timeout: dump-conntrack -s
}

// String returns the text that "ovs-dpctl dump-conntrack" prints.
func (e *ConntrackEntry) String() string { return string(e.AppendText(nil, ConntrackText{})) }

// AppendText appends the text that "ovs-dpctl dump-conntrack" prints with the
// options -m and -s that o stands for. Times are in the local time zone.
func (e *ConntrackEntry) AppendText(dst []byte, o ConntrackText) []byte {
	dst = append(dst, ConntrackProtoName(e.Orig.Proto)...)
	dst = append(dst, ",orig=("...)
	dst = e.Orig.AppendText(dst)
	if o.Stats {
		dst = e.OrigCounters.appendText(dst)
	}
	dst = append(dst, "),reply=("...)
	dst = e.Reply.AppendText(dst)
	if o.Stats {
		dst = e.ReplyCounters.appendText(dst)
	}
	dst = append(dst, ')')
	if o.Stats {
		dst = e.appendTimes(dst)
	}
	if o.Verbose {
		dst = appendCount(dst, ",id=", uint64(e.ID))
	}
	if e.Zone != 0 {
		dst = appendCount(dst, ",zone=", uint64(e.Zone))
	}
	if o.Verbose {
		dst = append(dst, ",status="...)
		dst = appendBitNames(dst, uint64(e.Status), conntrackStatusNames)
	}
	if o.Stats {
		dst = appendCount(dst, ",timeout=", uint64(e.Timeout))
	}
	if e.Mark != 0 {
		dst = appendCount(dst, ",mark=", uint64(e.Mark))
	}
	if e.Labels != [16]byte{} {
		dst = append(dst, ",labels="...)
		dst = appendUint128(dst, labelNumber(e.Labels))
	}
	dst = e.appendInfo(dst, o.Verbose)
	if e.Helper != "" {
		dst = append(dst, ",helper="...)
		dst = append(dst, e.Helper...)
	}
	if o.Verbose && e.Parent.IsValid() {
		dst = append(dst, ",parent=("...)
		dst = e.Parent.AppendText(dst)
		dst = append(dst, ')')
	}
	return dst
}

// String returns the tuple as it stands in the text of a connection.
func (t ConntrackTuple) String() string { return string(t.AppendText(nil)) }

// AppendText appends the tuple as it stands in the text of a connection:
// src=...,dst=...,sport=...,dport=...
func (t ConntrackTuple) AppendText(dst []byte) []byte {
	dst = append(dst, "src="...)
	dst = appendAddr(dst, t.Src)
	dst = append(dst, ",dst="...)
	dst = appendAddr(dst, t.Dst)
	if isICMP(t.Proto) {
		dst = appendCount(dst, ",id=", uint64(t.ICMPID))
		dst = appendCount(dst, ",type=", uint64(t.ICMPType))
		return appendCount(dst, ",code=", uint64(t.ICMPCode))
	}
	dst = appendCount(dst, ",sport=", uint64(t.SrcPort))
	return appendCount(dst, ",dport=", uint64(t.DstPort))
}

// appendCount appends a title and a decimal number.
func appendCount(dst []byte, title string, v uint64) []byte {
	return strconv.AppendUint(append(dst, title...), v, 10)
}

func (c ConntrackCounters) appendText(dst []byte) []byte {
	if c == (ConntrackCounters{}) {
		return dst
	}
	dst = appendCount(dst, ",packets=", c.Packets)
	return appendCount(dst, ",bytes=", c.Bytes)
}

func (e *ConntrackEntry) appendTimes(dst []byte) []byte {
	const layout = "2006-01-02T15:04:05.000"
	if e.Start.IsZero() && e.Stop.IsZero() {
		return dst
	}
	start := e.Start
	if start.IsZero() {
		start = time.Unix(0, 0) // the text has no way to leave it out
	}
	dst = start.Local().AppendFormat(append(dst, ",start="...), layout)
	if !e.Stop.IsZero() {
		dst = e.Stop.Local().AppendFormat(append(dst, ",stop="...), layout)
	}
	return dst
}

func (e *ConntrackEntry) appendInfo(dst []byte, verbose bool) []byte {
	switch e.Info {
	case ConntrackInfoTCP:
		dst = append(dst, ",protoinfo=("...)
		if verbose {
			dst = e.TCP.appendVerbose(dst)
		} else {
			dst = append(dst, "state="...)
			dst = append(dst, e.TCP.State.coalesce().String()...)
		}
		return append(dst, ')')
	case ConntrackInfoSCTP:
		dst = append(dst, ",protoinfo=(state="...)
		dst = append(dst, e.SCTP.State.String()...)
		dst = appendCount(dst, ",vtag_orig=", uint64(vtagNumber(e.SCTP.VtagOrig)))
		dst = appendCount(dst, ",vtag_reply=", uint64(vtagNumber(e.SCTP.VtagReply)))
		return append(dst, ')')
	}
	return dst
}

// vtagNumber returns the number that Open vSwitch prints for a verification tag:
// it reads the tag's four bytes in host order, though they are in network order.
func vtagNumber(tag uint32) uint32 {
	if hostIsLittle {
		return bits.ReverseBytes32(tag)
	}
	return tag
}

// appendVerbose writes the one state that the kernel has twice, as Open vSwitch
// keeps one for each side.
func (t ConntrackTCP) appendVerbose(dst []byte) []byte {
	dst = append(dst, "state_orig="...)
	dst = append(dst, t.State.String()...)
	dst = append(dst, ",state_reply="...)
	dst = append(dst, t.State.String()...)
	if t.WindowScaleOrig != 0 || t.WindowScaleReply != 0 {
		dst = appendCount(dst, ",wscale_orig=", uint64(t.WindowScaleOrig))
		dst = appendCount(dst, ",wscale_reply=", uint64(t.WindowScaleReply))
	}
	dst = append(dst, ",flags_orig="...)
	dst = appendBitNames(dst, uint64(t.FlagsOrig), conntrackTCPFlagNames)
	dst = append(dst, ",flags_reply="...)
	return appendBitNames(dst, uint64(t.FlagsReply), conntrackTCPFlagNames)
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	if a.Is4() || !a.IsValid() {
		return a.AppendTo(dst)
	}
	return appendIPv6(dst, a.As16())
}

// ConntrackLabelsText returns labels as they stand in the text of a connection:
// "0x1234".
func ConntrackLabelsText(labels [16]byte) string {
	return string(appendUint128(nil, labelNumber(labels)))
}

// labelNumber returns labels as a big-endian number.
func labelNumber(labels [16]byte) [16]byte {
	if hostIsLittle {
		for i, j := 0, 15; i < j; i, j = i+1, j-1 {
			labels[i], labels[j] = labels[j], labels[i]
		}
	}
	return labels
}
