package luabind

import (
	"container/list"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// fate is what has become of a packet that the kernel sent up.
type fate uint8

const (
	fateOpen       fate = iota // nothing yet
	fateSent                   // sent through actions
	fateDropped                // dropped by the script
	fateUnanswered             // its handler returned without an answer
	fateExpired                // it was held, and given up
)

func (f fate) String() string {
	return [...]string{"open", "sent", "dropped", "unanswered", "expired"}[f]
}

// packetValue is the value of a userdata of class odp.Packet: a packet that the
// kernel sent up. Its memory is its own, so a script may keep it.
type packetValue struct {
	up     odp.Upcall
	time   int64 // nanoseconds since 1970 when it was received
	hand   *handle
	object lua.LUserData // whose value this is

	fate     fate
	returned bool          // its handler has returned
	at       position      // where it was first answered
	held     *list.Element // in hand.held

	key, data, layers lua.LValue // made when first asked for
}

// enter gives the packet to the handler of h.
func (p *packetValue) enter(h *handle) {
	p.hand = h
	h.out.rt.setObject(&p.object, classPacket, p)
}

// leave is called when the handler has returned.
func (p *packetValue) leave() {
	p.returned = true
	if p.fate == fateOpen && p.held == nil {
		p.fate = fateUnanswered
		p.hand.unanswered.Add(1)
	}
}

// settle notes the first answer.
func (p *packetValue) settle(f fate, at position) {
	if p.fate != fateOpen {
		return
	}
	p.fate, p.at = f, at
	p.release()
	if f == fateSent {
		p.hand.answered.Add(1)
	} else {
		p.hand.discarded.Add(1)
	}
}

func (p *packetValue) release() {
	if p.held != nil {
		p.hand.held.Remove(p.held)
		p.hand.holding.Add(-1)
		p.held = nil
	}
}

// expire gives a held packet up.
func (p *packetValue) expire() {
	p.release()
	p.fate = fateExpired
	p.hand.expired.Add(1)
}

// open reports whether the packet can be answered: false if it was held and has
// been given up, which is not the script's fault. It raises if the packet was
// answered or is not held.
func (p *packetValue) open(c call) bool {
	switch {
	case p.fate == fateExpired:
		return false
	case p.fate == fateDropped:
		c.raiseArgument("%s: the packet was dropped at %s", c.title(), p.at)
	case p.fate == fateUnanswered:
		c.raiseArgument("%s: the handler has returned without an answer; call pkt:hold() in it to answer later", c.title())
	case p.fate == fateSent && p.returned:
		c.raiseArgument("%s: the packet was sent on at %s; after its handler has returned it cannot be sent again", c.title(), p.at)
	}
	return true
}

// send answers the packet with actions. While its handler runs, it may be sent
// several times.
func (p *packetValue) send(c call, at position, a odp.Actions) bool {
	if p.fate == fateDropped && len(a) == 0 {
		return true
	}
	if !p.open(c) {
		return false
	}
	p.sendTo(at, a)
	return true
}

// sendTo is send for a packet that is open.
func (p *packetValue) sendTo(at position, a odp.Actions) {
	if len(a) == 0 { // nothing to ask the kernel for
		p.settle(fateDropped, at)
		return
	}
	p.settle(fateSent, at)
	p.hand.out.execute(p.hand, at, &p.up, a)
}

// hold keeps the packet for a later answer. When too many are held, the one that
// has been for longest is given up.
func (p *packetValue) hold(c call) {
	h := p.hand
	switch {
	case p.held != nil || p.fate == fateExpired:
		return
	case p.fate == fateUnanswered:
		c.raiseArgument("%s: the handler has returned; hold a packet before it does", c.title())
	case p.fate != fateOpen:
		c.raiseArgument("%s: the packet was answered at %s", c.title(), p.at)
	case h.stopped:
		p.expire()
		return
	case h.held.Len() >= h.maxHeld:
		h.held.Front().Value.(*packetValue).expire()
		if !h.heldFull {
			h.heldFull = true
			fmt.Fprintf(h.out.rt.cfg.Stderr, "odp: %s: more than %d packets are held; the oldest are dropped, see expired in its stats and option hold\n",
				h.handler.name, h.maxHeld)
		}
	}
	p.held = h.held.PushBack(p)
	h.holding.Add(1)
}

// answerMethods are the methods of a packet by which a script decides about it.
func answerMethods() []*Func {
	done := Param{Name: "done", Type: "boolean", Doc: "false if it was held and has been given up: too many were held, or the handler was stopped"}
	return []*Func{
		{
			Name: "install",
			Doc: "Install a flow, for packets like this one. A flow that is there already is no error: two packets may race. " +
				"This packet is not sent on by it, unless execute is given; see pkt:execute.",
			Params: []Param{
				{Name: "match", Type: "odp.MatchLike"},
				{Name: "actions", Type: "odp.ActionsLike", Doc: "of the flow; \"drop\" or {} for one that drops"},
				{Name: "opts", Type: "odp.InstallOptions", Optional: true},
			},
			Returns: []Param{{Name: "flow", Type: classFlow, Doc: "not in the kernel until the handler has returned or waits"}},
			Example: "local m = pkt.key:only(\"in_port\", \"eth.src\", \"eth.dst\")\npkt:install(m, port, { execute = true })",
			Go:      installFlow,
		},
		{
			Name:    "execute",
			Doc:     "Send this packet through actions. In the handler that may be done several times; a held packet is answered by it.",
			Params:  []Param{{Name: "actions", Type: "odp.ActionsLike"}},
			Returns: []Param{done},
			Example: "pkt:execute(\"push_vlan(vid=5,pcp=0),2\")",
			Go: func(c call) int {
				p := self[*packetValue](c)
				return c.push(lua.LBool(p.send(c, c.position(), c.actions(1, p.hand.out.text))))
			},
		},
		{
			Name:    "forward",
			Doc:     "Send this packet out of a port, or several.",
			Params:  []Param{{Name: "...", Type: "integer|odp.Vport", Doc: "the ports"}},
			Returns: []Param{done},
			Example: "pkt:forward(2)",
			Go: func(c call) int {
				p := self[*packetValue](c)
				if c.count() == 0 {
					c.bad(1, "at least one port expected")
				}
				var list odp.Actions
				for i := 1; i <= c.count(); i++ {
					list = list.Append(c.actions(i, p.hand.out.text))
				}
				return c.push(lua.LBool(p.send(c, c.position(), list)))
			},
		},
		{
			Name: "drop",
			Doc: "End this packet: nothing is sent. A packet without any answer is lost as well, but counted as unanswered. " +
				"pkt:install(match, \"drop\") drops those after it in the kernel.",
			Returns: []Param{done},
			Example: "if not allowed[pkt.key.ipv4.src] then return pkt:drop() end",
			Go: func(c call) int {
				p := self[*packetValue](c)
				if c.count() > 0 {
					c.raiseArgument("%s takes no arguments: it ends this packet; pkt:install(match, \"drop\") drops those after it", c.title())
				}
				if p.fate == fateSent {
					c.raiseArgument("%s: the packet was sent on at %s", c.title(), p.at)
				}
				if !p.open(c) {
					return c.push(lua.LFalse)
				}
				p.settle(fateDropped, c.position())
				return c.push(lua.LTrue)
			},
		},
		{
			Name: "hold",
			Doc: "Keep this packet, to be answered after the handler has returned: from a timer, another task or another handler, " +
				"once, by execute, forward, drop or install with execute. How many may be held is an option of dp:on_miss; beyond " +
				"that the one held for longest is dropped and counted as expired.",
			Returns: []Param{{Name: "pkt", Type: classPacket, Doc: "itself"}},
			Example: "local pkt = pkt:hold()\nodp.after(0.1, function() pkt:forward(2) end)",
			Go: func(c call) int {
				p := self[*packetValue](c)
				p.hold(c)
				return c.push(&p.object)
			},
		},
	}
}

func installFlow(c call) int {
	p := self[*packetValue](c)
	h := p.hand
	made := &madeFlow{flow: odp.Flow{Match: c.match(1, h.out.text), Actions: c.actions(2, h.out.text)}}
	flow := &made.flow
	mode, execute := odp.PutCreate, false
	if !c.isNil(3) {
		f := c.fields(3, "odp.InstallOptions")
		mode = odp.PutMode(f.option("mode", putModes, int(odp.PutCreate)))
		if f.has("ufid") {
			flow.UFID, flow.HasUFID = f.ufid("ufid"), true
		}
		execute = f.bool("execute")
	}
	if execute {
		execute = p.open(c)
	}
	at := c.position()
	h.out.put(h, at, flow, mode)
	if execute {
		p.sendTo(at, flow.Actions)
	}
	if h.missed != nil {
		h.missed.installed(p)
	}
	return c.push(made.value(c.rt, h.out.d))
}
