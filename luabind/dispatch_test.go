package luabind

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
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

// withHandler runs fn, on the goroutine that owns the Lua state, with the handler
// that a script returns. It returns what was written to stderr.
func withHandler(tb testing.TB, script string, fn func(rt *Runtime, h *handle, b *fakeBatch)) string {
	tb.Helper()
	var stderr bytes.Buffer
	rt := New(Config{Stderr: &stderr})
	defer rt.Close()
	err := rt.do(context.Background(), func() {
		load, err := rt.load("script", script)
		if err != nil {
			tb.Fatal(err)
		}
		results, err := rt.execute(context.Background(), load)
		if err != nil {
			tb.Fatal(err)
		}
		h, b := fakeHandle(rt, results[0].(*lua.LFunction))
		h.in.wake = func() {}
		fn(rt, h, b)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return stderr.String()
}

// countText shows the counters of what became of packets that are not 0.
func (h *handle) countText() string {
	var parts []string
	for _, c := range []struct {
		name string
		n    uint64
	}{
		{"handled", h.handled.Load()}, {"answered", h.answered.Load()}, {"discarded", h.discarded.Load()}, {"unanswered", h.unanswered.Load()},
		{"held", uint64(h.held.Len())}, {"expired", h.expired.Load()}, {"failures", h.handler.failures.Load()}, {"running", uint64(h.running.Load())},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.name, c.n))
		}
	}
	return strings.Join(parts, ", ")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		handler string // of a packet, with n from 1
		asked   string // of the batch, for the first packet
		counts  string // after two packets
		stderr  string // part of it
	}{
		{"nothing", `return nil`, "", "handled 2, unanswered 2", ""},
		{"false", `return false`, "", "handled 2, unanswered 2", ""},
		{"number", `return 2`, "execute 2, send", "handled 2, answered 2", ""},
		{"text", `return "push_vlan(vid=5,pcp=0),2"`, "execute push_vlan(vid=5,pcp=0),2, send", "handled 2, answered 2", ""},
		{"list", `return { 2, odp.output(3) }`, "execute 2,3, send", "handled 2, answered 2", ""},
		{"none", `return {}`, "", "handled 2, discarded 2", ""},
		{"drop text", `return "drop"`, "", "handled 2, discarded 2", ""},
		{"drop", `assert(pkt:drop() == true) assert(pkt.state == "dropped")`, "", "handled 2, discarded 2", ""},
		{"return drop", `return pkt:drop()`, "", "handled 2, discarded 2", ""},
		{"return forward", `return pkt:forward(2)`, "execute 2, send", "handled 2, answered 2", ""},
		{"return hold", `return pkt:hold()`, "", "handled 2, held 2", ""},
		{"return true", `return true`, "", "handled 2, unanswered 2", ""},
		{"drop twice", `pkt:drop() return "drop"`, "", "handled 2, discarded 2", ""},
		{"drop and send", `pkt:drop() return 2`, "", "handled 2, discarded 2, failures 2", "the packet was dropped at script:1"},
		{"send and drop", `pkt:forward(2) pkt:drop()`, "execute 2, send", "handled 2, answered 2, failures 2", "Packet:drop: the packet was sent on at script:1"},
		{"send and nothing", `pkt:forward(2) return {}`, "execute 2, send", "handled 2, answered 2", ""},
		{"drop with arguments", `pkt:drop{}`, "", "handled 2, unanswered 2, failures 2", "takes no arguments"},
		{"several", `pkt:forward(2, 3) pkt:execute("4") return 5`, "execute 2,3, execute 4, execute 5, send", "handled 2, answered 2", ""},
		{"order", `pkt:forward(3) pkt:install(pkt.key, "2", { execute = true }) return 4`,
			"execute 3, put 2, execute 2, execute 4, send", "handled 2, answered 2", ""},
		{"install alone", `pkt:install(pkt.key, "drop")`, "put drop, send", "handled 2, unanswered 2", ""},
		{"install to drop", `pkt:install(pkt.key, {}, { execute = true })`, "put drop, send", "handled 2, discarded 2", ""},
		{"install badly", `pkt:install(pkt.key, 2, { ufid = "x" })`, "", "handled 2, unanswered 2, failures 2", "field 'ufid'"},
		{"wrong result", `return print`, "", "handled 2, unanswered 2, failures 2", "script:1: result of the on_miss handler: actions expected"},
		{"wrong port", `return 1e9`, "", "handled 2, unanswered 2, failures 2", "a port number"},
		{"failure", `pkt:forward(2) error("broken")`, "execute 2, send", "handled 2, answered 2, failures 2", "script:1: broken"},
		{"hold", `assert(pkt:hold() == pkt) assert(pkt.state == "held")`, "", "handled 2, held 2", ""},
		{"hold and answer", `pkt:hold() return 2`, "execute 2, send", "handled 2, answered 2", ""},
		{"answer and hold", `pkt:forward(2) pkt:hold()`, "execute 2, send", "handled 2, answered 2, failures 2", "Packet:hold: the packet was answered at script:1"},
		{"hold and fail", `pkt:hold() error("broken")`, "", "handled 2, held 2, failures 2", "broken"},
		{"answer held", `if n == 1 then kept = pkt:hold() else kept:forward(7) assert(kept.state == "sent") end`, "", "handled 2, answered 1, unanswered 1", ""},
		{"drop held", `if n == 1 then kept = pkt:hold() else kept:drop() end`, "", "handled 2, discarded 1, unanswered 1", ""},
		{"answer held twice", `if n == 1 then kept = pkt:hold() else kept:forward(7) kept:forward(8) end`, "",
			"handled 2, answered 1, unanswered 1, failures 1", "was sent on at script:1; after its handler has returned it cannot be sent again"},
		{"answer late", `if n == 1 then kept = pkt else kept:forward(7) end`, "", "handled 2, unanswered 2, failures 1", "call pkt:hold() in it"},
		{"hold late", `if n == 1 then kept = pkt else kept:hold() end`, "", "handled 2, unanswered 2, failures 1", "hold a packet before it does"},
		{"install late", `if n == 1 then kept = pkt else kept:install(kept.key, 2) end`, "", "handled 2, unanswered 2", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stderr := withHandler(t, "local n, kept = 0, nil; return function(pkt) n = n + 1 "+test.handler+" end", func(_ *Runtime, h *handle, b *fakeBatch) {
				b.keep = true
				h.in.put(testUpcall(t))
				h.drain()
				if got := strings.Join(b.asked, ", "); got != test.asked {
					t.Errorf("asked for %q, want %q", got, test.asked)
				}
				h.in.put(testUpcall(t))
				h.drain()
				if got := h.countText(); got != test.counts {
					t.Errorf("counted %q, want %q", got, test.counts)
				}
			})
			if test.stderr == "" && stderr != "" || !strings.Contains(stderr, test.stderr) {
				t.Errorf("reported %q, want %q", stderr, test.stderr)
			}
		})
	}
}

// TestHoldLimit checks that the oldest held packets are given up, and all when
// the handler ends, after which answers say so.
func TestHoldLimit(t *testing.T) {
	t.Parallel()
	stderr := withHandler(t, `
local held = {}
return function(pkt)
  table.insert(held, pkt:hold())
  if #held == 5 then
    for i = 1, 2 do assert(held[i]:forward(i) == false and held[i].state == "expired") end
    assert(held[1]:drop() == false and held[1]:hold() == held[1])
    assert(held[4]:forward(4) == true)
  elseif #held == 7 then
    assert(held[6]:forward(6))
  end
end`, func(_ *Runtime, h *handle, b *fakeBatch) {
		b.keep = true
		h.maxHeld = 3
		for range 6 {
			h.in.put(testUpcall(t))
		}
		h.drain()
		if got, want := h.countText(), "handled 6, answered 1, held 3, expired 2"; got != want {
			t.Errorf("counted %q, want %q", got, want)
		}
		h.in.put(testUpcall(t))
		h.out.rt.loop.sources++
		h.end()
		if got, want := h.countText(), "handled 6, answered 1, expired 5"; got != want {
			t.Errorf("after the end: counted %q, want %q", got, want)
		}
		if h.in.received.Load() != 7 || h.in.dropped.Load() != 1 || h.in.queued() != 0 {
			t.Errorf("received %d, dropped %d, queued %d", h.in.received.Load(), h.in.dropped.Load(), h.in.queued())
		}
		if want := []string{"execute 4", "send"}; !slices.Equal(b.asked, want) {
			t.Errorf("asked for %q, want %q", b.asked, want)
		}
	})
	if strings.Count(stderr, "more than 3 packets are held") != 1 {
		t.Errorf("reported %q", stderr)
	}
}

// TestMissKinds checks that a handler that sees packets of one kind again and
// again is told of once, and one that installs flows for them is not.
func TestMissKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, handler string
		warned        bool
	}{
		{"never", `return 2`, true},
		{"now and then", `n = n + 1 if n % 900 == 0 then pkt:install(pkt.key, 2) end`, false},
		{"always", `pkt:install(pkt.key, 2)`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stderr := withHandler(t, "local n = 0; return function(pkt) "+test.handler+" end", func(_ *Runtime, h *handle, _ *fakeBatch) {
				for range 2*missesToWarn + 100 {
					h.in.put(testUpcall(t))
					h.drain()
				}
			})
			if warned := strings.Contains(stderr, "packets like in_port(1),eth(dst=02:00:00:00:00:02) came to it"); warned != test.warned ||
				strings.Count(stderr, "\n") > 1 {
				t.Errorf("reported %q", stderr)
			}
		})
	}
	// Of many kinds, none comes often.
	stderr := withHandler(t, "return function() end", func(_ *Runtime, h *handle, _ *fakeBatch) {
		u := testUpcall(t)
		for n := range 3 * missesToWarn {
			u.Data[4], u.Data[5] = byte(n>>8), byte(n)
			h.in.put(u)
			h.drain()
			if len(h.missed.seen) > maxKinds {
				t.Fatalf("%d kinds are counted", len(h.missed.seen))
			}
		}
	})
	if stderr != "" {
		t.Errorf("reported %q", stderr)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	wakes := 0
	q := &inbox{limit: 40, wake: func() { wakes++ }}
	u := testUpcall(t)
	next, taken := byte(0), byte(0)
	put := func(n int) {
		for range n {
			u.Data[20] = next
			q.put(u)
			next++
		}
	}
	take := func(n int) {
		for range n {
			p := q.take()
			if p == nil {
				t.Fatalf("packet %d is not there", taken)
			}
			if p.up.Data[20] != taken {
				t.Fatalf("got packet %d, want %d", p.up.Data[20], taken)
			}
			taken++
		}
	}
	put(10)
	if wakes != 1 {
		t.Errorf("woken %d times", wakes)
	}
	q.begin()
	take(7)
	put(13) // 16 wait, around the end of the ring
	take(2)
	put(20) // it grows
	if wakes != 2 {
		t.Errorf("woken %d times", wakes)
	}
	q.again()
	q.begin()
	q.again()
	if wakes != 3 {
		t.Errorf("woken %d times", wakes)
	}
	take(34)
	if q.take() != nil {
		t.Error("there is one more")
	}
	next, taken = 0, 0
	put(45)
	if q.queued() != 40 || q.dropped.Load() != 5 {
		t.Errorf("queued %d, dropped %d", q.queued(), q.dropped.Load())
	}
	take(1)
	next = 40
	put(1)
	q.close()
	put(2)
	if q.received.Load() != 43+46+2 || q.dropped.Load() != 5+40+2 || q.queued() != 0 || q.count.Load() != 0 {
		t.Errorf("received %d, dropped %d, queued %d, count %d", q.received.Load(), q.dropped.Load(), q.queued(), q.count.Load())
	}
}

// TestDispatchAllocations checks that a packet on its way to a handler takes two
// pieces of memory, its own and that of its bytes, and no more.
func TestDispatchAllocations(t *testing.T) {
	u := testUpcall(t)
	withHandler(t, "return function(pkt) end", func(_ *Runtime, h *handle, _ *fakeBatch) {
		n := testing.AllocsPerRun(100, func() {
			h.in.put(u)
			h.drain()
		})
		if n > 2 {
			t.Errorf("a packet takes %v allocations, want 2", n)
		}
	})
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
			u := testUpcall(b)
			withHandler(b, bench.handler, func(_ *Runtime, h *handle, _ *fakeBatch) {
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					h.in.put(u)
					if n%perWakeUp == perWakeUp-1 {
						h.drain()
					}
				}
				h.drain()
				if h.handler.failures.Load() > 0 {
					b.Error("the handler failed")
				}
			})
		})
	}
}

// BenchmarkKeyAccess reads a field of a packet's key in Lua, many times in one call
// of a handler.
func BenchmarkKeyAccess(b *testing.B) {
	const perCall = 100
	for _, bench := range []struct{ name, access string }{
		{"nothing", `local v = key`},
		{"part", `local v = key.ipv4`},
		{"number", `local v = key.udp.dst`},
		{"address", `local v = key.ipv4.src`},
		{"get", `local v = key:get "ipv4.src"`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			u := testUpcall(b)
			script := fmt.Sprintf("return function(pkt) local key = pkt.key for i = 1, %d do %s end end", perCall, bench.access)
			withHandler(b, script, func(_ *Runtime, h *handle, _ *fakeBatch) {
				b.ReportAllocs()
				for b.Loop() {
					h.in.put(u)
					h.drain()
				}
				if h.handler.failures.Load() > 0 {
					b.Error("the handler failed")
				}
			})
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*perCall), "ns/access")
		})
	}
}
