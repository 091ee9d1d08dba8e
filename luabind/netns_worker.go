package luabind

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/vishvananda/netns"
)

// netnsWorker runs functions on a thread that is in a network namespace. The
// thread never comes back from there: it ends with its goroutine, so that no
// other code can meet a thread in the wrong namespace.
type netnsWorker struct {
	jobs chan netnsJob
	quit chan struct{} // closed to end it
}

type netnsJob struct {
	fn   func() error
	done chan<- netnsResult
}

type netnsResult struct {
	err   error
	panic any // what fn panicked with, to go on where it was called
}

// errWorkerStopped is what remains to say once the namespace was let go of.
var errWorkerStopped = errors.New("the namespace has been deleted")

// startWorker makes a worker in the namespace. If it cannot be entered, it says
// so to all who ask.
func startWorker(file netns.NsHandle) *netnsWorker {
	w := &netnsWorker{jobs: make(chan netnsJob), quit: make(chan struct{})}
	entered := make(chan struct{})
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
		err := netns.Set(file)
		close(entered)
		for {
			select {
			case <-w.quit:
				return
			case job := <-w.jobs:
				if err != nil {
					job.done <- netnsResult{err: fmt.Errorf("cannot enter the namespace: %w", err)}
					continue
				}
				job.done <- runJob(job.fn)
			}
		}
	}()
	<-entered // file may be closed from here on
	return w
}

func runJob(fn func() error) (result netnsResult) {
	defer func() {
		if r := recover(); r != nil {
			result = netnsResult{panic: r}
		}
	}()
	return netnsResult{err: fn()}
}

// do runs fn on the worker's thread and waits for it. Any goroutine may call it.
func (w *netnsWorker) do(fn func() error) error {
	done := make(chan netnsResult, 1)
	select {
	case w.jobs <- netnsJob{fn, done}:
	case <-w.quit:
		return errWorkerStopped
	}
	result := <-done
	if result.panic != nil {
		panic(result.panic)
	}
	return result.err
}

// stop ends the worker. It is called once.
func (w *netnsWorker) stop() { close(w.quit) }
