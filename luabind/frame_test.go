package luabind

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frameSamples are frames written out by hand, with what text says of them.
var frameSamples = []struct{ name, hex, text string }{
	{
		"UDP with a tag",
		`020000000002 020000000001 8100 6005 0800
		 45000021 00000000 401166ca 0a000001 0a000002  03e807d0 000d 9c47 68656c6c6f`,
		"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x8100),vlan(vid=5,pcp=3,type=0x0800)," +
			"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=1000,dst=2000),payload(5 bytes: 68656c6c6f)",
	},
	{
		"ARP and the padding of a switch",
		`ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002 0000`,
		"eth(src=02:00:00:00:00:01,dst=ff:ff:ff:ff:ff:ff,type=0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,sha=02:00:00:00:00:01," +
			"tha=00:00:00:00:00:00),payload(2 bytes: 0000)",
	},
	{
		"a wrong checksum, and bytes behind the packet",
		`020000000002 020000000001 0800 45000014 00000000 40fd0001 0a000001 0a000002 0102`,
		"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=253,csum=0x0001(wrong))," +
			"trailer(2 bytes: 0102)",
	},
	{
		"MPLS of two labels, and a protocol that is no IP",
		`020000000002 020000000001 8847 00005040 00006103 99`,
		"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x8847),mpls(label=5,bos=0),mpls(label=6,bos=1,ttl=3),payload(1 bytes: 99)",
	},
	{
		"a TCP header that is cut off",
		`020000000002 020000000001 0800 45000028 00000000 400666ce 0a000001 0a000002 03e80050`,
		"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,len=40)," +
			"payload(4 bytes: 03e80050),problem(tcp: Invalid TCP header. Length 4 less than 20)",
	},
}

func TestDissectFrame(t *testing.T) {
	for _, test := range frameSamples {
		t.Run(test.name, func(t *testing.T) {
			data := unhex(t, test.hex)
			f := dissectFrame(data, frameLayers()[0], nil)
			if got := f.text(); got != test.text {
				t.Errorf("text\ngot  %s\nwant %s", got, test.text)
			}
			out, err := f.build()
			if err != nil || !bytes.Equal(out, data) {
				t.Errorf("built again: %x, %v\nwant %x", out, err, data)
			}
		})
	}
}

// TestFrameJoins has a frame stand beside text, as every object does.
func TestFrameJoins(t *testing.T) {
	newTestRuntime(t).run(t, `local f = packet.dissect(packet.build{ eth = {}, payload = "x" })
		assert("saw " .. f .. 1 == "saw " .. tostring(f) .. "1")
		local ok, e = pcall(function() return f .. {} end)
		assert(not ok and tostring(e):find("cannot join table to a text with ..", 1, true), e)`)
}

// TestFrameTable checks what the code relies on in the table of headers.
func TestFrameTable(t *testing.T) {
	ids := map[frameID]string{}
	rank := 0
	for _, row := range frameLayers() {
		if row.rank < rank {
			t.Errorf("%s: rank %d after %d", row.name, row.rank, rank)
		}
		rank = row.rank
		for _, id := range row.ids {
			if other := ids[id]; other != "" {
				t.Errorf("%s and %s have the same number %v", row.name, other, id)
			}
			ids[id] = row.name
		}
		for _, f := range row.fields {
			if f.doc == "" || f.get == nil || f.set == nil {
				t.Errorf("%s.%s: not a whole row", row.name, f.name)
			}
			// What is read can be set, and then reads the same.
			h := row.make()
			if v := f.get(h); v != nil {
				f.set(h, v)
				if f.text(f.get(h)) != f.text(v) {
					t.Errorf("%s.%s: set to %v, is %v", row.name, f.name, v, f.get(h))
				}
			}
		}
	}
}

// FuzzFrame checks that any bytes come apart, and come together as they were.
func FuzzFrame(f *testing.F) {
	for _, s := range frameSamples {
		f.Add(unhex(f, s.hex), uint8(0))
	}
	for i := range frameLayers() {
		f.Add(make([]byte, 64), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, first uint8) {
		row := frameLayers()[int(first)%len(frameLayers())]
		if row.over != "" {
			row = frameLayers()[0]
		}
		fr := dissectFrame(data, row, nil)
		if fr.text() == "" && len(data) > 0 {
			t.Error("no text")
		}
		out, err := fr.build()
		if err != nil {
			t.Fatalf("%s: %v", fr.text(), err)
		}
		if !bytes.Equal(out, data) {
			t.Fatalf("%s\nread  %x\nbuilt %x", fr.text(), data, out)
		}
	})
}
