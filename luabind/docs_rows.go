package luabind

import (
	"fmt"
	"strings"

	"github.com/go-odp/odp/odp"
)

// needs says which kernels have what a row describes: its path is that of
// [odp.FeatureOf].
func needs(path ...*odp.Row) string {
	f := odp.FeatureOf(path...)
	if f == nil || f.Since == "" {
		return "" // what no kernel has, the row itself says
	}
	text := "Linux " + f.Since
	if f.Config != "" {
		text += " with " + f.Config
	}
	return text
}

// rowDoc is the text about a key or action, with the kernels that have it.
func rowDoc(row *odp.Row) string {
	if n := needs(row); n != "" {
		return row.Doc + " (" + n + ")"
	}
	return row.Doc
}

// rowWhen says on which packets the kernel has a key, "" for all.
func rowWhen(row *odp.Row) string {
	var parts []string
	values := map[string][]string{}
	for _, w := range row.When {
		if values[w.Path] == nil {
			parts = append(parts, w.Path)
		}
		text := fmt.Sprint(w.Value)
		if w.Path == "eth_type" {
			text = fmt.Sprintf("0x%04x", w.Value)
		}
		values[w.Path] = append(values[w.Path], text)
	}
	for i, path := range parts {
		parts[i] = path + " " + strings.Join(values[path], " or ")
	}
	return strings.Join(parts, " or ")
}

// A member is one name in a key or an action, as the reference shows it.
type member struct {
	path  string // below the key or action: "nat.src"
	value string // what it may be, in words
	bits  int    // the width of an integer or address, 0 where that says nothing
	doc   string
}

// rowMembers lists all names in a key or an action, in the order of its text.
func rowMembers(row *odp.Row) []member { return appendMembers(nil, "", row) }

func appendMembers(list []member, prefix string, path ...*odp.Row) []member {
	row := path[len(path)-1]
	if row.Layout == odp.LayoutKey {
		row = row.KeyRow()
	}
	for i := range row.Fields {
		f := &row.Fields[i]
		if f.Name == "" {
			continue
		}
		list = append(list, member{prefix + f.Name, fieldWords(f), fieldBits(f), f.Doc})
	}
	if row.Layout == odp.LayoutOptions {
		list = append(list, member{prefix + "data", "bytes", 0, optionDataDoc})
	}
	for _, kid := range writtenRows(row) {
		inner := append(path[:len(path):len(path)], kid)
		switch {
		case kid.Layout == odp.LayoutPad:
			continue
		case row.Flat && kid.Layout == odp.LayoutStruct:
			list = appendMembers(list, prefix, inner...)
			continue
		}
		m := member{path: prefix + luaName(kid), doc: kid.Doc}
		if n := needs(inner...); n != "" {
			m.doc += " (" + n + ")"
		}
		m.value, m.bits = rowWords(kid)
		list = append(list, m)
		if kid.Layout != odp.LayoutCookie && kid.Layout != odp.LayoutKeys && kid.Layout != odp.LayoutActions {
			list = appendMembers(list, m.path+".", inner...)
		}
	}
	return list
}

// rowWords says what the value of a row may be.
func rowWords(row *odp.Row) (value string, bits int) {
	if f := row.Field(""); f != nil {
		return fieldWords(f), fieldBits(f)
	}
	switch row.Layout {
	case odp.LayoutFlag:
		if row.Value {
			return "true or text", 0
		}
		return "true", 0
	case odp.LayoutFlagSet:
		return flagWords(row.Names), 0
	case odp.LayoutKeys:
		return "keys", 0
	case odp.LayoutActions:
		return "actions", 0
	case odp.LayoutArray, odp.LayoutOptions:
		return "table of fields, or a list of those", 0
	case odp.LayoutBytes, odp.LayoutCookie:
		return "bytes", 0
	case odp.LayoutString:
		return "text", 0
	case odp.LayoutAddress:
		return "IPv4 or IPv6 address", 0
	case odp.LayoutNested:
		if row.EmptyBare {
			return "table of fields, or true", 0
		}
	}
	return "table of fields", 0
}

// fieldWords says what the value of a field may be.
func fieldWords(f *odp.Field) string {
	switch f.Kind {
	case odp.KindPort:
		return "port number or odp.Vport"
	case odp.KindIPv4:
		return "IPv4 address"
	case odp.KindIPv6:
		return "IPv6 address"
	case odp.KindMAC:
		return "MAC address"
	case odp.KindEnum:
		names := make([]string, len(f.Names))
		for i, n := range f.Names {
			names[i] = n.Name
		}
		return `"` + strings.Join(names, `" or "`) + `"`
	case odp.KindFlags:
		return flagWords(f.Names)
	case odp.KindPercent:
		return "number from 0 to 1, or text such as \"1%\""
	case odp.KindUint128:
		return "odp.U128"
	}
	if f.Width == 8 {
		return "odp.U64"
	}
	return "integer"
}

func flagWords(names []odp.NamedValue) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = n.Name
	}
	return "flags: " + strings.Join(words, ", ")
}

// fieldBits is the width of an integer, 0 where the kind of value says it.
func fieldBits(f *odp.Field) int {
	switch f.Kind {
	case odp.KindIPv4, odp.KindIPv6, odp.KindMAC, odp.KindEnum, odp.KindFlags, odp.KindPercent:
		return 0
	}
	if f.Bits != 0 {
		return int(f.Bits)
	}
	return 8 * f.Width
}
