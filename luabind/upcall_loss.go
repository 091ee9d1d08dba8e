package luabind

import (
	"fmt"
	"strings"
	"time"
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
	for _, t := range r.takers {
		if t != nil {
			r.tellLoss(t, r.kernelLost.Load())
		}
	}
}

// lookForLoss is called when a taker has handled what has come so far.
func (r *receiver) lookForLoss(t taker) {
	if r.up.Stats().Overruns != r.overruns.Load() {
		r.countLoss()
	}
	r.tellLoss(t, r.kernelLost.Load())
}

// tellLoss tells the script of packets that were lost since it was last told:
// its lost function, or the user if it has none and these are the first.
// kernel is how many the kernel could not deliver.
func (r *receiver) tellLoss(t taker, kernel uint64) {
	s := t.base()
	malformed := r.up.Stats().Malformed
	dropped := t.dropped()
	lost := dropped + kernel + malformed
	if lost <= s.told {
		return
	}
	first, since := !s.toldOnce, lost-s.told
	s.told, s.toldOnce = lost, true
	if s.onLost != nil {
		s.onLost.call(r.stats(t), r.rt.integer(since))
		return
	}
	if !first {
		return
	}
	var parts []string
	if dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d dropped, as the script does not keep up and its queue of %d was full", dropped, t.queueLimit()))
	}
	if kernel > 0 {
		parts = append(parts, fmt.Sprintf("%d not delivered by the kernel, which happens when a receive buffer is full (option buffer)", kernel))
	}
	if malformed > 0 {
		parts = append(parts, fmt.Sprintf("%d not understood", malformed))
	}
	fmt.Fprintf(r.rt.cfg.Stderr, "odp: %s: packets were lost: %s; see its stats and option lost\n", s.name, strings.Join(parts, "; "))
}
