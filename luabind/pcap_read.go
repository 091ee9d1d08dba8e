package luabind

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	formatPcap   = "pcap"
	formatPcapng = "pcapng"
)

// stdStream is the name of standard input and output.
const stdStream = "-"

// captureFile reads a capture file. It is the value of a userdata of class
// pcap.Reader.
type captureFile struct {
	path   string
	file   *os.File // nil when it is closed
	format string
	count  int   // packets read
	err    error // why no more are; io.EOF at the end

	ng     *pcapgo.NgReader
	blocks *blockReader

	old      *pcapgo.Reader
	buffered *bufio.Reader
	source   *countingReader
}

// countingReader counts the bytes that were read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// openCaptureFile opens a file for reading. The file is closed when the reader is
// collected, at the latest.
func openCaptureFile(path string) (*captureFile, error) {
	f := &captureFile{path: path, file: os.Stdin}
	if path != stdStream {
		file, err := os.Open(path)
		if err != nil {
			return nil, &opError{"pcap open", path, pathCause(err)}
		}
		f.file = file
	}
	if err := f.begin(f.file); err != nil {
		f.close()
		return nil, &opError{"pcap open", path, pathCause(err)}
	}
	return f, nil
}

// begin reads what a file begins with.
func (f *captureFile) begin(r io.Reader) error {
	f.source = &countingReader{r: r}
	f.buffered = bufio.NewReaderSize(f.source, 1<<16)
	magic, err := f.buffered.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case len(magic) == 0:
		return errors.New("the file is empty")
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return errors.New("the file is compressed by gzip; uncompress it first")
	case len(magic) < 4:
	case binary.BigEndian.Uint32(magic) == blockSection:
		f.format = formatPcapng
		f.blocks = &blockReader{r: f.buffered}
		f.ng, err = pcapgo.NewNgReader(f.blocks, pcapgo.NgReaderOptions{WantMixedLinkType: true})
		return f.at(err)
	default:
		switch binary.LittleEndian.Uint32(magic) {
		case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1: // micro- and nanoseconds, in both orders
			f.format = formatPcap
			if f.old, err = pcapgo.NewReader(f.buffered); errors.Is(err, io.ErrUnexpectedEOF) {
				return fmt.Errorf("the file ends %d bytes into its header", f.source.n)
			}
			return err
		}
	}
	return fmt.Errorf("it is neither a pcap nor a pcapng file: it begins with % x", magic)
}

// at says where in a pcapng file something is wrong.
func (f *captureFile) at(err error) error {
	if f.blocks.err != nil {
		err = f.blocks.err // the decoder may have put it in other words
	}
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("byte %d, after %d packets: %w", f.blocks.start, f.count, err)
}

// close ends the reading. It is idempotent.
func (f *captureFile) close() {
	if f.file != nil && f.file != os.Stdin {
		f.file.Close()
	}
	f.file = nil
}

// capturedPacket is a packet of a capture file.
type capturedPacket struct {
	gopacket.CaptureInfo
	data      []byte
	link      layers.LinkType
	face      pcapgo.NgInterface
	comments  []string
	direction string
}

// next reads a packet. The error is io.EOF at the end of the file. After an error
// there is nothing that could be read with sense.
func (f *captureFile) next() (p *capturedPacket, err error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.ng != nil {
		p, err = f.nextNew()
	} else {
		p, err = f.nextOld()
	}
	if err != nil {
		f.err = err
		f.close()
	}
	return p, err
}

func (f *captureFile) nextNew() (*capturedPacket, error) {
	data, info, options, err := f.ng.ReadPacketDataWithOptions()
	if err = f.at(err); err != nil {
		return nil, err
	}
	f.count++
	p := &capturedPacket{CaptureInfo: info, data: data, comments: options.Comments}
	if p.face, err = f.ng.Interface(info.InterfaceIndex); err != nil {
		return nil, f.at(err)
	}
	p.link = p.face.LinkType
	switch {
	case f.blocks.inward:
		p.direction = captureDirections[captureIn]
	case f.blocks.outward:
		p.direction = captureDirections[captureOut]
	}
	return p, nil
}

func (f *captureFile) nextOld() (*capturedPacket, error) {
	start := f.source.n - int64(f.buffered.Buffered())
	data, info, err := f.old.ReadPacketData()
	end := f.source.n - int64(f.buffered.Buffered())
	switch {
	case err == nil:
		f.count++
		return &capturedPacket{CaptureInfo: info, data: data, link: f.old.LinkType()}, nil
	case err == io.EOF && end == start:
		return nil, io.EOF
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the file ends %d bytes into a packet", end-start)
	}
	return nil, fmt.Errorf("byte %d, after %d packets: %w", start, f.count, err)
}

// packetTable makes the table of a packet.
func (rt *Runtime) packetTable(p *capturedPacket, number int) *lua.LTable {
	values := map[string]lua.LValue{
		"number": lua.LNumber(number), "data": lua.LString(p.data), "len": lua.LNumber(p.Length), "link_type": linkTypeValue(p.link),
	}
	if !p.Timestamp.IsZero() {
		values["time"] = lua.LNumber(float64(p.Timestamp.Unix()) + float64(p.Timestamp.Nanosecond())/1e9)
		if inNanoseconds(p.Timestamp) {
			values["ns"] = rt.newU64(uint64(p.Timestamp.UnixNano()))
		}
	}
	if p.face.Name != "" {
		values["interface"] = lua.LString(p.face.Name)
	}
	if p.direction != "" {
		values["direction"] = lua.LString(p.direction)
	}
	if len(p.comments) > 0 {
		values["comment"] = lua.LString(p.comments[0])
	}
	if len(p.comments) > 1 {
		list := rt.L.NewTable()
		for _, c := range p.comments {
			list.Append(lua.LString(c))
		}
		values["comments"] = list
	}
	return rt.record("pcap.Packet", values)
}

// inNanoseconds tells whether the time since 1970 fits into 63 bits of nanoseconds.
func inNanoseconds(t time.Time) bool { return t.Unix() >= 0 && t.Unix() < math.MaxInt64/1_000_000_000 }
