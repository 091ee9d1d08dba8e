package luabind

import (
	"context"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// fakeBatch takes what handlers ask for in place of the kernel.
type fakeBatch struct {
	asked []string
	keep  bool
	n     int
	errs  []error
}

func (b *fakeBatch) PutFlow(_ *odp.Datapath, f *odp.Flow, _ odp.PutMode) {
	b.n++
	if b.keep {
		b.asked = append(b.asked, "put "+f.Actions.String())
	}
}

func (b *fakeBatch) Execute(_ *odp.Datapath, p *odp.Packet) {
	b.n++
	if b.keep {
		b.asked = append(b.asked, "execute "+p.Actions.String())
	}
}

func (b *fakeBatch) Send() []error {
	if b.keep {
		b.asked = append(b.asked, "send")
	}
	n := b.n
	b.n = 0
	if len(b.errs) >= n {
		return b.errs[:n]
	}
	b.errs = make([]error, n)
	return b.errs
}

// fakeHandle is a handler of misses without a kernel.
func fakeHandle(rt *Runtime, fn *lua.LFunction) (*handle, *fakeBatch) {
	b := &fakeBatch{}
	out := &dispatcher{
		rt: rt, d: new(odp.Datapath), batch: b, text: &odp.TextOptions{},
		changes: func() uint64 { return 0 },
	}
	out.send = out.flush
	h := newHandle(out, onMiss, fn, defaultQueue)
	h.missed = &missKinds{seen: map[missKind]int{}}
	h.recv = &receiver{rt: rt, d: out.d, out: out, up: new(odp.Upcalls)}
	return h, b
}

func testUpcall(tb testing.TB) *odp.Upcall {
	tb.Helper()
	m, err := odp.ParseMatch("recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),"+
		"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1000,dst=2000)", nil)
	if err != nil {
		tb.Fatal(err)
	}
	data := append([]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45}, make([]byte, 85)...)
	return &odp.Upcall{Kind: odp.UpcallMiss, Key: m.Key, Data: data, Len: uint32(len(data))}
}

// BenchmarkDispatch is the way of one packet from a socket's goroutine through
// a handler to the batch.
func BenchmarkDispatch(b *testing.B) {
	for _, bench := range []struct{ name, handler string }{
		{"nothing", `return function(pkt) end`},
		{"port", `return function(pkt) return 2 end`},
		{"text", `return function(pkt) return "2" end`},
		{"value", `local out = odp.output(2) return function(pkt) return out end`},
		{"forward", `return function(pkt) pkt:forward(2) end`},
		{"field", `return function(pkt) if pkt.key.ipv4.dst == "10.0.0.2" then return 2 end end`},
		{"install", `return function(pkt) pkt:install(pkt.key:exact(), 2) return 2 end`},
		{"only", `return function(pkt) pkt:install(pkt.key:only("in_port", "eth.dst"), 2, { execute = true }) end`},
		{"drop", `return function(pkt) pkt:drop() end`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			rt := New(Config{})
			defer rt.Close()
			u := testUpcall(b)
			if err := rt.do(context.Background(), func() {
				load, err := rt.load("bench", bench.handler)
				if err != nil {
					b.Fatal(err)
				}
				fn, err := rt.execute(context.Background(), load)
				if err != nil {
					b.Fatal(err)
				}
				h, _ := fakeHandle(rt, fn[0].(*lua.LFunction))
				h.in.wake = func() {}
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					h.in.put(u)
					if n%perWakeUp == perWakeUp-1 {
						h.drain()
					}
				}
				h.drain()
				if h.handler.failures > 0 {
					b.Error("the handler failed")
				}
			}); err != nil {
				b.Fatal(err)
			}
		})
	}
}
