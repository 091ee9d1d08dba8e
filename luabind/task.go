package luabind

import (
	"errors"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classTask = "odp.Task"

// errCancelled is why a task ends that was cancelled.
var errCancelled = errors.New("the task was cancelled")

// task is the value of a userdata of class odp.Task: a function that runs beside
// the rest of the script.
type task struct {
	rt    *Runtime
	h     *handler
	fiber *fiber // while it runs; set under Runtime.mu
	outer *fiber // that has called it by odp.timeout, nil for others

	started, ended bool
	results        []lua.LValue
	err            error // a *failure, or errCancelled
	joined         bool  // someone has looked, or waits, for how it ends
}

func taskClass() *Class {
	return &Class{
		Name: classTask,
		Doc:  "A function that runs beside the rest of the script, started by odp.spawn.",
		Props: []*Prop{{Name: "done", Type: "boolean", Doc: "whether it has returned, failed or been cancelled", Get: func(c call) lua.LValue {
			return lua.LBool(self[*task](c).ended)
		}}},
		Methods: []*Func{
			{
				Name: "join",
				Doc: "Wait until the task ends, and return what its function returned. What it raised is raised again, also when it " +
					"was cancelled.",
				Params:  []Param{{Name: "seconds", Type: "number", Doc: "the longest time to wait, after which join raises; without end if not given", Optional: true}},
				Returns: []Param{{Name: "...", Type: "any"}},
				Example: "local task = odp.spawn(function() odp.sleep(1) return \"slept\" end)\nprint(task:join())",
				Waits:   true,
				Go:      joinTask,
			},
			{
				Name:    "cancel",
				Doc:     "End the task where it waits, or at its next instruction. Cancelling one that has ended does nothing.",
				Example: "task:cancel()",
				Go: func(c call) int {
					t := self[*task](c)
					if t.fiber != nil && t.fiber == c.rt.fiber {
						c.raiseArgument("Task:cancel: a task cannot cancel itself; return from its function")
					}
					t.cancel()
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			t := self[*task](c)
			switch {
			case !t.ended:
				return c.pushString(t.h.name)
			case t.err == nil:
				return c.pushString(t.h.name + " (returned)")
			case t.err == errCancelled:
				return c.pushString(t.h.name + " (cancelled)")
			}
			return c.pushString(t.h.name + " (failed)")
		}},
	}
}

// taskFuncs are the functions of module odp about the order in which a script's
// parts run.
func taskFuncs() []*Func {
	return []*Func{
		{
			Name: "spawn",
			Doc: "Run a function beside the rest of the script. It begins when what runs now waits or returns, and runs until it " +
				"waits itself, in odp.sleep or any other function that waits; so nothing needs a lock. Tasks end with the " +
				"script: join those whose end matters, or call odp.run. A task that fails is reported, and if nothing joins it, " +
				"the script fails too.",
			Params: []Param{
				{Name: "fn", Type: "fun(...: any): any"},
				{Name: "...", Type: "any", Doc: "passed to fn"},
			},
			Returns: []Param{{Name: "task", Type: classTask}},
			Example: "local pings = {}\nfor i, host in ipairs(hosts) do\n  pings[i] = odp.spawn(function()\n    return host:run(\"ping -c 3 10.0.0.1\")\n  end)\nend\n" +
				"for _, ping in ipairs(pings) do print(ping:join()) end",
			Go: func(c call) int {
				return c.push(c.rt.object(classTask, c.spawn(1)))
			},
		},
		{
			Name:  "timeout",
			Waits: true,
			Doc: "Call a function, and raise when it has not returned in time: where it waits, or at its next instruction, it is ended. " +
				"It runs as a task of its own; what it raises is raised again.",
			Params: []Param{
				{Name: "seconds", Type: "number"},
				{Name: "fn", Type: "fun(...: any): any"},
				{Name: "...", Type: "any", Doc: "passed to fn"},
			},
			Returns: []Param{{Name: "...", Type: "any"}},
			Example: "local ok, e = pcall(odp.timeout, 5, function()\n  while dp.stats.flows == 0 do odp.sleep(0.1) end\nend)",
			Go: func(c call) int {
				c.seconds(1)
				deadline := c.deadline(1)
				t := c.spawn(2)
				t.h.name = "function called at " + c.rt.scriptLine(c.L)
				t.joined = true
				t.outer = c.rt.fiber
				defer t.cancel() // also when the caller is ended
				alarm := time.AfterFunc(time.Until(deadline), t.expire)
				ended := c.pump(func() bool { return t.ended }, deadline)
				if late := !alarm.Stop(); !ended || late && t.err == errCancelled {
					c.raiseArgument("odp.timeout: the %s has not returned in time", t.h.name)
				}
				return t.result(c, "odp.timeout")
			},
		},
		{
			Name: "defer",
			Doc: "Call a function when the script ends: at its last line, by an error, by Ctrl-C, or by os.exit; in the console, when that " +
				"is left. The last one given is called first. They have 5 seconds together.",
			Params:  []Param{{Name: "fn", Type: "fun()"}},
			Example: "local dp = odp.create_datapath(\"dp0\")\nodp.defer(function() dp:delete() end)",
			Go: func(c call) int {
				fn := c.function(1)
				c.rt.deferred = append(c.rt.deferred, c.rt.newHandler("function deferred at "+c.rt.scriptLine(c.L), fn))
				return 0
			},
		},
	}
}

// spawn makes a task of argument n and what follows.
func (c call) spawn(n int) *task {
	fn, rt := c.function(n), c.rt
	args := make([]lua.LValue, 0, c.count())
	for i := n + 1; i <= c.count(); i++ {
		args = append(args, c.arg(i))
	}
	t := &task{rt: rt, h: rt.newHandler("task started at "+rt.scriptLine(c.L), fn)}
	rt.tasks[t] = true
	rt.loop.sources++
	rt.loop.post(func() { t.run(args) })
	return t
}

func (t *task) run(args []lua.LValue) {
	rt := t.rt
	if t.ended || rt.Aborting() {
		t.end(nil, errCancelled)
		return
	}
	t.started = true
	t.setFiber(rt.startFiber())
	leave := rt.enterNamespace(t.h.ns)
	results, err := rt.try(nil, t.h.fn, nil, args...)
	leave()
	stop := rt.stopped(t.fiber)
	f := t.fiber
	t.setFiber(nil)
	rt.endFiber(f)
	if stop != nil {
		err = errCancelled
	}
	t.end(results, err)
}

// setFiber says on which fiber it runs, nil for none any more.
func (t *task) setFiber(f *fiber) {
	t.rt.mu.Lock()
	defer t.rt.mu.Unlock()
	t.fiber = f
	if t.outer != nil {
		t.outer.inner = f
		if f != nil && t.outer.stop != nil {
			f.stopLocked(errCancelled)
		}
	}
}

// expire cancels a task whose time is over, though what runs keeps the loop from
// looking at the clock. Any goroutine may call it.
func (t *task) expire() {
	t.rt.mu.Lock()
	if t.fiber != nil {
		t.fiber.stopLocked(errCancelled)
	}
	t.rt.mu.Unlock()
	t.rt.loop.nudge()
}

func (t *task) end(results []lua.LValue, err error) {
	if t.ended {
		return
	}
	t.ended, t.results, t.err = true, results, err
	delete(t.rt.tasks, t)
	t.rt.loop.sources--
	t.rt.loop.nudge()
	if err != nil && err != errCancelled && !t.joined {
		failed := t.rt.scriptError(err)
		t.h.report(failed)
		t.rt.tellFailure(failed)
		t.rt.failedTasks = append(t.rt.failedTasks, t)
	}
}

func (t *task) cancel() {
	switch {
	case t.ended:
	case !t.started:
		t.end(nil, errCancelled)
	default:
		t.rt.mu.Lock()
		t.fiber.stopLocked(errCancelled)
		t.rt.mu.Unlock()
		t.rt.loop.nudge()
	}
}

func joinTask(c call) int {
	t := self[*task](c)
	if t.fiber != nil && t.fiber == c.rt.fiber {
		c.raiseArgument("Task:join: a task cannot wait for itself")
	}
	deadline := c.deadline(1)
	t.joined = true
	if !c.pump(func() bool { return t.ended }, deadline) {
		t.joined = false
		c.raiseArgument("Task:join: the %s has not ended in time", t.h.name)
	}
	return t.result(c, "Task:join")
}

// result returns what the task did, or raises what it raised.
func (t *task) result(c call, who string) int {
	var failed *failure
	switch {
	case errors.As(t.err, &failed):
		c.L.Error(failed.value, 0)
	case t.err != nil:
		c.raiseArgument("%s: the %s was cancelled", who, t.h.name)
	}
	for _, v := range t.results {
		c.L.Push(v)
	}
	return len(t.results)
}

// taskFailure returns an error if a task failed and nothing joined it.
func (rt *Runtime) taskFailure() error {
	for _, t := range rt.failedTasks {
		if !t.joined {
			return &ScriptError{Message: fmt.Sprintf("a %s failed", t.h.name)}
		}
	}
	return nil
}
