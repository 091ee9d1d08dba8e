package odp

import (
	"encoding/binary"
	"errors"
	"syscall"

	"github.com/mdlayher/netlink"
)

// nlSocket makes requests of families whose messages have no datapath header, on
// a socket of their own. One goroutine at a time may use it.
type nlSocket struct {
	sock socket
	buf  []byte // receive buffer
	req  []byte // requests to be sent
	open int    // where the last of them begins
	seq  uint32 // of the last one
}

// refusal is the kernel's refusal of a request.
type refusal struct{ verdict }

func (r *refusal) Error() string { return r.errno.Error() }

// Unwrap makes errors.Is and errors.As find the error number.
func (r *refusal) Unwrap() error { return r.errno }

// refusalError makes err that of an operation. reason says what an error number
// means for it.
func refusalError(op, object string, err error, reason func(syscall.Errno) string) error {
	if err == nil {
		return nil
	}
	e := &OpError{Op: op, Object: object, Err: err}
	var refused *refusal
	var errno syscall.Errno
	switch {
	case errors.As(err, &refused):
		e.Err, e.ExtAck, e.Offset, e.Reason = refused.errno, refused.extAck, refused.offset, reason(refused.errno)
	case errors.As(err, &errno):
		e.Err, e.Reason = errno, reason(errno)
	}
	return e
}

// begin opens a request. What follows its netlink header is appended to s.req
// until end.
func (s *nlSocket) begin(typ uint16, flags netlink.HeaderFlags) {
	s.open = len(s.req)
	s.seq++
	b := binary.NativeEndian.AppendUint32(s.req, 0) // length, by end
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = binary.NativeEndian.AppendUint16(b, uint16(flags|netlink.Request))
	b = binary.NativeEndian.AppendUint32(b, s.seq)
	s.req = binary.NativeEndian.AppendUint32(b, 0) // port id, the kernel knows it
}

func (s *nlSocket) end() {
	binary.NativeEndian.PutUint32(s.req[s.open:], uint32(len(s.req)-s.open))
}

// dump makes the request that ended last and gives each answer to fn, whose
// error ends it. The answer's bytes are valid during the call only. The error is
// [ErrDumpInterrupted] if the kernel marked the dump so; everything has been
// given to fn then.
func (s *nlSocket) dump(fn func(m message) error) error {
	if err := s.sock.Send(s.req); err != nil {
		return err
	}
	s.req = s.req[:0]
	interrupted := false
	return s.collect(errNoEnd, func(m message) (bool, error) {
		if m.seq != s.seq {
			return false, nil
		}
		interrupted = interrupted || m.flags&netlink.DumpInterrupted != 0
		if m.typ != netlink.Error && m.typ != netlink.Done {
			return false, fn(m)
		}
		err := m.refusal()
		if err == nil && interrupted {
			err = ErrDumpInterrupted
		}
		return true, err
	})
}

// transact sends the requests made since the last send, which ask for
// acknowledgements, and gives what the kernel says of each to fn, nil where it
// carried it out. fn's error ends it.
func (s *nlSocket) transact(requests int, fn func(error) error) error {
	if requests == 0 {
		return nil
	}
	if err := s.sock.Send(s.req); err != nil {
		return err
	}
	s.req = s.req[:0]
	first := s.seq - uint32(requests) + 1
	return s.collect(errNoAck, func(m message) (bool, error) {
		if m.typ != netlink.Error || m.seq-first > s.seq-first {
			return false, nil
		}
		requests--
		return requests == 0, fn(m.refusal())
	})
}

// do makes the one request that ended last.
func (s *nlSocket) do() error {
	return s.transact(1, func(err error) error { return err })
}

// collect gives the messages that the kernel has queued to fn until that reports
// the last or an error. early is the error if there are no more before.
func (s *nlSocket) collect(early error, fn func(message) (last bool, err error)) error {
	for {
		n, err := s.sock.Recv(s.buf, false)
		if errors.Is(err, syscall.EAGAIN) {
			err = early
		}
		if err != nil {
			return err
		}
		for rest := s.buf[:n]; len(rest) > 0; {
			m, next, _, err := cutMessage(rest)
			if err != nil {
				return err
			}
			rest = next
			if last, err := fn(m); last || err != nil {
				return err
			}
		}
	}
}

// refusal returns what a message of type Error or Done says, nil where the
// request was carried out.
func (m message) refusal() error {
	v, err := m.verdict()
	if err == nil && v.errno != 0 {
		err = &refusal{v}
	}
	return err
}
