package odp

import (
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ConntrackStats counts connections by protocol and state.
type ConntrackStats struct {
	Total                                             uint64
	TCP, UDP, UDPLite, SCTP, ICMP, ICMPv6, DCCP, IGMP uint64
	Other                                             uint64

	// TCPStates counts the TCP connections of each state, where SYN_RECV counts
	// as ESTABLISHED and FIN_WAIT_2 as TIME_WAIT. The index is a
	// ConntrackTCPState.
	TCPStates [numConntrackTCPStates]uint64
}

// ConntrackStats lists the connections that m means, a nil m all of them, and
// counts them.
func (c *Conn) ConntrackStats(m *ConntrackMatch) (ConntrackStats, error) {
	var stats ConntrackStats
	for e, err := range c.ConntrackEntries(m) {
		if err != nil {
			return stats, err
		}
		stats.add(e)
	}
	return stats, nil
}

func (s *ConntrackStats) add(e *ConntrackEntry) {
	s.Total++
	switch e.Orig.Proto {
	case unix.IPPROTO_TCP:
		s.TCP++
		s.TCPStates[e.TCP.State.coalesce()]++
	case unix.IPPROTO_UDP:
		s.UDP++
	case unix.IPPROTO_UDPLITE:
		s.UDPLite++
	case unix.IPPROTO_SCTP:
		s.SCTP++
	case unix.IPPROTO_ICMP:
		s.ICMP++
	case unix.IPPROTO_ICMPV6:
		s.ICMPv6++
	case unix.IPPROTO_DCCP:
		s.DCCP++
	case unix.IPPROTO_IGMP:
		s.IGMP++
	default:
		s.Other++
	}
}

// String returns the text that "ovs-dpctl ct-stats-show" prints.
func (s *ConntrackStats) String() string { return string(s.AppendText(nil, false)) }

// AppendText appends the text that "ovs-dpctl ct-stats-show" prints, with
// verbose that of its option -m. ICMPv6 is in the total only.
func (s *ConntrackStats) AppendText(dst []byte, verbose bool) []byte {
	dst = fmt.Appendf(dst, "Connections Stats:\n    Total: %d\n", s.Total)
	line := func(name string, n uint64) {
		if n != 0 {
			dst = fmt.Appendf(dst, "  %s: %d\n", name, n)
		}
	}
	line("TCP", s.TCP)
	if s.TCP != 0 && verbose {
		dst = append(dst, "    Conn per TCP states:\n"...)
		for state, n := range s.TCPStates {
			if n != 0 {
				dst = fmt.Appendf(dst, "\t  [%v]=%d\n", ConntrackTCPState(state), n)
			}
		}
	}
	line("UDP", s.UDP)
	line("UDPLITE", s.UDPLite)
	line("SCTP", s.SCTP)
	line("ICMP", s.ICMP)
	line("DCCP", s.DCCP)
	line("IGMP", s.IGMP)
	line("Other", s.Other)
	return dst
}

// ConntrackTable describes the kernel's table of connections of the network
// namespace.
type ConntrackTable struct {
	Entries uint32 // connections in the table, of all zones
	// Max is how many the table may have, for all network namespaces alike.
	Max uint32

	// The counters are the sums over all CPUs since the namespace began.
	Found         uint64 // look-ups that found a connection
	Invalid       uint64 // packets that cannot be tracked
	Insert        uint64 // no longer counted by the kernel
	InsertFailed  uint64 // connections that could not be put into the table
	Drop          uint64 // packets dropped as their connection could not
	EarlyDrop     uint64 // connections dropped to make room for new ones
	Error         uint64 // packets of ICMP and the like with errors
	SearchRestart uint64 // look-ups begun again as the table was resized
	ClashResolve  uint64 // insertions that met their own connection
	ChainTooLong  uint64 // insertions refused as too many had the same hash
}

// ConntrackTable returns how full the table is and what it has counted.
func (c *Conn) ConntrackTable() (ConntrackTable, error) {
	var t ConntrackTable
	err := c.conntrack("conntrack table", "", func(s *ctSocket) error {
		s.begin(ovsh.CTMsgGetStats, netlink.Acknowledge, unix.AF_UNSPEC)
		s.end()
		if err := s.dump(t.decode); err != nil {
			return err
		}
		s.begin(ovsh.CTMsgGetStatsCPU, netlink.Dump, unix.AF_UNSPEC)
		s.end()
		return s.dump(t.decode)
	})
	return t, err
}

// decode reads one of the two kinds of answers. That of a CPU is added.
func (t *ConntrackTable) decode(m message) error {
	cmd, a, err := conntrackMessage(m)
	if err != nil {
		return err
	}
	var dec decoder
	dec.attrs(a, func(id uint16, p []byte) {
		if cmd == ovsh.CTMsgGetStats {
			switch id {
			case ovsh.CTAStatsGlobalEntries:
				t.Entries = dec.be32("number of entries", p)
			case ovsh.CTAStatsGlobalMaxEntries:
				t.Max = dec.be32("greatest number of entries", p)
			}
			return
		}
		if n := t.counter(id); n != nil {
			*n += uint64(dec.be32("counter", p))
		}
	})
	if dec.err != nil {
		return fmt.Errorf("conntrack table: %w", dec.err)
	}
	return nil
}

func (t *ConntrackTable) counter(id uint16) *uint64 {
	switch id {
	case ovsh.CTAStatsFound:
		return &t.Found
	case ovsh.CTAStatsInvalid:
		return &t.Invalid
	case ovsh.CTAStatsInsert:
		return &t.Insert
	case ovsh.CTAStatsInsertFailed:
		return &t.InsertFailed
	case ovsh.CTAStatsDrop:
		return &t.Drop
	case ovsh.CTAStatsEarlyDrop:
		return &t.EarlyDrop
	case ovsh.CTAStatsError:
		return &t.Error
	case ovsh.CTAStatsSearchRestart:
		return &t.SearchRestart
	case ovsh.CTAStatsClashResolve:
		return &t.ClashResolve
	case ovsh.CTAStatsChainTooLong:
		return &t.ChainTooLong
	}
	return nil
}
