package odp

import (
	"encoding/binary"
	"slices"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// use is a place in a request where a feature shows: an attribute of an action
// list or of a key, by its path of attribute numbers, or a user feature.
type use struct {
	action bool // in an action list, at whatever depth; else in a key
	path   []uint16
	when   func(payload []byte) bool // nil: whatever it holds
	user   Features
}

// inAction is a use in action lists.
func inAction(path ...uint16) use { return use{action: true, path: path} }

// inKey is a use in flow keys, and in those of set actions and encap.
func inKey(path ...uint16) use { return use{path: path} }

func (u use) having(when func([]byte) bool) use {
	u.when = when
	return u
}

// flowParts are the keys and action lists of a request, those inside actions
// and encap among them.
type flowParts struct {
	keys, actions []Attrs
	user          Features
}

// parts takes the request apart. What cannot be read is left out.
func (r *request) parts(sent []byte) flowParts {
	p := flowParts{user: r.userFeatures}
	if len(sent) < headersLen {
		return p
	}
	attrs := Attrs(sent[headersLen:])
	if key, ok := attrs.Find(r.keyAttr); ok && r.keyAttr != 0 {
		p.addKey(key)
	}
	if actions, ok := attrs.Find(r.actionsAttr); ok && r.actionsAttr != 0 {
		p.addActions(actions)
	}
	return p
}

func (p *flowParts) addKey(key Attrs) {
	for {
		p.keys = append(p.keys, key)
		inner, ok := key.Find(ovsh.KeyAttrEncap)
		if !ok {
			return
		}
		key = inner
	}
}

func (p *flowParts) addActions(list Attrs) {
	p.actions = append(p.actions, list)
	for id, payload := range list.All() {
		switch id {
		case ovsh.ActionAttrSet, ovsh.ActionAttrSetMasked, ovsh.ActionAttrPushNSH:
			p.addKey(payload)
		case ovsh.ActionAttrClone:
			p.addActions(payload)
		case ovsh.ActionAttrSample:
			p.addInner(payload, ovsh.SampleAttrActions)
		case ovsh.ActionAttrDecTTL:
			p.addInner(payload, ovsh.DecTTLAttrAction)
		case ovsh.ActionAttrCheckPktLen:
			p.addInner(payload, ovsh.CheckPktLenAttrActionsIfGreater)
			p.addInner(payload, ovsh.CheckPktLenAttrActionsIfLessEqual)
		}
	}
}

func (p *flowParts) addInner(action Attrs, id uint16) {
	if list, ok := action.Find(id); ok {
		p.addActions(list)
	}
}

// use tells whether the request uses the feature.
func (p *flowParts) use(f *Feature) bool {
	for _, u := range f.uses {
		if u.user&p.user != 0 {
			return true
		}
		lists := p.keys
		if u.action {
			lists = p.actions
		}
		for _, list := range lists {
			if u.in(list, u.path) {
				return true
			}
		}
	}
	return false
}

// in looks for the path in a list.
func (u use) in(list Attrs, path []uint16) bool {
	for id, payload := range list.All() {
		switch {
		case len(path) == 0 || id != path[0]:
		case len(path) > 1:
			if u.in(payload, path[1:]) {
				return true
			}
		case u.when == nil || u.when(payload):
			return true
		}
	}
	return false
}

// longerThan is a condition on a payload's length.
func longerThan(n int) func([]byte) bool {
	return func(p []byte) bool { return len(p) > n }
}

// hostUint32 is a condition on the number that a payload begins with.
func hostUint32(want uint32) func([]byte) bool {
	return func(p []byte) bool { return len(p) >= 4 && binary.NativeEndian.Uint32(p) == want }
}

// FeatureOf returns the feature that a kernel must have for a row, nil if there
// is none: of a key or an action, given alone, or of a row inside of it, given
// after those that it is in.
func FeatureOf(path ...*Row) *Feature {
	if len(path) == 0 {
		return nil
	}
	ids := make([]uint16, len(path))
	for i, row := range path {
		ids[i] = row.ID
	}
	action := ActionByID(ids[0]) == path[0]
	for _, f := range FeatureRows() {
		for _, u := range f.uses {
			if u.user == 0 && u.action == action && u.when == nil && slices.Equal(u.path, ids) {
				return f
			}
		}
	}
	return nil
}
