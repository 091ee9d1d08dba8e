package luabind

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	lua "github.com/yuin/gopher-lua"
)

const (
	// maxSnaplen is what a file says that its packets are not longer than, if they
	// are not cut.
	maxSnaplen = 262144
	maxComment = 1<<16 - 1
	// maxCaptured is the longest packet that is written. Readers take no block of
	// more than 16 MiB.
	maxCaptured = maxBlock - 1<<18
)

// captureWriter writes a capture file, packet by packet, each in one go: who reads
// it meanwhile always finds whole ones. It is the value of a userdata of class
// pcap.Writer.
type captureWriter struct {
	rt      *Runtime
	path    string
	out     io.Writer
	file    *os.File // nil for standard output
	forget  func()
	closed  bool
	err     error // why nothing more can be written
	format  string
	snaplen uint32
	link    layers.LinkType // of interfaces that do not say
	count   int
	size    int64 // bytes written

	buf     bytes.Buffer // what is written next
	ng      *pcapgo.NgWriter
	old     *pcapgo.Writer
	faces   map[faceKey]int             // interfaces that are in the file, by what tells them apart
	waiting []pcapgo.NgInterface        // those that the file begins with; the first is that of packets that name none
	ports   map[*lua.LUserData]portFace // of vports
}

type faceKey struct {
	name string
	link layers.LinkType
}

// portFace is how a port is written as an interface.
type portFace struct{ name, description string }

// captureNote is what is written about a packet beside its bytes.
type captureNote struct {
	face      pcapgo.NgInterface
	length    int // of the whole packet
	time      time.Time
	comments  []string
	direction pcapgo.NgEpbFlag
}

func (w *captureWriter) wrap(err error) error {
	if err == nil {
		return nil
	}
	return &opError{"pcap write", w.path, err}
}

// begin writes what a file begins with.
func (w *captureWriter) begin() error {
	if w.format == formatPcap {
		w.old = pcapgo.NewWriterNanos(&w.buf)
		snaplen := w.snaplen
		if snaplen == 0 {
			snaplen = maxSnaplen
		}
		if err := w.old.WriteFileHeader(snaplen, w.link); err != nil {
			return err
		}
		return w.flush()
	}
	for _, face := range w.waiting {
		if _, err := w.face(face); err != nil {
			return err
		}
	}
	if w.ng == nil {
		return nil // with the first packet, whose interface comes first
	}
	return w.flush()
}

// face returns the number of an interface, which is written if it is new.
func (w *captureWriter) face(face pcapgo.NgInterface) (int, error) {
	key := faceKey{face.Name, face.LinkType}
	if key.name == "" && len(w.waiting) > 0 && w.waiting[0].LinkType == key.link {
		key.name = w.waiting[0].Name
	}
	if i, ok := w.faces[key]; ok {
		return i, nil
	}
	face.SnapLength = w.snaplen
	var i int
	var err error
	if w.ng == nil {
		w.ng, err = pcapgo.NewNgWriterInterface(&w.buf, face, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{
			Hardware: runtime.GOARCH, OS: runtime.GOOS, Application: "odp " + w.rt.cfg.Version,
		}})
	} else {
		i, err = w.ng.AddInterface(face)
	}
	if err == nil {
		w.faces[key] = i
	}
	return i, err
}

// write writes a packet.
func (w *captureWriter) write(data []byte, n captureNote) error {
	if w.err != nil {
		return w.wrap(fmt.Errorf("it has failed before: %w", w.err))
	}
	if w.snaplen != 0 && len(data) > int(w.snaplen) {
		data = data[:w.snaplen]
	}
	info := gopacket.CaptureInfo{Timestamp: n.time, CaptureLength: len(data), Length: n.length}
	if err := w.append(data, info, n); err != nil {
		return w.wrap(err)
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.count++
	return nil
}

// append adds a packet to what is written next.
func (w *captureWriter) append(data []byte, info gopacket.CaptureInfo, n captureNote) (err error) {
	if w.old != nil {
		if n.face.LinkType != w.link {
			return fmt.Errorf("a pcap file has one link type, here %s; this packet's is %s", linkTypeValue(w.link), linkTypeValue(n.face.LinkType))
		}
		return w.old.WritePacket(info, data)
	}
	if info.InterfaceIndex, err = w.face(n.face); err != nil {
		return err
	}
	options := pcapgo.NgPacketOptions{Comments: n.comments}
	if n.direction != 0 {
		options.Flags = &pcapgo.NgEpbFlags{Direction: n.direction}
	}
	return w.ng.WritePacketWithOptions(info, data, options)
}

// flush writes what was added. Where that fails, a file is cut back to what was
// whole before.
func (w *captureWriter) flush() error {
	if w.ng != nil {
		if err := w.ng.Flush(); err != nil {
			return w.wrap(err)
		}
	}
	length := w.buf.Len()
	n, err := w.out.Write(w.buf.Bytes())
	w.buf.Reset()
	if err == nil && n < length {
		err = io.ErrShortWrite
	}
	if err == nil {
		w.size += int64(n)
		return nil
	}
	w.err = fmt.Errorf("packet %d: %w", w.count+1, pathCause(err))
	if w.file != nil {
		// What is no regular file cannot be cut; the failure is told anyway.
		_ = w.file.Truncate(w.size)
	}
	return w.wrap(w.err)
}

// close ends the file. It is idempotent.
func (w *captureWriter) close() (err error) {
	if w.closed {
		return nil
	}
	w.closed = true
	w.forget()
	if w.ng == nil && w.old == nil && w.err == nil { // a file without packets is to be one all the same
		if _, err = w.face(pcapgo.NgInterface{LinkType: w.link}); err == nil {
			err = w.flush()
		}
	}
	if w.file != nil {
		if e := w.file.Close(); e != nil && err == nil {
			err = w.wrap(pathCause(e))
		}
	}
	return err
}
