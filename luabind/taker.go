package luabind

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// A taker gets the packets of one kind from the receiver of a datapath: a handle,
// or the crew of workers that handles them. It is the value of a userdata of class
// odp.Handle. But for put, it belongs to the owner of the Lua state.
type taker interface {
	base() *standing
	// put takes a packet, which is valid during the call only. It is called by the
	// goroutines of several sockets at a time.
	put(u *odp.Upcall)
	counts() counts
	dropped() uint64 // packets that did not fit into the queue, which holds queueLimit
	queueLimit() int64
	pause()
	resume()
	// flowsPut says that flows were put by other means than pkt:install.
	flowsPut()
	// end drops what waits and counts it, and what is put later as well.
	end()
}

// standing is how a taker stands with its receiver, and with its script.
type standing struct {
	rt     *Runtime
	recv   *receiver // nil until it gets packets
	kind   handleKind
	name   string   // in messages
	onLost *handler // nil if the script did not give one

	paused   bool
	stopped  bool
	ended    error  // why it ended by itself
	seen     bool   // the script has asked for that
	told     uint64 // losses that were told of, or from before it began
	toldOnce bool
}

// stopTaker ends a taker, and the receiver with the last.
func stopTaker(t taker) {
	if s := t.base(); !s.stopped {
		s.recv.remove(t)
	}
}

// leave reports whether the taker has not ended yet; now it has.
func (s *standing) leave() bool {
	if s.stopped {
		return false
	}
	s.stopped = true
	s.rt.loop.sources--
	return true
}

// failed says that the taker ends because of something that it did not do.
func (s *standing) failed(err error) {
	if !s.stopped {
		s.ended = err
		s.rt.ended = append(s.rt.ended, s)
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s ended: %v\n", s.name, err)
	}
}

// keptFailing is why a taker ended that did.
func (s *standing) keptFailing(datapath string, limit int) error {
	return &opError{s.kind.String() + " handler", datapath, fmt.Errorf("stopped, as it failed %d times in a row", limit)}
}

// setOnLost has fn called when packets were lost. When it keeps failing, giveUp is
// called.
func (s *standing) setOnLost(fn *lua.LFunction, limit int, giveUp func()) {
	if fn != nil {
		s.onLost = s.rt.newHandler("lost function of the "+s.name, fn)
		s.onLost.limit, s.onLost.stop = limit, giveUp
	}
}

// endedHandle returns an error if a handle ended by itself and the script did not
// ask for it since: it then went on without knowing.
func (rt *Runtime) endedHandle() error {
	for _, s := range rt.ended {
		if !s.seen {
			return &ScriptError{Message: fmt.Sprintf("the %s ended: %v", s.name, s.ended), Err: s.ended}
		}
	}
	return nil
}
