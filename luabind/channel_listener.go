package luabind

import (
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"
)

const classListener = "odp.Listener"

// perTurn is how many values a listener takes before the loop looks at others.
const perTurn = 64

// listener calls a function for the values of a channel, one after the other. It
// belongs to the owner of its Lua state, but for wake.
type listener struct {
	rt     *Runtime
	ch     *channel
	h      *handler
	forget func()

	woken atomic.Bool // a drain is posted
	busy  bool        // its function is being called, and may wait
	ended bool
}

func (c call) startListener(ch *channel) *listener {
	rt := c.rt
	l := &listener{rt: rt, ch: ch, h: rt.newHandler("on_value function set at "+rt.scriptLine(c.L), c.function(1))}
	l.h.stop = l.stop
	l.forget = rt.closers.add(l.stop)
	rt.listeners[l] = true
	rt.loop.sources++
	ch.listen(l)
	return l
}

// wake has the owner look at the channel. Any goroutine may call it.
func (l *listener) wake() {
	if l.woken.CompareAndSwap(false, true) {
		l.rt.loop.post(l.drain)
	}
}

func (l *listener) drain() {
	l.woken.Store(false)
	if l.busy { // it goes on when its function has returned
		return
	}
	for n := 0; !l.ended; n++ {
		if n == perTurn || l.rt.Aborting() { // then nothing is called, and the value would be lost
			l.wake()
			return
		}
		p, result := l.ch.tryReceive()
		switch result {
		case channelWait:
			return
		case channelClosed:
			l.stop()
			return
		}
		l.busy = true
		if v, err := l.rt.unseal(p); err != nil {
			l.h.fail(&ScriptError{Message: err.Error(), Err: err})
		} else {
			l.h.call(v)
		}
		l.busy = false
	}
}

// stop is idempotent.
func (l *listener) stop() {
	if l.ended {
		return
	}
	l.ended = true
	l.forget()
	delete(l.rt.listeners, l)
	l.rt.loop.sources--
	l.rt.loop.nudge() // that may end odp.run
	l.ch.unlisten(l)
}

func listenerClass() *Class {
	return &Class{
		Name: classListener,
		Doc:  "A function that is called for the values of a channel, made by ch:on_value.",
		Props: []*Prop{{Name: "active", Type: "boolean", Doc: "whether it will be called again", Get: func(c call) lua.LValue {
			return lua.LBool(!self[*listener](c).ended)
		}}},
		Methods: []*Func{{
			Name:    "stop",
			Doc:     "Call it no more. Values that wait stay in the channel. Stopping again does nothing.",
			Example: "listener:stop()",
			Go: func(c call) int {
				self[*listener](c).stop()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[*listener](c).h.name)
		}},
	}
}
