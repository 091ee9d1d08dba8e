package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

// counts is what handlers have counted at a moment.
type counts struct {
	received, queued, dropped       uint64
	handled, running                uint64
	answered, discarded, unanswered uint64
	held, expired                   uint64
	failures, refused, raced        uint64
}

// counts may be called by any goroutine.
func (h *handle) counts() counts {
	return counts{
		received: h.in.received.Load(), queued: uint64(h.in.queued()), dropped: h.in.dropped.Load(),
		handled: h.handled.Load(), running: uint64(h.running.Load()),
		answered: h.answered.Load(), discarded: h.discarded.Load(), unanswered: h.unanswered.Load(),
		held: uint64(h.holding.Load()), expired: h.expired.Load(),
		failures: h.handler.failures.Load(), refused: h.refused.Load(), raced: h.raced.Load(),
	}
}

func (n *counts) add(m counts) {
	n.received, n.queued, n.dropped = n.received+m.received, n.queued+m.queued, n.dropped+m.dropped
	n.handled, n.running = n.handled+m.handled, n.running+m.running
	n.answered, n.discarded, n.unanswered = n.answered+m.answered, n.discarded+m.discarded, n.unanswered+m.unanswered
	n.held, n.expired = n.held+m.held, n.expired+m.expired
	n.failures, n.refused, n.raced = n.failures+m.failures, n.refused+m.refused, n.raced+m.raced
}

// values are the fields of odp.HandlerCounts.
func (n counts) values(rt *Runtime) map[string]lua.LValue {
	return map[string]lua.LValue{
		"received": rt.integer(n.received), "queued": rt.integer(n.queued), "dropped": rt.integer(n.dropped),
		"handled": rt.integer(n.handled), "running": rt.integer(n.running),
		"answered": rt.integer(n.answered), "discarded": rt.integer(n.discarded), "unanswered": rt.integer(n.unanswered),
		"held": rt.integer(n.held), "expired": rt.integer(n.expired),
		"failures": rt.integer(n.failures), "refused": rt.integer(n.refused), "raced": rt.integer(n.raced),
	}
}

// countFields are those fields.
func countFields() []Param {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []Param{
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
	}
}

// stats is the table of what a taker has counted.
func (r *receiver) stats(t taker) *lua.LTable {
	rt, up := r.rt, r.up.Stats()
	values := t.counts().values(rt)
	values["unhandled"] = rt.integer(r.unhandled.Load())
	values["overruns"] = rt.integer(up.Overruns)
	values["malformed"] = rt.integer(up.Malformed)
	values["kernel_lost"] = rt.integer(r.kernelLost.Load())
	return rt.record("odp.HandleStats", values)
}

func handleStats(c call) lua.LValue {
	t := self[taker](c)
	r := t.base().recv
	if !r.closed {
		r.countLoss()
	}
	return r.stats(t)
}

func handleStatsShapes() []*Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []*Shape{
		{
			Name: "odp.HandleStats",
			Doc: "What a handler has counted, all its workers together. What was received is handled, dropped or queued; what was handled is " +
				"answered, discarded, unanswered, held, expired or running. Overruns, malformed, unhandled and kernel_lost are of all " +
				"handlers of the datapath.",
			Fields: append(countFields(),
				counter("unhandled", "packets for which there is no handler"),
				counter("overruns", "times that the kernel dropped packets as a receive buffer was full"),
				counter("malformed", "messages of the kernel that were not understood"),
				counter("kernel_lost", "packets that the kernel could not deliver while there was a handler"),
			),
		},
		{
			Name:   "odp.WorkerStats",
			Doc:    "What the handler of one worker has counted, with the meaning that it has in odp.HandleStats.",
			Fields: countFields(),
		},
	}
}
