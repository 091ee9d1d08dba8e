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

// Equal tells whether two lists are the same actions in the same order.
func (a Actions) Equal(o Actions) bool { return bytes.Equal(a, o) }

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
