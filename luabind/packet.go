package luabind

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classPacket = "odp.Packet"

func newPacketValue(u *odp.Upcall) *packetValue {
	p := new(packetValue)
	u.CopyTo(&p.up)
	return p
}

func packetClass() *Class {
	return &Class{
		Var:  "pkt",
		Name: classPacket,
		show: showPacket, showLine: showText,
		Doc: "A packet that the kernel sent up, with what it looks like. A handler answers it by install, execute, forward, drop or " +
			"what it returns, or holds it to answer later. What handlers ask for is sent to the kernel together, when they have " +
			"returned or wait.",
		Props: []*Prop{
			{Name: "key", Type: classKey, Doc: "what it looks like: pkt.key.eth.src", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if p.key == nil {
					p.key = c.rt.newKey(p.up.Key)
				}
				return p.key
			}},
			{Name: "in_port", Type: "integer?", Doc: "the number of the port that it came in by", Get: func(c call) lua.LValue {
				port, ok := self[*packetValue](c).up.InPort()
				if !ok {
					return lua.LNil
				}
				return lua.LNumber(port)
			}},
			{Name: "vport", Lazy: true, Type: classVport + "?", Get: packetVport,
				Doc: "that port; nil if it is gone. What is known of it is kept until a port of the datapath changes"},
			{Name: "data", Bytes: true, Type: "string", Doc: "its bytes from the Ethernet header on", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if p.data == nil {
					p.data = lua.LString(p.up.Data)
				}
				return p.data
			}},
			{Name: "layers", Lazy: true, Type: "packet.Frame", Get: packetLayers,
				Doc: "its headers, as packet.dissect has them, taken apart when first asked for. If it is cut or broken, problem in it says so"},
			{Name: "time", Type: "number", Doc: "when it was received, in seconds since 1970; of packets that come close behind each other it may be the same", Get: func(c call) lua.LValue {
				return lua.LNumber(float64(self[*packetValue](c).time) / 1e9)
			}},
			{Name: "state", Type: `"open"|"held"|"sent"|"dropped"|"unanswered"|"expired"`, Get: packetState,
				Doc: "what has become of it: open and held ones can be answered"},
			{Name: "len", Type: "integer", Doc: "its whole length, which is more than #data if a trunc action cut it", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*packetValue](c).up.Len)
			}},
			{Name: "kind", Type: `"miss"|"action"`, Doc: "why the kernel sent it", Get: func(c call) lua.LValue {
				return lua.LString(self[*packetValue](c).up.Kind.String())
			}},
			{Name: "userdata", Bytes: true, Type: "string?", Doc: "the bytes that the userspace action sends along", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if p.up.Userdata == nil {
					return lua.LNil
				}
				return lua.LString(p.up.Userdata)
			}},
			{Name: "actions", Type: classActions + "?", Doc: "those of its flow, if the userspace action asks for them", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if p.up.Actions == nil {
					return lua.LNil
				}
				return c.rt.newActions(p.up.Actions)
			}},
			{Name: "egress_tunnel", Type: "odp.key.tunnel?", Doc: "the tunnel that it would leave by, if the userspace action asks for it with tunnel_out_port", Get: func(c call) lua.LValue {
				v, _ := c.rt.keyMember(self[*packetValue](c).up.EgressTunnelKey(), "tunnel")
				return v
			}},
			{Name: "hash", Type: "odp.U64?", Doc: "the kernel's hash of it, if it has one", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if !p.up.HasHash {
					return lua.LNil
				}
				return c.rt.newU64(p.up.Hash)
			}},
			{Name: "mru", Type: "integer?", Doc: "the largest fragment that it was put together from", Get: func(c call) lua.LValue {
				p := self[*packetValue](c)
				if p.up.MRU == 0 {
					return lua.LNil
				}
				return lua.LNumber(p.up.MRU)
			}},
			{Name: "queue", Type: "integer", Doc: "the socket that it came by: with per-CPU dispatch, the CPU", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*packetValue](c).up.Queue)
			}},
			{Name: "datapath", Type: classDatapath, Doc: "the datapath that it is in", Get: func(c call) lua.LValue {
				return self[*packetValue](c).hand.out.datapath
			}},
		},
		Methods: answerMethods(),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int {
				p := self[*packetValue](c)
				return c.pushString(p.String())
			},
			"__concat": concat,
		},
	}
}

func packetVport(c call) lua.LValue {
	p := self[*packetValue](c)
	port, ok := p.up.InPort()
	if !ok {
		return lua.LNil
	}
	v, err := p.hand.out.vport(port)
	c.raise(err)
	return v
}

func packetLayers(c call) lua.LValue {
	p := self[*packetValue](c)
	if p.layers == nil {
		p.layers = c.frameTable(dissectFrame(p.up.Data, firstLayer(&p.up), nil))
	}
	return p.layers
}

// firstLayer is the header that the packet's data begins with: a packet of a
// port without Ethernet headers has none of those.
func firstLayer(u *odp.Upcall) *frameLayer {
	if _, ok := u.Key.Find(ethRow.ID); ok {
		return frameLayerNamed("eth")
	}
	return frameLayerFor(frameID{space: spaceGuess}, u.Data)
}

func packetState(c call) lua.LValue {
	p := self[*packetValue](c)
	if p.held != nil {
		return lua.LString("held")
	}
	return lua.LString(p.fate.String())
}

// String says where the packet came from and what it is.
func (p *packetValue) String() string {
	from := ""
	if port, ok := p.up.InPort(); ok {
		from = fmt.Sprintf(" port %d", port)
	}
	return fmt.Sprintf("%s at %s%s, %d bytes: %s", p.up.Kind, p.hand.out.d.Name(), from, p.up.Len,
		dissectFrame(p.up.Data, firstLayer(&p.up), nil).text())
}

func packetShapes() []*Shape {
	return []*Shape{
		{Name: "odp.ExecuteSpec", Doc: "What dp:execute takes.", Fields: []Param{
			{Name: "data", Type: "string", Doc: "the packet from its Ethernet header on"},
			{Name: "actions", Type: "odp.ActionsLike", Doc: "what is done with it"},
			{Name: "key", Type: "string|odp.MatchTable|odp.Key", Optional: true,
				Doc: "what the data does not say: in_port, recirc_id, tunnel and such"},
			{Name: "in_port", Type: "integer|odp.Vport", Optional: true, Doc: "short for key = { in_port = ... }"},
			{Name: "probe", Type: "boolean", Doc: "keep the kernel from logging why it refuses the actions", Optional: true},
			{Name: "upcall_pid", Type: "integer", Optional: true,
				Doc: "netlink port id of the socket for upcalls of its userspace actions (Linux 6.17, ignored before)"},
			{Name: "hash", Type: "integer|odp.U64", Doc: "its hash, as pkt.hash has it", Optional: true},
			{Name: "mru", Type: "integer", Doc: "the largest fragment that it was put together from, as pkt.mru has it", Optional: true},
		}},
		{Name: "odp.InstallOptions", Doc: "Options of pkt:install.", Fields: []Param{
			{Name: "mode", Type: `"create"|"replace"|"modify"`, Doc: "as for dp:put_flow", Optional: true},
			{Name: "ufid", Type: "string|odp.UFID", Doc: "a unique identifier to look it up by", Optional: true},
			{Name: "execute", Type: "boolean", Doc: "send this packet through the same actions, after the flow is installed", Optional: true},
		}},
	}
}

func (c call) executeSpec(n int, d *odp.Datapath) *odp.Packet {
	f := c.fieldsOf(n, c.table(n), "odp.ExecuteSpec")
	o := textOptions(d)
	p := &odp.Packet{Data: []byte(f.string("data")), Actions: c.actionsOf(n, "actions", f.get("actions"), o)}
	p.Probe = f.bool("probe")
	p.UpcallPID = uint32(f.uint("upcall_pid", maxUint32, 0))
	p.Hash, p.HasHash = f.uint("hash", math.MaxUint64, 0), f.has("hash")
	p.MRU = uint16(f.uint("mru", math.MaxUint16, 0))
	if f.has("key") && f.has("in_port") {
		f.bad("in_port", "it belongs into the key where there is one")
	}
	if f.has("key") {
		p.Key = c.keyOf(n, "key", f.get("key"), o)
	}
	if f.has("in_port") {
		b := odp.MatchBuilder{Options: o}
		c.checkText(n, b.Set("in_port", c.fieldText(n, "in_port", f.get("in_port"))))
		key, err := b.Key()
		c.checkText(n, err)
		p.Key = key
	}
	return p
}

// packetMethods are the methods of a datapath about packets and batches.
func packetMethods() []*Func {
	return []*Func{
		{
			Name:    "execute",
			Doc:     "Send a packet through actions, as if a flow had matched it.",
			Params:  []Param{{Name: "spec", Type: "odp.ExecuteSpec"}},
			Example: "dp:execute{ data = frame, in_port = 1, actions = \"2\" }",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				c.raise(d.Execute(c.executeSpec(1, d)))
				return 0
			},
		},
		{
			Name:    "batch",
			Doc:     "An empty batch: many requests in one go.",
			Returns: []Param{{Name: "batch", Type: classBatch}},
			Example: "local b = dp:batch()\nfor i = 1, 1000 do b:put_flow{ match = m[i], actions = 2 } end\nassert(b:send() == 0)",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				return c.push(c.rt.object(classBatch, &batchValue{d: d, b: d.Conn().NewBatch()}))
			},
		},
	}
}
