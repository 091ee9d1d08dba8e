package luabind

import (
	"slices"
	"sync"
)

// channel is a bounded queue of values between tasks and Lua states. Any
// goroutine may use it. Nobody polls it: whoever changes it wakes the event loops
// of those who wait, and they try again.
type channel struct {
	capacity int

	mu        sync.Mutex
	values    []parcel
	closed    bool
	waiting   map[*Runtime]int // how many fibers of it wait
	listeners []*listener
}

// What came of an attempt to send or receive.
type channelResult int

const (
	channelDone   channelResult = iota
	channelWait                 // it is full, or empty
	channelClosed               // nothing can be sent, or will come, any more
)

func newChannel(capacity int) *channel {
	return &channel{capacity: capacity, waiting: map[*Runtime]int{}}
}

func (ch *channel) trySend(p parcel) channelResult {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	switch {
	case ch.closed:
		return channelClosed
	case len(ch.values) >= ch.capacity:
		return channelWait
	}
	ch.values = append(ch.values, p)
	ch.wakeAll()
	return channelDone
}

// tryReceive takes the value that has been there for longest. What was sent
// before the channel was closed is still received.
func (ch *channel) tryReceive() (parcel, channelResult) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if len(ch.values) == 0 {
		if ch.closed {
			return nil, channelClosed
		}
		return nil, channelWait
	}
	p := ch.values[0]
	ch.values[0] = nil
	ch.values = ch.values[1:]
	ch.wakeAll()
	return p, channelDone
}

func (ch *channel) close() {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.closed = true
	ch.wakeAll()
}

// state returns how many values wait, and whether the channel was closed.
func (ch *channel) state() (n int, closed bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return len(ch.values), ch.closed
}

// wakeAll tells everybody that something has changed. The caller holds ch.mu.
func (ch *channel) wakeAll() {
	for rt := range ch.waiting {
		rt.loop.nudge()
	}
	if len(ch.values) > 0 || ch.closed {
		for _, l := range ch.listeners {
			l.wake()
		}
	}
}

// watch has the loop of rt woken by changes, until unwatch is called.
func (ch *channel) watch(rt *Runtime) (unwatch func()) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.waiting[rt]++
	return func() {
		ch.mu.Lock()
		defer ch.mu.Unlock()
		if ch.waiting[rt]--; ch.waiting[rt] == 0 {
			delete(ch.waiting, rt)
		}
	}
}

func (ch *channel) listen(l *listener) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.listeners = append(ch.listeners, l)
	if len(ch.values) > 0 || ch.closed {
		l.wake()
	}
}

func (ch *channel) unlisten(l *listener) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.listeners = slices.DeleteFunc(ch.listeners, func(other *listener) bool { return other == l })
	if len(ch.values) > 0 {
		ch.wakeAll() // another one gets what this one was woken for
	}
}
