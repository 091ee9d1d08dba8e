package luabind

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// lossInterval is how often the kernel is asked what it could not deliver.
const lossInterval = time.Second

// countLoss asks the kernel what it could not deliver.
func (r *receiver) countLoss() {
	r.overruns.Store(r.up.Stats().Overruns)
	if s, err := r.d.Stats(); err == nil && s.Lost >= r.lostStart {
		r.kernelLost.Store(s.Lost - r.lostStart)
	}
}

// lookForLosses is called now and then, as packets may be lost without any
// coming.
func (r *receiver) lookForLosses() {
	r.countLoss()
	for _, h := range r.handles {
		if h != nil {
			h.tellLoss(r.kernelLost.Load())
		}
	}
}

// lookForLoss is called when a handler has handled what has come so far.
func (r *receiver) lookForLoss(h *handle) {
	if r.up.Stats().Overruns != r.overruns.Load() {
		r.countLoss()
	}
	h.tellLoss(r.kernelLost.Load())
}

// tellLoss tells the script of packets that were lost since it was last told:
// its lost function, or the user if it has none and these are the first.
// kernel is how many the kernel could not deliver.
func (h *handle) tellLoss(kernel uint64) {
	malformed := h.recv.up.Stats().Malformed
	dropped := h.in.dropped.Load()
	lost := dropped + kernel + malformed
	if lost <= h.told {
		return
	}
	first, since := !h.toldOnce, lost-h.told
	h.told, h.toldOnce = lost, true
	if h.onLost != nil {
		h.onLost.call(h.stats(), h.out.rt.integer(since))
		return
	}
	if !first {
		return
	}
	var parts []string
	if dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d dropped, as the script does not keep up and its queue of %d was full", dropped, h.in.limit))
	}
	if kernel > 0 {
		parts = append(parts, fmt.Sprintf("%d not delivered by the kernel, which happens when a receive buffer is full (option buffer)", kernel))
	}
	if malformed > 0 {
		parts = append(parts, fmt.Sprintf("%d not understood", malformed))
	}
	fmt.Fprintf(h.out.rt.cfg.Stderr, "odp: %s: packets were lost: %s; see its stats and option lost\n", h.handler.name, strings.Join(parts, "; "))
}

// stats is the table of what the handle has counted.
func (h *handle) stats() *lua.LTable {
	rt, r := h.out.rt, h.recv
	up := r.up.Stats()
	return rt.record("odp.HandleStats", map[string]lua.LValue{
		"handled": rt.integer(h.handled), "running": lua.LNumber(h.running),
		"answered": rt.integer(h.answered), "discarded": rt.integer(h.discarded),
		"unanswered": rt.integer(h.unanswered), "held": lua.LNumber(h.held.Len()), "expired": rt.integer(h.expired),
		"failures": rt.integer(h.handler.failures), "refused": rt.integer(h.refused), "raced": rt.integer(h.raced),
		"received": rt.integer(h.in.received.Load()), "dropped": rt.integer(h.in.dropped.Load()),
		"queued": lua.LNumber(h.in.queued()), "unhandled": rt.integer(r.unhandled.Load()),
		"overruns": rt.integer(up.Overruns), "malformed": rt.integer(up.Malformed),
		"kernel_lost": rt.integer(r.kernelLost.Load()),
	})
}

func handleStats(c call) lua.LValue {
	h := self[*handle](c)
	if !h.recv.closed {
		h.recv.countLoss()
	}
	return h.stats()
}

func handleStatsShape() *Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return &Shape{
		Name: "odp.HandleStats",
		Doc: "What a handler has counted. What was received is handled, dropped or queued; what was handled is answered, " +
			"discarded, unanswered, held, expired or running. Overruns, malformed, unhandled and kernel_lost are of all handlers of the datapath.",
		Fields: []Param{
			counter("received", "packets for the handler that came from the kernel"),
			counter("queued", "packets that wait for it now"),
			counter("dropped", "packets dropped as the queue was full, so the script does not keep up, or as the handler was stopped"),
			counter("handled", "packets given to the handler"),
			counter("running", "packets that it has not returned from yet, as it waits"),
			counter("answered", "packets that it sent on"),
			counter("discarded", "packets that it dropped: by pkt:drop, or by actions that are none"),
			counter("unanswered", "packets that it returned from, or failed at, without an answer; they are lost"),
			counter("held", "packets that are held now, by pkt:hold"),
			counter("expired", "held packets that were dropped without an answer: too many were held, or the handler was stopped"),
			counter("failures", "errors that it raised, and requests of it that were refused"),
			counter("refused", "installs and executes that the kernel refused"),
			counter("raced", "installs of flows that were there already, which is no error"),
			counter("unhandled", "packets for which there is no handler"),
			counter("overruns", "times that the kernel dropped packets as a receive buffer was full"),
			counter("malformed", "messages of the kernel that were not understood"),
			counter("kernel_lost", "packets that the kernel could not deliver while there was a handler"),
		},
	}
}
