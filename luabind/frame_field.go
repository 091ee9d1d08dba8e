package luabind

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// frameKind is what a field of a header holds, and so how Lua and text show it.
type frameKind int

const (
	frameNumber  frameKind = iota // uint64; an integer in Lua
	frameBool                     // bool
	frameMAC                      // []byte; the text of a MAC address in Lua
	frameIPv4                     // []byte; the text of an IPv4 address
	frameIPv6                     // []byte; the text of an IPv6 address
	frameBytes                    // []byte; a string of bytes
	frameFlags                    // uint64; names of bits joined with |
	frameOptions                  // []geneveOption; a list of tables
)

// frameRole says who decides on a field's value when a frame is built and the
// spec does not give one.
type frameRole int

const (
	roleValue    frameRole = iota // the default of the header
	roleLength                    // computed
	roleChecksum                  // computed
	roleNext                      // the kind of header that follows
	roleVerdict                   // read only: whether the checksum is right
)

// frameField is the row of one field of a header. The values that get returns
// and set takes have the Go type of the field's kind.
type frameField struct {
	name, doc string
	kind      frameKind
	bits      int      // width of a number
	hex       bool     // how text shows a number
	flags     []string // names of a frameFlags field's bits, from bit 0
	unit      int      // the bytes of a frameBytes field come in multiples of this
	limit     int      // and at most this many
	role      frameRole
	get       func(h any) any // nil if this header does not have the field
	set       func(h, v any)
}

// computed reports whether building a frame computes the field if it is not given.
func (f *frameField) computed() bool {
	return f.role == roleLength || f.role == roleChecksum || f.role == roleNext
}

// uints are the Go types of numbers in headers.
type uints interface{ ~uint8 | ~uint16 | ~uint32 }

// number is a field that is a number of so many bits.
func number[H any, N uints](name string, bits int, at func(*H) *N, doc string) *frameField {
	return &frameField{
		name: name, doc: doc, kind: frameNumber, bits: bits,
		get: func(h any) any { return uint64(*at(h.(*H))) },
		set: func(h, v any) { *at(h.(*H)) = N(v.(uint64)) },
	}
}

func boolean[H any](name string, at func(*H) *bool, doc string) *frameField {
	return &frameField{
		name: name, doc: doc, kind: frameBool,
		get: func(h any) any { return *at(h.(*H)) },
		set: func(h, v any) { *at(h.(*H)) = v.(bool) },
	}
}

// octets is a field that is an address or bytes.
func octets[H any, B ~[]byte](name string, kind frameKind, at func(*H) *B, doc string) *frameField {
	return &frameField{
		name: name, doc: doc, kind: kind, unit: 1, limit: maxFrame,
		get: func(h any) any { return []byte(*at(h.(*H))) },
		set: func(h, v any) { *at(h.(*H)) = B(v.([]byte)) },
	}
}

// inHex has text show the number in hexadecimal.
func (f *frameField) inHex() *frameField {
	f.hex = true
	return f
}

func (f *frameField) as(r frameRole) *frameField {
	f.role = r
	return f
}

// inUnits limits bytes to multiples of unit, up to limit.
func (f *frameField) inUnits(unit, limit int) *frameField {
	f.unit, f.limit = unit, limit
	return f
}

// optional makes the field one that a header may lack: at says whether it has
// it. Setting the field adds it.
func optional[H any](f *frameField, at func(*H) *bool) *frameField {
	get, set := f.get, f.set
	f.get = func(h any) any {
		if !*at(h.(*H)) {
			return nil
		}
		return get(h)
	}
	f.set = func(h, v any) {
		*at(h.(*H)) = true
		set(h, v)
	}
	return f
}

// onlyIf leaves the field out of what is read when has says no.
func onlyIf[H any](f *frameField, has func(*H) bool) *frameField {
	get := f.get
	f.get = func(h any) any {
		if !has(h.(*H)) {
			return nil
		}
		return get(h)
	}
	return f
}

// luaType is the field's type in annotations.
func (f *frameField) luaType() string {
	switch f.kind {
	case frameNumber:
		return "integer"
	case frameBool:
		return "boolean"
	case frameFlags:
		return "string|integer"
	case frameOptions:
		return "packet.GeneveOption[]"
	}
	return "string"
}

// fromLua converts a value that a script gave. A non-empty want says what would
// have been accepted.
func (f *frameField) fromLua(v lua.LValue) (value any, want string) {
	s, isString := v.(lua.LString)
	text, _ := valueText(v)
	switch f.kind {
	case frameNumber:
		n, want := wholeNumber(v, 1<<f.bits-1)
		return n, want
	case frameBool:
		if b, ok := v.(lua.LBool); ok {
			return bool(b), ""
		}
		return nil, "boolean"
	case frameMAC:
		if mac, err := net.ParseMAC(text); err == nil && len(mac) == 6 {
			return []byte(mac), ""
		}
		return nil, "MAC address such as 02:00:00:00:00:01"
	case frameIPv4:
		if a, err := netip.ParseAddr(text); err == nil && a.Is4() {
			return a.AsSlice(), ""
		}
		return nil, "IPv4 address such as 10.0.0.1"
	case frameIPv6:
		if a, err := netip.ParseAddr(text); err == nil && a.Is6() && a.Zone() == "" {
			return a.AsSlice(), ""
		}
		return nil, "IPv6 address such as fd00::1"
	case frameBytes:
		if isString && len(s)%f.unit == 0 && len(s) <= f.limit {
			return []byte(s), ""
		}
		if f.unit > 1 {
			return nil, fmt.Sprintf("string of a multiple of %d bytes, up to %d,", f.unit, f.limit)
		}
		return nil, fmt.Sprintf("string of up to %d bytes", f.limit)
	case frameFlags:
		if isString {
			if n, ok := f.parseFlags(string(s)); ok {
				return n, ""
			}
		} else if n, want := wholeNumber(v, 1<<f.bits-1); want == "" {
			return n, ""
		}
		return nil, fmt.Sprintf("flags such as \"syn|ack\" (%s) or a whole number from 0 to %d", strings.Join(f.flags, ", "), 1<<f.bits-1)
	}
	return optionsFromLua(v)
}

// parseFlags reads names or numbers of bits joined with | or +.
func (f *frameField) parseFlags(s string) (bits uint64, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "+")
	if s == "" || s == "none" {
		return 0, true
	}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '|' || r == '+' }) {
		n, err := strconv.ParseUint(part, 0, f.bits)
		for i, name := range f.flags {
			if name == part {
				n, err = 1<<i, nil
			}
		}
		if err != nil {
			return 0, false
		}
		bits |= n
	}
	return bits, true
}

func (f *frameField) flagText(bits uint64) string {
	var parts []string
	for i, name := range f.flags {
		if bits&(1<<i) != 0 {
			parts = append(parts, name)
			bits &^= 1 << i
		}
	}
	if bits != 0 {
		parts = append(parts, fmt.Sprintf("0x%x", bits))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "|")
}

// toLua converts a value that get returned.
func (f *frameField) toLua(rt *Runtime, v any) lua.LValue {
	switch v := v.(type) {
	case uint64:
		if f.kind == frameFlags {
			return lua.LString(f.flagText(v))
		}
		return lua.LNumber(v)
	case bool:
		return lua.LBool(v)
	case []geneveOption:
		return optionsToLua(rt, v)
	case []byte:
		if f.kind != frameBytes {
			return lua.LString(f.text(v))
		}
		return lua.LString(v)
	}
	return lua.LNil
}

// text shows a value on a line.
func (f *frameField) text(v any) string {
	switch v := v.(type) {
	case uint64:
		switch {
		case f.kind == frameFlags:
			return f.flagText(v)
		case f.hex:
			return fmt.Sprintf("0x%0*x", (f.bits+3)/4, v)
		}
		return strconv.FormatUint(v, 10)
	case []byte:
		switch f.kind {
		case frameMAC:
			return net.HardwareAddr(v).String()
		case frameIPv4, frameIPv6:
			a, _ := netip.AddrFromSlice(v)
			return a.String()
		}
		return fmt.Sprintf("%x", v)
	case []geneveOption:
		return optionsText(v)
	}
	return fmt.Sprint(v)
}
