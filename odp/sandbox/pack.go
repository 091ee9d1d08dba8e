package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// pack encodes a job, a plan or the settings of a terminal for another process of the
// same program: the fields one after the other, lengths in front of strings and slices.
// JSON would not keep strings that are not UTF-8, as arguments may be, and what module
// encoding/gob prepares when a program starts would cost each one that does not pack.
func pack(v any) ([]byte, error) { return appendPacked(nil, reflect.Indirect(reflect.ValueOf(v))) }

func appendPacked(b []byte, v reflect.Value) ([]byte, error) {
	var err error
	switch v.Kind() {
	case reflect.Struct:
		for i := 0; i < v.NumField() && err == nil; i++ {
			b, err = appendPacked(b, v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice {
			b = binary.AppendUvarint(b, uint64(v.Len()))
		}
		for i := 0; i < v.Len() && err == nil; i++ {
			b, err = appendPacked(b, v.Index(i))
		}
	case reflect.String:
		b = append(binary.AppendUvarint(b, uint64(v.Len())), v.String()...)
	case reflect.Bool:
		b = append(b, 0)
		if v.Bool() {
			b[len(b)-1] = 1
		}
	case reflect.Int:
		b = binary.AppendVarint(b, v.Int())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		b = binary.AppendUvarint(b, v.Uint())
	default:
		err = fmt.Errorf("a %v cannot be packed", v.Type())
	}
	return b, err
}

// unpack is the reverse of pack. v points to a zero value.
func unpack(data []byte, v any) error {
	rest, err := readPacked(data, reflect.ValueOf(v).Elem())
	if err == nil && len(rest) > 0 {
		err = errPacked
	}
	return err
}

var errPacked = errors.New("what another process has sent cannot be read")

func readPacked(b []byte, v reflect.Value) ([]byte, error) {
	var err error
	switch v.Kind() {
	case reflect.Struct:
		for i := 0; i < v.NumField() && err == nil; i++ {
			b, err = readPacked(b, v.Field(i))
		}
		return b, err
	case reflect.Int:
		n, size := binary.Varint(b)
		if size <= 0 || v.OverflowInt(n) {
			return nil, errPacked
		}
		v.SetInt(n)
		return b[size:], nil
	case reflect.Array:
		for i := 0; i < v.Len() && err == nil; i++ {
			b, err = readPacked(b, v.Index(i))
		}
		return b, err
	}
	// The others begin with a number. No element takes less than a byte.
	n, size := binary.Uvarint(b)
	if size <= 0 {
		return nil, errPacked
	}
	b = b[size:]
	switch v.Kind() {
	case reflect.Slice, reflect.String:
		if n > uint64(len(b)) {
			return nil, errPacked
		}
		if v.Kind() == reflect.String {
			v.SetString(string(b[:n]))
			return b[n:], nil
		}
		if n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), int(n), int(n)))
		}
		for i := 0; i < v.Len() && err == nil; i++ {
			b, err = readPacked(b, v.Index(i))
		}
	case reflect.Bool:
		v.SetBool(n != 0)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		if v.OverflowUint(n) {
			return nil, errPacked
		}
		v.SetUint(n)
	default:
		err = fmt.Errorf("a %v cannot be unpacked", v.Type())
	}
	return b, err
}
