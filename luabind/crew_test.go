package luabind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// fakeCrew is a crew of rt whose workers run code, without a kernel.
func fakeCrew(t *testing.T, rt *testRuntime, workers, queue int, code string, args parcel) *crew {
	t.Helper()
	d := new(odp.Datapath)
	cr := &crew{d: d, byPort: true, standing: standing{rt: rt.Runtime, kind: onMiss, name: "on_miss handler of dp0"}}
	err := rt.do(context.Background(), func() {
		cr.recv = &receiver{rt: rt.Runtime, d: d, up: new(odp.Upcalls), cancel: func() {}, ended: make(chan struct{})}
		cr.recv.takers[onMiss] = cr
		rt.loop.sources++
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := 1; id <= workers; id++ {
		w := newWorker(cr, id)
		w.d = d
		cr.workers = append(cr.workers, w)
		err := w.rt.do(context.Background(), func() {
			load, err := w.rt.load("worker.lua", code)
			if err != nil {
				t.Error(err)
				return
			}
			v, err := w.rt.unseal(args)
			if err != nil {
				t.Error(err)
				return
			}
			results, err := w.rt.execute(context.Background(), load, lua.LNumber(id), v)
			if err != nil {
				t.Error(err)
				return
			}
			out := &dispatcher{rt: w.rt, d: d, batch: &fakeBatch{}, text: &odp.TextOptions{}, changes: cr.changes}
			out.send = out.flush
			o := handlerOptions{queue: queue, hold: 8, concurrent: 4, maxFailures: 5, warn: true}
			w.handleBy(out, results[0].(*lua.LFunction), onMiss, &o)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return cr
}

// feed puts n packets of each port from a goroutine of its own, and returns how
// many that are.
func feed(t *testing.T, cr *crew, ports, n int) uint64 {
	t.Helper()
	var wg sync.WaitGroup
	for port := range ports {
		m, err := odp.ParseMatch(fmt.Sprintf("in_port(%d),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0806)", port), nil)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			data := make([]byte, 64)
			for i := range n {
				data[0], data[1] = byte(i>>8), byte(i)
				cr.put(&odp.Upcall{Kind: odp.UpcallMiss, Key: m.Key, Data: data, Len: 64})
			}
		})
	}
	wg.Wait()
	return uint64(ports * n)
}

func (cr *crew) settled() bool {
	n := cr.counts()
	return n.received == n.handled+n.dropped && n.running == 0 && n.queued == 0
}

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about", what)
		}
	}
}

// TestCrew feeds several workers from several goroutines while their counters are
// read, the crew is paused and flows are put.
func TestCrew(t *testing.T) {
	for _, queue := range []int{4, 10000} {
		rt := newTestRuntime(t)
		s := newSharedTable()
		cr := fakeCrew(t, rt, 3, queue, `
			local id, s = ...
			local last = {}
			return function(pkt)
				local a, b = pkt.data:byte(1, 2)
				local seq = a * 256 + b
				assert(seq >= (last[pkt.in_port] or 0), "order of a port's packets")
				assert(pkt.in_port % 3 + 1 == id, "worker of a port")
				last[pkt.in_port] = seq
				s:add("n")
				if seq % 7 == 0 then odp.sleep(0) elseif seq % 11 == 0 then pkt:hold() elseif seq % 13 == 0 then return pkt:drop() end
				return seq % 2 == 0 and 2 or nil
			end`, s)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				rt.do(context.Background(), func() {
					cr.pause()
					cr.counts()
					cr.states()
					cr.flowsPut()
					cr.resume()
				})
			}
		})
		sent := feed(t, cr, 5, 400)
		close(stop)
		wg.Wait()
		waitUntil(t, "all accounted for", cr.settled)
		rt.do(context.Background(), cr.end)
		n := cr.counts()
		if n.received != sent || n.handled+n.dropped != sent || queue > 1000 && n.dropped > 0 {
			t.Errorf("queue of %d: of %d packets, counted %+v", queue, sent, n)
		}
		if n.handled != n.answered+n.discarded+n.unanswered+n.expired || n.held != 0 || n.failures != 0 {
			t.Errorf("queue of %d: counted %+v; %s", queue, n, rt.err)
		}
		if got := s.get(lua.LString("n")).valueOf(); got != lua.LNumber(n.handled) {
			t.Errorf("queue of %d: handlers counted %v, want %d", queue, got, n.handled)
		}
	}
}

// TestCrewEnds stops workers amid packets, busy ones and such that wait as well.
func TestCrewEnds(t *testing.T) {
	for _, body := range []string{`s:add("n")`, `ch:send(1)`, `odp.sleep(100)`, `pkt:hold() while s.busy do end`} {
		rt := newTestRuntime(t)
		s := newSharedTable()
		cr := fakeCrew(t, rt, 2, 100, `local _, s = ... local ch = odp.channel(1)
			odp.defer(function() s:add("deferred") end)
			odp.every(0.001, function() end)
			return function(pkt) `+body+` end`, s)
		s.swap(lua.LString("busy"), lua.LTrue)
		var sent uint64
		var wg sync.WaitGroup
		wg.Go(func() { sent = feed(t, cr, 4, 300) })
		waitUntil(t, "packets", func() bool { return cr.counts().handled > 0 })
		rt.do(context.Background(), cr.end)
		wg.Wait()
		n := cr.counts()
		if n.received != sent || n.handled+n.dropped != sent || n.queued != 0 || n.running != 0 || n.held != 0 {
			t.Errorf("%s: of %d packets, counted %+v", body, sent, n)
		}
		if got := s.get(lua.LString("deferred")).valueOf(); got != lua.LNumber(2) {
			t.Errorf("%s: %v workers called what they deferred", body, got)
		}
		if cr.rt.workFailed != nil {
			t.Errorf("%s: %v", body, cr.rt.workFailed)
		}
	}
}

// TestCrewFailures checks how the failures of workers are told.
func TestCrewFailures(t *testing.T) {
	rt := newTestRuntime(t)
	cr := fakeCrew(t, rt, 2, 100, `return function(pkt)
		if pkt.in_port == 1 then error("no") end
	end`, nil)
	var failures []string
	rt.do(context.Background(), func() {
		rt.onFailure = rt.L.NewFunction(func(L *lua.LState) int {
			failures = append(failures, L.CheckString(1))
			return 0
		})
	})
	feed(t, cr, 1, 3) // of port 0
	w := cr.workers[1]
	m, _ := odp.ParseMatch("in_port(1)", nil)
	for range 3 {
		cr.put(&odp.Upcall{Kind: odp.UpcallMiss, Key: m.Key, Data: make([]byte, 60)})
	}
	waitUntil(t, "failures", func() bool { return w.h.handler.failures.Load() == 3 })
	rt.do(context.Background(), func() {})
	if want := "odp: on_miss handler of  in worker 2: worker.lua:2: no\n"; !strings.HasPrefix(rt.err.String(), want) {
		t.Errorf("reported %q, want %q", rt.err, want)
	}
	rt.do(context.Background(), func() {
		if len(failures) != 3 || failures[0] != "worker.lua:2: no" {
			t.Errorf("module test was told of %q", failures)
		}
		cr.end()
	})
}

// TestWorkerCode checks what is said of code that workers cannot run.
func TestWorkerCode(t *testing.T) {
	dir := t.TempDir()
	for name, code := range map[string]string{
		"sub/main.lua":   "", // beside which the others are looked for
		"sub/good.lua":   "return 1",
		"sub/broken.lua": "x = = 1",
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(code), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	main := filepath.Join(dir, "sub/main.lua")
	for _, tt := range []struct{ options, want string }{
		{`{ script = "good.lua" }`, filepath.Join(dir, "sub/good.lua")},
		{`{ script = "` + dir + `/sub/good.lua" }`, filepath.Join(dir, "sub/good.lua")},
		{`{ script = "broken.lua" }`, "field 'script': it does not compile: " + dir + "/sub/broken.lua:1: syntax error near '='"},
		{`{ script = "none.lua" }`, "field 'script': there is no file " + dir + "/sub/none.lua, nor none.lua"},
		{`{ script = ".." }`, "cannot read " + dir + ": is a directory"},
		{`{ func = function() return odp, json, string.format end }`, "the function at main.lua:1"},
		{`{ func = function() return o, s end }`, "the function at main.lua:1 odp string"},
		{`{ func = function()
			local function f() return function() return x end end
			return f, print, o
		end }`, "field 'func': the function uses local variables from outside of it, which workers do not share: 'x' at main.lua:2;"},
		{`{ func = function()
			y = { 1, 2, 3 }
		end }`, "'y' at main.lua:2;"},
		{`{ func = print }`, "a function written in Lua expected, got one of the program's own"},
		{`{}`, "either script or func expected"},
		{`{ func = function() end, args = { { print } } }`, "field 'args': args[1][1] is a function, which belongs to one Lua state"},
	} {
		rt := newTestRuntime(t)
		row := &Func{Name: "job", owner: "odp", Params: []Param{{Name: "fn", Type: "any"}}, Go: func(c call) int {
			job := c.fields(1, "odp.WorkerOptions").workerJob(onMiss, new(odp.Datapath), &handlerOptions{})
			return c.pushString(strings.Join(append([]string{job.name}, job.modules...), " "))
		}}
		rt.do(context.Background(), func() {
			rt.script = main
			rt.L.G.Global.RawSetString("job", rt.L.NewFunction(rt.protect(row)))
			fn, err := rt.load("main.lua", "local o, s, x, y = require 'odp', string, 1 return job("+tt.options+")")
			if err != nil {
				t.Error(err)
				return
			}
			results, err := rt.execute(context.Background(), fn)
			switch {
			case err != nil && !strings.Contains(err.Error(), tt.want):
				t.Errorf("%s\ngot  %v\nwant %s", tt.options, err, tt.want)
			case err == nil && results[0].String() != tt.want:
				t.Errorf("%s\ngot  %v\nwant %s", tt.options, results[0], tt.want)
			}
		})
	}
}

// TestTwoStatesShareCode runs one compiled function in several states at a time.
func TestTwoStatesShareCode(t *testing.T) {
	first := newTestRuntime(t)
	var proto *lua.FunctionProto
	first.do(context.Background(), func() {
		fn, err := first.load("code.lua", `
			local sum, names = 0, {}
			for i = 1, 2000 do
				local s = "x" .. i % 10
				names[s] = (names[s] or 0) + 1
				sum = sum + #s:rep(2) + select("#", unpack({ 1, 2, 3 }))
				pcall(function() error({ i }) end)
			end
			return sum + names.x1`)
		if err != nil {
			t.Error(err)
			return
		}
		proto = fn.Proto
	})
	var wg sync.WaitGroup
	for range 3 {
		rt := newTestRuntime(t)
		wg.Go(func() {
			rt.do(context.Background(), func() {
				results, err := rt.execute(context.Background(), rt.L.NewFunctionFromProto(proto))
				if err != nil || results[0] != lua.LNumber(2000*7+200) {
					t.Errorf("got %v, %v", results, err)
				}
			})
		})
	}
	wg.Wait()
}
