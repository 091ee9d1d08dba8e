package luabind

import (
	"fmt"
	"io"
	"os"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/term"
)

const (
	classReader = "pcap.Reader"
	classWriter = "pcap.Writer"
)

var captureFormats = []string{formatPcapng, formatPcap}

// pcapModule is module pcap.
func pcapModule() *Module {
	return &Module{
		Name: "pcap",
		Doc:  "Capture files, as tcpdump and Wireshark read and write them: pcapng, which has comments and interfaces, and pcap.",
		Funcs: []*Func{
			{
				Name:     "open",
				Unsafe:   true,
				SafeWith: oneOf("-"),
				Doc:      "Opens a capture file to read it, of either format.",
				Params:   []Param{{Name: "path", Type: "odp.FileName", Doc: "\"-\" is standard input"}},
				Returns:  []Param{{Name: "reader", Type: classReader}},
				Example:  "for p in pcap.open(\"misses.pcapng\") do\n  print(p.interface, packet.dissect(p.data))\n  if p.comment then print(odp.key(p.comment)) end\nend",
				Go: func(c call) int {
					f, err := openCaptureFile(c.string(1))
					c.raise(err)
					return c.push(c.rt.object(classReader, f))
				},
			},
			{
				Name:     "create",
				Unsafe:   true,
				SafeWith: oneOf("-"),
				Doc:      "Makes a capture file; one that is there is overwritten. It is closed when the script ends, at the latest, and at any time has all packets that were written.",
				Params: []Param{
					{Name: "path", Type: "odp.FileName", Doc: "\"-\" is standard output: odp x.lua | tcpdump -r -"},
					{Name: "options", Type: "pcap.CreateOptions", Optional: true},
				},
				Returns: []Param{{Name: "writer", Type: classWriter}},
				Example: "local out = pcap.create(\"misses.pcapng\")\ndp:on_miss(function(pkt) out:write(pkt) end)\nodp.run()",
				Go:      createCaptureFile,
			},
		},
	}
}

func pcapShapes() []*Shape {
	note := []Param{
		{Name: "time", Type: "number", Doc: "when it was captured, in seconds since 1970, to about 0.2 microseconds", Optional: true},
		{Name: "ns", Type: "odp.U64|integer", Doc: "the same in nanoseconds, exactly", Optional: true},
		{Name: "comment", Type: "string|odp.Key|odp.Match|odp.Flow|false", Optional: true,
			Doc: "text about it; what a misses' file has is its key, which odp.key reads"},
		{Name: "comments", Type: "string[]", Doc: "all of them, if there are several", Optional: true},
		{Name: "interface", Type: "string|odp.Vport", Doc: "the name of the one that it was captured on", Optional: true},
		{Name: "direction", Type: `"in"|"out"`, Doc: "which way it went there", Optional: true},
	}
	linkType := Param{Name: "link_type", Type: linkTypeType, Doc: "what the packets begin with: \"ethernet\" if not given; \"raw\" is IP", Optional: true}
	return []*Shape{
		{Name: "pcap.Packet", Doc: "A packet of a capture file.", show: showCaptured, showLine: showCapturedLine, Fields: append([]Param{
			{Name: "data", Type: "string", Doc: "its bytes, or the first of them"},
			{Name: "len", Type: "integer", Doc: "the length of the whole packet", Optional: true},
			{Name: "number", Type: "integer", Doc: "its place in the file, from 1 on", Optional: true},
			linkType,
		}, note...)},
		{Name: "pcap.WriteOptions", Doc: "What writer:write says about a packet, in place of what the packet does.", Fields: note},
		{Name: "pcap.CreateOptions", Doc: "How pcap.create makes a file.", Fields: []Param{
			{Name: "format", Type: `"pcapng"|"pcap"`, Doc: "\"pcapng\" if not given; a pcap file has neither comments nor interfaces nor directions", Optional: true},
			{Name: "snaplen", Type: "integer", Doc: "how many bytes of each packet are kept; all if not given", Optional: true},
			{Name: "interfaces", Type: "(string|pcap.Interface)[]", Optional: true,
				Doc: "what the file begins with; others are added when a packet names them. The first one is that of packets that name none"},
			linkType,
		}},
		{Name: "pcap.Interface", Doc: "An interface of a pcapng file.", Fields: []Param{
			{Name: "name", Type: "string", Doc: "its name, such as eth0", Optional: true},
			{Name: "description", Type: "string", Doc: "what it is, for people", Optional: true},
			{Name: "comment", Type: "string", Doc: "a note about it", Optional: true},
			{Name: "filter", Type: "string", Doc: "which packets were captured (read only)", Optional: true},
			linkType,
			{Name: "snaplen", Type: "integer", Doc: "how many bytes of each packet were kept; 0 is all (read only)", Optional: true},
			{Name: "received", Type: "integer", Doc: "how many packets it received, if the file says so (read only)", Optional: true},
			{Name: "dropped", Type: "integer", Doc: "how many of those were not captured, if the file says so (read only)", Optional: true},
		}},
	}
}

func readerClass() *Class {
	next := func(c call) int {
		f := self[*captureFile](c)
		if f.file == nil && f.err == nil {
			c.raiseArgument("the reader of %s has been closed", f.path)
		}
		p, err := f.next()
		if err == io.EOF {
			return c.push(lua.LNil)
		}
		if err != nil {
			c.raise(&opError{"pcap read", f.path, pathCause(err)})
		}
		return c.push(c.rt.packetTable(p, f.count))
	}
	return &Class{
		Name: classReader,
		Doc: "A capture file that is read, made by pcap.open. A for loop calls it for one packet after the other. A file that is damaged or cut off raises " +
			"an error that names the byte; the packets before have been read.",
		Methods: []*Func{
			{
				Name:    "next",
				Doc:     "The next packet, or nil at the end of the file.",
				Returns: []Param{{Name: "packet", Type: "pcap.Packet?"}},
				Example: "local p = file:next()\nif p then print(p.time, packet.dissect(p.data)) end",
				Go:      next,
			},
			{
				Name:    "close",
				Doc:     "Close the file. One that was read to its end has been closed. Closing again does nothing.",
				Example: "local file = pcap.open(\"in.pcapng\")\nlocal first = file:next()\nfile:close()",
				Go: func(c call) int {
					self[*captureFile](c).close()
					return 0
				},
			},
		},
		Props: []*Prop{
			{Name: "path", Type: "string", Doc: "the file's name", Get: func(c call) lua.LValue { return lua.LString(self[*captureFile](c).path) }},
			{Name: "format", Type: `"pcap"|"pcapng"`, Doc: "the file's format", Get: func(c call) lua.LValue { return lua.LString(self[*captureFile](c).format) }},
			{Name: "count", Type: "integer", Doc: "how many packets have been read", Get: func(c call) lua.LValue { return lua.LNumber(self[*captureFile](c).count) }},
			{Name: "interfaces", Type: "pcap.Interface[]", Get: fileInterfaces,
				Doc: "the interfaces that the file has told of so far; a pcap file has one, of which only the link type is known"},
		},
		Ops: map[string]func(c call) int{
			"__call":     next,
			"__tostring": func(c call) int { return c.pushString("capture file " + self[*captureFile](c).path) },
		},
		OpDocs: []string{"call: pcap.Packet?"},
	}
}

func fileInterfaces(c call) lua.LValue {
	f := self[*captureFile](c)
	list := c.L.NewTable()
	if f.old != nil {
		list.Append(c.rt.record("pcap.Interface", map[string]lua.LValue{
			"link_type": linkTypeValue(f.old.LinkType()), "snaplen": lua.LNumber(f.old.Snaplen()),
		}))
		return list
	}
	for i := range f.ng.NInterfaces() {
		face, err := f.ng.Interface(i)
		if err != nil {
			break
		}
		values := map[string]lua.LValue{
			"name": optText(face.Name), "description": optText(face.Description), "comment": optText(face.Comment), "filter": optText(face.Filter),
			"link_type": linkTypeValue(face.LinkType), "snaplen": lua.LNumber(face.SnapLength),
		}
		if s := face.Statistics; !s.LastUpdate.IsZero() {
			if s.PacketsReceived != pcapgo.NgNoValue64 {
				values["received"] = c.rt.integer(s.PacketsReceived)
			}
			if s.PacketsDropped != pcapgo.NgNoValue64 {
				values["dropped"] = c.rt.integer(s.PacketsDropped)
			}
		}
		list.Append(c.rt.record("pcap.Interface", values))
	}
	return list
}

func writerClass() *Class {
	return &Class{
		Name: classWriter,
		Doc: "A capture file that is written, made by pcap.create. Each packet is in the file when write returns. Where that fails, as on a full disk, it " +
			"raises, the file keeps the packets before, and nothing more can be written.",
		Methods: []*Func{
			{
				Name: "write",
				Doc: "Write a packet. One that a datapath sent up has its key as the comment (odp.key reads it) and its port as the interface, with the datapath's " +
					"namespace before it, if that is not the program's: blue/p1. One that was read keeps what is known about it.",
				Params: []Param{
					{Name: "packet", Type: "string|odp.Packet|odp.Sample|pcap.Packet", Doc: "or the bytes of a frame, which was captured now"},
					{Name: "options", Type: "pcap.WriteOptions", Optional: true},
				},
				Returns: []Param{{Name: "writer", Type: classWriter}},
				Example: "out:write(frame, {\n  comment = \"sent by us\", interface = \"eth0\", direction = \"out\",\n})",
				Go: func(c call) int {
					w := self[*captureWriter](c)
					if w.closed {
						c.raiseArgument("the writer of %s has been closed", w.path)
					}
					data, note := c.capturedSource(1, w)
					if !c.isNil(2) {
						c.readNote(c.fields(2, "pcap.WriteOptions"), w, &note)
					}
					if len(data) > maxCaptured {
						c.bad(1, "a packet of up to %d bytes expected, got %d", maxCaptured, len(data))
					}
					c.raise(w.write(data, note))
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:    "close",
				Doc:     "End the file. Closing again does nothing.",
				Example: "out:close()",
				Go: func(c call) int {
					c.raise(self[*captureWriter](c).close())
					return 0
				},
			},
		},
		Props: []*Prop{
			{Name: "path", Type: "string", Doc: "the file's name", Get: func(c call) lua.LValue { return lua.LString(self[*captureWriter](c).path) }},
			{Name: "format", Type: `"pcap"|"pcapng"`, Doc: "the file's format", Get: func(c call) lua.LValue { return lua.LString(self[*captureWriter](c).format) }},
			{Name: "count", Type: "integer", Doc: "how many packets have been written", Get: func(c call) lua.LValue { return lua.LNumber(self[*captureWriter](c).count) }},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString("capture file " + self[*captureWriter](c).path) },
		},
	}
}

func createCaptureFile(c call) int {
	o := c.fields(2, "pcap.CreateOptions")
	w := &captureWriter{
		rt: c.rt, path: c.string(1), out: c.rt.cfg.Stdout,
		format: captureFormats[o.option("format", captureFormats, 0)], snaplen: uint32(o.uint("snaplen", maxCaptured, 0)),
		link: o.linkType("link_type", layers.LinkTypeEthernet), faces: map[faceKey]int{}, ports: map[*lua.LUserData]portFace{},
	}
	if o.has("snaplen") && w.snaplen == 0 {
		o.expected("snaplen", fmt.Sprintf("whole number from 1 to %d", maxCaptured))
	}
	if o.has("interfaces") {
		if w.format == formatPcap {
			o.bad("interfaces", "a pcap file has none; pcapng has")
		}
		w.waiting = c.interfaceList(o, w)
	}
	if w.path != stdStream {
		file, err := os.Create(w.path)
		if err != nil {
			c.raise(&opError{"pcap create", w.path, pathCause(err)})
		}
		w.file, w.out = file, file
	} else if f, ok := w.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.bad(1, "standard output is a terminal; it would show the bytes of the file")
	}
	// What goes wrong at the end of a script has nobody else to be told.
	w.forget = c.rt.closers.add(func() {
		if err := w.close(); err != nil {
			fmt.Fprintf(c.rt.cfg.Stderr, "odp: %v\n", err)
		}
	})
	if err := w.begin(); err != nil {
		w.err = err
		_ = w.close() // the error before it counts
		c.raise(err)
	}
	return c.push(c.rt.object(classWriter, w))
}

// interfaceList reads the interfaces that a file begins with.
func (c call) interfaceList(o fields, w *captureWriter) (faces []pcapgo.NgInterface) {
	list, ok := o.get("interfaces").(*lua.LTable)
	if !ok {
		o.expected("interfaces", "array of names or tables")
	}
	for i := 1; i <= list.Len(); i++ {
		switch v := list.RawGetInt(i).(type) {
		case lua.LString:
			faces = append(faces, pcapgo.NgInterface{Name: string(v), LinkType: w.link})
		case *lua.LTable:
			f := c.fieldsOf(o.n, v, "pcap.Interface")
			faces = append(faces, pcapgo.NgInterface{
				Name: f.optString("name", ""), Description: f.optString("description", ""), Comment: f.optString("comment", ""),
				LinkType: f.linkType("link_type", w.link),
			})
		default:
			o.bad("interfaces", "a name or table expected at index %d, got %s", i, c.rt.describe(v))
		}
		last := faces[len(faces)-1]
		if max(len(last.Name), len(last.Description), len(last.Comment)) > maxComment {
			o.bad("interfaces", "texts of up to %d bytes expected at index %d", maxComment, i)
		}
	}
	return faces
}
