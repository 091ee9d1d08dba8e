package luabind

import (
	"container/heap"
	"sync"
	"time"
)

// loop is the event loop: tasks posted by other goroutines, and timers.
// post may be called by anyone, the rest only by the owner of the Lua state.
type loop struct {
	mu    sync.Mutex
	tasks []func()
	wake  chan struct{}

	timers timerHeap
	alarm  *time.Timer
	armed  time.Time // when the alarm goes off, zero if it is not set
	// sources counts what may still post a task: timers, miss handlers, running
	// commands. odp.run ends when there are none.
	sources int
	// turns counts how often something ran.
	turns uint64
}

func (l *loop) init() {
	l.wake = make(chan struct{}, 1)
	l.alarm = time.NewTimer(time.Hour)
	l.alarm.Stop()
}

// post queues fn to be run by the owner. Whoever posts limits how many of its
// tasks are queued at once, so the queue stays short.
func (l *loop) post(fn func()) {
	l.mu.Lock()
	l.tasks = append(l.tasks, fn)
	l.mu.Unlock()
	l.nudge()
}

// nudge ends a wait.
func (l *loop) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *loop) take() func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tasks) == 0 {
		return nil
	}
	fn := l.tasks[0]
	l.tasks[0] = nil
	l.tasks = l.tasks[1:]
	if len(l.tasks) == 0 {
		l.tasks = nil
	}
	return fn
}

// idle reports whether nothing is queued and nothing can come.
func (l *loop) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sources == 0 && len(l.tasks) == 0
}

// step runs at most one due timer and one task. It reports whether there was
// anything to run.
func (l *loop) step() bool {
	ran := false
	if len(l.timers) > 0 && time.Until(l.timers[0].when) <= 0 {
		l.timers[0].fire()
		ran = true
	}
	if fn := l.take(); fn != nil {
		fn()
		ran = true
	}
	if ran {
		l.turns++
	}
	return ran
}

// wait blocks until there may be something to run, stop is closed or the
// deadline, if not zero, has passed.
func (l *loop) wait(stop <-chan struct{}, deadline time.Time) {
	next := deadline
	if len(l.timers) > 0 && (next.IsZero() || l.timers[0].when.Before(next)) {
		next = l.timers[0].when
	}
	// The alarm is left as it is while others wake the loop, as setting it costs more
	// than a wait that ends early.
	var alarm <-chan time.Time
	if !next.IsZero() {
		if !l.armed.Equal(next) {
			l.alarm.Reset(time.Until(next))
			l.armed = next
		}
		alarm = l.alarm.C
	}
	select {
	case <-l.wake:
	case <-alarm:
		l.armed = time.Time{}
	case <-stop:
	}
}

// timer calls fn once, or again and again if interval is not zero.
type timer struct {
	loop     *loop
	when     time.Time
	interval time.Duration
	fn       func()
	handler  *handler // that a script has set; nil of those of the runtime itself
	index    int      // in the heap, -1 when not waiting
	busy     bool
	counted  bool
}

// startTimer makes a timer that keeps odp.run going.
func (l *loop) startTimer(after, interval time.Duration, fn func()) *timer {
	t := &timer{loop: l, when: time.Now().Add(after), interval: interval, fn: fn, index: -1, counted: true}
	l.sources++
	heap.Push(&l.timers, t)
	return t
}

// startQuietTimer makes a timer that does not keep odp.run going.
func (l *loop) startQuietTimer(after time.Duration, fn func()) *timer {
	t := l.startTimer(after, 0, fn)
	t.counted = false
	l.sources--
	return t
}

func (t *timer) active() bool { return t.counted }

// cancel is idempotent, and works from the timer's own callback.
func (t *timer) cancel() {
	if t.index >= 0 {
		heap.Remove(&t.loop.timers, t.index)
	}
	if t.counted {
		t.counted = false
		t.loop.sources--
	}
}

func (t *timer) fire() {
	if t.interval == 0 {
		// It stays a source while its callback runs, which may wait.
		heap.Remove(&t.loop.timers, t.index)
		t.fn()
		t.cancel()
		return
	}
	// The next turn is one interval after this one was due, or after now when
	// that is past: turns that were missed are not made up for.
	now := time.Now()
	t.when = t.when.Add(t.interval)
	if t.when.Before(now) {
		t.when = now.Add(t.interval)
	}
	heap.Fix(&t.loop.timers, t.index)
	if t.busy {
		return // its callback waits and has not returned yet
	}
	t.busy = true
	t.fn()
	t.busy = false
}

type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].when.Before(h[j].when) }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	t.index = -1
	*h = old[:len(old)-1]
	return t
}
