package luabind

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classTimer = "odp.Timer"

// pollInterval is how often odp.wait asks again when nothing happens.
const pollInterval = 10 * time.Millisecond

func timerClass() *Class {
	return &Class{
		Name: classTimer,
		Doc:  "A timer made by odp.after or odp.every.",
		Methods: []*Func{{
			Name:    "cancel",
			Doc:     "Stop the timer. Cancelling it again, or after it ended, does nothing.",
			Example: "local tick = odp.every(1, function() print(dp.stats.missed) end)\nodp.sleep(10)\ntick:cancel()",
			Go: func(c call) int {
				self[*timer](c).cancel()
				return 0
			},
		}},
		Props: []*Prop{{Name: "active", Type: "boolean", Doc: "whether it will call its function again", Get: func(c call) lua.LValue {
			return lua.LBool(self[*timer](c).active())
		}}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			t := self[*timer](c)
			if !t.active() {
				return c.pushString("timer (ended)")
			}
			return c.pushString(fmt.Sprintf("timer (in %s)", time.Until(t.when).Round(time.Millisecond)))
		}},
	}
}

// loopFuncs are the functions of module odp that run the event loop.
func loopFuncs() []*Func {
	return []*Func{
		{
			Name:  "run",
			Waits: true,
			Doc: "Run the event loop until odp.stop is called, SIGINT or SIGTERM comes, nothing is left that could happen " +
				"(no timer, no handler), or the time is over. Code after it can clean up. A second signal aborts the script. " +
				"Where odp --timeout ends it, the reason is \"limit\", and there are two seconds to clean up.",
			Params: []Param{{Name: "seconds", Type: "number", Doc: "the longest time to run", Optional: true}},
			Returns: []Param{
				{Name: "reason", Type: `"stopped"|"signal"|"idle"|"timeout"|"limit"`},
				{Name: "detail", Type: "any", Doc: "what odp.stop was given, or the signal's name", Optional: true},
			},
			Example: "odp.after(10, odp.stop)\nodp.run()\ndp:delete()",
			Go:      runLoop,
		},
		{
			Name:    "stop",
			Doc:     "Make odp.run return, once the running callback has. Without an odp.run it raises.",
			Params:  []Param{{Name: "detail", Type: "any", Doc: "becomes odp.run's second result; a timer does not, so that odp.after(10, odp.stop) is possible", Optional: true}},
			Example: "odp.stop(\"enough\")",
			Go: func(c call) int {
				c.refuseInWorker("which cannot end the script's odp.run; send on a channel, for the script to do so")
				if c.rt.run == nil {
					c.raiseArgument("odp.stop: odp.run is not running")
				}
				detail := c.arg(1)
				if ud, ok := detail.(*lua.LUserData); ok {
					if _, ok := ud.Value.(*timer); ok { // which passes itself when odp.stop is its callback
						detail = lua.LNil
					}
				}
				c.rt.mu.Lock()
				c.rt.run.end("stopped", detail)
				c.rt.mu.Unlock()
				return 0
			},
		},
		{
			Name:    "time",
			Doc:     "The time now, in seconds since 1970, to about a microsecond. It jumps when the machine's clock is set.",
			Returns: []Param{{Name: "seconds", Type: "number"}},
			Example: "local began = odp.time()\nodp.sleep(0.1)\nprint(odp.time() - began)",
			Go:      func(c call) int { return c.push(lua.LNumber(float64(time.Now().UnixMicro()) / 1e6)) },
		},
		{
			Name:    "after",
			Doc:     "Call a function once, later. It is called while the script is in odp.run, odp.wait or odp.sleep, or between console lines.",
			Params:  []Param{{Name: "seconds", Type: "number", Doc: "from now on"}, {Name: "fn", Type: "fun(timer: odp.Timer)"}},
			Returns: []Param{{Name: "timer", Type: classTimer}},
			Example: "odp.after(0.5, function() print(\"half a second later\") end)",
			Go:      func(c call) int { return startLuaTimer(c, c.seconds(1), 0) },
		},
		{
			Name:    "every",
			Doc:     "Call a function again and again. Turns missed while the script was busy are skipped.",
			Params:  []Param{{Name: "seconds", Type: "number", Doc: "from 0.001 up"}, {Name: "fn", Type: "fun(timer: odp.Timer)"}},
			Returns: []Param{{Name: "timer", Type: classTimer}},
			Example: "odp.every(1, function() print(dp.stats.hit) end)",
			Go: func(c call) int {
				d := c.seconds(1)
				if d < time.Millisecond {
					c.bad(1, "0.001 seconds or more expected, got %s", c.rt.describe(c.arg(1)))
				}
				return startLuaTimer(c, d, d)
			},
		},
		{
			Name:    "sleep",
			Waits:   true,
			Doc:     "Wait, while timers and handlers go on.",
			Params:  []Param{{Name: "seconds", Type: "number"}},
			Example: "odp.sleep(0.2)",
			Go: func(c call) int {
				c.pump(func() bool { return false }, time.Now().Add(c.seconds(1)))
				return 0
			},
		},
		{
			Name:  "wait",
			Waits: true,
			Doc: "Wait until a function returns neither nil nor false, while timers and handlers go on. It is asked after " +
				"each event and every few milliseconds.",
			Params: []Param{
				{Name: "fn", Type: "fun(): any"},
				{Name: "seconds", Type: "number", Doc: "the longest time to wait; 10 if not given", Optional: true},
			},
			Returns: []Param{{Name: "result", Type: "any", Doc: "what fn returned, or false when the time was over"}},
			Example: "local function installed() return dp.stats.flows > 0 end\nassert(odp.wait(installed, 2), \"no flow was installed\")",
			Go:      waitFor,
		},
	}
}

func startLuaTimer(c call, after, interval time.Duration) int {
	rt := c.rt
	h := rt.newHandler("timer set at "+rt.scriptLine(c.L), c.function(2))
	ud := rt.object(classTimer, nil)
	t := rt.loop.startTimer(after, interval, func() {
		h.call(ud)
	})
	if interval > 0 {
		h.stop = t.cancel
	}
	t.handler = h
	ud.Value = t
	return c.push(ud)
}

func runLoop(c call) int {
	rt := c.rt
	c.refuseInWorker("whose event loop runs by itself once its code has returned the handler")
	if rt.run != nil {
		c.raiseArgument("odp.run: already running; it is called once, by the main program or a task")
	}
	deadline := c.deadline(1)
	state := &runState{}
	rt.setRun(state)
	defer rt.setRun(nil)
	done := func() bool {
		rt.mu.Lock()
		defer rt.mu.Unlock()
		if !state.done && rt.loop.idle() {
			state.end("idle", lua.LNil)
		}
		return state.done
	}
	if !c.pump(done, deadline) {
		state.end("timeout", lua.LNil)
	}
	c.L.Push(lua.LString(state.reason))
	if state.detail == lua.LNil || state.detail == lua.LString("") {
		return 1
	}
	c.L.Push(state.detail)
	return 2
}

func (rt *Runtime) setRun(s *runState) {
	rt.mu.Lock()
	rt.run = s
	rt.mu.Unlock()
}

func waitFor(c call) int {
	fn := c.function(1)
	limit := 10 * time.Second
	if !c.isNil(2) {
		limit = c.seconds(2)
	}
	deadline := time.Now().Add(limit)
	for {
		if results := c.invoke(fn); len(results) > 0 && lua.LVAsBool(results[0]) {
			return c.push(results[0])
		}
		now := time.Now()
		if !now.Before(deadline) {
			return c.push(lua.LFalse)
		}
		// What fn looks at need not be an event of ours, so it is also asked now
		// and then.
		next := now.Add(pollInterval)
		if next.After(deadline) {
			next = deadline
		}
		turns := c.rt.loop.turns
		c.pump(func() bool { return c.rt.loop.turns != turns }, next)
	}
}
