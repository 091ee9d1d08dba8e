package luabind

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classJob = "odp.Job"

// A job is what goes on by itself or waits for something: a handler, a timer, a task,
// a command that runs, a function to be called at the end.
type job struct {
	kind string
	name string
	h    *handler // nil if it has none, or several
	due  func() (time.Time, time.Duration)
	stop func() // nil of what ends with the script only
}

// jobKinds are the kinds in the order in which they are listed.
var jobKinds = []string{"miss", "action", "event", "timer", "task", "input", "channel", "command", "signal", "defer"}

func jobClass() *Class {
	text := func(name, typ, doc string, get func(*job) lua.LValue) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue { return get(self[*job](c)) }}
	}
	return &Class{
		Name: classJob,
		Doc:  "Something that goes on by itself, or waits for an event or for its time: what odp.jobs lists.",
		Props: []*Prop{
			text("kind", jobKindType(), "what it is", func(j *job) lua.LValue { return lua.LString(j.kind) }),
			text("name", "string", "what messages call it: as a rule, where in the script it was started", func(j *job) lua.LValue { return lua.LString(j.name) }),
			text("failures", "integer?", "how often its function has failed", func(j *job) lua.LValue {
				if j.h == nil {
					return lua.LNil
				}
				return lua.LNumber(j.h.failures.Load())
			}),
			text("due", "number?", "of a timer: in how many seconds its function is called", func(j *job) lua.LValue {
				if j.due == nil {
					return lua.LNil
				}
				when, _ := j.due()
				return lua.LNumber(max(0, time.Until(when).Seconds()))
			}),
			text("interval", "number?", "of a timer of odp.every: how many seconds are between its calls", func(j *job) lua.LValue {
				if j.due == nil {
					return lua.LNil
				}
				_, interval := j.due()
				if interval == 0 {
					return lua.LNil
				}
				return lua.LNumber(interval.Seconds())
			}),
		},
		Methods: []*Func{{
			Name:    "stop",
			Doc:     "End it: a handler is not called any more, a timer and a task are cancelled, a command is killed, a deferred function is forgotten. Once it has ended, that does nothing.",
			Example: "for _, job in ipairs(odp.jobs()) do\n  if job.kind == \"timer\" then job:stop() end\nend",
			Go: func(c call) int {
				self[*job](c).stop()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int { return c.pushString(self[*job](c).String()) }},
	}
}

func jobKindType() string {
	text := ""
	for i, k := range jobKinds {
		if i > 0 {
			text += "|"
		}
		text += fmt.Sprintf("%q", k)
	}
	return text
}

func (j *job) String() string {
	text := j.kind + ": " + j.name
	if j.due != nil {
		when, interval := j.due()
		text += fmt.Sprintf(" (in %s", max(0, time.Until(when)).Round(time.Millisecond))
		if interval > 0 {
			text += fmt.Sprintf(", every %s", interval)
		}
		text += ")"
	}
	if j.h != nil {
		if n := j.h.failures.Load(); n > 0 {
			text += fmt.Sprintf(" (failed %d times)", n)
		}
	}
	return text
}

func jobFuncs() []*Func {
	return []*Func{{
		Name: "jobs",
		Doc: "What goes on by itself or waits: handlers of packets and events, timers, tasks, inputs with a handler, listeners, commands " +
			"that run, handlers of signals and deferred functions of this Lua state. It is how one finds again what was started at " +
			"the console and not kept in a variable.",
		Returns: []Param{{Name: "jobs", Type: classJob + "[]"}},
		Example: "for _, job in ipairs(odp.jobs()) do print(job) end",
		Go: func(c call) int {
			list := c.L.NewTable()
			for _, j := range c.rt.listJobs() {
				list.Append(c.rt.object(classJob, j))
			}
			c.rt.markArray(list)
			return c.push(list)
		},
	}}
}

// listJobs is for the owner.
func (rt *Runtime) listJobs() []*job {
	var list []*job
	for _, r := range rt.receivers {
		for kind, t := range r.takers {
			if t == nil {
				continue
			}
			j := &job{kind: jobKinds[kind], name: t.base().name, stop: func() { stopTaker(t) }}
			if h, ok := t.(*handle); ok {
				j.h = h.handler
			}
			list = append(list, j)
		}
	}
	for s := range rt.subscriptions {
		list = append(list, &job{kind: "event", name: s.handler.name, h: s.handler, stop: s.close})
	}
	for _, t := range rt.loop.timers {
		if t.handler != nil {
			list = append(list, &job{kind: "timer", name: t.handler.name, h: t.handler, stop: t.cancel,
				due: func() (time.Time, time.Duration) { return t.when, t.interval }})
		}
	}
	for t := range rt.tasks {
		list = append(list, &job{kind: "task", name: t.h.name, h: t.h, stop: t.cancel})
	}
	for l := range rt.listeners {
		list = append(list, &job{kind: "channel", name: l.h.name, h: l.h, stop: l.stop})
	}
	for owner := range rt.callbacks.owners() {
		switch v := owner.(type) {
		case *input:
			list = append(list, &job{kind: "input", name: v.handler.name, h: v.handler, stop: v.release})
		case *process:
			list = append(list, &job{kind: "command", name: v.name, stop: v.end})
		case *signalHandler:
			list = append(list, &job{kind: "signal", name: v.handler.name, h: v.handler, stop: v.stop})
		}
	}
	slices.SortStableFunc(list, func(a, b *job) int {
		return cmp.Or(slices.Index(jobKinds, a.kind)-slices.Index(jobKinds, b.kind), cmp.Compare(a.name, b.name))
	})
	for _, h := range rt.deferred { // in the order in which they were given
		list = append(list, &job{kind: "defer", name: h.name, h: h, stop: func() {
			rt.deferred = slices.DeleteFunc(rt.deferred, func(o *handler) bool { return o == h })
		}})
	}
	return list
}
