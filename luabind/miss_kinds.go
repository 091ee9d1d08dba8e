package luabind

import (
	"fmt"
	"sync/atomic"

	"github.com/go-odp/odp/odp"
)

const (
	// missesToWarn is how many packets of one kind a handler may get without
	// installing a flow before the user is told.
	missesToWarn = 1000
	// maxKinds limits the kinds that are counted at a time.
	maxKinds = 1024
)

// missKinds finds a handler that sees packets of one kind again and again, since
// it installs no flow for them. Each then costs a way through the script, and
// many together drown out the others.
// It belongs to the owner of the handler's Lua state, but for cleared.
type missKinds struct {
	seen    map[missKind]int
	done    bool        // the user was told
	cleared atomic.Bool // what was seen is to be forgotten
}

// missKind is what packets of one kind have in common.
type missKind struct {
	port    odp.PortNo
	dst     [6]byte
	ethType [2]byte
}

var ethRow = odp.KeyByName("eth")

func missKindOf(u *odp.Upcall) missKind {
	var k missKind
	k.port, _ = u.InPort()
	if _, ok := u.Key.Find(ethRow.ID); ok && len(u.Data) >= 14 {
		copy(k.dst[:], u.Data)
		copy(k.ethType[:], u.Data[12:])
	}
	return k
}

// note counts a packet that the handler has returned from.
func (m *missKinds) note(h *handle, p *packetValue) {
	if m.done {
		return
	}
	if len(m.seen) >= maxKinds || m.cleared.Swap(false) {
		clear(m.seen)
	}
	k := missKindOf(&p.up)
	m.seen[k]++
	if m.seen[k] < missesToWarn {
		return
	}
	m.done = true // once is enough
	like, err := odp.Match{Key: p.up.Key}.Only("in_port", "eth.dst")
	if err != nil {
		like, _ = odp.Match{Key: p.up.Key}.Only("in_port")
	}
	fmt.Fprintf(h.out.rt.cfg.Stderr, "odp: %s: %d packets like %v came to it without a flow being installed for them, and so will all others; "+
		"install one, if only to drop them, or say warn = false\n", h.handler.name, missesToWarn, like)
}

// installed says that the handler has installed a flow because of a packet.
func (m *missKinds) installed(p *packetValue) { delete(m.seen, missKindOf(&p.up)) }

// flowsPut says that flows of the datapath were put by other means than
// pkt:install. Which packets they take is not known.
func (rt *Runtime) flowsPut(d *odp.Datapath) {
	if r := rt.receiverOf(d); r != nil && r.takers[onMiss] != nil {
		r.takers[onMiss].flowsPut()
	}
	if w := rt.work; w != nil && keyOf(w.d) == keyOf(d) {
		w.crew.flowsPut()
	}
}
