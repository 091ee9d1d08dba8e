package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Connection tracking is reached over nfnetlink, a netlink protocol of its own,
// by this package's own sockets. The library that exists for it was weighed and
// not taken: it holds a whole listing in memory, ends its receiver of events at
// the first overrun or unknown attribute, does not tell that a listing was
// interrupted, and flushes every zone where a kernel cannot flush one.

// noConntrackError is ErrNotSupported for a kernel without what this file talks to.
type noConntrackError struct{}

func (noConntrackError) Error() string {
	return "this kernel has no connection tracking over netlink (needs module nf_conntrack_netlink, loaded with 'modprobe nf_conntrack_netlink')"
}

func (noConntrackError) Is(target error) bool { return target == ErrNotSupported }

// ctSocket is a socket of nfnetlink for one operation.
type ctSocket struct{ nlSocket }

// openConntrack returns a new socket in the connection's namespace.
func (c *Conn) openConntrack(readBuffer int) (*ctSocket, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	s, err := c.cfg.dialNetfilter(c.netns())
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return nil, noConntrackError{}
	}
	if err != nil {
		return nil, err
	}
	if err := setUp(s, readBuffer); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &ctSocket{nlSocket{sock: s, buf: make([]byte, recvBufferLen)}}, nil
}

// conntrack runs fn with a socket of its own, and makes its error that of the
// operation op on object.
func (c *Conn) conntrack(op, object string, fn func(*ctSocket) error) error {
	s, err := c.openConntrack(c.cfg.ReadBuffer)
	if err == nil {
		err = fn(s)
		_ = s.sock.Close() // nothing was written that a failure could lose
	}
	return conntrackError(op, object, err)
}

func conntrackError(op, object string, err error) error {
	var refused *refusal
	if errors.As(err, &refused) && refused.errno == unix.EINVAL && refused.extAck == "" {
		// What nfnetlink says of a request to a part of it that is not there. The
		// requests of this package are otherwise well formed.
		err = noConntrackError{}
	}
	return refusalError(op, object, err, conntrackReason)
}

func conntrackReason(errno syscall.Errno) string {
	switch errno {
	case unix.EOPNOTSUPP:
		return "this kernel has no zones of connections (needs CONFIG_NF_CONNTRACK_ZONES)"
	case unix.ENOENT:
		return "no such connection"
	}
	return reason(errno)
}

// begin opens a request. Its attributes are appended to s.req until end.
func (s *ctSocket) begin(cmd uint8, flags netlink.HeaderFlags, family uint8) {
	s.nlSocket.begin(unix.NFNL_SUBSYS_CTNETLINK<<8|uint16(cmd), flags)
	s.req = append(s.req, family, unix.NFNETLINK_V0, 0, 0) // struct nfgenmsg
}

// appendBE16 and the like append an attribute with a number in network order.
func appendBE16(dst []byte, id, v uint16) []byte {
	dst = appendHeader(dst, id, attrHeaderLen+2)
	return appendPadding(binary.BigEndian.AppendUint16(dst, v), 2)
}

func appendBE32(dst []byte, id uint16, v uint32) []byte {
	dst = appendHeader(dst, id, attrHeaderLen+4)
	return binary.BigEndian.AppendUint32(dst, v)
}

func appendByte(dst []byte, id uint16, v uint8) []byte {
	dst = appendHeader(dst, id, attrHeaderLen+1)
	return appendPadding(append(dst, v), 1)
}

// appendTuple appends a tuple as a nested attribute.
func appendTuple(dst []byte, id uint16, t *ConntrackTuple) []byte {
	dst, tuple := beginNested(dst, id)
	dst, part := beginNested(dst, ovsh.CTATupleIP)
	if t.Src.Is4() {
		src, to := t.Src.As4(), t.Dst.As4()
		dst = appendAttr(dst, ovsh.CTAIPV4Src, src[:])
		dst = appendAttr(dst, ovsh.CTAIPV4Dst, to[:])
	} else {
		src, to := t.Src.As16(), t.Dst.As16()
		dst = appendAttr(dst, ovsh.CTAIPV6Src, src[:])
		dst = appendAttr(dst, ovsh.CTAIPV6Dst, to[:])
	}
	dst = endNested(dst, part)
	dst, part = beginNested(dst, ovsh.CTATupleProto)
	dst = appendByte(dst, ovsh.CTAProtoNum, t.Proto)
	switch t.Proto {
	case unix.IPPROTO_ICMP:
		dst = appendBE16(dst, ovsh.CTAProtoICMPID, t.ICMPID)
		dst = appendByte(dst, ovsh.CTAProtoICMPType, t.ICMPType)
		dst = appendByte(dst, ovsh.CTAProtoICMPCode, t.ICMPCode)
	case unix.IPPROTO_ICMPV6:
		dst = appendBE16(dst, ovsh.CTAProtoICMPv6ID, t.ICMPID)
		dst = appendByte(dst, ovsh.CTAProtoICMPv6Type, t.ICMPType)
		dst = appendByte(dst, ovsh.CTAProtoICMPv6Code, t.ICMPCode)
	default:
		dst = appendBE16(dst, ovsh.CTAProtoSrcPort, t.SrcPort)
		dst = appendBE16(dst, ovsh.CTAProtoDstPort, t.DstPort)
	}
	dst = endNested(dst, part)
	if t.HasZone {
		dst = appendBE16(dst, ovsh.CTATupleZone, t.Zone)
	}
	return endNested(dst, tuple)
}

// family returns the address family that requests about the tuple name.
func (t *ConntrackTuple) family() uint8 {
	if t.Src.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

var errNotConntrack = errors.New("message of another kind than connections")

// conntrackMessage returns the attributes of a message about a connection.
func conntrackMessage(m message) (cmd uint8, a Attrs, err error) {
	if uint16(m.typ)>>8 != unix.NFNL_SUBSYS_CTNETLINK {
		return 0, nil, fmt.Errorf("%w (type %d)", errNotConntrack, m.typ)
	}
	a, err = m.nfAttrs()
	return uint8(m.typ), a, err
}
