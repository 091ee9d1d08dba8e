package odp

import (
	"encoding/binary"
	"errors"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// dumper is a socket for one dump at a time, with its receive buffer.
type dumper struct {
	sock socket
	buf  []byte
	seq  uint32
	rs   requests
}

var errNoEnd = errors.New("the kernel ended the list without its end")

// errStop ends a dump early without being an error of it.
var errStop = errors.New("stop")

// dump makes a dump request and gives each answer to fn, whose error ends it.
// The answer's bytes are valid during the call only. The error is
// ErrDumpInterrupted if the kernel marked the dump so; everything has been
// given to fn then.
func (c *Conn) dump(build func(*requests), fn func(reply) error) error {
	d, err := c.takeDumper()
	if err != nil {
		return err
	}
	d.rs.reset()
	build(&d.rs)
	r := d.rs.last()
	var finished bool
	if r.err == nil {
		finished, r.err = d.run(r, fn)
	}
	c.releaseDumper(d, finished)
	if r.err == errStop {
		return nil
	}
	return r.failure(c, nil)
}

// run sends the request and receives up to the end of the dump. finished
// reports whether the kernel has nothing more to send.
func (d *dumper) run(r *request, fn func(reply) error) (finished bool, err error) {
	d.seq++
	binary.NativeEndian.PutUint32(d.rs.buf[8:], d.seq)
	if err := d.sock.Send(d.rs.buf); err != nil {
		return false, err
	}
	interrupted := false
	for {
		n, err := d.sock.Recv(d.buf, false)
		if err == unix.EAGAIN {
			err = errNoEnd
		}
		if err != nil {
			return false, err
		}
		rest := d.buf[:n]
		for {
			m, next, ok, err := cutMessage(rest)
			if err != nil {
				return false, err
			}
			if !ok {
				break
			}
			rest = next
			if m.seq != d.seq {
				continue
			}
			interrupted = interrupted || m.flags&netlink.DumpInterrupted != 0
			switch m.typ {
			case netlink.Error, netlink.Done:
				r.verdict, err = m.verdict()
				switch {
				case err != nil:
					return true, err
				case r.verdict.errno != 0:
					return true, r.verdict.errno
				case interrupted:
					return true, ErrDumpInterrupted
				}
				return true, nil
			}
			rep, err := m.reply()
			if err == nil {
				err = fn(rep)
			}
			if err != nil {
				return false, err
			}
		}
	}
}

// takeDumper returns the spare socket or a new one.
func (c *Conn) takeDumper() (*dumper, error) {
	c.mu.Lock()
	d := c.spare
	c.spare = nil
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	s, err := c.open(c.cfg.ReadBuffer)
	if err != nil {
		return nil, err
	}
	return &dumper{sock: s, buf: make([]byte, recvBufferLen), rs: requests{fam: &c.fam}}, nil
}

// releaseDumper keeps the socket for the next dump, or closes it if there is a
// spare or the kernel still has part of the dump to send.
func (c *Conn) releaseDumper(d *dumper, finished bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if finished && c.spare == nil && !c.closed {
		c.spare = d
		return
	}
	_ = d.sock.Close() // nothing was written that a failure could lose
}
