package luabind

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

func showPacket(s *shower, ud *lua.LUserData) string {
	p := ud.Value.(*packetValue)
	from := ""
	if port, ok := p.up.InPort(); ok {
		from = fmt.Sprintf("port %d of ", port)
	}
	title := fmt.Sprintf("%s from %s%s, %d bytes", p.up.Kind, from, printable(p.hand.out.d.Name()), p.up.Len)
	if int(p.up.Len) > len(p.up.Data) {
		title += fmt.Sprintf(" (%d here)", len(p.up.Data))
	}
	b := s.block(title)
	if meta := packetMeta(p.up.Key); meta != "" {
		b.add("meta", s.wrapOVS(meta, s.room(), 0, 0))
	}
	if p.up.Userdata != nil {
		b.add("userdata", hex.EncodeToString(p.up.Userdata))
	}
	s.layers(b, "", dissectFrame(p.up.Data, firstLayer(&p.up), nil))
	state := p.fate.String()
	if p.held != nil {
		state = "held"
	}
	b.add("state", s.paint(paintAside, state))
	return b.text()
}

// metaKeys are the keys of a packet that its bytes do not tell. They are shown where
// they are not zero.
var metaKeys = []string{"recirc_id", "ct_state", "ct_zone", "ct_mark", "ct_label", "tunnel", "skb_mark", "skb_priority"}

func packetMeta(key odp.Attrs) string {
	var parts []string
	for id, payload := range key.All() {
		row := odp.KeyByID(id)
		if row == nil || !slices.Contains(metaKeys, row.Name) || strings.Trim(string(payload), "\x00") == "" {
			continue
		}
		parts = append(parts, odp.Match{Key: odp.AppendAttr(nil, id, payload)}.String())
	}
	return strings.Join(parts, ",")
}

// showFrame shows the table that module packet makes of a frame, with what a script
// has changed in it since.
func showFrame(s *shower, t *lua.LTable) string {
	var f *frame
	_, err := s.rt.try(s.L, s.rt.L.NewFunction(s.rt.protect(&Func{Name: "text", owner: "packet", Go: func(c call) int {
		f = c.frameOf(t, "")
		first := f.first()
		if first == nil {
			return 0
		}
		out, err := f.build()
		if err != nil {
			c.raiseArgument("%v", err)
		}
		f = dissectFrame(out, first.row, nil)
		return 0
	}})), nil)
	if err != nil {
		return s.failed(s.inlineTable(t), s.rt.scriptError(err))
	}
	out, err := f.build()
	if err != nil {
		return s.failed(s.inlineTable(t), err)
	}
	b := s.block(fmt.Sprintf("frame, %d bytes", len(out)))
	s.layers(b, "", f)
	return b.text()
}

// showCaptured shows a packet of a capture file.
func showCaptured(s *shower, t *lua.LTable) string {
	data := lua.LVAsString(t.RawGetString("data"))
	title := fmt.Sprintf("packet, %d bytes", len(data))
	if number := t.RawGetString("number"); number != lua.LNil {
		title = fmt.Sprintf("packet %s, %d bytes", number, len(data))
	}
	if n, ok := t.RawGetString("len").(lua.LNumber); ok && int(n) > len(data) {
		title += fmt.Sprintf(" of %d", int(n))
	}
	b := s.block(title)
	if at, ok := t.RawGetString("time").(lua.LNumber); ok {
		b.add("time", clock(at, time.DateOnly+" "+clockTime))
	}
	for _, name := range []string{"interface", "direction", "comment", "comments", "link_type"} {
		if v := t.RawGetString(name); v != lua.LNil && v != lua.LString("ethernet") {
			b.add(name, s.wrapOVS(oneLine(printable(s.rt.text(v))), s.room(), 0, 0))
		}
	}
	s.layers(b, "", capturedFrameOf(t, data))
	return b.text()
}

// showCapturedLine shows one of many: when it came, and as much of what it is as a
// line holds.
func showCapturedLine(s *shower, t *lua.LTable) string {
	data := lua.LVAsString(t.RawGetString("data"))
	text := ""
	if number, ok := t.RawGetString("number").(lua.LNumber); ok {
		text = pad(number.String(), 5, true) + "  "
	}
	if at, ok := t.RawGetString("time").(lua.LNumber); ok {
		text += clock(at, clockTime) + "  "
	}
	return text + s.ovs(cutTo(capturedFrameOf(t, data).text(), max(s.width-cells(text), minWrap)))
}

// clockTime is how times of packets are written, as tcpdump does.
const clockTime = "15:04:05.000000"

func clock(at lua.LNumber, layout string) string {
	whole, rest := math.Modf(float64(at))
	return time.Unix(int64(whole), int64(rest*1e9)).Format(layout)
}

// capturedFrameOf takes the bytes of a captured packet apart, if its first header is
// known.
func capturedFrameOf(t *lua.LTable, data string) *frame {
	switch t.RawGetString("link_type") {
	case lua.LNil, lua.LString("ethernet"):
		return dissectFrame([]byte(data), frameLayerNamed("eth"), nil)
	case lua.LString("raw"), lua.LString("ipv4"), lua.LString("ipv6"):
		return dissectFrame([]byte(data), frameLayerFor(frameID{space: spaceGuess}, []byte(data)), nil)
	}
	return &frame{payload: []byte(data)}
}

// showSample shows a packet that the kernel sampled.
func showSample(s *shower, ud *lua.LUserData) string {
	p := ud.Value.(*sampleValue)
	b := s.block(fmt.Sprintf("sample %d of group %d, %d bytes", p.Sequence, p.Group, p.OriginalSize))
	if p.Cookie != nil {
		b.add("cookie", hex.EncodeToString(p.Cookie))
	}
	s.layers(b, "", dissectFrame(p.Data, frameLayerNamed("eth"), nil))
	return b.text()
}

// layers adds a line for each header of a frame, and what it carries.
func (s *shower) layers(b *block, indent string, f *frame) {
	for _, h := range f.headers {
		w := newWrapper(s.room(), 0, 0)
		for _, field := range h.texts() {
			w.add(field+" ", s.field)
		}
		b.add(indent+h.row.name, w.text())
	}
	if f.inner != nil {
		b.add(indent+"inner", s.paint(paintAside, "frame"))
		s.layers(b, indent+"  ", f.inner)
	}
	s.bytes(b, indent+"payload", f.payload)
	s.bytes(b, indent+"trailer", f.trailer)
	if f.problem != "" {
		b.add(indent+"problem", s.paint(paintError, printable(f.problem)))
	}
}

// field colours a field such as ttl=64.
func (s *shower) field(text string) string {
	name, value, _ := strings.Cut(text, "=")
	kind := paintPlain
	if strings.Contains(value, "(wrong)") {
		kind = paintError
	}
	return name + "=" + s.paint(kind, value)
}

// dumpLines is how many lines of bytes are shown.
const dumpLines = 4

// bytes adds bytes as numbers and characters.
func (s *shower) bytes(b *block, name string, data []byte) {
	if len(data) == 0 {
		return
	}
	per := 16
	for per > 4 && per*4+3 > s.room() {
		per -= 4
	}
	lines := []string{fmt.Sprintf("%d %s", len(data), unit(uint64(len(data)), "byte"))}
	rest := data
	for len(rest) > 0 && len(lines) <= dumpLines {
		n := min(per, len(rest))
		characters := []byte(string(rest[:n]))
		for i, ch := range characters {
			if ch < ' ' || ch > '~' {
				characters[i] = '.'
			}
		}
		lines = append(lines, fmt.Sprintf("%-*s ", per*3, fmt.Sprintf("% x", rest[:n]))+s.paint(paintText, string(characters)))
		rest = rest[n:]
	}
	if len(rest) > 0 {
		lines = append(lines, s.paint(paintAside, fmt.Sprintf("... %d more", len(rest))))
	}
	b.add(name, strings.Join(lines, "\n"))
}
