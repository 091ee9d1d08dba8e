package luabind

import (
	"context"
	"testing"

	"github.com/go-odp/odp/odp"
)

const udpKey = `odp.key("in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=53,dst=1024)")`

func TestWildcard(t *testing.T) {
	const m = `odp.match("in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x0800),ipv4(dst=10.0.0.0/8,proto=6),tcp(dst=80),tcp_flags(+syn)")`
	testExprs(t, [][2]string{
		{udpKey + `:wildcard("udp.src", "ipv4.ttl", "eth")`, "in_port(1),eth(),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,frag=no),udp(dst=1024)"},
		{udpKey + `:wildcard("ipv4")`, "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(proto=17),udp(src=53,dst=1024)"},
		{udpKey + `:wildcard("ipv4", "udp", "in_port", "eth")`, "eth(),eth_type(0x0800)"},
		{udpKey + `:wildcard("ipv4", "udp", "in_port", "eth", "eth_type")`, "eth()"},
		{udpKey + `:wildcard() == ` + udpKey + `:exact()`, "true"},
		{udpKey + `:wildcard("tcp.src", "tunnel", "vlan.vid", "tunnel.vxlan.gbp.id", "encap.ipv4.src") == ` + udpKey + `:exact()`, "true"}, // there is none
		{m + `:wildcard("tcp_flags", "in_port")`, "eth(src=02:00:00:00:00:01),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0,proto=6),tcp(dst=80)"},
		{m + `:wildcard("tcp", "tcp_flags"):wildcard("ipv4.proto")`, "in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)"},
		{m + `:wildcard("tcp.dst"):covers(` + m + `), ` + m + `:covers(` + m + `:wildcard("tcp.dst"))`, "true false"},
		{`odp.match("eth(),eth_type(0x8100),vlan(vid=5,pcp=1),encap(eth_type(0x0800),ipv4(dst=10.0.0.1,ttl=3))"):wildcard("vlan.pcp", "encap.ipv4.ttl")`,
			"eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(dst=10.0.0.1))"},
		{`odp.match{mpls = {{label = 5, ttl = 3}, {label = 6, ttl = 3}}}:wildcard("mpls.ttl")`, "eth(),eth_type(0x8847),mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0,label=6/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)"},
		{`odp.match("eth(),tunnel(tun_id=5,src=192.0.2.1,flags(+df))"):wildcard("tunnel.src", "tunnel.flags")`, "tunnel(tun_id=0x5,flags(+key)),eth()"},
		{`odp.match("eth(),tunnel(tun_id=5)"):wildcard("tunnel")`, "eth()"},
	})
	testRefusals(t, [][2]string{
		{m + `:wildcard("ipv4.proto")`, "Match:wildcard: ipv4.proto: what is matched of tcp depends on it, so that it has to go as well"},
		{udpKey + `:wildcard("eth_type")`, "Key:wildcard: eth_type: what is matched of ipv4 depends on it"},
		{m + `:wildcard("tcp.scr")`, "tcp has no field scr, only src, dst (did you mean"},
		{m + `:wildcard("tpc")`, `there is no key tpc (did you mean "tcp"?)`},
		{m + `:wildcard("tunnel.scr")`, "scr"},
		{m + `:wildcard(5)`, "bad argument #1 (...) to Match:wildcard: string expected, got number 5"},
		{`odp.match("eth(),vlan(vid=5)"):wildcard("eth_type")`, "vlan"},
	})
}

func TestKeyWith(t *testing.T) {
	testExprs(t, [][2]string{
		{udpKey + `:with{ipv4 = {ttl = 63}, in_port = 2}.ipv4.ttl, ` + udpKey + `:with{in_port = 2}.in_port`, "63 2"},
		{udpKey + `:with{} == ` + udpKey, "true"},
		{udpKey + `:with{ipv4 = {dst = odp.ip("10.0.0.9")}}.ipv4`, "ipv4(src=10.0.0.1,dst=10.0.0.9,proto=17,tos=0,ttl=64,frag=no)"},
		{`odp.key("tunnel(tun_id=5,src=192.0.2.1,dst=192.0.2.2,ttl=64),in_port(1)"):with{in_port = 2}`, "tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(key)),in_port(2)"},
		{`odp.key{in_port = 1}:with{skb_mark = 5}`, "in_port(1),skb_mark(0x5)"},
		{`odp.match{eth = false, ipv4 = {ttl = 5}}`, "eth_type(0x0800),ipv4(ttl=5)"},
		{`odp.match{eth = false}`, "eth_type(0xffff/0x0000)"},
	})
	testRefusals(t, [][2]string{
		{udpKey + `:with{ipv4 = {dst = "10.0.0.0/8"}}`, "ipv4.dst: a value without a mask expected: it is of a packet, not of a match"},
		{`odp.key("in_port(1),ipv4(dst=10.0.0.0/8)")`, "ipv4.dst: a value without a mask expected"},
		{`odp.key{tunnel = {src = "10.0.0.0/8"}}`, "tunnel.src: a value without a mask expected"},
		{`odp.key{skb_mark = "1/3"}`, "skb_mark: a value without a mask expected"},
		{udpKey + `:with{ipv4 = {tl = 1}}`, "ttl"},
		{udpKey + `:with()`, "table expected, got nil"},
		{udpKey + `:with{eth = false}`, "no Ethernet header"},
	})
}

func TestFieldsOfKeys(t *testing.T) {
	list := func(of string) string {
		return `(function() local t = {} for name, v in ` + of + `:fields() do t[#t + 1] = name .. "=" .. tostring(v) end return table.concat(t, " ") end)()`
	}
	testExprs(t, [][2]string{
		{list(udpKey), `"in_port=1 eth.src=02:00:00:00:00:01 eth.dst=02:00:00:00:00:02 eth_type=2048 ipv4.src=10.0.0.1 ipv4.dst=10.0.0.2 ipv4.proto=17 ipv4.tos=0 ipv4.ttl=64 ipv4.frag=no udp.src=53 udp.dst=1024"`},
		{list(`odp.match{in_port = 1, ipv4 = {dst = "10.0.0.0/8"}}`), `"in_port=1 eth_type=2048 ipv4.dst=10.0.0.0/255.0.0.0"`},
		{list(`odp.match("eth(),vlan(vid=5),encap(ipv4(ttl=3))")`), `"eth_type=33024 vlan.vid=5 vlan.cfi=1 encap.eth_type=2048 encap.ipv4.ttl=3"`},
		{list(`odp.match{tunnel = {tun_id = 5, flags = "+df"}}`), `"tunnel.tun_id=5 tunnel.flags=+df+key"`},
		{list(`odp.match{mpls = {{label = 5}, {label = 6}}}`), `"eth_type=34887 mpls=mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0,label=6/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)"`},
		{list(`odp.match("eth()")`), `""`},
		{list(udpKey + ".ipv4"), `"src=10.0.0.1 dst=10.0.0.2 proto=17 tos=0 ttl=64 frag=no"`},
		{list(`odp.match{tunnel = {tun_id = 5, flags = "+df"}}.tunnel`), `"tun_id=5 flags=+df+key"`},
		{list(`odp.match{mpls = {{label = 5}, {label = 6}}}.mpls[2]`), `"label=6"`},
		{list(`odp.match("eth(),vlan(vid=5),encap(ipv4(ttl=3))").encap`), `"eth_type=2048 ipv4.ttl=3"`},
		{udpKey + `:get("ipv4.dst")`, `"10.0.0.2"`},
		{`odp.match("eth(),ipv4(dst=10.0.0.0/8),skb_mark(1/3)"):get("ipv4.dst")`, `"10.0.0.0" "255.0.0.0"`},
		{`odp.match("eth(),ipv4(dst=10.0.0.0/8),skb_mark(1/3)"):get("skb_mark")`, "1 3"},
		{`odp.match("eth(),ipv4(),tcp(),tcp_flags(+syn-ack)"):get("tcp_flags")`, `"syn" 18`},
		{`odp.match{in_port = 1}:get("in_port")`, "1"},
		{`select("#", odp.match{in_port = 1}:get("ipv4.dst"))`, "0"},
	})
	testRefusals(t, [][2]string{
		{udpKey + `:get("ipv4.dts")`, "dts"},
		{udpKey + `:get("ipv5")`, "there is no field ipv5; did you mean ipv4"},
	})
}

// TestEveryFieldIsRead checks that what fields() names can be read by that name.
func TestEveryFieldIsRead(t *testing.T) {
	rt := newTestRuntime(t)
	for _, row := range odp.KeyRows() {
		if _, err := rt.Eval(context.Background(), `(function()
			local ok, m = pcall(odp.match, { ["`+row.Name+`"] = {} })
			if not ok then return end
			for name, v in m:fields() do assert(m[name] == v, name) end
		end)()`); err != nil {
			t.Errorf("%s: %v", row.Name, err)
		}
	}
}
