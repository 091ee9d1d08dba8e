package luabind

import (
	"context"
	"strings"
	"testing"

	"github.com/go-odp/odp/odp"
)

// actionTexts has every action at least once.
var actionTexts = []string{
	"1", "userspace(pid=5)", "userspace(pid=5,userdata(610062))", "userspace(pid=5,userdata(00),actions,tunnel_out_port=3)",
	"userspace(pid=5,slow_path(cfm,match))", "set(eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02))", "set(eth(dst=02:00:00:00:00:02))",
	"set(ipv4(src=10.0.0.1,dst=10.0.0.2,tos=0,ttl=63))", "set(ipv4(dst=10.0.0.0/255.0.0.0,ttl=1/0xf))", "set(skb_mark(0x10/0xf0))", "set(skb_priority(0x1))",
	"set(tunnel(tun_id=0xffffffffffffffff,src=1.2.3.4,dst=1.2.3.5,ttl=64,flags(df|key)))",
	"set(tunnel(tun_id=0x1,dst=1.2.3.5,ttl=64,geneve({class=0x102,type=0x1,len=4,0x1020304}),flags(key)))",
	"set(tunnel(tun_id=0x1,dst=1.2.3.5,ttl=64,vxlan(gbp(id=5,flags=0x0)),flags(key)))",
	"set(tcp(src=1,dst=80/0xff))", "set(mpls(label=5,tc=0,ttl=3,bos=1))", "set(nsh(flags=0,ttl=63,spi=0x1,si=2))",
	"push_vlan(vid=5,pcp=1)", "push_vlan(tpid=0x88a8,vid=5,pcp=0)", "pop_vlan", "sample(sample=25.0%,actions(1,2))", "recirc(0x1)",
	"hash(l4(7))", "hash(sym_l4(0))", "push_mpls(label=5,tc=0,ttl=64,bos=1,eth_type=0x8847)", "pop_mpls(eth_type=0x800)",
	"ct", "ct(commit,zone=5,mark=0x1/0xff,label=0x5/0xf,helper=ftp,timeout=t1,nat(src=10.0.0.1-10.0.0.9:1024-2047,persistent,random))",
	"ct(force_commit,nat)", "ct(nat(dst=[fd00::1]:80))", "ct(commit,eventmask=0x1)", "trunc(100)", "push_eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)",
	"pop_eth", "ct_clear", "push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x1,si=255,c1=0x1,c2=0x2,c3=0x3,c4=0x4)", "pop_nsh()", "meter(7)", "clone(1,pop_vlan)",
	"check_pkt_len(size=100,gt(1),le(drop))", "add_mpls(label=5,tc=0,ttl=64,bos=1,eth_type=0x8847)", "dec_ttl(le_1(userspace(pid=1)))",
	"psample(group=5,cookie=0x0102)", "drop(3)",
}

// TestActionArgs makes every action again of what it tells of itself.
func TestActionArgs(t *testing.T) {
	rt := newTestRuntime(t)
	seen := map[string]bool{}
	for _, text := range actionTexts {
		got, err := rt.Eval(context.Background(), `(function(text)
			local a = odp.actions(text)
			assert(#a == 1 and a[1] == a)
			local again = odp[a.name](a.args)
			assert(again == a, tostring(again) .. " is not " .. tostring(a))
			for name, args, action in a:each() do assert(name == a.name and action == a) end
			return a.name
		end)("`+text+`")`)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		seen[strings.Trim(got[0], `"`)] = true
	}
	for _, row := range odp.ActionRows() {
		if !seen[row.Name] {
			t.Errorf("no text has the action %s", row.Name)
		}
	}
}

func TestActionLists(t *testing.T) {
	const a = `odp.actions("push_vlan(vid=5,pcp=1),ct(commit,zone=5,nat(src=10.0.0.1,random)),sample(sample=50.0%,actions(1)),pop_vlan,3")`
	testExprs(t, [][2]string{
		{"odp.dec_ttl(), odp.dec_ttl{}, odp.dec_ttl{ le_1 = 3 }", "dec_ttl(le_1(drop)) dec_ttl(le_1(drop)) dec_ttl(le_1(3))"},
		{"#" + a + ", #odp.actions{}, " + a + "[5], " + a + "[6], " + a + "[0]", "5 0 3 nil nil"},
		{a + "[1].name, " + a + "[1].args.vid, " + a + "[1].args.tpid", `"push_vlan" 5 nil`},
		{a + "[2].args", "{commit = true, nat = {random = true, src = \"10.0.0.1\"}, zone = 5}"},
		{a + "[3].args.actions, " + a + "[3].args.probability > 0.49, " + a + "[4].args", "1 true nil"},
		{a + "[5].name, " + a + "[5].args", `"output" 3`},
		{a + "[1] .. " + a + "[5]", "push_vlan(vid=5,pcp=1),3"},
		{`odp.set("ipv4(ttl=63)").args`, "{ipv4 = {ttl = 63}}"},
		{`(function() local names = {} for name in ` + a + `:each() do names[#names + 1] = name end return table.concat(names, " ") end)()`,
			`"push_vlan ct sample pop_vlan output"`},
	})
	testRefusals(t, [][2]string{
		{a + ".name", "a list of 5 actions has neither name nor args"},
		{"odp.actions{}.args", "a list of 0 actions"},
		{a + "[1].nam", "odp.Actions has no field or method 'nam'; did you mean name?"},
	})
}

// TestUnknownAction reads an action of a later kernel.
func TestUnknownAction(t *testing.T) {
	rt := newTestRuntime(t)
	err := rt.do(context.Background(), func() {
		rt.L.G.Global.RawSetString("unknown", rt.newActions(odp.Actions(odp.AppendAttr(nil, 999, []byte{1, 2}))))
		rt.L.G.Global.RawSetString("bad", rt.newActions(odp.Actions(odp.AppendAttr(nil, 1, []byte{1, 2})).Append(odp.Output(1))))
	})
	if err != nil {
		t.Fatal(err)
	}
	rt.run(t, `assert(unknown.name == "action999" and unknown.args == "\1\2" and #unknown == 1)
		assert(#bad == 2 and bad[1].name == "action1" and bad[1].args == "\1\2" and bad[2].args == 1)`)
}
