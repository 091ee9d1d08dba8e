package odp

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// VportOptions are the settings of tunnel vports. The zero value stands for the
// defaults of each type.
type VportOptions struct {
	// DstPort is the UDP port of vxlan and geneve. 0 on creation means 4789 for
	// vxlan and 6081 for geneve.
	DstPort uint16
	// GBP turns on the group based policy extension of vxlan.
	GBP bool
}

// VportOption describes one option: the only place where its name, types,
// meaning and encoding are written down.
type VportOption struct {
	Name  string      // as in scripts and, after "options:", as ovs-dpctl has it
	Doc   string      // what it does, with its unit and default
	Types []VportType // types of vport that have it

	set    func(*VportOptions, string) error
	text   func(VportOptions) string // "" where it is unset
	encode func([]byte, VportType, VportOptions) []byte
	decode func(*VportOptions, Attrs, *decoder)
}

// Set parses text into the option's place in o.
func (v *VportOption) Set(o *VportOptions, text string) error {
	if err := v.set(o, text); err != nil {
		return fmt.Errorf("vport option %s: %w", v.Name, err)
	}
	return nil
}

// Text returns the option's value in o as Set takes it, "" if it is unset.
func (v *VportOption) Text(o VportOptions) string { return v.text(o) }

// For reports whether vports of type t have the option.
func (v *VportOption) For(t VportType) bool { return slices.Contains(v.Types, t) }

// VportOptionRows returns the description of every option.
func VportOptionRows() []*VportOption {
	return []*VportOption{
		{
			Name:  "dst_port",
			Doc:   "UDP port that the tunnel receives on and sends to: 4789 for vxlan, 6081 for geneve unless given",
			Types: []VportType{VportVXLAN, VportGeneve},
			set: func(o *VportOptions, text string) error {
				n, err := strconv.ParseUint(text, 0, 16)
				if err != nil || n == 0 {
					return fmt.Errorf("%q, a port number from 1 to 65535 expected", text)
				}
				o.DstPort = uint16(n)
				return nil
			},
			text: func(o VportOptions) string {
				if o.DstPort == 0 {
					return ""
				}
				return strconv.Itoa(int(o.DstPort))
			},
			encode: func(dst []byte, t VportType, o VportOptions) []byte {
				port := o.DstPort
				if port == 0 {
					port = t.defaultPort()
				}
				// Host byte order, unlike the ports of keys.
				return appendAttr(dst, ovsh.TunnelAttrDstPort, binary.NativeEndian.AppendUint16(nil, port))
			},
			decode: func(o *VportOptions, a Attrs, dec *decoder) {
				if p, ok := a.Find(ovsh.TunnelAttrDstPort); ok {
					o.DstPort = dec.uint16("destination port", p)
				}
			},
		},
		{
			Name:  "gbp",
			Doc:   "carry the group based policy extension in vxlan headers: true or false (default)",
			Types: []VportType{VportVXLAN},
			set: func(o *VportOptions, text string) error {
				on, err := strconv.ParseBool(text)
				if err != nil {
					return fmt.Errorf("%q, true or false expected", text)
				}
				o.GBP = on
				return nil
			},
			text: func(o VportOptions) string {
				if !o.GBP {
					return ""
				}
				return "true"
			},
			encode: func(dst []byte, _ VportType, o VportOptions) []byte {
				if !o.GBP {
					return dst
				}
				dst, mark := beginNested(dst, ovsh.TunnelAttrExtension)
				dst = appendAttr(dst, ovsh.VXLANExtGBP, nil)
				return endNested(dst, mark)
			},
			decode: func(o *VportOptions, a Attrs, _ *decoder) {
				ext, _ := a.Find(ovsh.TunnelAttrExtension)
				_, o.GBP = Attrs(ext).Find(ovsh.VXLANExtGBP)
			},
		},
	}
}

// defaultPort is the UDP port of a tunnel type, by IANA, or 0.
func (t VportType) defaultPort() uint16 {
	switch t {
	case VportVXLAN:
		return 4789
	case VportGeneve:
		return 6081
	}
	return 0
}

// vportOptions appends OVS_VPORT_ATTR_OPTIONS for a type that has options. It
// refuses an option that the type does not have.
func (rs *requests) vportOptions(t VportType, o VportOptions) {
	var body []byte
	for _, row := range VportOptionRows() {
		switch {
		case row.For(t):
			body = row.encode(body, t, o)
		case row.text(o) != "":
			rs.refuse("options", "a vport of type %v has no option %s", t, row.Name)
		}
	}
	if len(body) > 0 {
		rs.nested(ovsh.VportAttrOptions, "options", body)
	}
}

func decodeVportOptions(a Attrs, dec *decoder) VportOptions {
	var o VportOptions
	if err := a.Valid(); err != nil && dec.err == nil {
		dec.err = fmt.Errorf("vport options: %w", err)
	}
	for _, row := range VportOptionRows() {
		row.decode(&o, a, dec)
	}
	return o
}
