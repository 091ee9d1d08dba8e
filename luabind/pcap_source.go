package luabind

import (
	"fmt"
	"math"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/go-odp/odp/odp"
)

// capturedSource converts argument n of writer:write to the bytes of a packet and
// what is known about it.
func (c call) capturedSource(n int, w *captureWriter) (data []byte, note captureNote) {
	note = captureNote{face: pcapgo.NgInterface{LinkType: w.link}, time: time.Now()}
	switch v := c.arg(n).(type) {
	case lua.LString:
		data = []byte(v)
		note.length = len(data)
		return data, note
	case *lua.LTable:
		f := c.fieldsOf(n, v, "pcap.Packet")
		data = []byte(f.string("data"))
		note.length = int(f.uint("len", math.MaxUint32, uint64(len(data))))
		if note.length < len(data) {
			f.bad("len", "the length of the whole packet expected, %d or more, got %d", len(data), note.length)
		}
		note.face.LinkType = f.linkType("link_type", w.link)
		c.readNote(f, w, &note)
		return data, note
	case *lua.LUserData:
		switch v := v.Value.(type) {
		case *packetValue:
			return v.up.Data, w.notePacket(v)
		case *sampleValue:
			note.length = max(int(v.OriginalSize), len(v.Data))
			if !v.Timestamp.IsZero() {
				note.time = v.Timestamp
			}
			return v.Data, note
		}
	}
	c.bad(n, "a frame as a string of bytes, an odp.Packet, an odp.Sample or a packet of a pcap.Reader expected, got %s", c.rt.describe(c.arg(n)))
	return nil, note
}

// readNote reads what a script says about a packet.
func (c call) readNote(f fields, w *captureWriter, note *captureNote) {
	if f.has("ns") {
		note.time = time.Unix(0, int64(f.uint("ns", math.MaxInt64, 0)))
	} else if f.has("time") {
		t, ok := f.get("time").(lua.LNumber)
		if !ok || !(t >= 0 && t < math.MaxUint32) {
			f.expected("time", "seconds since 1970 up to 2106")
		}
		whole, part := math.Modf(float64(t))
		note.time = time.Unix(int64(whole), int64(math.Round(part*1e9)))
	}
	if w.format == formatPcap && note.time.Unix() > math.MaxUint32 {
		f.bad("ns", "a time up to 2106 expected, as a pcap file has; pcapng has later ones")
	}
	if f.has("comments") {
		list, ok := f.get("comments").(*lua.LTable)
		if !ok {
			f.expected("comments", "array of texts")
		}
		note.comments = nil
		for i := 1; i <= list.Len(); i++ {
			note.comments = append(note.comments, c.comment(f, "comments", list.RawGetInt(i)))
		}
	} else if f.get("comment") == lua.LFalse {
		note.comments = nil
	} else if f.has("comment") {
		note.comments = []string{c.comment(f, "comment", f.get("comment"))}
	}
	if w.format == formatPcap && len(note.comments) > 0 && f.shape != "pcap.Packet" {
		f.bad("comment", "a pcap file has no comments; pcapng has")
	}
	switch v := f.get("interface").(type) {
	case *lua.LNilType:
	case lua.LString:
		note.face.Name = string(v)
		note.face.Description = ""
	case *lua.LUserData:
		port, ok := v.Value.(*odp.Vport)
		if !ok {
			f.expected("interface", "name or vport")
		}
		face := w.portFace(port)
		note.face.Name, note.face.Description = face.name, face.description
	default:
		f.expected("interface", "name or vport")
	}
	if len(note.face.Name) > maxComment {
		f.bad("interface", "a name of up to %d bytes expected", maxComment)
	}
	if f.has("direction") {
		note.direction = pcapgo.NgEpbFlag(1 + f.option("direction", captureDirections[:captureBoth], 0))
	}
}

// comment is text for pcapng, whatever has a text.
func (c call) comment(f fields, name string, v lua.LValue) string {
	if _, ok := v.(*lua.LUserData); !ok && v.Type() != lua.LTString {
		f.bad(name, "text, or an object that has a text, expected, got %s", c.rt.describe(v))
	}
	text := c.L.ToStringMeta(v).String()
	if len(text) > maxComment {
		f.bad(name, "text of up to %d bytes expected, got %d", maxComment, len(text))
	}
	return text
}

// notePacket is what is written about a packet of a datapath: its key as the
// comment, and its port as the interface.
func (w *captureWriter) notePacket(p *packetValue) captureNote {
	note := captureNote{
		length: max(int(p.up.Len), len(p.up.Data)), time: time.Unix(0, p.time),
		direction: pcapgo.NgEpbFlagDirectionInbound,
		face:      pcapgo.NgInterface{LinkType: layers.LinkTypeEthernet},
	}
	m := odp.Match{Key: p.up.Key}
	if text := m.String(); w.format == formatPcapng && len(text) <= maxComment {
		note.comments = []string{text}
	}
	if _, ok := m.Get("eth.src"); !ok { // it came by a port for packets of layer 3
		note.face.LinkType = layers.LinkTypeRaw
	}
	d := p.hand.out.d
	port, ok := p.up.InPort()
	if !ok {
		note.face.Name = w.inNamespace(d, d.Name())
		note.face.Description = "datapath " + d.Name() + ", from no port"
		return note
	}
	// The port may have gone, or the kernel may not tell: it has a number at least.
	face := portFace{w.inNamespace(d, fmt.Sprintf("%s:%d", d.Name(), port)), fmt.Sprintf("port %d of datapath %s", port, d.Name())}
	if v, err := p.hand.out.vport(port); err == nil {
		if ud, ok := v.(*lua.LUserData); ok {
			if face, ok = w.ports[ud]; !ok {
				face = w.portFace(ud.Value.(*odp.Vport))
				w.ports[ud] = face
			}
		}
	}
	note.face.Name, note.face.Description = face.name, face.description
	return note
}

// portFace is how a port is written as an interface.
func (w *captureWriter) portFace(v *odp.Vport) portFace {
	d := v.Datapath()
	face := portFace{w.inNamespace(d, v.Name()), fmt.Sprintf("port %d of datapath %s", v.Number(), d.Name())}
	if id, ok := v.NetNSID(); ok {
		face.description += fmt.Sprintf(", its device in the namespace with the id %d", id)
	}
	return face
}

// inNamespace puts the namespace of a datapath before a name, if it is not the
// program's: blue/p1.
func (w *captureWriter) inNamespace(d *odp.Datapath, name string) string {
	for ns, conn := range w.rt.conns {
		if conn != d.Conn() || ns == nil || ns.home {
			continue
		}
		if ns.name != "" {
			return ns.name + "/" + name
		}
		return strings.TrimPrefix(ns.String(), "namespace ") + "/" + name
	}
	return name
}
