package odp

import (
	"encoding/hex"
	"fmt"
	"slices"
)

// array reads structs. A field that was read starts the next one; each may also
// stand in braces.
func (p *parser) array(n *node) error {
	row := n.row
	n.val, n.mask = nil, nil
	var seen uint64
	braces := false
	more := func() (val, mask []byte) {
		n.val = append(n.val, make([]byte, row.Size)...)
		n.mask = append(n.mask, make([]byte, row.Size)...)
		seen = 0
		return n.val[len(n.val)-row.Size:], n.mask[len(n.mask)-row.Size:]
	}
	var val, mask []byte
	for p.blanks(); p.peek() != ')' && !p.done(); {
		if !braces && p.accept("{") {
			braces = true
			val, mask = more()
		}
		i, err := p.fieldName(row, row.Fields)
		if err != nil {
			return err
		}
		if val == nil || seen&(1<<i) != 0 && !braces {
			val, mask = more()
		}
		seen |= 1 << i
		if err := p.value(&row.Fields[i], val, mask); err != nil {
			return err
		}
		if braces && p.accept("}") {
			braces, val = false, nil
		}
		if !p.accept(",") && (braces || p.peek() != '{') {
			break
		}
		p.blanks()
	}
	if braces {
		return p.fail(`"}"`)
	}
	if len(n.val) == 0 {
		more()
	}
	return nil
}

// options reads options in braces. The data stands alone as a hex number of the
// length that len says; without it len is as long as the digits are.
func (p *parser) options(n *node) error {
	n.val, n.mask = []byte{}, []byte{}
	for p.blanks(); p.accept("{"); p.blanks() {
		if err := p.option(n); err != nil {
			return err
		}
		if err := p.expect("}"); err != nil {
			return err
		}
		p.accept(",")
	}
	return nil
}

func (p *parser) option(n *node) error {
	row, length := n.row, n.row.lengthField()
	val, mask := make([]byte, row.Size), make([]byte, row.Size)
	var data, dataMask []byte
	given := false
	for p.blanks(); p.peek() != '}' && !p.done(); p.blanks() {
		at := p.pos
		if c := p.peek(); c >= '0' && c <= '9' {
			size := -1
			if given {
				size = int(length.load(val) * length.Unit)
			}
			var err error
			if data, err = p.longHex(size, int(length.max()*length.Unit)); err != nil {
				return err
			}
			for len(data)%int(length.Unit) != 0 {
				data = append([]byte{0}, data...)
			}
			dataMask = slices.Repeat([]byte{0xff}, len(data))
			if p.accept("/") {
				if dataMask, err = p.longHex(len(data), len(data)); err != nil {
					return err
				}
			}
		} else {
			i, err := p.fieldName(row, row.Fields)
			if err != nil {
				return err
			}
			f := &row.Fields[i]
			if f == length {
				if data != nil {
					p.pos = at
					return p.fail("len before the data")
				}
				given = true
			}
			if err := p.value(f, val, mask); err != nil {
				return err
			}
		}
		if !p.accept(",") {
			break
		}
	}
	if data == nil {
		data = make([]byte, length.load(val)*length.Unit)
		dataMask = make([]byte, len(data))
	}
	length.store(val, uint64(len(data))/length.Unit)
	if !given {
		length.setFullMask(mask)
	}
	n.val = append(append(n.val, val...), data...)
	n.mask = append(append(n.mask, mask...), dataMask...)
	return nil
}

// longHex reads a hex number into size bytes, or for size -1 into as many as
// its digits need.
func (p *parser) longHex(size, limit int) ([]byte, error) {
	at := p.pos
	p.accept("0x")
	digits := p.while(isHex)
	if size < 0 {
		size = (len(digits) + 1) / 2
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	b, err := hex.DecodeString(digits)
	for len(b) > size && b[0] == 0 {
		b = b[1:]
	}
	if err != nil || digits == "" || len(b) > size || size > limit {
		p.pos = at
		return nil, p.fail(fmt.Sprintf("a hex number of at most %d bytes", min(size, limit)))
	}
	return append(make([]byte, size-len(b)), b...), nil
}
