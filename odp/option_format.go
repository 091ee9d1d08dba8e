package odp

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// AppendFlowOptions appends a flow in the option form, an option in each string,
// so that [ParseFlowOptions] reads from them the same actions and an equal match;
// ports by name need a PortByName that knows them. What is not matched is not
// written. A match that contradicts itself is an error. Nil options are the
// default; Verbose changes nothing.
func AppendFlowOptions(dst []string, m Match, a Actions, o *TextOptions) ([]string, error) {
	full, err := m.Complete()
	if err != nil {
		return dst, err
	}
	w := optionWriter{args: dst, o: o}
	nodes := full.nodes()
	if findNode(nodes, KeyByID(ovsh.KeyAttrEthernet)) == nil {
		w.args, w.noEth = append(w.args, "--"+noEthOption), true
	}
	if err := w.keys("", nodes); err != nil {
		return dst, err
	}
	return appendActionOptions(w.args, a, o), nil
}

// appendActionOptions writes actions as options that set and output, or all of
// them as text where that would not be the same actions.
func appendActionOptions(dst []string, a Actions, o *TextOptions) []string {
	if len(a) == 0 {
		return dst
	}
	plain, ok := setsAndOutputs(nil, a, nil)
	if ok {
		_, again, err := ParseFlowOptions(plain, nil)
		ok = err == nil && again.Equal(a)
	}
	if !ok {
		return append(dst, "--"+actionsOption+"="+string(a.AppendText(nil, o)))
	}
	dst, _ = setsAndOutputs(dst, a, o)
	return dst
}

// setsAndOutputs writes actions that set keys and then output.
func setsAndOutputs(dst []string, a Actions, o *TextOptions) (_ []string, ok bool) {
	var ports []string
	w := optionWriter{args: dst, prefix: setPrefix, o: o, setting: true}
	for id, val := range Attrs(a).All() {
		row := ActionByID(id)
		switch {
		case row == nil || !row.validPayload(val):
			return dst, false
		case id == ovsh.ActionAttrOutput:
			ports = append(ports, string(appendPort(nil, row.single(), val, o)))
			continue
		case row.Layout != LayoutSet && row.Layout != LayoutSetMasked:
			return dst, false
		}
		key, payload, _, _ := Attrs(val).cut()
		var n *node
		if row.Layout == LayoutSetMasked && !KeyByID(key).isStructs() {
			return dst, false
		}
		if row.Layout == LayoutSetMasked {
			half := len(payload) / 2
			n = decodeKey(KeyByID(key), key, payload[:half], payload[half:], true, true)
		} else {
			n = decodeKey(KeyByID(key), key, payload, nil, false, false)
		}
		if w.key("", n) != nil {
			return dst, false
		}
	}
	if len(ports) > 0 {
		w.args = append(w.args, "--"+outputOption+"="+strings.Join(ports, ","))
	}
	return w.args, true
}

// optionWriter writes keys as options.
type optionWriter struct {
	args    []string
	prefix  string // "set-" for keys that an action sets
	setting bool   // flags that are not set are not written
	noEth   bool   // the keys are of packets without an Ethernet header
	o       *TextOptions
}

func (w *optionWriter) add(name, value string) {
	w.args = append(w.args, "--"+w.prefix+name+"="+value)
}

// keys writes the keys of a list; path is that of the tag that they are in, with
// a dot after it, or empty.
func (w *optionWriter) keys(path string, list []*node) error {
	for _, n := range list {
		if err := w.key(path, n); err != nil {
			return err
		}
	}
	return nil
}

func (w *optionWriter) key(path string, n *node) error {
	if n.row == nil {
		if len(n.mask) > 0 && allBytes(n.mask, 0) {
			return nil
		}
		text := string(appendRaw(nil, "key", n.id, n.val, n.mask, !allBytes(n.mask, 0xff)))
		name, value, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		w.add(optionName(path)+name, withAmpersand(value))
		return nil
	}
	here := path + n.row.Name
	switch {
	case n.row.Layout == LayoutKeys:
		return w.keys(here+".", n.kids)
	case n.row.Layout == LayoutFlagSet:
		w.flags(here, n)
	case n.absent:
		return &PathError{Path: here, Problem: "that packets do not have it cannot be written as an option"}
	case n.row.Layout == LayoutNested && n.row.text == nil && !onlyText(n):
		return w.nested(here, n)
	case path == "" && n.row == typeRow && !n.matches():
		if w.noEth {
			w.add(optionName(here), "0&0") // packets of any type
		}
	case path != "" && n.row == KeyByID(ovsh.KeyAttrEthernet) && !n.matches():
		w.add(optionName(here), "") // it is there, which says something by itself
	case n.row.Layout == LayoutStruct && n.row.text == nil:
		w.fields(here, n)
	case !n.demanding():
	default:
		text, err := payloadText(n, w.o)
		if err != nil {
			return err
		}
		w.add(optionName(here), text)
	}
	return nil
}

// nested writes the attributes of a nested key. That it is there, and of IPv6,
// says something by itself.
func (w *optionWriter) nested(path string, n *node) error {
	before := len(w.args)
	if err := w.keys(path+".", n.kids); err != nil || !n.row.Presence || w.setting {
		return err
	}
	if n.ipv6Outer() && !slices.ContainsFunc(n.kids, func(kid *node) bool { return kid.ipv6() && kid.matches() }) {
		w.add(optionName(path+".ipv6_dst"), "::&::")
	}
	if len(w.args) == before {
		w.add(optionName(path), "")
	}
	return nil
}

// onlyText tells whether a nested key has what no option of its own says: an
// attribute without a row or a value, bits without a name, or that packets do not
// have the attribute that a flag stands for.
func onlyText(n *node) bool {
	return slices.ContainsFunc(n.kids, func(kid *node) bool {
		switch {
		case kid.row == nil:
			return !allBytes(kid.mask, 0)
		case kid.absent:
			return kid.row == &n.row.Rows[0]
		}
		return kid.row.Layout == LayoutFlag || kid.row.isStructs() && !kid.row.says(kid.val, kid.mask)
	})
}

// payloadText is what stands in OVS text between the parentheses of a key.
func payloadText(n *node, o *TextOptions) (string, error) {
	key, mask, err := n.encodeKey(nil, nil)
	if err != nil {
		return "", err
	}
	_, val, _, ok := Attrs(key).cut()
	_, m, _, okMask := Attrs(mask).cut()
	if !ok || !okMask {
		return "", errors.New(n.row.Name + ": this cannot be written as an option")
	}
	return string(appendPayload(nil, n.row, val, m, true, false, o)), nil
}

func (w *optionWriter) flags(path string, n *node) {
	parent := path[:strings.LastIndexByte(path, '.')+1]
	for i, name := range n.row.Names {
		set := n.val[0]&(1<<i) != 0
		if name.Value == noAttr || n.mask[0]&(1<<i) == 0 || w.setting && !set {
			continue
		}
		w.add(optionName(parent+name.Name), strconv.FormatBool(set))
	}
}

func (w *optionWriter) fields(path string, n *node) {
	for i := range n.row.Fields {
		f := &n.row.Fields[i]
		state := f.maskState(n.mask)
		switch {
		case f.Implied != nil && state == maskFull && f.load(n.val) == *f.Implied,
			f.Implied == nil && state == maskNone && !(n.row.Presence && n.wanted && i == 0 && allBytes(n.mask, 0)):
			continue
		}
		p := path
		if f.Name != "" {
			p += "." + f.Name
		}
		name, seed := printName(p)
		w.add(name, w.value(f, seed, n.val, n.mask))
	}
}

// value writes a field's value and, after &, its mask where that is partial.
func (w *optionWriter) value(f *Field, seed *seedOption, val, mask []byte) string {
	var number func([]byte) []byte
	switch {
	case seed != nil && seed.hexBytes:
		number = func(b []byte) []byte { return appendHexPad(nil, f.load(b), f.Width)[2:] }
	case seed != nil && seed.decimal:
		number = func(b []byte) []byte { return strconv.AppendUint(nil, f.load(b), 10) }
	case f.Kind == KindPort && f.maskState(mask) == maskFull:
		return string(appendPort(nil, f, val, w.o))
	default:
		return withAmpersand(string(appendValue(nil, f, val, mask, false, nil)))
	}
	out := number(val)
	if f.maskState(mask) != maskFull {
		out = append(append(out, '&'), number(mask)...)
	}
	return string(out)
}

func withAmpersand(s string) string { return strings.Replace(s, "/", "&", 1) }

// appendPort writes a port's name, or its number where the name would be read as
// something else.
func appendPort(dst []byte, f *Field, val []byte, o *TextOptions) []byte {
	name := appendValue(nil, f, val, nil, false, o)
	if c := name[0]; c >= '0' && c <= '9' || bytes.ContainsFunc(name, func(r rune) bool { return r < 0x80 && !isPortName(byte(r)) }) {
		return appendBare(dst, f, val, false)
	}
	return append(dst, name...)
}
