package odp

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The texts that the fuzz targets start from, besides one of every row.
var (
	seedMatches = []string{
		"in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0800),ipv4(ttl=1))",
		"recirc_id(0x1),tunnel(tun_id=0x7b,src=10.0.0.0/8,flags(-df+csum),vxlan(gbp(id=5))),key60(01 02/ff 00)",
		"ct_state(+trk-new),ct_mark(0x1/0xf),ct_label(0x12345678901234567890/0xff),eth(),eth_type(0x86dd),ipv6(src=fe80::/10,proto=6),tcp_flags(syn|ack)",
		"eth(dst=01:00:00:00:00:00/01:00:00:00:00:00),eth_type(0/0xffff)",
		"<empty>",
	}
	seedActions = []string{
		"set(eth(dst=02:00:00:00:00:02)),sample(sample=50%,actions(1)),push_vlan(vid=5,pcp=0),userspace(pid=1,userdata(00)),2",
		"set(tunnel(tun_id=0x7b,dst=10.0.0.2,ttl=64,flags(df|key))),set(ipv4(ttl=1)),clone(drop),action99(01 02),drop(5)",
		"ct(commit,zone=5,mark=0x1/0xf,nat(src=10.0.0.1-10.0.0.9:1024-2048)),recirc(0x1)",
		"drop",
	}
)

// addMatches adds the texts of matches to a fuzz target: seedMatches and one of
// every key row.
func addMatches(add func(string)) {
	for _, s := range seedMatches {
		add(s)
	}
	rnd := rand.New(rand.NewPCG(11, 12))
	for i, r := range KeyRows() {
		if m, err := matchOf([]*node{randomNode(rnd, r, i%3)}); err == nil {
			add(m.String())
		}
	}
}

// addActions adds the texts of actions: seedActions and one of every row.
func addActions(add func(string)) {
	for _, s := range seedActions {
		add(s)
	}
	rnd := rand.New(rand.NewPCG(13, 14))
	for _, r := range ActionRows() {
		if a, err := encodeActions([]*node{randomAction(rnd, r)}); err == nil {
			add(Actions(a).String())
		}
	}
}

// roundTripMatch checks that what a match prints reads as an equal match, and that
// a match of which only bits with names are matched prints the same then.
func roundTripMatch(t *testing.T, m Match, named bool) {
	t.Helper()
	for _, o := range []*TextOptions{nil, {Verbose: true}} {
		text := string(m.AppendText(nil, o))
		again, err := ParseMatch(text, nil)
		if err != nil {
			t.Fatalf("%x/%x prints as %q: %v", m.Key, m.Mask, text, err)
		}
		if alikeInText(m.nodes()) {
			continue
		}
		if !again.Equal(m) {
			t.Fatalf("%x/%x prints as %q, which is another match: %x/%x", m.Key, m.Mask, text, again.Key, again.Mask)
		}
		// A match of which nothing is matched prints as nothing, and nothing as <empty>.
		if second := string(again.AppendText(nil, o)); named && second != text && text != "" {
			t.Fatalf("%q prints again as %q", text, second)
		}
		if again.UFID() != m.UFID() || !again.Covers(m) || !m.Covers(again) {
			t.Fatalf("%q reads as a match that is equal, but %v, %v, %v", text, again.UFID() == m.UFID(), again.Covers(m), m.Covers(again))
		}
	}
}

// alikeInText tells whether an ERSPAN header is matched whole that ovs-dpctl prints
// as one of which only what has a name is matched.
func alikeInText(list []*node) bool {
	n := findNode(list, tunnelRow)
	if n == nil {
		return false
	}
	kid := n.kid(tunnelRow.Row("erspan"))
	return kid != nil && allBytes(kid.mask, 0xff) && kid.row.says(kid.val, kid.mask) && !kid.row.fixed(kid.row.Closed, kid.val, kid.mask)
}

// lacking are what errors say of actions that no kernel takes.
var lacking = []string{"no destination", "a name of 1 to 15 bytes", "key once", "field once"}

// roundTripActions checks that what actions print reads as actions that print the
// same, or else that it is said what they lack.
func roundTripActions(t *testing.T, a Actions) (ok bool) {
	t.Helper()
	text := a.String()
	again, err := ParseActions(text, nil)
	if err != nil && slices.ContainsFunc(lacking, func(s string) bool { return strings.Contains(err.Error(), s) }) {
		return false
	}
	if err != nil {
		t.Fatalf("%x prints as %q: %v", []byte(a), text, err)
	}
	second := again.String()
	if third, err := ParseActions(second, nil); err != nil || !third.Equal(again) {
		t.Fatalf("%q prints again as %q, which reads as %v, %v", text, second, third, err)
	}
	// What the kernel would refuse is put right: an outer or NSH header that is not
	// whole, keys that are out of order, and bits outside of a mask.
	for _, s := range []string{"set(tunnel(", "set(encap(", "set(nsh(", "push_nsh(", "/"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	if second != text {
		t.Fatalf("%q prints again as %q", text, second)
	}
	return true
}

// checkSyntax checks that a text's error is of a place in it.
func checkSyntax(t *testing.T, text string, err error) {
	t.Helper()
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		return // of what it means: too long, no destination
	}
	if syntax.Offset < 0 || syntax.Offset > len(syntax.Text) || syntax.Text != text || syntax.Expected == "" {
		t.Fatalf("%q: %+v", text, syntax)
	}
	if lines := strings.Split(syntax.Caret(), "\n"); len(lines) != 2 || !strings.HasSuffix(lines[1], "^") {
		t.Fatalf("%q: caret %q", text, syntax.Caret())
	}
	_ = err.Error()
}

func FuzzParseMatch(f *testing.F) {
	addMatches(func(s string) { f.Add(s) })
	f.Fuzz(checkMatchText)
}

// checkMatchText checks what must be true of any text of a match.
func checkMatchText(t *testing.T, s string) {
	t.Helper()
	m, err := ParseMatch(s, nil)
	if err != nil {
		if m.Key != nil || m.Mask != nil {
			t.Fatal("both a value and an error")
		}
		checkSyntax(t, s, err)
		return
	}
	if len(m.Mask) == 0 {
		return
	}
	full, err := m.Complete()
	if err != nil {
		// Said in words: what it takes is nothing to be compared, but it reads again.
		if _, err := ParseMatch(m.String(), nil); err != nil {
			t.Fatalf("%q prints as %q: %v", s, m, err)
		}
		return
	}
	roundTripMatch(t, m, false)
	list := m.nodes()
	trimKeys(list)
	named, err := matchOf(list)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	roundTripMatch(t, named, true)
	if again, err := full.Complete(); err != nil || !slices.Equal(again.Key, full.Key) || !slices.Equal(again.Mask, full.Mask) {
		t.Fatalf("%q, completed as %s, completed again as %s, %v", s, full, again, err)
	}
	if !m.Equal(full) {
		t.Fatalf("%q is completed as %s, which is another match", s, full)
	}
}

func FuzzParseActions(f *testing.F) {
	addActions(func(s string) { f.Add(s) })
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseActions(s, nil)
		if err != nil {
			if a != nil {
				t.Fatal("both a value and an error")
			}
			checkSyntax(t, s, err)
			return
		}
		// A percentage has one decimal in OVS text, and zone 0 of ct is not printed.
		if text := a.String(); !roundTripActions(t, a) || strings.Contains(text, "%") || strings.Contains(text, "ct(") {
			return
		}
		if again, err := ParseActions(a.String(), nil); err != nil || !again.Equal(a) {
			t.Fatalf("%q prints as %q: %v, %v", s, a, again, err)
		}
	})
}

// FuzzFlowText reads lines as ovs-dpctl dump-flows prints them.
func FuzzFlowText(f *testing.F) {
	f.Add("recirc_id(0),in_port(1),eth(),eth_type(0x0800), packets:5, bytes:490, used:0.123s, flags:SP., actions:2")
	f.Add("ufid:00010203-0405-0607-0809-0a0b0c0d0e0f, in_port(1),eth(), packets:0, bytes:0, used:never, dp:ovs, actions:drop")
	f.Fuzz(func(t *testing.T, s string) {
		fl, err := ParseFlow(s, nil)
		if err != nil {
			if fl != nil {
				t.Fatal("both a value and an error")
			}
			checkSyntax(t, s, err)
			return
		}
		if len(fl.Match.Mask) == 0 {
			return
		}
		for _, o := range []*TextOptions{nil, {Verbose: true}} {
			text := string(fl.AppendText(nil, o))
			again, err := ParseFlow(text, nil)
			if err != nil {
				t.Fatalf("%q prints as %q: %v", s, text, err)
			}
			if !again.Match.Equal(fl.Match) || again.Actions.String() != fl.Actions.String() || again.TCPFlags != fl.TCPFlags ||
				again.Stats.Packets != fl.Stats.Packets || again.Stats.Bytes != fl.Stats.Bytes || o != nil && again.UFID != fl.UFID {
				t.Fatalf("%q prints as %q, which reads as %v", s, text, again)
			}
		}
	})
}

// FuzzFlowOptions reads command lines in the option form.
func FuzzFlowOptions(f *testing.F) {
	f.Add("--in-port=1 --set-tunnel-ipv4-src=10.0.0.112 --set-tunnel-ipv4-dst=10.0.0.113 --set-tunnel-ttl=64 --output=2,3")
	f.Add(`--eth-src="02:00:00:00:00:00&ff:ff:00:00:00:00" --tunnel-id=000000000000007b --tunnel-df=true -tunnel-csum 0`)
	f.Add(`--no-eth --key60='01 02/ff 00' --encap-ipv4-ttl=3 --actions="push_vlan(vid=5,pcp=0),1" --set-eth-dst=02:00:00:00:00:02`)
	addMatches(func(s string) {
		if m, err := ParseMatch(s, nil); err == nil {
			if args, err := AppendFlowOptions(nil, m, nil, nil); err == nil {
				f.Add(JoinOptions(args))
			}
		}
	})
	addActions(func(s string) {
		if a, err := ParseActions(s, nil); err == nil {
			f.Add(JoinOptions(appendActionOptions(nil, a, nil)))
		}
	})
	f.Fuzz(func(t *testing.T, line string) {
		args, err := SplitOptions(line)
		if err != nil {
			return
		}
		if again, err := SplitOptions(JoinOptions(args)); err != nil || !slices.Equal(again, args) {
			t.Fatalf("%q joins as %q, which divides into %q, %v", args, JoinOptions(args), again, err)
		}
		m, a, err := ParseFlowOptions(args, nil)
		if err != nil {
			if m.Key != nil || a != nil || err.Error() == "" {
				t.Fatal("both a value and an error")
			}
			return
		}
		out, err := AppendFlowOptions(nil, m, a, nil)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		checkOptions(t, m, a, out)
	})
}

// FuzzKeyMessage reads bytes as the key and mask of a flow from the kernel.
func FuzzKeyMessage(f *testing.F) {
	addMatches(func(s string) {
		if m, err := ParseMatch(s, nil); err == nil {
			f.Add([]byte(m.Key), []byte(m.Mask))
		}
	})
	f.Fuzz(func(t *testing.T, key, mask []byte) {
		m := Match{key, mask}
		_ = m.String()
		_ = string(m.AppendText(nil, &TextOptions{Verbose: true}))
		m.Complete()
		m.Only("in_port", "tunnel")
		m.Overlaps(m)
		m.Covers(Match{Key: key})
		m.Matches(mask)
		m.UFID()
		for _, r := range KeyRows() {
			for _, name := range r.Members() {
				m.Get(r.Name + "." + name)
			}
		}
		if len(mask) == 0 || !wellFormed(key, KeyByID) || !structureMatched(m.nodes()) {
			return
		}
		// As the kernel has it: with all keys that a packet with those values has, in
		// its order, and without the bits that are of no field.
		full, err := m.Complete()
		if err != nil {
			return
		}
		list := full.nodes()
		trimKeys(list)
		sorted, err := matchOf(list)
		if err != nil {
			t.Fatalf("%x/%x: %v", key, mask, err)
		}
		roundTripMatch(t, sorted, true)
	})
}

// FuzzActionsMessage reads bytes as the actions of a flow from the kernel.
func FuzzActionsMessage(f *testing.F) {
	addActions(func(s string) {
		if a, err := ParseActions(s, nil); err == nil {
			f.Add([]byte(a))
		}
	})
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = Actions(b).String()
		appendActionOptions(nil, Actions(b), nil)
		if Attrs(b).Valid() == nil {
			roundTripActions(t, Actions(b))
		}
	})
}

// structureMatched tells whether the presence of every tag and the lengths of all
// options are matched, as they are in every flow of the kernel, and whether text can
// say it: it cannot say that packets have no options of one kind.
func structureMatched(list []*node) bool {
	for _, n := range list {
		if n.row == KeyByName("vlan") && n.row.Field("cfi").maskState(n.mask) != maskFull || !structureMatched(n.kids) {
			return false
		}
		if n.absent && n.row.Exclusive {
			return false
		}
		if n.row == nil || n.row.Layout != LayoutOptions {
			continue
		}
		mask := n.mask
		for elements, _ := n.row.Elements(n.val); len(elements) > 0; elements = elements[1:] {
			if n.row.lengthField().maskState(mask) != maskFull {
				return false
			}
			mask = mask[len(elements[0]):]
		}
	}
	return true
}

// wellFormed tells whether a list of attributes is one as the kernel makes them:
// each once, in full, not zero where that has no attribute, none of a header that
// is pushed, and nested no deeper than text may be.
func wellFormed(list Attrs, row func(uint16) *Row) bool { return wellFormedAt(list, row, 0) }

func wellFormedAt(list Attrs, row func(uint16) *Row, depth int) bool {
	if list.Valid() != nil || depth > 8 {
		return false
	}
	seen := map[uint16]bool{}
	for id, val := range list.All() {
		r := row(id)
		if seen[id] || r == nil && id == 0 || r != nil && (r.Layout == LayoutBytes || r.ZeroAbsent && allBytes(val, 0) || !r.validPayload(val)) {
			return false
		}
		seen[id] = true
		switch {
		case r != nil && r.Layout == LayoutKeys && !wellFormedAt(val, KeyByID, depth+1),
			r != nil && r.Layout == LayoutNested && !wellFormedAt(val, r.rowByID, depth+1):
			return false
		}
	}
	return true
}
