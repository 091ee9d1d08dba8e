package luabind

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// frameHeader is one header of a frame.
type frameHeader struct {
	row    *frameLayer
	h      gopacket.SerializableLayer
	forced map[*frameField]any // computed fields that have a value given

	// Of a header that was read.
	cut     bool // its content is not all there
	verdict checksumVerdict
}

// checksumVerdict says whether a header's checksum is right.
type checksumVerdict int

const (
	verdictNone checksumVerdict = iota // it has none, or nobody can tell
	verdictRight
	verdictWrong
)

// set gives a field a value, which building then keeps.
func (h *frameHeader) set(f *frameField, v any) {
	f.set(h.h, v)
	if f.computed() {
		if h.forced == nil {
			h.forced = map[*frameField]any{}
		}
		h.forced[f] = v
	}
}

// frame is a frame taken apart: headers, then an inner frame or mere bytes.
type frame struct {
	headers []*frameHeader
	inner   *frame
	payload []byte
	trailer []byte // what lies behind the length that a header gives
	problem string // why the payload was not taken apart
}

// first returns the frame's first header, or nil.
func (f *frame) first() *frameHeader {
	if f == nil || len(f.headers) == 0 {
		return nil
	}
	return f.headers[0]
}

// frameError is a frame that cannot be built. It names the header.
type frameError struct {
	header string
	err    error
}

func (e *frameError) Error() string {
	if e.header == "" {
		return e.err.Error()
	}
	return e.header + ": " + e.err.Error()
}

// build returns the frame's bytes. It computes what is not forced.
func (f *frame) build() ([]byte, error) {
	content := f.payload
	if f.inner != nil {
		inner, err := f.inner.build()
		if err != nil {
			return nil, err
		}
		content = inner
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := f.link(); err != nil {
		return nil, err
	}
	out, err := f.serialize(content, true)
	if err != nil {
		return nil, err
	}
	// The first pass has computed everything. Where values are forced, another
	// is made with them: a checksum covers lengths and what is further in.
	again := false
	for _, h := range f.headers {
		for field, v := range h.forced {
			if field.role != roleNext {
				field.set(h.h, v)
				again = true
			}
		}
	}
	if again {
		out, err = f.serialize(content, false)
		if err != nil {
			return nil, err
		}
	}
	return append(out, f.trailer...), nil
}

func (h *frameHeader) forces(role frameRole) bool {
	for field := range h.forced {
		if field.role == role {
			return true
		}
	}
	return false
}

// check refuses headers that cannot stand together.
func (f *frame) check() error {
	for i, h := range f.headers {
		var before *frameLayer
		if i > 0 {
			before = f.headers[i-1].row
		}
		if before != nil && before.rank == h.row.rank && !(before == h.row && h.row.many) {
			return &frameError{h.row.name, fmt.Errorf("a frame has either %s or %s; one that is carried goes into inner", before.name, h.row.name)}
		}
		if h.row.over != "" && (before == nil || before.name != h.row.over && before != h.row) {
			return &frameError{h.row.name, fmt.Errorf("it needs %s before it", h.row.over)}
		}
		if h.row.needsIP && !h.forces(roleChecksum) && f.network(i) == nil {
			return &frameError{h.row.name, errors.New("it needs ipv4 or ipv6 before it, for its checksum")}
		}
	}
	return nil
}

// network returns the network header before header i.
func (f *frame) network(i int) gopacket.NetworkLayer {
	for _, h := range f.headers[:i] {
		if n, ok := h.h.(gopacket.NetworkLayer); ok {
			return n
		}
	}
	return nil
}

// link has each header say what follows it, unless it is told.
func (f *frame) link() error {
	for i, h := range f.headers {
		if c, ok := h.h.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			if n := f.network(i); n != nil {
				if err := c.SetNetworkLayerForChecksum(n); err != nil {
					return &frameError{h.row.name, err}
				}
			}
		}
		next := f.inner.first()
		if i+1 < len(f.headers) {
			next = f.headers[i+1]
		}
		field := h.row.nextField()
		space := h.row.next(h.h).space
		switch {
		case field != nil && h.forced[field] != nil:
			continue // told by the spec, even if wrong
		case h.row.stack:
			last := uint64(1)
			if next != nil && next.row == h.row {
				last = 0
			}
			field.set(h.h, last)
		case next == nil:
		case field == nil:
			if _, ok := next.row.idIn(space, next.h); !ok {
				return &frameError{h.row.name, fmt.Errorf("it cannot be followed by %s", next.row.name)}
			}
		default:
			n, ok := next.row.idIn(space, next.h)
			if !ok {
				return &frameError{h.row.name, fmt.Errorf("it has no number for %s after it; give %s.%s to say one", next.row.name, h.row.name, field.name)}
			}
			field.set(h.h, uint64(n))
		}
	}
	return nil
}

// serialize writes the headers before content, with lengths computed or as they
// are, and checksums computed unless they are forced.
func (f *frame) serialize(content []byte, lengths bool) ([]byte, error) {
	b := gopacket.NewSerializeBufferExpectedSize(128, len(content))
	out, err := b.AppendBytes(len(content))
	if err != nil {
		return nil, err
	}
	copy(out, content)
	for i := len(f.headers) - 1; i >= 0; i-- {
		h := f.headers[i]
		before := len(b.Bytes())
		_, isEthernet := h.h.(*layers.Ethernet)
		opts := gopacket.SerializeOptions{FixLengths: lengths, ComputeChecksums: !h.forces(roleChecksum)}
		if isEthernet {
			opts.FixLengths = false // would make a length of a type of 0
		}
		if err := h.h.SerializeTo(b, opts); err != nil {
			return nil, &frameError{h.row.name, err}
		}
		if isEthernet {
			// gopacket fills a short frame up, which nobody has asked for. It is
			// the first header, as check has seen to.
			return b.Bytes()[:before+ethernetLength], nil
		}
		if length := len(b.Bytes()); length >= maxFrame {
			return nil, &frameError{h.row.name, fmt.Errorf("with what it carries it has %d bytes, which is more than %d", length, maxFrame-1)}
		}
	}
	return b.Bytes(), nil
}

const ethernetLength = 14

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
