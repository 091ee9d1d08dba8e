package odp

import "net/netip"

// appendPayload writes what stands between the parentheses of a row, or after
// its equals sign.
func appendPayload(dst []byte, row *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	if row.text != nil {
		return row.text.format(dst, val)
	}
	if !masked {
		mask = nil
	}
	switch row.Layout {
	case LayoutStruct:
		if row.Wrapped {
			return appendWrapped(dst, row, val, o)
		}
		return appendFields(dst, row, val, mask, verbose, o)
	case LayoutMasked:
		return appendFields(dst, row, val[:row.Size], val[row.Size:], true, o)
	case LayoutArray:
		return appendArray(dst, row, val, mask, o)
	case LayoutOptions:
		return appendOptions(dst, row, val, mask, verbose, o)
	case LayoutNested:
		return appendNested(dst, row, val, mask, masked, verbose, o)
	case LayoutKey:
		_, payload, _, _ := Attrs(val).cut()
		return appendPayload(dst, row.KeyRow(), payload, nil, false, true, o)
	case LayoutKeys:
		if zero, _ := zeroAbsent(val, mask, masked); len(val) == 0 && zero == nil {
			return dst
		}
		return appendKeys(dst, val, mask, masked, verbose, o)
	case LayoutActions:
		return appendActions(dst, val, o)
	case LayoutBytes, LayoutCookie:
		if row.Assigned {
			dst = append(dst, "0x"...)
		}
		for _, x := range val {
			dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
		}
		return dst
	case LayoutString:
		return append(dst, val[:len(val)-1]...)
	case LayoutAddress:
		if len(val) == 4 {
			return netip.AddrFrom4([4]byte(val)).AppendTo(dst)
		}
		return appendIPv6(dst, [16]byte(val))
	case LayoutSet, LayoutSetMasked:
		return appendSet(dst, row.Layout == LayoutSetMasked, val, o)
	}
	return dst
}

// appendWrapped writes the first field's value around that of the second.
func appendWrapped(dst []byte, row *Row, val []byte, o *TextOptions) []byte {
	dst = appendBare(dst, &row.Fields[0], val, false)
	dst = append(dst, '(')
	dst = appendBare(dst, &row.Fields[1], val, false)
	return append(dst, ')')
}

// appendArray writes the structs of an array one after the other. Under a mask
// that is not full OVS writes each field with its mask.
func appendArray(dst []byte, row *Row, val, mask []byte, o *TextOptions) []byte {
	if mask != nil && allBytes(mask, 0xff) {
		mask = nil
	}
	first := true
	for ; len(val) > 0; val = val[row.Size:] {
		for i := range row.Fields {
			f := &row.Fields[i]
			dst = appendComma(dst, &first)
			dst = append(dst, f.Name...)
			dst = append(dst, '=')
			dst = appendBare(dst, f, val, false)
			if mask != nil {
				dst = append(dst, '/')
				dst = appendBare(dst, f, mask, true)
			}
		}
		if mask != nil {
			mask = mask[row.Size:]
		}
	}
	return dst
}

// appendOptions writes each option in braces: its header, then its data.
func appendOptions(dst []byte, row *Row, val, mask []byte, verbose bool, o *TextOptions) []byte {
	for len(val) > 0 {
		n := row.elementLen(val)
		data := val[row.Size:n]
		var dataMask []byte
		if mask != nil {
			dataMask = mask[row.Size:n]
		}
		dst = append(dst, '{')
		start := len(dst)
		dst = appendFields(dst, row, val, mask, verbose, o)
		if f := row.lengthField(); mask != nil && !verbose && f.maskState(mask) == maskNone {
			// Where it is left out it is read as that of the data, and matched.
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(append(dst, f.Name...), '=')
			dst = appendValue(dst, f, val, mask, false, o)
		}
		if len(data) > 0 && (verbose || dataMask == nil || !allBytes(dataMask, 0)) {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = appendLongHex(dst, data)
			if dataMask != nil && !allBytes(dataMask, 0xff) {
				dst = append(dst, '/')
				dst = appendLongHex(dst, dataMask)
			}
		}
		dst = append(dst, '}')
		if val = val[n:]; mask != nil {
			mask = mask[n:]
		}
	}
	return dst
}

// AppendPayload appends what stands between the parentheses of the row in OVS
// text. A nil mask is an exact one. Nil options are the default.
func (r *Row) AppendPayload(dst, val, mask []byte, o *TextOptions) []byte {
	if !r.validPayload(val) {
		return appendSpacedHex(dst, val)
	}
	return appendPayload(dst, r, val, mask, mask != nil, o != nil && o.Verbose, o)
}

func appendFields(dst []byte, row *Row, val, mask []byte, verbose bool, o *TextOptions) []byte {
	first := true
	return appendFieldList(dst, row, val, mask, verbose, &first, o)
}

// appendFieldList writes fields that may follow others.
func appendFieldList(dst []byte, row *Row, val, mask []byte, verbose bool, first *bool, o *TextOptions) []byte {
	for i := range row.Fields {
		f := &row.Fields[i]
		switch {
		case f.Only != nil && row.Field(f.Only.Field).load(val) != f.Only.Value:
			continue
		case f.Implied != nil:
			if f.load(val) == *f.Implied || f.maskState(mask) == maskNone {
				continue
			}
		case (!verbose || f.Kind == KindEnum) && f.Name != "" && f.maskState(mask) == maskNone:
			continue
		}
		dst = appendComma(dst, first)
		if f.Name != "" && !(f.Unnamed && f.nameOf(f.load(val)) != "") {
			if f.Printed != "" {
				dst = append(dst, f.Printed...)
			} else {
				dst = append(dst, f.Name...)
			}
			dst = append(dst, '=')
		}
		fm := mask
		if f.Implied != nil {
			fm = nil
		}
		dst = appendValue(dst, f, val, fm, verbose, o)
	}
	return dst
}

// appendNested writes the attributes of a nested row in the order of its rows,
// then those that have no row.
func appendNested(dst []byte, row *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	first, open := true, (*Row)(nil)
	if row == tunnelRow {
		open = onlyIPv6(val, mask)
	}
	for i := range row.Rows {
		r := &row.Rows[i]
		if r.Layout == LayoutFlagSet {
			dst = appendFlagSet(dst, row, r, val, mask, masked, verbose, &first)
			continue
		}
		if masked && !verbose && r == open {
			dst = append(append(appendComma(dst, &first), r.Name...), "=::/::"...)
			continue
		}
		v, ok := Attrs(val).Find(r.ID)
		if !ok || r.Layout == LayoutPad {
			continue
		}
		m, ok := []byte(nil), true
		if masked {
			if m, ok = Attrs(mask).Find(r.ID); !rowIsList(r) && (!ok || len(m) != len(v)) {
				m = emptyMask(len(v))
			}
			if !verbose && r.isAssigned() && r.validPayload(v) && allBytes(m, 0) {
				continue
			}
			if r.Presence && !r.isAssigned() && !ok {
				continue // its name alone would say that packets have it
			}
		}
		if f := r.single(); f != nil && f.Implied != nil && r.validPayload(v) && f.load(v) == *f.Implied {
			continue
		}
		if row.Flat && r.Layout == LayoutStruct && r.validPayload(v) {
			dst = appendFieldList(dst, r, v, m, !masked, &first, o)
			continue
		}
		dst = appendComma(dst, &first)
		dst = appendMember(dst, r, v, m, masked, verbose, o)
	}
	for id, v := range Attrs(val).All() {
		if row.rowByID(id) != nil || row.hasFlag(id) {
			continue
		}
		m := []byte(nil)
		if masked {
			var ok bool
			if m, ok = Attrs(mask).Find(id); !ok || len(m) != len(v) {
				m = make([]byte, len(v)) // not matched, which is not the same as exact
			}
		}
		dst = appendComma(dst, &first)
		dst = appendRaw(dst, "key", id, v, m, masked && !allBytes(m, 0xff))
	}
	return dst
}

// appendMember writes one attribute inside a nested row: name=value, name alone
// for a flag, or name(...) where there is more inside.
func appendMember(dst []byte, r *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	switch {
	case r.Raw || !r.validPayload(val) || masked && !r.says(val, mask):
		return appendRaw(dst, "key", r.ID, val, mask, masked && !allBytes(mask, 0xff))
	case r.Layout == LayoutFlag:
		return append(dst, r.Name...)
	case r.isAssigned():
		dst = append(dst, r.Name...)
		dst = append(dst, '=')
		return appendPayload(dst, r, val, mask, masked, verbose, o)
	case r.EmptyBare:
		dst = append(dst, r.Name...)
		return appendParens(dst, r, val, mask, masked, verbose, o)
	case r.cookie(val) != nil:
		return appendRow(dst, r.cookie(val), r.ID, val, nil, false, true, o)
	}
	return appendRow(dst, r, r.ID, val, mask, masked, verbose, o)
}

// appendParens writes what is inside a row in parentheses, nothing where there
// is nothing inside.
func appendParens(dst []byte, r *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	n := len(dst)
	dst = append(dst, '(')
	dst = appendPayload(dst, r, val, mask, masked, verbose, o)
	if len(dst) == n+1 {
		return dst[:n]
	}
	return append(dst, ')')
}

// isAssigned tells whether a nested attribute is written as name=value.
func (r *Row) isAssigned() bool {
	switch r.Layout {
	case LayoutString, LayoutAddress:
		return true
	case LayoutBytes:
		return r.Assigned
	}
	return r.single() != nil && !r.Paren
}

// hasFlag tells whether a nested attribute is one of the row's flags.
func (r *Row) hasFlag(id uint16) bool {
	for i := range r.Rows {
		if r.Rows[i].Layout == LayoutFlagSet {
			for _, n := range r.Rows[i].Names {
				if n.Value == uint32(id) {
					return true
				}
			}
		}
	}
	return false
}

// flagBits reads the flags of a flag set as bits, in the order of its names.
// A name without an attribute is set where the parent's first row is.
func (r *Row) flagBits(parent *Row, list []byte) (set uint64) {
	for i, n := range r.Names {
		id := uint16(n.Value)
		if id == noAttr {
			id = parent.Rows[0].ID
		}
		if _, ok := Attrs(list).Find(id); ok {
			set |= 1 << i
		}
	}
	return set
}

// appendFlagSet writes the flags inside a nested row. Among a list of names the flag
// that has no attribute would not be missed, so each has its sign where packets must
// not have what it stands for.
func appendFlagSet(dst []byte, parent, r *Row, val, mask []byte, masked, verbose bool, first *bool) []byte {
	set, full := r.flagBits(parent, val), uint64(1)<<len(r.Names)-1
	m, list := full, full
	if masked {
		m = r.flagBits(parent, mask)
		if m == 0 && !verbose {
			return dst
		}
		if (m&^set)&^uint64(r.attrFlags()) != 0 {
			list = 0
		}
	}
	dst = appendComma(dst, first)
	dst = append(dst, r.Name...)
	dst = append(dst, '(')
	dst = appendFlags(dst, r.bits.Names, '|', set, m, list)
	return append(dst, ')')
}
