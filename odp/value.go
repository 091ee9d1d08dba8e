package odp

// Value is the content of one field, read with [Field.Value]. It shares the
// memory of the payload that it was read from.
type Value struct {
	Field   *Field
	payload []byte
}

// Value reads the field from an attribute's payload. It reports false for a
// payload that is too short.
func (f *Field) Value(payload []byte) (Value, bool) {
	if len(payload) < f.Off+f.Width {
		return Value{}, false
	}
	return Value{f, payload}, true
}

// IsInt tells whether the value is a number of at most 64 bits, to be read with
// Uint. Addresses and 128-bit numbers are read with String or Bytes.
func (v Value) IsInt() bool { return v.Field.isInt() && v.Field.Kind != KindIPv4 }

// Uint returns a number in host byte order.
func (v Value) Uint() uint64 {
	if !v.Field.isInt() {
		return 0
	}
	return v.Field.load(v.payload)
}

// Bytes returns the value's bytes as the kernel has them. They are not a copy.
func (v Value) Bytes() []byte { return v.Field.bytes(v.payload) }

// String returns the value as OVS text, ports as numbers.
func (v Value) String() string { return string(appendValue(nil, v.Field, v.payload, nil, false, nil)) }

// Masked returns the value under a mask on it as OVS text: value/mask where the
// mask is partial, and flags with a sign each.
func (v Value) Masked(mask Value) string {
	return string(appendValue(nil, v.Field, v.payload, mask.payload, false, nil))
}

// IsZero tells, of a mask, that it covers nothing of the field.
func (v Value) IsZero() bool { return v.Field.maskState(v.payload) == maskNone }

// IsFull tells, of a mask, that it covers the whole field.
func (v Value) IsFull() bool { return v.Field.maskState(v.payload) == maskFull }
