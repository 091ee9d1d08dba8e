package odp

// Split returns the actions of a list one by one, as lists of one each. They share
// the memory of a. Bytes at the end that are no action are left out.
func (a Actions) Split() []Actions {
	var list []Actions
	for rest := Attrs(a); ; {
		_, _, next, ok := rest.cut()
		if !ok {
			return list
		}
		n := len(rest) - len(next)
		list, rest = append(list, Actions(rest[:n:n])), next
	}
}

// Row returns the row of the first action of a list and its payload. The row is
// nil where the action is not known, or its payload is none that the row can read.
// ok is false for an empty list.
func (a Actions) Row() (id uint16, row *Row, payload []byte, ok bool) {
	id, payload, _, ok = Attrs(a).cut()
	if row = ActionByID(id); row != nil && !row.validPayload(payload) {
		row = nil
	}
	return id, row, payload, ok
}
