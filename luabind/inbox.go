package luabind

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-odp/odp/odp"
)

// inbox is the bounded queue between the goroutines that receive packets and
// the handler that they are for.
type inbox struct {
	limit int64
	wake  func()       // has the owner of the handler empty the queue
	count atomic.Int64 // packets in the queue or about to be

	received atomic.Uint64
	dropped  atomic.Uint64

	mu      sync.Mutex
	ring    []*packetValue // a power of two long, grown as needed
	first   int
	waiting int
	woken   bool // wake was called and begin not since
	closed  bool
	clock   int64 // nanoseconds since 1970 when it was last looked at
	sharing int   // packets that have that time
}

// dropsPerTurn is how many packets may be dropped before the script goes on.
const dropsPerTurn = 8

// maxSharing is how many packets may have one time of reception, as long as some
// wait: they come faster than the clock is read where that takes a system call.
const maxSharing = 16

// put queues a copy of u. When the script does not keep up the newest packets
// are dropped, so that those of one connection stay in order. Any goroutine may
// call it. Now and then it lets the script go on, where both have one processor:
// reading all that comes before any of it is handled would fill the memory, and
// what is dropped would take the time of what could be handled.
func (q *inbox) put(u *odp.Upcall) {
	q.received.Add(1)
	if q.count.Add(1) > q.limit {
		q.count.Add(-1)
		if q.dropped.Add(1)%dropsPerTurn == 0 {
			runtime.Gosched()
		}
		return
	}
	p := newPacketValue(u)
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		q.count.Add(-1)
		q.dropped.Add(1)
		return
	}
	if q.waiting == len(q.ring) {
		q.grow()
	}
	if q.waiting == 0 || q.sharing == maxSharing {
		q.clock, q.sharing = time.Now().UnixNano(), 0
	}
	q.sharing++
	p.time = q.clock
	q.ring[(q.first+q.waiting)&(len(q.ring)-1)] = p
	q.waiting++
	wake := !q.woken
	q.woken = true
	crowded := q.waiting%perWakeUp == 0
	q.mu.Unlock()
	if wake {
		q.wake()
	}
	if crowded {
		runtime.Gosched()
	}
}

func (q *inbox) grow() {
	ring := make([]*packetValue, max(2*len(q.ring), 16))
	for i := range q.waiting {
		ring[i] = q.ring[(q.first+i)&(len(q.ring)-1)]
	}
	q.ring, q.first = ring, 0
}

// begin says that the queue is about to be emptied: the next packet wakes again.
func (q *inbox) begin() {
	q.mu.Lock()
	q.woken = false
	q.mu.Unlock()
}

// again wakes the owner for what is left in the queue, if anything is.
func (q *inbox) again() {
	q.mu.Lock()
	wake := q.waiting > 0 && !q.woken
	q.woken = q.woken || wake
	q.mu.Unlock()
	if wake {
		q.wake()
	}
}

// take returns the packet that waits longest, nil if there is none.
func (q *inbox) take() *packetValue {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == 0 {
		return nil
	}
	p := q.ring[q.first]
	q.ring[q.first] = nil
	q.first = (q.first + 1) & (len(q.ring) - 1)
	q.waiting--
	q.count.Add(-1)
	return p
}

func (q *inbox) queued() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}

// close drops what waits and whatever comes later, and counts it.
func (q *inbox) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.dropped.Add(uint64(q.waiting))
	q.count.Add(-int64(q.waiting))
	q.ring, q.first, q.waiting = nil, 0, 0
}
