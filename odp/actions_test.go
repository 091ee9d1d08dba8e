package odp

import "testing"

// TestActionsEqual compares lists whose attributes are arranged as a kernel may
// do it.
func TestActionsEqual(t *testing.T) {
	parse := func(text string) Actions {
		a, err := ParseActions(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, text := range []string{
		"set(tunnel(tun_id=0x1,src=192.0.2.1,dst=192.0.2.2,tos=0x1,ttl=3,flags(df|key))),1",
		"ct(commit,mark=0x1/0xf,nat(src=10.0.0.1)),2",
		"sample(sample=50.0%,actions(userspace(pid=1,userdata(01),actions)))",
		"check_pkt_len(size=5,gt(clone(userspace(pid=2,userdata(02)))),le(drop))",
	} {
		a := parse(text)
		b := reversed(Attrs(a), nil)
		if !a.Equal(Actions(b)) || !Actions(b).Equal(a) {
			t.Errorf("%s: not equal to itself with the attributes inside reversed", text)
		}
		if a.Equal(parse(text + ",9")) {
			t.Errorf("%s: equal to a longer list", text)
		}
	}
	if parse("1,2").Equal(parse("2,1")) {
		t.Error("order does not matter")
	}
	if !parse("ct(zone=0)").Equal(parse("ct")) || parse("ct(zone=1)").Equal(parse("ct")) {
		t.Error("zone 0 is the default")
	}
}

// reversed turns the attributes inside actions around, but not lists of actions.
func reversed(list Attrs, row *Row) []byte {
	var parts [][]byte
	for id, val := range list.All() {
		kid := ActionByID(id)
		if row != nil {
			kid = row.rowByID(id)
		}
		switch {
		case kid == nil || kid.text != nil:
		case kid.Layout == LayoutNested:
			val = reversed(val, kid)
		case kid.Layout == LayoutActions:
			val = reversed(val, nil)
		case kid.Layout == LayoutSet:
			id, key, _, _ := Attrs(val).cut()
			val = appendAttr(nil, id, reversed(key, KeyByID(id)))
		}
		parts = append(parts, appendAttr(nil, id, val))
	}
	var out []byte
	for i := range parts {
		if row != nil {
			i = len(parts) - 1 - i
		}
		out = append(out, parts[i]...)
	}
	return out
}
