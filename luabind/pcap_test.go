package luabind

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPcapReadsBack(t *testing.T) {
	rt := newTestRuntime(t)
	rt.setGlobal(t, "dir", t.TempDir())
	got := rt.run(t, `
		local function show(p)
			print(p.number, #p.data, p.len, p.time and ("%.6f"):format(p.time), p.ns, p.interface, p.direction, p.comment, p.comments and #p.comments, p.link_type)
		end
		for _, format in ipairs{"pcapng", "pcap"} do
			local file = dir .. "/" .. format
			local w = pcap.create(file, {format = format, snaplen = 100})
			w:write(("x"):rep(60), {ns = odp.u64("1795574352123456789")})
			w:write(("y"):rep(200), {time = 5.5})
			w:write({data = "abc", len = 1500, ns = 1000})
			if format == "pcapng" then
				w:write("d", {time = 1, interface = "eth0", direction = "out", comment = odp.key("in_port(1)")})
				w:write("e", {time = 1, interface = "eth1", direction = "in", comments = {"one", "zwei é"}})
				w:write("f", {time = 1, interface = "eth0", comment = ""})
				w:write({data = "g", link_type = "raw", time = 1, interface = "eth0"})
				w:write({data = "h", link_type = 147, time = 2})
			end
			-- All of it can be read before the file is closed.
			local r = pcap.open(file)
			for p in r do show(p) end
			assert(r.format == format and r.count == w.count and r:next() == nil)
			for _, f in ipairs(r.interfaces) do print(f.name, f.link_type, f.snaplen) end
			w:close()
			w:close()
			-- A copy has the same packets.
			local copy = pcap.create(file .. "2", {format = format})
			for p in pcap.open(file) do copy:write(p) end
			copy:close()
			local a, b = pcap.open(file), pcap.open(file .. "2")
			for p in a do
				local q = b:next()
				for k, v in pairs(p) do
					if k == "comments" then assert(table.concat(v, "|") == table.concat(q[k], "|")) else assert(q[k] == v, k) end
				end
				for k in pairs(q) do assert(p[k] ~= nil, k) end
			end
			assert(b:next() == nil)
		end
	`)
	want := `1	60	60	1795574352.123457	1795574352123456789	nil	nil	nil	nil	ethernet
2	100	200	5.500000	5500000000	nil	nil	nil	nil	ethernet
3	3	1500	0.000001	1000	nil	nil	nil	nil	ethernet
4	1	1	1.000000	1000000000	eth0	out	in_port(1)	nil	ethernet
5	1	1	1.000000	1000000000	eth1	in	one	2	ethernet
6	1	1	1.000000	1000000000	eth0	nil		nil	ethernet
7	1	1	1.000000	1000000000	eth0	nil	nil	nil	raw
8	1	1	2.000000	2000000000	nil	nil	nil	nil	147
nil	ethernet	100
eth0	ethernet	100
eth1	ethernet	100
eth0	raw	100
nil	147	100
1	60	60	1795574352.123457	1795574352123456789	nil	nil	nil	nil	ethernet
2	100	200	5.500000	5500000000	nil	nil	nil	nil	ethernet
3	3	1500	0.000001	1000	nil	nil	nil	nil	ethernet
nil	ethernet	100
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if rt.err.String() != "" {
		t.Errorf("reported %q", rt.err)
	}
}

func TestPcapInterfaces(t *testing.T) {
	rt := newTestRuntime(t)
	rt.setGlobal(t, "file", filepath.Join(t.TempDir(), "f"))
	got := rt.run(t, `
		local w = pcap.create(file, {interfaces = {"a", {name = "b", description = "the second", comment = "c", link_type = "raw"}}})
		for _, f in ipairs(pcap.open(file).interfaces) do print("before a packet") end
		w:write("x"):write("y", {interface = "a"})
		w:write({data = "z", link_type = "raw", interface = "b"})
		w:close()
		local r = pcap.open(file)
		for p in r do print(p.data, p.interface, p.link_type) end
		for _, f in ipairs(r.interfaces) do print(f.name, f.description, f.comment, f.link_type, f.received) end
		pcap.create(file):close() -- without packets
		r = pcap.open(file)
		print(r:next(), #r.interfaces, json.encode(r))
	`)
	want := "x\ta\tethernet\ny\ta\tethernet\nz\tb\traw\na\tnil\tnil\tethernet\tnil\nb\tthe second\tc\traw\tnil\n"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "nil\t1\t{\"count\":0,\"format\":\"pcapng\",\"interfaces\":[{") {
		t.Errorf("got:\n%s", got)
	}
}

func TestPcapErrors(t *testing.T) {
	dir := writeModules(t, map[string]string{
		"empty": "", "text": "hello world", "short": "\xd4\xc3", "gzip": "\x1f\x8b\x08\x00",
		"header": "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "version": "\xd4\xc3\xb2\xa1\x09\x00\x04\x00" + strings.Repeat("\x00", 16),
	})
	rt := newTestRuntime(t)
	rt.setGlobal(t, "dir", dir+"/")
	for code, want := range map[string]string{
		`pcap.open(dir .. "absent")`:                                                                            "pcap open " + dir + "/absent: no such file or directory",
		`pcap.open(dir)`:                                                                                        "is a directory",
		`pcap.open(dir .. "empty")`:                                                                             "empty: the file is empty",
		`pcap.open(dir .. "text")`:                                                                              "text: it is neither a pcap nor a pcapng file: it begins with 68 65 6c 6c",
		`pcap.open(dir .. "short")`:                                                                             "it is neither a pcap nor a pcapng file: it begins with d4 c3",
		`pcap.open(dir .. "gzip")`:                                                                              "the file is compressed by gzip; uncompress it first",
		`pcap.open(dir .. "header")`:                                                                            "the file ends 8 bytes into its header",
		`pcap.open(dir .. "version")`:                                                                           "Unknown major version 9",
		`pcap.create("/absent/x")`:                                                                              "pcap create /absent/x: no such file or directory",
		`pcap.create(dir .. "n", {format = "erf"})`:                                                             "pcapng, pcap expected, got \"erf\"",
		`pcap.create(dir .. "n", {snaplen = 0})`:                                                                "field 'snaplen': whole number from 1 to",
		`pcap.create(dir .. "n", {format = "pcap", interfaces = {"a"}})`:                                        "field 'interfaces': a pcap file has none; pcapng has",
		`pcap.create(dir .. "n", {interfaces = {1}})`:                                                           "a name or table expected at index 1, got number 1",
		`pcap.create(dir .. "n", {link_type = "ethernot"})`:                                                     "unknown link type 'ethernot'; did you mean ethernet?",
		`pcap.create(dir .. "n"):write(1)`:                                                                      "a frame as a string of bytes, an odp.Packet, an odp.Sample or a packet of a pcap.Reader expected, got number 1",
		`pcap.create(dir .. "n"):write({data = "abc", len = 2})`:                                                "the length of the whole packet expected, 3 or more, got 2",
		`pcap.create(dir .. "n"):write("x", {time = -1})`:                                                       "field 'time': seconds since 1970 up to 2106 expected, got number -1",
		`pcap.create(dir .. "n"):write("x", {comment = ("x"):rep(65536)})`:                                      "field 'comment': text of up to 65535 bytes expected, got 65536",
		`pcap.create(dir .. "n"):write("x", {comment = 5})`:                                                     "text, or an object that has a text, expected, got number 5",
		`pcap.create(dir .. "n"):write("x", {direction = "both"})`:                                              "in, out expected, got \"both\"",
		`pcap.create(dir .. "n", {format = "pcap"}):write("x", {comment = "c"})`:                                "a pcap file has no comments; pcapng has",
		`pcap.create(dir .. "n", {format = "pcap"}):write("x", {ns = odp.u64("5000000000000000000")})`:          "a time up to 2106 expected",
		`pcap.create(dir .. "n", {format = "pcap"}):write({data = "x", link_type = "raw"})`:                     "a pcap file has one link type, here ethernet; this packet's is raw",
		`(function() local w = pcap.create(dir .. "n") w:close() w:write("x") end)()`:                           "/n has been closed",
		`(function() pcap.create(dir .. "n"):close() local r = pcap.open(dir .. "n") r:close() r:next() end)()`: "/n has been closed",
	} {
		if _, err := rt.Eval(context.Background(), code); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", code, err, want)
		}
	}
}

// TestPcapFullDisk checks that what cannot be written raises, now and later.
func TestPcapFullDisk(t *testing.T) {
	rt := newTestRuntime(t)
	got := rt.run(t, `
		local w = pcap.create("/dev/full")
		print(select(2, pcall(w.write, w, "x")).message)
		print(select(2, pcall(w.write, w, "x")).message)
		w:close()
		print(select(2, pcall(pcap.create, "/dev/full", {format = "pcap"})).message)
	`)
	want := "packet 1: no space left on device\nit has failed before: packet 1: no space left on device\npacket 1: no space left on device\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// shortWriter takes so many bytes.
type shortWriter struct {
	bytes.Buffer
	room int
}

func (w *shortWriter) Write(p []byte) (int, error) {
	n := min(w.room, len(p))
	w.room -= n
	w.Buffer.Write(p[:n])
	return n, nil
}

func TestPcapToStandardOutput(t *testing.T) {
	out := &shortWriter{room: 1 << 20}
	rt := newTestRuntime(t, func(c *Config) { c.Stdout = out })
	rt.run(t, `local w = pcap.create("-", {format = "pcap"}) w:write("abc", {time = 1})`)
	if got := out.Len(); got != 24+16+3 { // without closing
		t.Errorf("%d bytes are there", got)
	}
	out.room = 5
	if err := rt.fails(t, `pcap.create("-"):write("x")`); !strings.Contains(err.Error(), "pcap write -: packet 1: short write") {
		t.Errorf("got %v", err)
	}
}

// capture returns the bytes of a file of either format, with packets of all kinds.
func captureBytes(t testing.TB, format string) []byte {
	file := filepath.Join(t.TempDir(), "c")
	rt := New(Config{})
	defer rt.Close()
	code := fmt.Sprintf(`local w = pcap.create(%q, {format = %q})
		w:write("abcde", {time = 1}) w:write({data = "xyz", len = 99})
		if w.format == "pcapng" then w:write("12", {interface = "eth0", comment = "hello", direction = "in"}) end`, file, format)
	if err := rt.RunString(context.Background(), "s.lua", code, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readCapture reads a whole file, and checks what holds for any.
func readCapture(t testing.TB, data []byte) (packets []*capturedPacket, err error) {
	f := &captureFile{path: "c"}
	if err := f.begin(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	for {
		p, err := f.next()
		if err == io.EOF {
			return packets, nil
		}
		if err != nil {
			return packets, err
		}
		if len(p.data) != p.CaptureLength || len(p.data) > len(data) {
			t.Fatalf("a packet of %d bytes says that it has %d", len(p.data), p.CaptureLength)
		}
		packets = append(packets, p)
	}
}

// TestPcapCutOff cuts files at every byte: between packets that is a shorter file,
// elsewhere an error that says where the last packet begins.
func TestPcapCutOff(t *testing.T) {
	for format, whole := range map[string]int{"pcap": 3, "pcapng": 6} { // behind the header and packets; behind each block
		data := captureBytes(t, format)
		clean := 0
		for n := 1; n <= len(data); n++ {
			packets, err := readCapture(t, data[:n])
			if err == nil {
				clean++
				continue
			}
			if n >= 40 && !strings.Contains(err.Error(), "the file ends") {
				t.Errorf("%s of %d bytes: %v", format, n, err)
			}
			if len(packets) > 0 && !strings.Contains(err.Error(), fmt.Sprintf("after %d packets", len(packets))) {
				t.Errorf("%s of %d bytes, %d packets: %v", format, n, len(packets), err)
			}
		}
		if clean != whole {
			t.Errorf("%s: %d places to end", format, clean)
		}
	}
}

// TestPcapBigEndian reads a file of a machine with the other byte order.
func TestPcapBigEndian(t *testing.T) {
	block := func(kind uint32, content []byte) []byte {
		for len(content)%4 != 0 {
			content = append(content, 0)
		}
		b := binary.BigEndian.AppendUint32(nil, kind)
		b = binary.BigEndian.AppendUint32(b, uint32(12+len(content)))
		return binary.BigEndian.AppendUint32(append(b, content...), uint32(12+len(content)))
	}
	section := block(blockSection, append(binary.BigEndian.AppendUint32(nil, sectionMagic), 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255))
	face := block(blockInterface, []byte{0, 1, 0, 0, 0, 0, 0, 0})
	packet := block(blockEnhanced, []byte{
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40, 0, 0, 0, 3, 0, 0, 0, 9, 'a', 'b', 'c', 0,
		0, 2, 0, 4, 0, 0, 0, 2, // flags: outbound
		0, 1, 0, 2, 'h', 'i', 0, 0, 0, 0, 0, 0,
	})
	unknown := block(0x0bad, []byte("whatever is in here"))
	packets, err := readCapture(t, bytes.Join([][]byte{section, unknown, face, packet, section, face, packet}, nil))
	if err != nil || len(packets) != 2 {
		t.Fatal(len(packets), err)
	}
	for _, p := range packets {
		if string(p.data) != "abc" || p.Length != 9 || p.direction != "out" || p.Timestamp.Unix() != 1 || len(p.comments) != 1 || p.comments[0] != "hi" {
			t.Errorf("got %+v", p)
		}
	}

	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	change := func(b []byte, at int, to byte) []byte {
		b = bytes.Clone(b)
		b[at] = to
		return b
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"length no multiple", cat(section, change(face, 7, 21)), "byte 28, after 0 packets: a block of type 1 has the length 21; a multiple of 4 from 12"},
		{"length too small", cat(section, change(face, 7, 8)), "has the length 8"},
		{"huge", cat(section, change(face, 4, 255)), "has the length 4278190100"},
		{"other length behind", cat(section, change(face, 19, 24)), "byte 28, after 0 packets: a block has the length 20 at its begin and 24 at its end"},
		{"packet too long", cat(section, face, packet, change(packet, 20, 1)), "byte 104, after 1 packets: a packet of 16777219 bytes does not fit into its block of 56"},
		{"option too long", cat(section, face, change(packet, 35, 200)), "option 2 of 200 bytes does not fit into its block"},
		{"no interface", cat(section, packet), "byte 28, after 0 packets: Interface id 0 not present"},
		{"no order", change(section, 8, 0), "the section does not say in which order its bytes are"},
		{"other version", change(section, 13, 7), "Unknown pcapng Version"},
	} {
		if _, err := readCapture(t, tt.data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func FuzzPcapRead(f *testing.F) {
	for _, format := range captureFormats {
		f.Add(captureBytes(f, format))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			readCapture(t, data)
		}
	})
}
