package odp

import (
	"strings"
	"testing"
)

// TestCompleteTunnel checks what is added to a match on an outer header, and
// that none of it is matched.
func TestCompleteTunnel(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"id only", "tunnel(tun_id=0x7)", "dst=0.0.0.1/0.0.0.0 ttl=0/0"},
		{"source", "tunnel(src=10.0.0.1)", "dst=0.0.0.1/0.0.0.0 ttl=0/0"},
		{"all there", "tunnel(dst=10.0.0.1,ttl=5)", "dst=10.0.0.1/255.255.255.255 ttl=5/255"},
		{"any destination", "tunnel(tun_id=0x7,dst=0.0.0.0/0)", "dst=0.0.0.1/0.0.0.0 ttl=0/0"},
		{"IPv6", "tunnel(ipv6_src=fd00::1)", "ipv6_dst=::1/:: ttl=0/0"},
		{"any IPv6", "tunnel(ipv6_dst=::/0)", "ipv6_dst=::1/:: ttl=0/0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMatch(tt.text, nil)
			if err != nil {
				t.Fatal(err)
			}
			full, err := m.Complete()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range []string{"dst", "ipv6_dst", "ttl"} {
				if v, ok := full.Get("tunnel." + name); ok {
					mask := "none"
					if m, ok := full.GetMask("tunnel." + name); ok {
						mask = m.String()
					}
					got = append(got, name+"="+v.String()+"/"+mask)
				}
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if !full.Equal(m) {
				t.Errorf("%v takes other packets than %v", full, m)
			}
		})
	}
}

func TestSetTunnel(t *testing.T) {
	a, err := ParseActions("set(tunnel(tun_id=0x1,dst=10.0.0.1)),2", nil)
	if want := "set(tunnel(tun_id=0x1,dst=10.0.0.1,ttl=0,flags(key))),2"; err != nil || a.String() != want {
		t.Errorf("got %v, %v, want %s", a, err, want)
	}
	if _, err := ParseActions("set(tunnel(tun_id=0x1))", nil); err == nil || !strings.Contains(err.Error(), "dst or ipv6_dst expected") {
		t.Errorf("without a destination: %v", err)
	}
}
