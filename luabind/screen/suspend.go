package screen

import (
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A process that SIGTSTP stops has to leave the terminal as it was before, and take it
// again afterwards. Once Go has handled a signal it does not let the kernel do again what
// it does by itself, so what the kernel does is set behind its back.

// sigaction is struct sigaction of the kernel, or more. All zero is SIG_DFL.
type sigaction [4]uint64

// setAction sets what SIGTSTP does, and returns what it did. nil sets nothing.
func setAction(to *sigaction) (before sigaction) {
	const setSize = 8 // of a set of signals
	// It cannot fail: the signal and the addresses are valid.
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGTSTP), uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(&before)), setSize, 0, 0)
	return before
}

// catchStop has SIGTSTP come to the screen, unless the process ignores it.
func (s *Screen) catchStop() {
	if signal.Ignored(syscall.SIGTSTP) {
		return
	}
	s.suspend = s.before.Cc[unix.VSUSP]
	s.catches, s.uncaught = true, setAction(nil)
	signal.Notify(s.signals, syscall.SIGTSTP)
}

// uncatchStop has SIGTSTP stop the process as before.
func (s *Screen) uncatchStop() {
	if s.catches {
		setAction(&s.uncaught)
	}
}

// stop stops the process, and returns when it goes on. One that nobody could have go on
// does not stop, which the kernel sees to.
func (s *Screen) stop() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.give()
	s.away = true
	s.mu.Unlock()

	runtime.LockOSThread() // so that the signal, which is the thread's, has stopped all when the call returns
	caught := setAction(new(sigaction))
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGTSTP)
	setAction(&caught)
	runtime.UnlockOSThread()
	s.retake()
}
