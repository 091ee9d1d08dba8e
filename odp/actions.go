package odp

import (
	"bytes"
	"slices"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Actions is what a flow does with its packets: OVS_ACTION_ATTR_* attributes in
// the order in which they run. The empty list drops the packet.
type Actions Attrs

// ParseActions reads OVS text such as "set(eth(dst=02:00:00:00:00:02)),3". The
// word drop alone is the empty list. An error is a [SyntaxError].
func ParseActions(text string, o *TextOptions) (Actions, error) {
	p := &parser{text: text, o: o}
	list, err := p.actions(false)
	if err != nil {
		return nil, err
	}
	a, err := encodeActions(list)
	return Actions(a), err
}

// AppendText appends the actions as OVS text. Nil options are the default.
func (a Actions) AppendText(dst []byte, o *TextOptions) []byte {
	return appendActions(dst, Attrs(a), o)
}

// String returns the actions as OVS text.
func (a Actions) String() string { return string(a.AppendText(nil, nil)) }

// Equal tells whether two lists are the same actions in the same order, however
// the attributes inside each of them are arranged.
func (a Actions) Equal(o Actions) bool {
	return bytes.Equal(a, o) || bytes.Equal(canonicalActions(Attrs(a)), canonicalActions(Attrs(o)))
}

// canonicalActions arranges the attributes inside each action as this package
// writes them, which is not always how the kernel does.
func canonicalActions(list Attrs) (out []byte) {
	for id, val := range list.All() {
		out = appendCanonical(out, ActionByID(id), id, val)
	}
	return out
}

func appendCanonical(dst []byte, row *Row, id uint16, val []byte) []byte {
	if row == nil || !row.validPayload(val) {
		return appendAttr(dst, id, val)
	}
	switch row.Layout {
	case LayoutActions:
		val = canonicalActions(val)
	case LayoutSet, LayoutKey:
		keyID, key, _, _ := Attrs(val).cut()
		// Encoding what was decoded cannot make an attribute longer.
		val, _, _ = encodeKeys([]*node{decodeKey(KeyByID(keyID), keyID, key, nil, false, false)})
	case LayoutNested:
		if row.text == nil {
			val = row.canonicalNested(val)
		}
	}
	return appendAttr(dst, id, val)
}

// canonicalNested arranges attributes in the order of the rows, without those
// that say what their absence says as well.
func (r *Row) canonicalNested(list Attrs) (out []byte) {
	for i := range r.Rows {
		kid := &r.Rows[i]
		val, ok := list.Find(kid.ID)
		if !ok || kid.Layout == LayoutPad {
			continue
		}
		if f := kid.single(); f != nil && f.Implied != nil && kid.validPayload(val) && f.load(val) == *f.Implied {
			continue
		}
		out = appendCanonical(out, kid, kid.ID, val)
	}
	for id, val := range list.All() {
		if r.rowByID(id) == nil {
			out = appendAttr(out, id, val)
		}
	}
	return out
}

// Clone returns a copy in memory of its own.
func (a Actions) Clone() Actions { return slices.Clone(a) }

// Append returns a list that runs a and then more.
func (a Actions) Append(more ...Actions) Actions {
	return Actions(slices.Concat(append([]Actions{a}, more...)...))
}

// Output is the action that sends the packet out of a vport.
func Output(port PortNo) Actions {
	return Actions(appendUint32(nil, ovsh.ActionAttrOutput, uint32(port)))
}

// ThroughMeter is the action that drops the packet if it exceeds the meter's
// rate.
func ThroughMeter(id uint32) Actions {
	return Actions(appendUint32(nil, ovsh.ActionAttrMeter, id))
}

// Userspace is the action that sends the packet to a netlink socket, with
// userdata that comes back in [Upcall]. Where upcalls are dispatched per CPU
// the kernel chooses the socket itself.
func Userspace(pid uint32, userdata []byte) Actions {
	payload := appendUint32(nil, ovsh.UserspaceAttrPID, pid)
	if userdata != nil {
		payload = appendAttr(payload, ovsh.UserspaceAttrUserdata, userdata)
	}
	return Actions(appendAttr(nil, ovsh.ActionAttrUserspace, payload))
}
