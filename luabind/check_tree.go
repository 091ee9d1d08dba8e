package luabind

import "reflect"

// inspectTree calls enter for an expression or statement and all in it. Where enter
// returns false, what is in it is left out; leave, if not nil, is called at its end.
func inspectTree(node any, enter func(node any) bool, leave func(node any)) {
	inspectValue(reflect.ValueOf(node), enter, leave)
}

func inspectValue(v reflect.Value, enter func(node any) bool, leave func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			inspectValue(v.Elem(), enter, leave)
		}
	case reflect.Pointer:
		if v.IsNil() || !enter(v.Interface()) {
			return
		}
		inspectValue(v.Elem(), enter, leave)
		if leave != nil {
			leave(v.Interface())
		}
	case reflect.Slice:
		for i := range v.Len() {
			inspectValue(v.Index(i), enter, leave)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				inspectValue(v.Field(i), enter, leave)
			}
		}
	}
}
