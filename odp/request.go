package odp

import (
	"encoding/binary"
	"fmt"
	"slices"
	"syscall"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// requests is a list of encoded requests, one after the other as they go into
// one send. A single call is a list of one, so that it and a batch share each
// encoder.
type requests struct {
	fam *families
	buf []byte
	all []request
}

// request is one of a list, and what became of it.
type request struct {
	op       string // for the error
	object   string
	datapath string

	start, end int  // its bytes in the list
	reply      bool // a message is to come besides the acknowledgement
	// explain puts into words what an error number means for this request, or
	// returns "". It may make requests of its own.
	explain func(syscall.Errno) string
	// keyAttr and actionsAttr are the attributes that hold a flow key and
	// actions, 0 for none. With those below they tell what the request asks for
	// that this kernel may lack.
	keyAttr, actionsAttr uint16
	userFeatures         Features
	vportType            VportType

	// quiet is set where no acknowledgement was asked for: it succeeded if there is
	// no word of it when a later request has its acknowledgement.
	quiet   bool
	done    bool // answered, or refused before sending
	replied bool
	err     error
	verdict verdict
}

func (rs *requests) reset() {
	clear(rs.all) // lets go of strings and functions
	rs.buf, rs.all = rs.buf[:0], rs.all[:0]
}

// begin opens a request to the datapath with the given ifindex, 0 for none.
// Its attributes are appended to rs.buf until end. Every request but a dump asks
// for an acknowledgement.
func (rs *requests) begin(r request, fam *genetlink.Family, cmd uint8, flags netlink.HeaderFlags, index int) {
	r.start = len(rs.buf)
	if flags&netlink.Dump != netlink.Dump {
		flags |= netlink.Acknowledge
	}
	b := binary.NativeEndian.AppendUint32(rs.buf, 0) // length, by end
	b = binary.NativeEndian.AppendUint16(b, fam.ID)
	b = binary.NativeEndian.AppendUint16(b, uint16(flags|netlink.Request))
	b = binary.NativeEndian.AppendUint32(b, 0)             // sequence, when it is sent
	b = binary.NativeEndian.AppendUint32(b, 0)             // port id, the kernel knows it
	b = append(b, cmd, fam.Version, 0, 0)                  // struct genlmsghdr
	b = binary.NativeEndian.AppendUint32(b, uint32(index)) // struct ovs_header
	rs.buf = b
	rs.all = append(rs.all, r)
}

// end closes the request that begin opened. One that was refused meanwhile
// keeps its place in the list, with its error, and is not sent.
func (rs *requests) end() {
	r := rs.last()
	if r.err != nil {
		rs.buf = rs.buf[:r.start]
		r.done = true
	}
	r.end = len(rs.buf)
	if r.end > r.start {
		binary.NativeEndian.PutUint32(rs.buf[r.start:], uint32(r.end-r.start))
	}
}

func (rs *requests) last() *request { return &rs.all[len(rs.all)-1] }

// refuse marks the open request as bad input. The first reason stays.
func (rs *requests) refuse(arg, format string, args ...any) {
	if r := rs.last(); r.err == nil {
		r.err = &ArgError{Op: r.op, Arg: arg, Want: fmt.Sprintf(format, args...)}
	}
}

// attr appends an attribute from the caller's bytes, which may be too many for
// its 16-bit length.
func (rs *requests) attr(id uint16, arg string, payload []byte) {
	if len(payload) > attrMaxLen-attrHeaderLen {
		rs.refuse(arg, "%d bytes long, at most %d fit into a netlink attribute", len(payload), attrMaxLen-attrHeaderLen)
		return
	}
	rs.buf = appendAttr(rs.buf, id, payload)
}

// nested appends an attribute made of attributes that the caller encoded.
func (rs *requests) nested(id uint16, arg string, a Attrs) {
	if err := a.Valid(); err != nil {
		rs.refuse(arg, "%v", err)
		return
	}
	rs.attr(id|attrNested, arg, a)
}

func (rs *requests) uint32(id uint16, v uint32) { rs.buf = appendUint32(rs.buf, id, v) }

func (rs *requests) string(id uint16, s string) {
	rs.buf = appendAttr(rs.buf, id, append([]byte(s), 0))
}

func (rs *requests) uint32s(id uint16, arg string, vs []uint32) {
	if len(vs) > (attrMaxLen-attrHeaderLen)/4 {
		rs.refuse(arg, "%d values, at most %d fit into a netlink attribute", len(vs), (attrMaxLen-attrHeaderLen)/4)
		return
	}
	rs.buf = appendHeader(rs.buf, id, attrHeaderLen+4*len(vs))
	for _, v := range vs {
		rs.buf = binary.NativeEndian.AppendUint32(rs.buf, v)
	}
}

// transact sends every request of the list and waits for none: as the kernel
// answers within the send call, an empty receive queue means that an answer was
// lost. It leaves the outcome in each request. decode, which may be nil, is
// given replies; their bytes are valid during the call only.
//
// The caller holds c.mu.
func (c *Conn) transact(rs *requests, decode func(reply) error) {
	for first := 0; first < len(rs.all); {
		last := c.chunk(rs, first)
		c.sendChunk(rs, rs.all[first:last])
		c.collect(rs.all[first:last], decode)
		first = last
	}
}

// chunk returns the end of the requests from first on that one send may hold:
// not more bytes than the send buffer takes, and not more requests than the
// receive buffer has room for acknowledgements. One is always taken, for the
// kernel to refuse if it is too long.
func (c *Conn) chunk(rs *requests, first int) int {
	last := first + 1
	for last < len(rs.all) && last-first < c.maxRequests &&
		rs.all[last].end-rs.all[first].start <= c.maxSend {
		last++
	}
	return last
}

// sendChunk numbers and sends the requests. The sequence number of one is
// c.seq plus its place in the chunk.
//
// The kernel handles them in their order and reports an error in any case, so that
// the acknowledgement of the last one says that the others have succeeded. Each
// acknowledgement costs a system call and the kernel's memory.
func (c *Conn) sendChunk(rs *requests, chunk []request) {
	c.seq += c.lastChunk
	c.lastChunk = uint32(len(chunk))
	last := true
	for i := len(chunk) - 1; i >= 0; i-- {
		r := &chunk[i]
		if r.end == r.start {
			continue // refused
		}
		header := rs.buf[r.start:]
		binary.NativeEndian.PutUint32(header[8:], c.seq+uint32(i))
		if r.quiet = !last && !r.reply; r.quiet {
			flags := netlink.HeaderFlags(binary.NativeEndian.Uint16(header[6:]))
			binary.NativeEndian.PutUint16(header[6:], uint16(flags&^netlink.Acknowledge))
		}
		last = false
	}
	msgs := rs.buf[chunk[0].start:chunk[len(chunk)-1].end]
	if len(msgs) == 0 {
		return // all were refused
	}
	if err := c.sock.Send(msgs); err != nil {
		failRest(chunk, err)
	}
}

// collect receives until every request of the chunk has its verdict. Messages
// that answer none of them are answers to an earlier send that were given up
// on, and are passed over.
func (c *Conn) collect(chunk []request, decode func(reply) error) {
	open, lost := 0, false
	for i := range chunk {
		if !chunk[i].done && !chunk[i].quiet {
			open++
		}
	}
	for open > 0 {
		n, err := c.sock.Recv(c.buf, false)
		switch {
		case err == unix.ENOBUFS:
			lost = true
			continue // what did arrive still counts; the rest is found missing
		case err == unix.EAGAIN:
			failRest(chunk, errNoAck)
			return
		case err != nil:
			failRest(chunk, err)
			return
		}
		for m, rest, ok, _ := cutMessage(c.buf[:n]); ok; m, rest, ok, _ = cutMessage(rest) {
			i := m.seq - c.seq
			if i >= uint32(len(chunk)) || chunk[i].done {
				continue
			}
			if chunk[i].take(m, decode) && !chunk[i].quiet {
				open--
			}
		}
	}
	if lost {
		failRest(chunk, errNoAck) // a refusal may be among what was lost
		return
	}
	for i := range chunk {
		chunk[i].done = true
	}
}

// take handles a message that answers r and reports whether it was the last.
func (r *request) take(m message, decode func(reply) error) bool {
	if m.typ != netlink.Error {
		rep, err := m.reply()
		if err == nil && decode != nil {
			err = decode(rep)
		}
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("reply: %w", err)
		}
		r.replied = true
		return false
	}
	v, err := m.verdict()
	switch {
	case err != nil:
		r.err = err
	case v.errno != 0:
		r.verdict, r.err = v, v.errno
	case r.reply && !r.replied:
		r.err = errNoReply
	}
	r.done = true
	return true
}

func failRest(chunk []request, err error) {
	for i := range chunk {
		if !chunk[i].done {
			chunk[i].done, chunk[i].err = true, err
		}
	}
}

// failure returns the request's error with all that there is to say about it,
// or nil. sent is the request as it was sent. The caller does not hold c.mu, as
// explaining may take a request.
func (r *request) failure(c *Conn, sent []byte) error {
	if r.err == nil {
		return nil
	}
	if arg, ok := r.err.(*ArgError); ok {
		return arg
	}
	e := &OpError{
		Op: r.op, Object: r.object, Datapath: r.datapath, Err: r.err,
		ExtAck: r.verdict.extAck, Offset: r.verdict.offset,
	}
	if errno, ok := r.err.(syscall.Errno); ok {
		e.Reason = reason(errno)
		if r.explain != nil {
			if words := r.explain(errno); words != "" {
				e.Reason = words
			}
		}
		if missing := c.missing(r, sent, errno); len(missing) > 0 {
			e.Missing = missing
			if errno != unix.EAFNOSUPPORT { // where the reason tells of the module
				e.Reason = needs(missing)
			}
		}
	}
	return e
}

// reason is what an error number means for any request.
func reason(errno syscall.Errno) string {
	switch errno {
	case unix.EPERM, unix.EACCES:
		return "needs CAP_NET_ADMIN (run as root)"
	case unix.EMSGSIZE:
		return "the request is longer than the socket's send buffer"
	}
	return ""
}

// do makes one request and returns its error. A request without a reply where
// one is due is an error, so that decode was called if do returns nil.
func (c *Conn) do(build func(*requests), decode func(reply) error) error {
	c.mu.Lock()
	c.single.reset()
	build(&c.single)
	if c.closed {
		failRest(c.single.all, ErrClosed)
	} else {
		c.transact(&c.single, decode)
	}
	r := *c.single.last()
	var sent []byte
	if r.verdict.errno != 0 {
		sent = slices.Clone(c.single.buf[r.start:r.end])
	}
	c.mu.Unlock()
	return r.failure(c, sent)
}
