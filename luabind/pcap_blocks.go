package luabind

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Blocks of pcapng files.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
)

const (
	blockFrame     = 12 // type and length before the content, length after it
	maxBlock       = 16 << 20
	sectionMagic   = 0x1a2b3c4d
	optionEnd      = 0
	optionEPBFlags = 2
)

// blockReader reads a pcapng file block by block, and lets through, as they are,
// those that are whole: the decoder behind it trusts every length. Of the kinds of
// blocks that say nothing about packets and interfaces, none is let through.
type blockReader struct {
	r     io.Reader
	order binary.ByteOrder

	start   int64  // of the block
	end     int64  // where the next one begins
	block   []byte // what is left of it to be read
	snaplen uint32 // of the section's first interface
	found   bool   // that there is one
	outward bool   // the block is a packet that was sent
	inward  bool   // ... received
	err     error
}

func (b *blockReader) Read(p []byte) (int, error) {
	for len(b.block) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		if b.err = b.next(); b.err != nil {
			return 0, b.err
		}
	}
	// Never more than one block, so that it is the one that is being decoded.
	n := copy(p, b.block)
	b.block = b.block[n:]
	return n, nil
}

// next reads one block, nil if its kind is passed over.
func (b *blockReader) next() error {
	b.start, b.block = b.end, nil
	var head [blockFrame]byte
	n, err := io.ReadFull(b.r, head[:8])
	switch {
	case err == io.EOF:
		return io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file ends %d bytes into a block", n)
	case err != nil:
		return err
	}
	if binary.LittleEndian.Uint32(head[:]) == blockSection { // the same in both orders
		if n, err := io.ReadFull(b.r, head[8:]); err != nil {
			return cutBlock(err, 8+n)
		}
		switch uint32(sectionMagic) {
		case binary.LittleEndian.Uint32(head[8:]):
			b.order = binary.LittleEndian
		case binary.BigEndian.Uint32(head[8:]):
			b.order = binary.BigEndian
		default:
			return fmt.Errorf("the section does not say in which order its bytes are: % x", head[8:])
		}
		n = 12
	}
	if b.order == nil {
		return errors.New("the file does not begin with a section")
	}
	kind, size := b.order.Uint32(head[:]), b.order.Uint32(head[4:])
	if size < blockFrame || size < uint32(n) || size%4 != 0 || size > maxBlock {
		return fmt.Errorf("a block of type %d has the length %d; a multiple of 4 from %d to %d expected", kind, size, blockFrame, maxBlock)
	}
	block := make([]byte, 0, min(size, 1<<16))
	block = append(block, head[:n]...)
	for len(block) < int(size) { // piece by piece: the length may be wrong
		piece := make([]byte, min(int(size)-len(block), 1<<20))
		got, err := io.ReadFull(b.r, piece)
		block = append(block, piece[:got]...)
		if err != nil {
			return cutBlock(err, len(block))
		}
	}
	if again := b.order.Uint32(block[size-4:]); again != size {
		return fmt.Errorf("a block has the length %d at its begin and %d at its end", size, again)
	}
	b.end = b.start + int64(size)
	return b.check(kind, block)
}

func cutBlock(err error, n int) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return fmt.Errorf("the file ends %d bytes into a block", n)
	}
	return err
}

// check lets a block through if what it says about itself is right.
func (b *blockReader) check(kind uint32, block []byte) error {
	b.inward, b.outward = false, false
	content := block[8 : len(block)-4]
	fixed := 0 // bytes before the options
	switch kind {
	case blockSection:
		fixed, b.found = 16, false
	case blockInterface:
		fixed = 8
	case blockStatistics:
		fixed = 12
	case blockEnhanced, blockPacket:
		fixed = 20
	case blockSimple:
		fixed = 4
	default:
		return nil
	}
	if len(content) < fixed {
		return fmt.Errorf("a block of type %d has the length %d; %d or more expected", kind, len(block), blockFrame+fixed)
	}
	data := uint32(0)
	switch kind {
	case blockInterface:
		if !b.found {
			b.found, b.snaplen = true, b.order.Uint32(content[4:])
		}
	case blockEnhanced, blockPacket:
		data = b.order.Uint32(content[12:])
	case blockSimple:
		if data = b.order.Uint32(content); b.snaplen != 0 && data > b.snaplen {
			data = b.snaplen
		}
	}
	if uint64(data) > uint64(len(content)-fixed) {
		return fmt.Errorf("a packet of %d bytes does not fit into its block of %d", data, len(block))
	}
	if kind != blockSimple {
		if err := b.options(kind, content[fixed+int(data+3)&^3:]); err != nil {
			return err
		}
	}
	b.block = block
	return nil
}

// options checks the options of a block, and reads the direction of a packet: the
// decoder takes that for little endian always.
func (b *blockReader) options(kind uint32, list []byte) error {
	for len(list) >= 4 {
		code, size := b.order.Uint16(list), int(b.order.Uint16(list[2:]))
		if code == optionEnd {
			return nil
		}
		if (size+3)&^3 > len(list)-4 {
			return fmt.Errorf("option %d of %d bytes does not fit into its block", code, size)
		}
		if kind == blockEnhanced && code == optionEPBFlags && size == 4 {
			flags := b.order.Uint32(list[4:])
			b.inward, b.outward = flags&3 == 1, flags&3 == 2
		}
		list = list[4+(size+3)&^3:]
	}
	return nil
}
