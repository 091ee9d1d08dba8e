package luabind

import (
	"fmt"
	"strings"
)

// textBytes is how many bytes of a payload text shows.
const textBytes = 64

// text shows the frame on a line, in the style of flows: its headers with the
// fields that are not as building would compute them, then its payload.
func (f *frame) text() string {
	var parts []string
	for _, h := range f.headers {
		parts = append(parts, h.text())
	}
	if f.inner != nil {
		parts = append(parts, "inner("+f.inner.text()+")")
	}
	if len(f.payload) > 0 {
		parts = append(parts, "payload("+bytesText(f.payload)+")")
	}
	if len(f.trailer) > 0 {
		parts = append(parts, "trailer("+bytesText(f.trailer)+")")
	}
	if f.problem != "" {
		parts = append(parts, "problem("+f.problem+")")
	}
	return strings.Join(parts, ",")
}

func (h *frameHeader) text() string {
	return h.row.name + "(" + strings.Join(h.texts(), ",") + ")"
}

// texts are the fields of a header that its text has.
func (h *frameHeader) texts() (fields []string) {
	fresh := h.row.make() // to leave out what is as it is without being given
	for _, field := range h.row.fields {
		v := field.get(h.h)
		_, forced := h.forced[field]
		switch {
		case v == nil, field.role == roleLength && !forced, field.role == roleChecksum && h.verdict != verdictWrong:
			continue
		case field.role == roleValue && field.kind != frameMAC && field.kind != frameIPv4 && field.kind != frameIPv6 &&
			field.text(v) == field.text(field.get(fresh)):
			continue
		}
		text := field.name + "=" + field.text(v)
		if field.role == roleChecksum {
			text += "(wrong)"
		}
		fields = append(fields, text)
	}
	return fields
}

func bytesText(b []byte) string {
	if len(b) > textBytes {
		return fmt.Sprintf("%d bytes: %x...", len(b), b[:textBytes])
	}
	return fmt.Sprintf("%d bytes: %x", len(b), b)
}
