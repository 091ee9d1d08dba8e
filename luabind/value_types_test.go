package luabind

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestValues(t *testing.T) {
	testExprs(t, [][2]string{
		// What they are made from, and how they print.
		{`odp.mac("02:00:00:00:00:01"), odp.mac("02-00-00-00-00-0A"), odp.mac("0200.0000.0001")`, "02:00:00:00:00:01 02:00:00:00:00:0a 02:00:00:00:00:01"},
		{`odp.mac(1), odp.mac(odp.u64("0x020000000001")), odp.mac(odp.mac(5)), odp.mac{bytes = "\1\2\3\4\5\6"}`,
			"00:00:00:00:00:01 02:00:00:00:00:01 00:00:00:00:00:05 01:02:03:04:05:06"},
		{`odp.ip("10.0.0.1"), odp.ip("FD00:0::1"), odp.ip(0x0a000001), odp.ip(odp.u128(1)), odp.ip(odp.ip("::1"))`, "10.0.0.1 fd00::1 10.0.0.1 ::1 ::1"},
		{`odp.ip(odp.prefix("10.0.0.1/8")), odp.ip{bytes = "\10\0\0\1"}, odp.ip{bytes = ("\0"):rep(15) .. "\1"}`, "10.0.0.1 10.0.0.1 ::1"},
		{`odp.prefix("10.0.0.1/24"), odp.prefix("10.0.0.0/255.0.0.0"), odp.prefix("fd00::/64"), odp.prefix("::/0")`, "10.0.0.1/24 10.0.0.0/8 fd00::/64 ::/0"},
		{`odp.prefix("10.0.0.1"), odp.prefix(odp.ip("::1")), odp.prefix("10.0.0.1", 24), odp.prefix("10.0.0.0/8", 16)`, "10.0.0.1/32 ::1/128 10.0.0.1/24 10.0.0.0/16"},
		{`odp.prefix("fd00::1/ffff:ffff:ffff:ffff::"), odp.prefix("0.0.0.0/0.0.0.0")`, "fd00::1/64 0.0.0.0/0"},
		{`odp.u128("0xffffffffffffffffffffffffffffffff")`, "340282366920938463463374607431768211455"},
		{`odp.u128(odp.ip("::1:0")), odp.u128(odp.mac(7)), odp.u64(odp.ip("10.0.0.1")), odp.u64{bytes = "\0\0\0\0\0\0\1\2"}`, "65536 7 167772161 258"},
		{`odp.ufid("00000000-0000-0000-0000-000000000007") == odp.ufid(7), odp.u128(odp.ufid(odp.u128(7))), odp.ufid(7)`, "true 7 00000000-0000-0000-0000-000000000007"},
		{`odp.ufid{bytes = odp.ufid(99).bytes} == odp.ufid(99), odp.ufid(odp.u128(1):lshift(127))`, "true 80000000-0000-0000-0000-000000000000"},

		// Equal ones are one object.
		{`odp.ip("10.0.0.1") == odp.ip(0x0a000001), rawequal(odp.u64(5), odp.u64("5")), odp.ip("10.0.0.1") == "10.0.0.1"`, "true true false"},
		{`odp.ip("::ffff:10.0.0.1") == odp.ip("10.0.0.1"), odp.prefix("10.0.0.1/8") == odp.prefix("10.0.0.0/8")`, "false false"},
		{`odp.prefix("10.0.0.1/8").network == odp.prefix("10.0.0.0/8"), odp.u64(5) == odp.u128(5)`, "true false"},
		{`(function() local t = {} t[odp.mac(1)] = "a" t[odp.ip("::")] = "b" t[odp.u64(1)] = "c" return t[odp.mac("00:00:00:00:00:01")], t[odp.ip("0::0")], t[odp.u64("0x1")], t[odp.u128(1)] end)()`,
			`"a" "b" "c" nil`},

		// Order.
		{`odp.ip("9.0.0.0") < odp.ip("10.0.0.0"), odp.ip("10.0.0.1") <= odp.ip("10.0.0.1"), odp.ip("255.0.0.0") < odp.ip("::")`, "true true true"},
		{`odp.mac(1) < odp.mac(2), odp.mac(2) <= odp.mac(1), odp.u64(5) < odp.u128(6), odp.u128(6) > odp.u64(5)`, "true false true true"},
		{`odp.prefix("10.0.0.0/8") < odp.prefix("10.0.0.0/9"), odp.prefix("10.0.0.0/8") < odp.prefix("10.0.0.1/8"), odp.ufid(1) < odp.ufid(2)`, "true true true"},

		// Arithmetic.
		{`odp.ip("10.0.0.255") + 1, 1 + odp.ip("10.0.0.255"), odp.ip("10.0.1.0") - 1, odp.ip("::") + odp.u128("0x10000000000000000")`, "10.0.1.0 10.0.1.0 10.0.0.255 0:0:0:1::"},
		{`odp.ip("10.0.1.0") + -1, odp.ip("10.0.0.0") - -1, odp.ip("10.0.0.5") - odp.ip("10.0.0.1"), odp.ip("10.0.0.1") - odp.ip("10.0.0.5")`, "10.0.0.255 10.0.0.1 4 -4"},
		{`odp.ip("fd00::") - odp.ip("::"), odp.mac(5) - odp.mac(7), odp.mac("02:00:00:00:00:ff") + 1, odp.mac(9) - odp.u64(2)`,
			"336294682933583715844663186250927177728 -2 02:00:00:00:01:00 00:00:00:00:00:07"},
		{`odp.u128(2)^127, odp.u64(3)^4, odp.u64(7) / 2, odp.u64(7) % 4, odp.u64(5) + odp.u128(1):lshift(100), odp.u64(0)^0`,
			"170141183460469231731687303715884105728 81 3 3 1267650600228229401496703205381 1"},
		{`odp.u128("340282366920938463463374607431768211455") / odp.u128("18446744073709551616"), odp.u128("340282366920938463463374607431768211455") % 10`,
			"18446744073709551615 5"},
		{`odp.u128("18446744073709551616") * odp.u128("18446744073709551615"), odp.u128("18446744073709551616") - 1`,
			"340282366920938463444927863358058659840 18446744073709551615"},

		// Bits.
		{`odp.u64(12):band(10), odp.u64(12):bor(10), odp.u64(12):bxor(10), odp.u64(12):bit(3), odp.u64(12):bit(0)`, "8 14 6 true false"},
		{`odp.u64(0):bnot():hex(), odp.u128(0):bnot():hex()`, `"0xffffffffffffffff" "0xffffffffffffffffffffffffffffffff"`},
		{`odp.u64(1):lshift(63):hex(), odp.u64(1):lshift(64), odp.u64(8):rshift(3), odp.u128(3):lshift(63):hex(), odp.u128(1):lshift(127):rshift(64):hex()`,
			`"0x8000000000000000" 0 1 "0x18000000000000000" "0x8000000000000000"`},
		{`odp.u128(1):lshift(64):rshift(64), odp.u128(5):lshift(0), odp.u128(5):rshift(128), odp.u64(258):bytes(), #odp.u128(0):bytes()`,
			`1 5 0 "\000\000\000\000\000\000\001\002" 16`},
		{`odp.u64(12):band("0xff"), odp.u64(5):tonumber() + 1`, "12 6"},

		// What they tell.
		{`odp.mac("01:00:5e:00:00:01").is_multicast, odp.mac("ff:ff:ff:ff:ff:ff").is_broadcast, odp.mac("02:00:00:00:00:01").is_local, odp.mac("00:1b:21:00:00:01").is_local`, "true true true false"},
		{`odp.mac(258).number, odp.mac(258).bytes, odp.mac("aa:bb:cc:dd:ee:ff"):masked("ff:ff:ff:00:00:00"), odp.mac("02:00:00:00:00:01"):link_local()`,
			`258 "\000\000\000\000\001\002" aa:bb:cc:00:00:00 fe80::ff:fe00:1`},
		{`odp.ip("10.0.0.1").version, odp.ip("::").version, odp.ip("10.0.0.1").number, odp.ip("::2").number + 1, #odp.ip("::").bytes`, "4 6 167772161 3 16"},
		{`odp.ip("224.0.0.1").is_multicast, odp.ip("ff02::1").is_multicast, odp.ip("10.0.0.1").is_private, odp.ip("127.0.0.1").is_loopback, odp.ip("fe80::1").is_link_local, odp.ip("::").is_unspecified, odp.ip("255.255.255.255").is_broadcast`,
			"true true true true true true true"},
		{`odp.ip("10.1.2.3"):masked(8), odp.ip("10.1.2.3"):masked("255.0.0.255"), odp.ip("fd00::1"):masked(8), odp.ip("10.1.2.3"):prefix(8)`, "10.0.0.0 10.0.0.3 fd00:: 10.1.2.3/8"},
		{`odp.ip("10.1.2.3"):in_prefix("10.0.0.0/8"), odp.ip("11.0.0.1"):in_prefix(odp.prefix("10.0.0.0/8")), odp.ip("::"):in_prefix("0.0.0.0/0")`, "true false false"},
		{`(function() local p = odp.prefix("10.0.0.1/24") return p.address, p.len, p.version, p.first, p.last, p.mask, p.size, p.network end)()`,
			"10.0.0.1 24 4 10.0.0.0 10.0.0.255 255.255.255.0 256 10.0.0.0/24"},
		{`odp.prefix("fd00::/64").last, odp.prefix("fd00::/64").mask, odp.prefix("fd00::/64").size, odp.prefix("fd00::/120").size, odp.prefix("0.0.0.0/0").last`,
			"fd00::ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:: 18446744073709551616 256 255.255.255.255"},
		{`odp.prefix("10.0.0.0/8"):contains("10.1.0.0/16"), odp.prefix("10.1.0.0/16"):contains("10.0.0.0/8"), odp.prefix("10.1.0.0/16"):overlaps("10.0.0.0/8"), odp.prefix("10.0.0.0/8"):contains(odp.ip("10.0.0.1"))`,
			"true false true true"},
		{`odp.prefix("10.0.0.0/24"):host(1), odp.prefix("10.0.0.0/24"):host(-1), odp.prefix("10.0.0.0/31"):host(2), odp.prefix("fd00::/64"):host(1), odp.prefix("fd00::/64"):host(-1)`,
			"10.0.0.1 10.0.0.254 10.0.0.1 fd00::1 fd00::ffff:ffff:ffff:ffff"},

		// As text.
		{`"to " .. odp.ip("10.0.0.1") .. "/" .. 8, odp.mac(1) .. odp.mac(2), tostring(odp.u128(5))`, `"to 10.0.0.1/8" "00:00:00:00:00:0100:00:00:00:00:02" "5"`},
		{`("%s %-6s| %d %x %04x %q %d%%"):format(odp.ip("10.0.0.1"), odp.ip("::1"), odp.u64("0xffffffffffffffff"), odp.u64(255), odp.u128(10), odp.mac(1), 5)`,
			`"10.0.0.1 ::1   | 18446744073709551615 ff 000a \"00:00:00:00:00:01\" 5%"`},
	})
}

func TestValueIterators(t *testing.T) {
	collect := func(list string) string {
		return `(function() local t = {} for v in ` + list + ` do t[#t + 1] = tostring(v) end return table.concat(t, " ") end)()`
	}
	testExprs(t, [][2]string{
		{collect(`odp.prefix("10.0.0.5/29"):hosts()`), `"10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6"`},
		{collect(`odp.prefix("10.0.0.0/31"):hosts()`), `"10.0.0.0 10.0.0.1"`},
		{collect(`odp.prefix("255.255.255.255"):hosts()`), `"255.255.255.255"`},
		{collect(`odp.prefix("fd00::/126"):hosts()`), `"fd00::1 fd00::2 fd00::3"`},
		{collect(`odp.prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"):hosts()`), `"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"`},
		{collect(`odp.prefix("10.0.0.0/22"):subnets(24)`), `"10.0.0.0/24 10.0.1.0/24 10.0.2.0/24 10.0.3.0/24"`},
		{collect(`odp.prefix("10.0.0.9/24"):subnets(24)`), `"10.0.0.0/24"`},
		{collect(`odp.prefix("255.255.255.254/31"):subnets(32)`), `"255.255.255.254/32 255.255.255.255/32"`},
		{collect(`odp.prefix("::/0"):subnets(1)`), `"::/1 8000::/1"`},
		{collect(`odp.prefix("::/0"):subnets(0)`), `"::/0"`},
	})
}

func TestValueRefusals(t *testing.T) {
	testRefusals(t, [][2]string{
		{`odp.ip("10.0.0.256")`, `bad argument #1 (value) to odp.ip: an IP address expected, got string "10.0.0.256": IPv4 field has value >255`},
		{`odp.ip("10.0.0")`, `an IP address expected, got string "10.0.0": `},
		{`odp.ip("fe80::1%eth0")`, "an address without a zone"},
		{`odp.ip(2^32)`, "a number below 2^32 is of IPv4; make one of IPv6 from a U128"},
		{`odp.ip()`, "bad argument #1 (value) to odp.ip: an IP address (text such as 10.0.0.1 or fd00::1"},
		{`odp.ip{bytes = "abc"}`, "an address has 4 or 16 bytes"},
		{`odp.ip{byts = "abc"}`, "unknown field 'byts'; did you mean bytes?"},
		{`odp.ip{}`, "field 'bytes': string expected, got nil"},
		{`odp.mac("02:00:00:00:00")`, `a MAC address (text such as 02:00:00:00:00:01, a whole number, or 6 bytes) expected, got string "02:00:00:00:00"`},
		{`odp.mac(2^48)`, "it has 49 bits"},
		{`odp.mac(odp.ip("10.0.0.1"))`, "expected, got odp.IP 10.0.0.1"},
		{`odp.prefix("10.0.0.0/33")`, "the length is more than 32"},
		{`odp.prefix("10.0.0.0/x")`, "a length from 0 to 32, or a mask, is to follow the slash"},
		{`odp.prefix("10.0.0.0/255.0.255.0")`, "not one of a prefix"},
		{`odp.prefix("10.0.0.0/ff00::")`, "different versions"},
		{`odp.prefix("10.0.0.1", 33)`, "bad argument #2 (len) to odp.prefix: whole number from 0 to 32 expected, got number 33"},
		{`odp.ufid("x")`, "32 hex digits in groups of 8-4-4-4-12"},
		{`odp.u128("340282366920938463463374607431768211456")`, "an unsigned 128-bit integer"},
		{`odp.u128("-1")`, "an unsigned 128-bit integer"},
		{`odp.u64("")`, "decimal or 0x text"},
		{`odp.u64(odp.u128(1):lshift(64))`, "it has 65 bits"},
		{`odp.ip("255.255.255.255") + 1`, "255.255.255.255 + 1 is beyond the last address"},
		{`odp.ip("0.0.0.0") - 1`, "beyond"},
		{`odp.ip("0.0.0.1") * 2`, "cannot compute odp.IP 0.0.0.1 * number 2: ip + n and ip - n take whole numbers"},
		{`odp.ip("0.0.0.1") + odp.ip("0.0.0.1")`, "cannot compute"},
		{`1 - odp.ip("0.0.0.1")`, "cannot compute number 1 - odp.IP 0.0.0.1"},
		{`odp.ip("0.0.0.1") + 0.5`, "cannot compute"},
		{`odp.ip("0.0.0.1") + "1"`, `cannot compute odp.IP 0.0.0.1 + string "1"`},
		{`odp.ip("0.0.0.1") - odp.ip("::")`, "different versions"},
		{`odp.ip("::") - odp.ip("fd00::")`, "less than -2^53"},
		{`odp.ip("::1") - odp.mac(1)`, "cannot compute"},
		{`odp.mac(1) + odp.u128(1):lshift(100)`, "beyond"},
		{`odp.prefix("10.0.0.0/8") + 1`, "a prefix has no arithmetic"},
		{`odp.u128(1):lshift(127) * 2`, "is not an unsigned 128-bit integer"},
		{`odp.u128(2)^128`, "2 ^ 128 is not an unsigned 128-bit integer"},
		{`odp.u64(2)^odp.u64("18446744073709551615")`, "is not an unsigned 64-bit integer"},
		{`-odp.u64(1)`, "odp.U64 1 has no negative"},
		{`#odp.ip("::")`, "odp.IP :: has no length"},
		{`odp.ip("::") < odp.mac(1)`, "odp.IP :: and odp.MAC 00:00:00:00:00:01 cannot be compared"},
		{`odp.ip("::") < "::1"`, "attempt to compare userdata with string"}, // Lua does not ask
		{`odp.ip("::"):in_prefx("::/0")`, "odp.IP has no field or method 'in_prefx'; did you mean in_prefix?"},
		{`odp.ip("10.0.0.1"):masked(33)`, "whole number from 0 to 32 expected, got number 33"},
		{`odp.ip("10.0.0.1"):masked("::")`, "a mask of IPv4 expected"},
		{`odp.ip("10.0.0.1"):in_prefix(5)`, "an IP prefix (text such as 10.0.0.0/8"},
		{`odp.prefix("10.0.0.0/30"):host(3)`, "the number of one of the hosts of 10.0.0.0/30 expected, got number 3"},
		{`odp.prefix("10.0.0.0/30"):host(0)`, "got number 0"},
		{`odp.prefix("10.0.0.0/30"):host(-3)`, "got number -3"},
		{`odp.prefix("10.0.0.0/30"):subnets(29)`, "a length from 30, that of 10.0.0.0/30, expected, got 29"},
		{`odp.prefix("::/0").size`, "2^128 addresses"},
		{`odp.u64(1):lshift(65)`, "whole number from 0 to 64 expected"},
		{`odp.ip("::").x`, "odp.IP has no field or method 'x'"},
		{`("%d"):format(odp.ip("::1"))`, "bad argument #2 to string.format: number expected for %d, got odp.IP ::1"},
		{`("%f"):format(odp.u64(1))`, "cannot show all digits"},
		{`("%s %s"):format(1)`, "bad argument #3 to string.format: no value"},
	})
}

// TestValuesStandForText gives values where text is taken.
func TestValuesStandForText(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.match{eth = {dst = odp.mac(2)}, ipv4 = {src = odp.ip("10.0.0.1"), dst = odp.prefix("10.0.0.0/8")}}`,
			"eth(dst=00:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.0/255.0.0.0)"},
		{`odp.match{ipv6 = {dst = odp.prefix("fd00::/8")}, ct_label = odp.u128(255), tunnel = {tun_id = odp.u64(5)}, recirc_id = odp.u128(3)}`,
			"recirc_id(0x3),tunnel(tun_id=0x5,flags(+key)),ct_label(0xff),eth(),eth_type(0x86dd),ipv6(dst=fd00::/ff00::)"},
		{`odp.key{ipv4 = {src = odp.ip("10.0.0.1") + 1}}.ipv4.src`, `"10.0.0.2"`},
		{`odp.set{ipv4 = {dst = odp.ip("10.0.0.1")}, eth = {src = odp.mac(1)}}`, "set(eth(src=00:00:00:00:00:01)),set(ipv4(dst=10.0.0.1))"},
		{`odp.ct{commit = true, nat = {src = odp.ip("10.0.0.1")}}`, "ct(commit,nat(src=10.0.0.1))"},
		{`odp.ct{commit = true, label = odp.u128(5), mark = odp.u64(7)}`, "ct(commit,mark=0x7/0xffffffff,label=0x5)"},
		{`odp.push_eth{src = odp.mac(1), dst = odp.mac(2)}`, "push_eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02)"},
		{`packet.dissect(packet.build{eth = {src = odp.mac(1)}, ipv4 = {src = odp.ip("10.0.0.1"), dst = "10.0.0.2"}}).ipv4.src`, `"10.0.0.1"`},
		{`packet.dissect(packet.build{eth = {}, ipv6 = {src = odp.ip("fd00::1"), dst = "::1"}, udp = {}}).ipv6.src`, `"fd00::1"`},
		{`odp.match{ipv4 = {dst = "10.0.0.1"}} == odp.match{ipv4 = {dst = odp.ip("10.0.0.1")}}`, "true"},
	})
	testRefusals(t, [][2]string{
		{`odp.match{ipv4 = {dst = odp.mac(1)}}`, "ipv4.dst"},
		{`odp.match{ipv4 = {dst = odp.ip("::1")}}`, "ipv4.dst"},
		{`packet.build{eth = {src = odp.ip("::1")}}`, "MAC address such as 02:00:00:00:00:01 expected, got odp.IP ::1"},
	})
}

// TestValuePool checks that values that nobody holds leave the pool, and that
// those held stay the same.
func TestValuePool(t *testing.T) {
	rt := newTestRuntime(t)
	rt.run(t, `held = {} for i = 1, 100 do held[odp.u64(i)] = i end`)
	for round := range 20 {
		rt.run(t, fmt.Sprintf(`for i = 1, 2000 do local ip = odp.u64(%d * 1000000 + i) end`, round+1))
		runtime.GC()
	}
	if err := rt.do(context.Background(), func() {
		if n := len(rt.values.objects); n > 5000 {
			t.Errorf("the pool has %d entries", n)
		}
	}); err != nil {
		t.Fatal(err)
	}
	rt.run(t, `for i = 1, 100 do assert(held[odp.u64(i)] == i) end`)
}

// TestValueRowsAreComplete keeps what a new row needs in mind.
func TestValueRowsAreComplete(t *testing.T) {
	for _, row := range valueRows() {
		if row.doc == "" || row.what == "" || row.forms == "" || row.from == "" || row.example == "" || row.arithmetic == "" || row.of == nil || row.compare == nil {
			t.Errorf("row %s lacks something", row.class)
		}
		for _, m := range row.methods {
			if m.Doc == "" || m.Example == "" || len(m.Returns) == 0 {
				t.Errorf("%s:%s lacks something", row.class, m.Name)
			}
		}
		if _, err := row.of(nil); err == nil || !strings.Contains(err.Error(), errForm.Error()) {
			t.Errorf("%s of nothing: %v", row.class, err)
		}
	}
}

func BenchmarkValue(b *testing.B) {
	rt := New(Config{})
	defer rt.Close()
	run := func(name string, fn func(i uint64) lua.LValue) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			if err := rt.do(context.Background(), func() {
				for i := range b.N {
					fn(uint64(i))
				}
			}); err != nil {
				b.Fatal(err)
			}
		})
	}
	held := rt.newU64(1 << 40)
	run("plain object", func(i uint64) lua.LValue { return rt.object(classU64, u64(i)) })
	run("new", func(i uint64) lua.LValue { return rt.newU64(i) })
	run("again", func(uint64) lua.LValue { return rt.newU64(1 << 40) })
	run("new MAC", func(i uint64) lua.LValue { return rt.newValue(macFromNumber(u128{0, i})) })
	run("new IP", func(i uint64) lua.LValue { return rt.newValue(ipFromNumber(u128{0, i & (1<<32 - 1)}, 32)) })
	runtime.KeepAlive(held)
}
