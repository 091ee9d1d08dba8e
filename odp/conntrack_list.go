package odp

import (
	"errors"
	"iter"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ConntrackEntries yields the connections of the network namespace that m means,
// a nil m all of them, as the kernel sends them, in no order. The *ConntrackEntry
// yielded is valid until the next one; its value can be kept. An error comes
// last, with a nil entry; [ErrDumpInterrupted] follows after all were yielded.
//
// It needs CAP_NET_ADMIN.
func (c *Conn) ConntrackEntries(m *ConntrackMatch) iter.Seq2[*ConntrackEntry, error] {
	const op = "conntrack list"
	if m == nil {
		m = &ConntrackMatch{}
	}
	return func(yield func(*ConntrackEntry, error) bool) {
		if err := m.check(op); err != nil {
			yield(nil, err)
			return
		}
		stopped := false
		err := c.conntrack(op, "", func(s *ctSocket) error {
			return s.list(m, func(e *ConntrackEntry) error {
				if !yield(e, nil) {
					stopped = true
					return errStop
				}
				return nil
			})
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// list calls fn for each connection that m means. Its error ends the listing.
func (s *ctSocket) list(m *ConntrackMatch, fn func(*ConntrackEntry) error) error {
	// Linux 6.8 sends the connections of a zone only if asked, older kernels all.
	// Zone 0 is left to us, as the first kernels that filter took it for any.
	err := s.listZone(m, m.HasZone && m.Zone != 0, fn)
	if errors.Is(err, unix.EOPNOTSUPP) {
		// Linux 6.8 without zones: what older kernels do, which finds none.
		err = s.listZone(m, false, fn)
	}
	return err
}

func (s *ctSocket) listZone(m *ConntrackMatch, filter bool, fn func(*ConntrackEntry) error) error {
	s.begin(ovsh.CTMsgGet, netlink.Dump, unix.AF_UNSPEC)
	if filter {
		s.req = appendBE16(s.req, ovsh.CTAZone, m.Zone)
	}
	s.end()
	var e ConntrackEntry
	return s.dump(func(msg message) error {
		_, a, err := conntrackMessage(msg)
		if err == nil {
			err = e.decode(a)
		}
		if err != nil {
			return err
		}
		if !m.Matches(&e) {
			return nil
		}
		return fn(&e)
	})
}

// flushBatch is how many removals are sent at once. Their acknowledgements fit
// the smallest receive buffer.
const flushBatch = 64

// FlushConntrack removes the connections that m means, a nil m all of them.
//
// A match that means one connection, by both addresses and both ports of its
// first packet, removes that and is an [ErrNotExist] if there is none; without a
// zone it means zone 0. Any other match removes what is there, and nothing is no
// error. Connections that begin meanwhile may stay.
//
// Zones are flushed connection by connection: only Linux 6.8 and later flush a
// zone by one request, older ones would flush every zone, and the first that can
// take zone 0 for every zone.
func (c *Conn) FlushConntrack(m *ConntrackMatch) error {
	const op = "conntrack flush"
	if m == nil {
		m = &ConntrackMatch{}
	}
	if err := m.check(op); err != nil {
		return err
	}
	return c.conntrack(op, m.String(), func(s *ctSocket) error {
		switch {
		case m.isZero():
			s.begin(ovsh.CTMsgDelete, netlink.Acknowledge, unix.AF_UNSPEC)
			s.end()
			return s.do()
		case m.isOne():
			t := m.Orig.tuple(m.Proto)
			s.remove(&t, m.Zone, 0)
			return s.do()
		}
		return c.flushListed(s, m)
	})
}

// DeleteConntrack removes the connection that e was read from, by its first
// packet's addresses, zone and id. One that is no longer there is an
// [ErrNotExist], also if another has its addresses now.
func (c *Conn) DeleteConntrack(e *ConntrackEntry) error {
	return c.conntrack("conntrack delete", e.Match().String(), func(s *ctSocket) error {
		s.remove(&e.Orig, e.Zone, e.ID)
		return s.do()
	})
}

// remove adds the removal of the connection with an original tuple in a zone. An
// id that is not 0 must be its id.
func (s *ctSocket) remove(t *ConntrackTuple, zone uint16, id uint32) {
	s.begin(ovsh.CTMsgDelete, netlink.Acknowledge, t.family())
	if zone != 0 {
		s.req = appendBE16(s.req, ovsh.CTAZone, zone)
	}
	s.req = appendTuple(s.req, ovsh.CTATupleOrig, t)
	if id != 0 {
		s.req = appendBE32(s.req, ovsh.CTAID, id)
	}
	s.end()
}

// flushListed removes connections as they are listed, with a second socket. One
// that is gone by then is as it should be.
func (c *Conn) flushListed(s *ctSocket, m *ConntrackMatch) error {
	del, err := c.openConntrack(c.cfg.ReadBuffer)
	if err != nil {
		return err
	}
	defer func() { _ = del.sock.Close() }() // nothing was written that a failure could lose
	waiting := 0
	send := func() error {
		n := waiting
		waiting = 0
		return del.transact(n, func(err error) error {
			if err == nil || conntrackGone(err) {
				return nil
			}
			return err
		})
	}
	err = s.list(m, func(e *ConntrackEntry) error {
		del.remove(&e.Orig, e.Zone, e.ID)
		if waiting++; waiting < flushBatch {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

func conntrackGone(err error) bool {
	refused, ok := err.(*refusal)
	return ok && refused.errno == unix.ENOENT
}
