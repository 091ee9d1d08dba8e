package luabind

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// give makes a global of rt out of what belongs to no Lua state.
func (rt *testRuntime) give(t *testing.T, name string, p parcel) {
	t.Helper()
	err := rt.do(context.Background(), func() {
		v, err := rt.unseal(p)
		if err != nil {
			t.Error(err)
			return
		}
		rt.L.G.Global.RawSetString(name, v)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestChannels(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.channel(), #odp.channel(), odp.channel(3).capacity, odp.channel().closed`, "channel (0 of 64) 0 3 false"},
		{`(function() local ch = odp.channel(2) return ch:send(1), ch:try_send(2), ch:try_send(3), ch:send(3, 0.001), #ch, ch:receive(), ch:receive(0), ch:receive(0.001) end)()`,
			`true true false false 2 1 2 nil "timeout"`},
		{`(function() local ch = odp.channel() ch:send(1) ch:close() ch:close() return tostring(ch), ch.closed, ch:receive(), ch:receive() end)()`,
			`"channel (closed, 1 left)" true 1 nil "closed"`},
		{`odp.channel():try_receive()`, `nil "empty"`},
		{`(function() local ch = odp.channel() ch:close() return ch:try_receive() end)()`, `nil "closed"`},
		{`(function() local ch = odp.channel() ch:send(false) return ch:receive() end)()`, "false"},
		{`(function() local a, b = odp.channel(), odp.channel() a:send(a) local got = a:receive() return got == a, got == b end)()`, "true false"},
		{`(function() local ch, got = odp.channel(1), {} local task = odp.spawn(function() for i = 1, 5 do ch:send(i) end ch:close() end)
			for v in ch:values() do table.insert(got, v) end task:join() return got end)()`, "{1, 2, 3, 4, 5}"},
		{`(function() local ch, got = odp.channel(), {} local l = ch:on_value(function(v) odp.sleep(0.001) table.insert(got, v) if v == 3 then error("x") end end)
			for i = 1, 100 do ch:try_send(i) end ch:close() return l.active, odp.run(5), #got, got[64], l.active end)()`, `true "idle" 64 64 false`},
		{`(function() local ch, got = odp.channel(), {} local l = ch:on_value(function(v) table.insert(got, v) end) ch:send(1) odp.wait(function() return got[1] end)
			l:stop() l:stop() ch:send(2) odp.sleep(0) return got, #ch, l.active, odp.run(5) end)()`, `{1} 1 false "idle"`},
		{`(function() local ch, task = odp.channel() task = odp.spawn(ch.receive, ch) odp.sleep(0) task:cancel() odp.sleep(0) ch:send(7) return ch:receive(0) end)()`, "7"},
	})
	testRefusals(t, [][2]string{
		{`odp.channel(0)`, "bad argument #1 (capacity) to odp.channel: 1 or more expected, got 0"},
		{`odp.channel("x")`, "whole number from 0 to 16777216 expected"},
		{`odp.channel():send(nil)`, "bad argument #1 (value) to Channel:send: a value expected, got nil"},
		{`odp.channel():send(1, "x")`, "number of seconds expected"},
		{`odp.channel():on_value(1)`, "function expected"},
		{`(function() local ch = odp.channel() ch:close() ch:send(1) end)()`, "Channel:send: the channel is closed"},
		{`(function() local ch = odp.channel() ch:close() ch:try_send(1) end)()`, "Channel:try_send: the channel is closed"},
		{`(function() local ch = odp.channel(1) ch:send(1) odp.spawn(ch.close, ch) ch:send(2) end)()`, "Channel:send: the channel was closed"},
	})
}

// TestSeal checks which values are copied, how, and what is said of the others.
func TestSeal(t *testing.T) {
	copied := func(expr string) string {
		return `(function() local ch = odp.channel() ch:send(` + expr + `) return ch:receive() end)()`
	}
	testExprs(t, [][2]string{
		{copied(`{1, 2, {a = "x", ["b c"] = true}, [7.5] = 1, [false] = 2}`), `{1, 2, {["b c"] = true, a = "x"}, [7.5] = 1, [false] = 2}`},
		{copied(`odp.mac("02:00:00:00:00:01")`) + ` == odp.mac("02:00:00:00:00:01")`, "true"},
		{copied(`{[odp.ip("10.0.0.1")] = odp.u64("0xffffffffffffffff")}`), "{[10.0.0.1] = 18446744073709551615}"},
		{copied(`odp.match{in_port = 1, ipv4 = {ttl = 3}}`), "in_port(1),eth(),eth_type(0x0800),ipv4(ttl=3)"},
		{copied(`odp.key{in_port = 1}`) + `.in_port`, "1"},
		{copied(`odp.match{ipv4 = {ttl = 3}}.ipv4`) + `.ttl`, "3"},
		{copied(`odp.actions{1, odp.drop and 2 or 3}`), "1,2"},
		{copied(`select(2, pcall(odp.u64, {}))`) + `.op`, `"argument"`},
		{copied(`json.null`) + ` == json.null`, "true"},
		{`json.encode(` + copied(`json.array{}`) + `)`, `"[]"`},
		{`(function() local t, ch = {1}, odp.channel() ch:send{t, t} local got = ch:receive() return got[1] == got[2], got[1] == t end)()`, "true false"},
		{`(function() local t, ch = {1}, odp.channel() ch:send(t) t[1] = 2 return ch:receive() end)()`, "{1}"},
		{copied(`packet.dissect(("\0"):rep(60))`) + `.eth.type`, "0"},
		{`(pcall(function() return ` + copied(`packet.dissect(("\0"):rep(60))`) + `.eth.nonsense end))`, "false"},
	})
	refused := func(expr string) string { return `odp.channel():send(` + expr + `)` }
	testRefusals(t, [][2]string{
		{refused(`print`), "bad argument #1 (value) to Channel:send: value is a function, which belongs to one Lua state"},
		{refused(`{a = {1, {["b c"] = print}}}`), `value.a[2]["b c"] is a function`},
		{refused(`{[odp.ip("10.0.0.1")] = coroutine.create(print)}`), "value[10.0.0.1] is a coroutine"},
		{refused(`{x = odp.after(100, print)}`), "value.x is an odp.Timer, which belongs to one Lua state"},
		{refused(`{x = net.current_namespace()}`), "value.x is a net.Namespace, which belongs to one Lua state"},
		{refused(`setmetatable({}, {})`), "value is a table with a metatable"},
		{refused(`{x = {[{}] = 1}}`), "value.x is a table with a table as a key"},
		{`(function() local t = {} t.a = {b = t} odp.channel():send(t) end)()`, "value.a.b is a table that contains itself"},
	})
}

// TestChannelBetweenStates sends values from several Lua states to several others.
func TestChannelBetweenStates(t *testing.T) {
	const each = 300
	ch, done := newChannel(3), newChannel(100)
	start := func(code string) *sync.WaitGroup {
		var wg sync.WaitGroup
		for i := range 3 {
			rt := newTestRuntime(t)
			rt.give(t, "ch", ch)
			rt.give(t, "done", done)
			rt.give(t, "id", lua.LNumber(i))
			wg.Go(func() {
				if err := rt.RunString(context.Background(), "test.lua", code, nil); err != nil {
					t.Error(err)
				}
			})
		}
		return &wg
	}
	senders := start(fmt.Sprintf(`for i = 1, %d do ch:send{id = id, i = i, mac = odp.mac("02:00:00:00:00:01") + i} end`, each))
	receivers := start(`
		local sum, last = 0, {}
		local function take(v)
			assert(v.mac - odp.mac("02:00:00:00:00:01") == v.i)
			assert(v.i > (last[v.id] or 0), "order of one sender's values")
			last[v.id], sum = v.i, sum + v.i
		end
		if id == 0 then ch:on_value(take) odp.run() else for v in ch:values() do take(v) end end
		done:send(sum)`)
	senders.Wait()
	ch.close()
	receivers.Wait()
	total := lua.LNumber(0)
	for range 3 {
		p, result := done.tryReceive()
		if result != channelDone {
			t.Fatal("a receiver has not ended")
		}
		total += p.(lua.LNumber)
	}
	if want := lua.LNumber(3 * each * (each + 1) / 2); total != want {
		t.Errorf("the values add up to %v, want %v", total, want)
	}
}

// TestChannelAbort checks that a script that waits for a channel can be stopped,
// and leaves nothing behind in it.
func TestChannelAbort(t *testing.T) {
	for _, code := range []string{`ch:receive()`, `for v in ch:values() do end`, `full:send(2)`, `ch:on_value(print) odp.spawn(ch.receive, ch) odp.sleep(100)`} {
		ch, full := newChannel(1), newChannel(1)
		full.trySend(lua.LNumber(1))
		rt := newTestRuntime(t)
		rt.give(t, "ch", ch)
		rt.give(t, "full", full)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		err := rt.RunString(ctx, "test.lua", code, nil)
		cancel()
		if err == nil || strings.Contains(err.Error(), "closed") {
			t.Errorf("%s: ended with %v", code, err)
		}
		for _, c := range []*channel{ch, full} {
			c.mu.Lock()
			if len(c.waiting) != 0 || len(c.listeners) != 0 {
				t.Errorf("%s: %d wait, %d listen", code, len(c.waiting), len(c.listeners))
			}
			c.mu.Unlock()
		}
	}
}
