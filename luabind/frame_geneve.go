package luabind

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gopacket/gopacket/layers"
	lua "github.com/yuin/gopher-lua"
)

// geneveOption is one option of a Geneve header.
type geneveOption struct {
	class uint16
	typ   uint8
	data  []byte
}

// maxGeneveOptions is how many bytes the options of a header may have, and
// maxGeneveData how many the data of one.
const (
	maxGeneveOptions = 63 * 4
	maxGeneveData    = 31 * 4
)

func geneveOptionsField() *frameField {
	return &frameField{
		name: "options", kind: frameOptions, doc: "options",
		get: func(h any) any {
			var list []geneveOption
			for _, o := range h.(*layers.Geneve).Options {
				list = append(list, geneveOption{o.Class, o.Type, o.Data})
			}
			return list
		},
		set: func(h, v any) {
			g := h.(*layers.Geneve)
			g.Options = nil
			for _, o := range v.([]geneveOption) {
				g.Options = append(g.Options, &layers.GeneveOption{Class: o.class, Type: o.typ, Data: o.data, Length: uint8(4 + len(o.data))})
			}
		},
	}
}

// decodeGeneve reads a Geneve header. gopacket counts in 8 bits and so cannot
// read one with the most options.
func decodeGeneve(h any, data []byte) ([]byte, error) {
	if len(data) < 8 {
		return nil, errShort
	}
	g := h.(*layers.Geneve)
	g.Version, g.OptionsLength = data[0]>>6, data[0]&63*4
	g.OAMPacket, g.CriticalOption = data[1]&0x80 != 0, data[1]&0x40 != 0
	g.Protocol, g.VNI = layers.EthernetType(be16(data[2:])), be32(data[4:])>>8
	options, rest := data[8:], data[8:]
	if len(options) < int(g.OptionsLength) {
		return nil, errShort
	}
	options, rest = options[:g.OptionsLength], rest[g.OptionsLength:]
	for len(options) > 0 {
		n := 4 + int(options[min(3, len(options)-1)]&31)*4
		if n > len(options) {
			return nil, errors.New("an option is cut off")
		}
		g.Options = append(g.Options, &layers.GeneveOption{
			Class: be16(options), Type: options[2], Flags: options[3] >> 5, Length: uint8(n), Data: options[4:n],
		})
		options = options[n:]
	}
	return rest, nil
}

func geneveOptionFields() []Param {
	return []Param{
		{Name: "class", Type: "integer", Doc: "16 bits: who defines the type"},
		{Name: "type", Type: "integer", Doc: "8 bits"},
		{Name: "data", Type: "string", Optional: true, Doc: "a multiple of 4 bytes, up to 124"},
	}
}

const wantOptions = "list of options such as {class = 0x102, type = 0x80, data = \"abcd\"}, of 252 bytes in all,"

func optionsFromLua(v lua.LValue) (any, string) {
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil, wantOptions
	}
	var list []geneveOption
	total := 0
	for i := 1; i <= t.Len(); i++ {
		o, ok := t.RawGetInt(i).(*lua.LTable)
		if !ok {
			return nil, wantOptions
		}
		var option geneveOption
		want := ""
		o.ForEach(func(k, v lua.LValue) {
			var n uint64
			problem := ""
			switch name := k.String(); name {
			case "class":
				n, problem = wholeNumber(v, 0xffff)
				option.class = uint16(n)
			case "type":
				n, problem = wholeNumber(v, 0xff)
				option.typ = uint8(n)
			case "data":
				s, ok := v.(lua.LString)
				if !ok || len(s)%4 != 0 || len(s) > maxGeneveData {
					problem = fmt.Sprintf("string of a multiple of 4 bytes, up to %d,", maxGeneveData)
				}
				option.data = []byte(s)
			default:
				problem = fmt.Sprintf("none of that name (class, type and data are known%s)", didYouMean(name, []string{"class", "type", "data"}))
			}
			if problem != "" {
				want = fmt.Sprintf("option %d with '%s' as %s", i, k.String(), problem)
			}
		})
		if want != "" {
			return nil, want
		}
		total += 4 + len(option.data)
		list = append(list, option)
	}
	n := 0
	t.ForEach(func(lua.LValue, lua.LValue) { n++ })
	if n != len(list) || total > maxGeneveOptions {
		return nil, wantOptions
	}
	return list, ""
}

func optionsToLua(rt *Runtime, list []geneveOption) lua.LValue {
	t := rt.L.NewTable()
	for _, o := range list {
		t.Append(rt.record("packet.GeneveOption", map[string]lua.LValue{
			"class": lua.LNumber(o.class), "type": lua.LNumber(o.typ), "data": lua.LString(o.data),
		}))
	}
	return t
}

func optionsText(list []geneveOption) string {
	var b strings.Builder
	for _, o := range list {
		fmt.Fprintf(&b, "{class=0x%x,type=0x%x,len=%d", o.class, o.typ, len(o.data))
		if len(o.data) > 0 {
			fmt.Fprintf(&b, ",0x%x", o.data)
		}
		b.WriteByte('}')
	}
	return b.String()
}
