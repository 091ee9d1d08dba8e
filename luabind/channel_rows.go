package luabind

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const (
	classChannel    = "odp.Channel"
	defaultCapacity = 64
)

// copiedValues says in documentation what can leave a Lua state.
const copiedValues = "booleans, numbers, text, values such as odp.mac, tables of those, matches, keys, actions, flows, meters, " +
	"errors, datapaths, vports, channels and shared tables"

func channelFuncs() []*Func {
	return []*Func{{
		Name: "channel",
		Doc: "A queue of values between tasks, and between the Lua states of workers. Those who receive share its values: each " +
			"goes to one of them, in the order in which they were sent.",
		Params:  []Param{{Name: "capacity", Type: "integer", Doc: "how many values may wait in it, 64 if not given", Optional: true}},
		Returns: []Param{{Name: "ch", Type: classChannel}},
		Example: "local ch = odp.channel()\ndp:on_miss{ workers = true, script = \"worker.lua\", args = { found = ch } }\nfor mac in ch:values() do print(mac) end",
		Go: func(c call) int {
			capacity := uint64(defaultCapacity)
			if !c.isNil(1) {
				capacity = c.uint(1, 1<<24)
			}
			if capacity == 0 {
				c.bad(1, "1 or more expected, got 0")
			}
			return c.push(c.rt.object(classChannel, newChannel(int(capacity))))
		},
	}}
}

func channelClass() *Class {
	value := Param{Name: "value", Type: "any", Doc: "anything but nil that can be copied"}
	seconds := Param{Name: "seconds", Type: "number", Doc: "the longest time to wait; without end if not given", Optional: true}
	received := []Param{
		{Name: "value", Type: "any", Doc: "nil if there is none"},
		{Name: "reason", Type: `"closed"|"timeout"`, Doc: "why there is none", Optional: true},
	}
	return &Class{
		Name: classChannel, Var: "ch", AsText: true,
		Doc: "A queue of values, made by odp.channel. Values are copied when they are sent: " + copiedValues + ". Functions, packets " +
			"and other objects belong to one Lua state and are refused.",
		Props: []*Prop{
			{Name: "capacity", Type: "integer", Doc: "how many values may wait", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*channel](c).capacity)
			}},
			{Name: "closed", Type: "boolean", Doc: "whether it was closed; what waits can still be received", Get: func(c call) lua.LValue {
				_, closed := self[*channel](c).state()
				return lua.LBool(closed)
			}},
		},
		Methods: []*Func{
			{
				Name:    "send",
				Doc:     "Put a value at the end, and wait while the channel is full. Sending to a closed one raises.",
				Params:  []Param{value, seconds},
				Returns: []Param{{Name: "sent", Type: "boolean", Doc: "false if the time was over"}},
				Example: "ch:send{ mac = pkt.key.eth.src, port = pkt.in_port }",
				Waits:   true,
				Go:      sendValue,
			},
			{
				Name:    "try_send",
				Doc:     "Put a value at the end if there is room, without waiting. Sending to a closed channel raises.",
				Params:  []Param{value},
				Returns: []Param{{Name: "sent", Type: "boolean", Doc: "false if the channel is full"}},
				Example: "if not ch:try_send(pkt.key) then dropped = dropped + 1 end",
				Go: func(c call) int {
					return c.push(lua.LBool(c.sendNow(self[*channel](c), c.toSend(1)) == channelDone))
				},
			},
			{
				Name:    "receive",
				Doc:     "Take the value that has been there for longest, and wait while there is none.",
				Params:  []Param{seconds},
				Returns: received,
				Example: "local v, why = ch:receive(1)\nif v == nil then print(why) end",
				Waits:   true,
				Go: func(c call) int {
					p, result := c.receive(self[*channel](c), c.deadline(1))
					return c.pushReceived(p, result)
				},
			},
			{
				Name:    "try_receive",
				Doc:     "Take the value that has been there for longest, without waiting.",
				Returns: []Param{received[0], {Name: "reason", Type: `"closed"|"empty"`, Doc: "why there is none", Optional: true}},
				Example: "local v = ch:try_receive()",
				Go: func(c call) int {
					p, result := self[*channel](c).tryReceive()
					if result == channelWait {
						c.L.Push(lua.LNil)
						c.L.Push(lua.LString("empty"))
						return 2
					}
					return c.pushReceived(p, result)
				},
			},
			{
				Name:    "values",
				Doc:     "The values of the channel for a loop, which waits for each and ends when the channel is closed and empty.",
				Returns: []Param{{Name: "next", Type: "fun(): any"}},
				Example: "for v in ch:values() do print(v) end",
				Waits:   true, // the loop does
				Go: func(c call) int {
					ch := self[*channel](c)
					next := &Func{Name: "values", owner: classChannel, method: true, Waits: true}
					next.Go = func(c call) int {
						p, result := c.receive(ch, time.Time{})
						if result != channelDone {
							return c.push(lua.LNil)
						}
						return c.push(c.unsealed(p))
					}
					return c.push(c.L.NewFunction(c.rt.protect(next)))
				},
			},
			{
				Name: "on_value",
				Doc: "Call a function for each value, one after the other, as other events come: while the script waits. It keeps odp.run " +
					"going until the channel is closed and empty.",
				Params:  []Param{{Name: "fn", Type: "fun(value: any)"}},
				Returns: []Param{{Name: "listener", Type: classListener}},
				Example: "ch:on_value(function(v) print(v) end)\nodp.run()",
				Go: func(c call) int {
					return c.push(c.rt.object(classListener, c.startListener(self[*channel](c))))
				},
			},
			{
				Name:    "close",
				Doc:     "End it: nothing more is sent. What waits can still be received. Closing again does nothing.",
				Example: "ch:close()",
				Go: func(c call) int {
					self[*channel](c).close()
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{
			"__len": func(c call) int {
				n, _ := self[*channel](c).state()
				return c.push(lua.LNumber(n))
			},
			"__eq": func(c call) int {
				return c.push(lua.LBool(c.L.Get(1).(*lua.LUserData).Value == c.L.Get(2).(*lua.LUserData).Value))
			},
			"__tostring": func(c call) int {
				ch := self[*channel](c)
				n, closed := ch.state()
				text := fmt.Sprintf("channel (%d of %d)", n, ch.capacity)
				if closed {
					text = fmt.Sprintf("channel (closed, %d left)", n)
				}
				return c.pushString(text)
			},
		},
		OpDocs: []string{"len: integer"},
	}
}

// toSend copies argument n for a channel.
func (c call) toSend(n int) parcel {
	if c.isNil(n) {
		c.bad(n, "a value expected, got nil, which stands for no value where it is received")
	}
	return c.sealed(n, c.arg(n), "value")
}

// sendNow raises if the channel is closed.
func (c call) sendNow(ch *channel, p parcel) channelResult {
	result := ch.trySend(p)
	if result == channelClosed {
		c.raiseArgument("%s: the channel is closed", c.title())
	}
	return result
}

func sendValue(c call) int {
	ch, p, deadline := self[*channel](c), c.toSend(1), c.deadline(2)
	result := c.sendNow(ch, p)
	if result == channelWait {
		c.waitOn(ch, deadline, func() bool {
			result = ch.trySend(p)
			return result != channelWait
		})
	}
	if result == channelClosed {
		c.raiseArgument("%s: the channel was closed", c.title())
	}
	return c.push(lua.LBool(result == channelDone))
}

// receive waits for a value until the deadline, if that is not zero.
func (c call) receive(ch *channel, deadline time.Time) (p parcel, result channelResult) {
	p, result = ch.tryReceive()
	if result == channelWait {
		c.waitOn(ch, deadline, func() bool {
			p, result = ch.tryReceive()
			return result != channelWait
		})
	}
	return p, result
}

// waitOn waits until try succeeds. A fiber that is to end does not try any more,
// as what it takes would be lost with it.
func (c call) waitOn(ch *channel, deadline time.Time, try func() bool) {
	f := c.rt.fiber
	defer ch.watch(c.rt)()
	c.pump(func() bool { return f.ctx.Err() == nil && try() }, deadline)
}

func (c call) pushReceived(p parcel, result channelResult) int {
	switch result {
	case channelDone:
		return c.push(c.unsealed(p))
	case channelClosed:
		c.L.Push(lua.LNil)
		c.L.Push(lua.LString("closed"))
	default:
		c.L.Push(lua.LNil)
		c.L.Push(lua.LString("timeout"))
	}
	return 2
}
