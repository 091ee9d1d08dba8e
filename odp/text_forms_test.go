package odp

import (
	"strings"
	"testing"
)

// The forms of OVS text that its own tests have, each in words of ours. They
// are printed as they are read.
var keyForms = []string{
	"eth(src=02:00:00:00:00:0a,dst=02:00:00:00:00:0b)",
	"eth(src=02:00:00:00:00:0a,dst=02:00:00:00:00:0b),eth_type(0x88cc)",
	"in_port(3/0xff),eth(src=02:00:00:00:00:0a/ff:ff:ff:ff:ff:f0,dst=02:00:00:00:00:0b/ff:00:ff:00:ff:00)",
	"in_port(3),eth(),eth_type(0x1230/0xfff0)",
	"eth_type(0x0800),ipv4(src=192.0.2.1,dst=198.51.100.7,proto=50,tos=0x81,ttl=63,frag=no)",
	"eth_type(0x0800),ipv4(src=192.0.2.0/255.255.255.0,dst=198.51.100.0/255.255.254.0,proto=16/0xf0,tos=0x80/0xf0,ttl=128/0xf0,frag=first)",
	"eth_type(0x0800),ipv4(src=192.0.2.1,proto=6,tos=0,frag=later)",
	"eth_type(0x0800),ipv4(proto=6,frag=no),tcp(src=0/0xff00,dst=443/0xff)",
	"eth_type(0x0800),ipv4(proto=17),udp(src=53,dst=6632/0xff00)",
	"eth_type(0x0800),ipv4(proto=132),sctp(src=9,dst=10)",
	"eth_type(0x0800),ipv4(proto=1),icmp(type=1/0xf0,code=2)",
	"eth_type(0x86dd),ipv6(src=2001:db8::1,dst=2001:db8::2,label=0x12345,proto=43,tclass=0x70,hlimit=64,frag=first)",
	"eth_type(0x86dd),ipv6(src=::1/::255,dst=::2/::ff,label=0/0xf0,proto=10/0xf0,tclass=0x70/0xf0,hlimit=128/0xf0,frag=no)",
	"eth_type(0x86dd),ipv6(proto=58),icmpv6(type=1/0xf0,code=2)",
	"eth_type(0x86dd),ipv6(proto=58),icmpv6(type=136,code=0),nd(target=fe80::3/ffff::,sll=02:00:00:00:00:01/ff:ff:ff:ff:ff:00,tll=02:00:00:00:00:02)",
	"eth_type(0x86dd),ipv6(proto=58),icmpv6(type=136,code=0),nd(target=fe80::3),nd_ext(nd_reserved=0x1,nd_options_type=2)",
	"eth_type(0x0806),arp(sip=192.0.2.1/255.255.255.250,tip=192.0.2.2,op=1/0xf0,sha=02:00:00:00:00:01/ff:ff:ff:ff:ff:00,tha=02:00:00:00:00:02)",
	"eth_type(0x8847),mpls(label=200,tc=3,ttl=64,bos=1)",
	"eth_type(0x8847),mpls(label=200/0xff,tc=7/7,ttl=64/0xff,bos=1/1)",
	"eth_type(0x8848),mpls(label=200,tc=0,ttl=64,bos=0,label=201,tc=1,ttl=63,bos=1)",
	"eth(),eth_type(0x8100),vlan(vid=77,pcp=6),encap(eth_type(0x0800),ipv4(proto=6),tcp(dst=80))",
	"eth(),eth_type(0x8100),vlan(vid=77/0xff0,pcp=6/0x6),encap(eth_type(0x9000))",
	"eth(),eth_type(0x88a8),vlan(vid=5,pcp=0),encap(eth_type(0x8100),vlan(vid=6,pcp=1),encap(eth_type(0x0800)))",
	"eth(),eth_type(0x8100),vlan(vid=0,pcp=0,cfi=0),encap()",
	"recirc_id(0x2),dp_hash(0x5/0xff),skb_priority(0x1234/0xff),in_port(3),skb_mark(0x1234/0xfff0)",
	"ct_state(-new+trk),ct_zone(0x5/0xff),ct_mark(0x10305070/0xf0f0f0f0),ct_label(0x11223344556677889900aabbccddeeff/0xff00000000000000000000000000000f)",
	"ct_tuple4(src=192.0.2.1,dst=192.0.2.2,proto=17,tp_src=1,tp_dst=2)",
	"tunnel(tun_id=0x7b,src=192.0.2.1,dst=192.0.2.2,tos=0x8,ttl=64,tp_src=1,tp_dst=4789,flags(df|csum|key))",
	"tunnel(tun_id=0x7b/0xff,src=192.0.2.0/255.255.255.0,dst=192.0.2.2,ttl=64,vxlan(gbp(id=10/0xff,flags=0xb)),flags(oam|csum|key))",
	"tunnel(tun_id=0x7b,dst=192.0.2.2,ttl=64,flags(-df+csum+key))",
	"tunnel(tun_id=0x7b,ipv6_src=fd00::1,ipv6_dst=fd00::2,ttl=64,geneve({class=0,type=0,len=4,0xa/0xff}{class=0xffff,type=0x1,len=4,0xffffffff}),flags(csum|key))",
	"tunnel(tun_id=0x7b,src=192.0.2.1,dst=192.0.2.2,ttl=64,erspan(ver=1,idx=0x7/0xf),flags(df|key))",
	"tunnel(tun_id=0x7b,src=192.0.2.1,dst=192.0.2.2,ttl=64,erspan(ver=2,dir=1/0x1,hwid=0x7/0xf),flags(df|key))",
	"tcp_flags(+syn-ack)", "tcp_flags(syn|ack)", "tcp_flags(0)",
	"packet_type(ns=1,id=0x800)",
	"eth_type(0x894f),nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x123456,si=255,c1=0x1,c2=0x2,c3=0x3,c4=0x4)",
	"eth_type(0x894f),nsh(mdtype=1,spi=0x20/0x000000f0,si=0x01/0x0f,c2=0x2/0x0000ffff)",
	"key99(01 02/ff 00)",
}

var actionForms = []string{
	"drop", "1", "1,2,3", "pop_vlan", "ct_clear", "pop_eth", "pop_nsh()", "trunc(100)", "meter(7)", "recirc(0x5)",
	"userspace(pid=77)",
	"userspace(pid=77,sFlow(vid=9,pcp=7,output=10),actions)",
	"userspace(pid=77,sFlow(vid=9,pcp=7,output=10),actions,tunnel_out_port=10)",
	"userspace(pid=77,slow_path(0))", "userspace(pid=77,slow_path(cfm),tunnel_out_port=1)", "userspace(pid=77,slow_path(cfm,match))",
	"userspace(pid=77,userdata(0a0b0c),actions)",
	"userspace(pid=77,flow_sample(probability=123,collector_set_id=1,obs_domain_id=2,obs_point_id=3,output_port=4))",
	"userspace(pid=77,flow_sample(probability=123,collector_set_id=1,obs_domain_id=2,obs_point_id=3,output_port=4,egress),tunnel_out_port=1)",
	"userspace(pid=77,ipfix(output_port=10))",
	"userspace(pid=77,controller(reason=1,dont_send=0,continuation=1,recirc_id=4,rule_cookie=0x5,controller_id=0,max_len=65535))",
	"set(in_port(2))", "set(eth_type(0x1234))", "set(skb_mark(0x1/0xff))",
	"set(eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02))", "set(eth(dst=02:00:00:00:00:00/ff:ff:ff:00:00:00))",
	"set(ipv4(src=192.0.2.1,dst=192.0.2.2,proto=5,tos=0x80,ttl=128,frag=no))", "set(ipv4(src=192.0.2.0/255.255.255.0,ttl=1))",
	"set(ipv4(tos=0/0x3))", "set(ipv4(frag=no))",
	"set(tcp(src=80,dst=8080))", "set(tcp(dst=8080))", "set(udp(src=81))", "set(sctp(src=256/0xff00))", "set(icmp(type=1,code=2))",
	"set(ipv6(src=::1,dst=::2,label=0,proto=10,tclass=0x70,hlimit=128,frag=no))", "set(ipv6(label=0/0xfff,tclass=0x70/0x70))",
	"set(vlan(vid=3,pcp=5))", "set(vlan(vid=3,pcp=5,cfi=0))",
	"set(tunnel(tun_id=0x7b,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(df|csum|key)))",
	"set(tunnel(tun_id=0x1,dst=192.0.2.1,ttl=64,erspan(ver=1,idx=0x7),flags(df|key)))",
	"set(tunnel(tun_id=0x1,dst=192.0.2.1,ttl=64,erspan(ver=2,dir=1,hwid=0x1),flags(df|key)))",
	"set(tunnel(tun_id=0x1,ipv6_dst=fd00::1,ttl=64,geneve({class=0x1,type=0x80,len=8,0x1122334455667788}),flags(key)))",
	"set(mpls(label=5,tc=0,ttl=64,bos=1))", "set(nsh(spi=0x5,si=4))",
	"push_vlan(vid=12,pcp=0)", "push_vlan(vid=13,pcp=5,cfi=0)", "push_vlan(tpid=0x88a8,vid=13,pcp=5)",
	"push_mpls(label=1,tc=0,ttl=64,bos=1,eth_type=0x8847)", "pop_mpls(eth_type=0x800)",
	"add_mpls(label=200,tc=7,ttl=64,bos=1,eth_type=0x8847)", "push_eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)",
	"push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x1,si=255,c1=0x0,c2=0x1,c3=0x2,c4=0x3)",
	"push_nsh(flags=0,ttl=63,mdtype=2,np=1,spi=0x1,si=255,md2=0x0001a004)",
	"hash(l4(7))", "hash(sym_l4(0))",
	"sample(sample=9.7%,actions(1,2,3,push_vlan(vid=1,pcp=2)))", "clone(clone(push_vlan(vid=12,pcp=0),2),1)",
	"ct", "ct(commit)", "ct(commit,zone=5)", "ct(force_commit,mark=0xa0/0xf0)",
	"ct(commit,label=0x11223344556677889900aabbccddeeff/0xff00ff00ff00ff00ff00ff00ff00ff00)", "ct(commit,label=0x1)",
	"ct(commit,helper=tftp)", "ct(commit,timeout=my_policy-1.tcp)", "ct(nat)", "ct(commit,nat(src))", "ct(commit,nat(dst))",
	"ct(commit,nat(src=10.0.0.240,random))", "ct(commit,nat(dst=10.0.0.128-10.0.0.254,hash))",
	"ct(commit,nat(src=10.0.0.240:32768-65535,persistent,random))",
	"ct(commit,nat(src=fe80::1-fe80::9,random))", "ct(commit,nat(src=[fe80::1]-[fe80::9]:255-4096,random))",
	"ct(commit,zone=1,helper=ftp,nat(src=10.1.1.240-10.1.1.255)),recirc(0x1)",
	"check_pkt_len(size=200,gt(4),le(5))", "check_pkt_len(size=200,gt(ct(nat)),le(drop))",
	"dec_ttl(le_1(drop))", "dec_ttl(le_1(userspace(pid=1)))", "drop(3)",
	"psample(group=12,cookie=0xf1020304050607080910111213141516)", "sample(sample=50.0%,actions(psample(group=12)))",
	"action99(01 02)", "action98",
}

func TestKeyForms(t *testing.T) {
	for _, in := range keyForms {
		m, err := ParseMatch(in, nil)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := m.String(); got != in {
			t.Errorf("%s\nprints as %s", in, got)
		}
	}
}

func TestActionForms(t *testing.T) {
	for _, in := range actionForms {
		a, err := ParseActions(in, nil)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := a.String(); got != in {
			t.Errorf("%s\nprints as %s", in, got)
		}
	}
}

// Forms that mean the same as another.
func TestOtherForms(t *testing.T) {
	for in, want := range map[string]string{
		"eth( src=02:00:00:00:00:0A, dst=2:0:0:0:0:b)":         "eth(src=02:00:00:00:00:0a,dst=02:00:00:00:00:0b)",
		"in_port(0x3) ,eth()\teth_type(2048)":                  "in_port(3),eth(),eth_type(0x0800)",
		"ipv4(src=10.0.0.0/8,ttl=0100)":                        "ipv4(src=10.0.0.0/255.0.0.0,ttl=64)",
		"ipv6(dst=2001:db8::/32)":                              "ipv6(dst=2001:db8::/ffff:ffff::)",
		"ct_state(trk|est)":                                    "ct_state(-new+est-rel-rpl-inv+trk-snat-dnat)",
		"ct_state(0x22/0x22)":                                  "ct_state(+est+trk)",
		"ct_tuple6(src=::1,src_port=5)":                        "ct_tuple6(src=::1,src_port=5)",
		"mpls({label=5,ttl=1},{label=6})":                      "mpls(label=5/0xfffff,tc=0/0,ttl=1/0xff,bos=0/0,label=6/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)",
		"nsh(c1=1/0xff)":                                       "nsh(c1=0x1/0x000000ff)",
		"tunnel(dst=1.2.3.4,geneve({class=1,type=2,0x0a0b}))":  "tunnel(dst=1.2.3.4,geneve({class=0x1,type=0x2,len=4,0xa0b}))",
		"ufid:00000001-0000-0000-0000-000000000000,in_port(1)": "in_port(1)",
		"ipv6_exthdrs(hop|frag)":                               "key32(50 00/ff ff)",
		"eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=6)),ct_mark(0)": "ct_mark(0),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=6))",
	} {
		m, err := ParseMatch(in, nil)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := m.String(); got != want {
			t.Errorf("%s\nprints as %s\nnot       %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		" 1 , 2\n3":                              "1,2,3",
		"pop_nsh,pop_vlan()":                     "pop_nsh(),pop_vlan",
		"ct()":                                   "ct",
		"ct(nat(dst=10.0.0.1),commit zone=5)":    "",
		"ct(nat(dst=10.0.0.1),commit,zone=5)":    "ct(commit,zone=5,nat(dst=10.0.0.1))",
		"ct(commit,mark=5)":                      "ct(commit,mark=0x5/0xffffffff)",
		"ct(commit,nat(src=10.0.0.1-10.0.0.1))":  "ct(commit,nat(src=10.0.0.1))",
		"push_nsh(spi=7)":                        "push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x7,si=255,c1=0x0,c2=0x0,c3=0x0,c4=0x0)",
		"set(tunnel(dst=192.0.2.1))":             "set(tunnel(dst=192.0.2.1,ttl=0,flags(0)))",
		"set(ipv4(src=192.0.2.77/24))":           "set(ipv4(src=192.0.2.0/255.255.255.0))",
		"userspace(pid=77,slow_path(cfm|match))": "userspace(pid=77,slow_path(cfm,match))",
		"add_mpls(label=1,tc=0,ttl=64,bos=1,eth_type=0x8847,tun_flags=1)": "add_mpls(label=1,tc=0,ttl=64,bos=1,eth_type=0x8847,tun_flags=0x1)",
	} {
		a, err := ParseActions(in, nil)
		if want == "" {
			if err == nil {
				t.Errorf("%s: no error", in)
			}
		} else if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := a.String(); got != want {
			t.Errorf("%s\nprints as %s\nnot       %s", in, got, want)
		}
	}
}

func TestBadForms(t *testing.T) {
	for in, want := range map[string]string{
		"eth_type(0x8847),mpls(labl=1)":                `did you mean "label"?`,
		"mpls(label=1048576)":                          "a number from 0 to 1048575",
		"mpls({label=1)":                               `expected "}"`,
		"nsh(spi=0x1000000)":                           "a number from 0 to 16777215",
		"nsh(spi=1,spi=2)":                             "each field once",
		"nsh(md1=1)":                                   "a field of nsh",
		"tunnel(geneve({class=1,len=3}))":              "a multiple of 4",
		"tunnel(geneve({class=1,len=4,0x1122334455}))": "at most 4 bytes",
		"tunnel(geneve({class=1,0x1,len=4}))":          "len before the data",
		"tunnel(gtpu(msgtype=1))":                      "a field of tunnel",
		"ct_state(+trk+foo)":                           "a flag (new, est",
		"key32(0)":                                     "pairs of hex digits",
		"eth(src=02:00:00:00:00:01/8)":                 "an Ethernet address",
	} {
		if m, err := ParseMatch(in, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", in, m, err, want)
		}
	}
	for in, want := range map[string]string{
		"psample(cookie=0x01)": "group, which psample needs",
		"psample(group=1,cookie=0x0102030405060708090a0b0c0d0e0f1011)": "at most 16 bytes",
		"psample(group=1,group=2)":                                     "each field once",
		"psample(group=abc)":                                           "a number from 0",
		"check_pkt_len(size=1,gt(1))":                                  "le, which check_pkt_len needs",
		"check_pkt_len(size=70000,gt(1),le(2))":                        "a number from 0 to 65535",
		"dec_ttl(le_2(drop))":                                          `did you mean "le_1"?`,
		"hash(l5(1))":                                                  "one of l4, sym_l4",
		"ct(nat(src,dst))":                                             "src or dst, not both",
		"ct(nat(hash))":                                                "src or dst with these options",
		"ct(nat(src=10.0.0.9-10.0.0.1))":                               "a last address of at least 10.0.0.9",
		"ct(nat(src=10.0.0.1-fe80::1))":                                "two addresses of one family",
		"ct(nat(src=10.0.0.1:9-1))":                                    "a last port of at least 9",
		"ct(nat(src=10.0.0.1:0))":                                      "a port number from 1 to 65535",
		"ct(helper=a-name-that-is-too-long)":                           "a name of 1 to 15 bytes",
		"set(tunnel(dst=10.0.0.0/8))":                                  "no mask, as tunnel is set as a whole",
		"set(tunnel(src=10.0.0.1))":                                    "no destination",
		"push_nsh(si=3/0xf)":                                           "no mask on si",
		"trunc(13)":                                                    "a number from 14 to 4294967295",
		"lb_output(1)":                                                 "own datapath",
		"tnl_pop(1)":                                                   "own datapath",
		"userspace(actions)":                                           "pid, which userspace needs",
		"userspace(pid=1,slow_path(cfm,foo))":                          "a flag (cfm",
	} {
		if a, err := ParseActions(in, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", in, a, err, want)
		}
	}
}
