package luabind

import (
	"bytes"
	"errors"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// maxInner is how deep frames in frames are taken apart, maxHeaders how many
// headers one may have. What is further in stays bytes.
const (
	maxInner   = 8
	maxHeaders = 64
)

// dissectFrame takes data apart, from a header of the kind first on. It always
// succeeds: what it does not know stays in the payload. ports names the headers
// behind UDP ports beside those that the table knows.
func dissectFrame(data []byte, first *frameLayer, ports map[uint16]*frameLayer) *frame {
	return dissectLevel(slices.Clone(data), first, ports, 0)
}

func dissectLevel(data []byte, row *frameLayer, ports map[uint16]*frameLayer, depth int) *frame {
	f := &frame{}
	cut := false
	for row != nil && len(data) > 0 {
		if n := len(f.headers); n > 0 {
			last := f.headers[n-1].row
			if row.rank < last.rank || row.rank == last.rank && !(row == last && row.many) {
				if depth+1 < maxInner {
					f.inner, data = dissectLevel(data, row, ports, depth+1), nil
				}
				break
			}
			if row.over != "" && row != last && row.over != last.name {
				break // an IPv6 extension header after IPv4, say
			}
			if n == maxHeaders {
				f.problem = "too many headers"
				break
			}
		}
		h := &frameHeader{row: row, h: row.make()}
		f.prepare(h)
		payload, err := row.decode(h.h, data)
		size := 0
		if err == nil {
			if size = h.size(data); size == 0 {
				err = errors.New("it has bits that are not known")
			}
		}
		if err != nil {
			f.problem = row.name + ": " + err.Error()
			break
		}
		cut = cut || isCut(h, data)
		h.cut = cut
		f.headers = append(f.headers, h)
		f.trailer = append(slices.Clone(data[size+len(payload):]), f.trailer...)
		id := row.next(h.h)
		data = payload
		row = frameLayerFor(id, data)
		if id.space == spaceUDP {
			if named := ports[id.n]; named != nil {
				row = named
			}
		}
	}
	f.payload = data
	f.settle()
	return f
}

// prepare gives a header what the one before it says about it.
func (f *frame) prepare(h *frameHeader) {
	if len(f.headers) == 0 {
		return
	}
	before := f.headers[len(f.headers)-1]
	switch own := h.h.(type) {
	case *vlanTag:
		own.tpid = before.row.next(before.h).n
	case *extension:
		own.kind = uint8(before.row.next(before.h).n)
	}
}

// size returns how long the header at the start of data is, or 0 if writing it
// again does not give the same bytes.
func (h *frameHeader) size(data []byte) int {
	b := gopacket.NewSerializeBuffer()
	if err := h.h.SerializeTo(b, gopacket.SerializeOptions{}); err != nil {
		return 0
	}
	out := b.Bytes()
	if _, ok := h.h.(*layers.Ethernet); ok {
		out = out[:ethernetLength]
	}
	if !bytes.HasPrefix(data, out) {
		return 0
	}
	return len(out)
}

// isCut reports whether the header's content is not all in data.
func isCut(h *frameHeader, data []byte) bool {
	switch own := h.h.(type) {
	case *layers.IPv4:
		return int(own.Length) > len(data) || own.FragOffset != 0 || own.Flags&layers.IPv4MoreFragments != 0
	case *layers.IPv6:
		return int(own.Length)+40 > len(data)
	case *extension:
		return own.kind == extFragment && (own.later() || len(own.data) >= 2 && own.data[1]&1 != 0)
	case *layers.UDP:
		return int(own.Length) > len(data)
	}
	return false
}

// settle makes the frame one that is built as it was read. Where building
// computes what was read, it may go on to; other values are forced. It also
// finds out which checksums are right.
func (f *frame) settle() {
	read := map[*frameHeader]map[*frameField]any{}
	for _, h := range f.headers {
		read[h] = map[*frameField]any{}
		for _, field := range h.row.fields {
			if v := field.get(h.h); v != nil && field.computed() {
				read[h][field] = v
			}
		}
	}
	trailer := f.trailer
	f.trailer = nil
	// What a checksum covers comes first: lengths and what follows.
	for _, checksums := range []bool{false, true} {
		_, err := f.build()
		for h, values := range read {
			for field, was := range values {
				is := field.get(h.h)
				if (field.role == roleChecksum) == checksums {
					if field.role == roleChecksum {
						h.judge(was, is, err == nil)
					}
					if err != nil || is != was {
						h.set(field, was)
					}
				}
				field.set(h.h, was)
			}
		}
	}
	f.trailer = trailer
}

// judge decides whether the checksum that was read is right.
func (h *frameHeader) judge(read, computed any, known bool) {
	_, isIPv4 := h.h.(*layers.IPv4) // only the header counts
	_, isUDP := h.h.(*layers.UDP)
	switch {
	case isUDP && read == uint64(0): // the sender made none
		h.verdict = verdictRight
	case h.cut && !isIPv4 || !known:
	case read == computed, isZero(read) && isZero(computed):
		h.verdict = verdictRight
	default:
		h.verdict = verdictWrong
	}
}

// isZero reports whether v is one of the two zeros of one's complement.
func isZero(v any) bool { return v == uint64(0) || v == uint64(0xffff) }
