package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// A cpuSlot is a processor that one kernel has for itself among those of sandboxes.
//
// User-Mode Linux is one process for its kernel and one for what runs in it, and each
// system call goes from one to the other and back. Where the two are on processors of
// their own, one wakes the other from idling each time, which takes several times as
// long as a switch on the same one.
type cpuSlot struct {
	lock int // a socket whose name is the slot's; it is given up with the process
	was  unix.CPUSet
}

// takeCPU has what the calling thread starts run on one processor, which no other
// sandbox of this machine has taken in the same way. It returns nil, and changes
// nothing, if there is none or only one.
func takeCPU() *cpuSlot {
	var was unix.CPUSet
	if err := unix.SchedGetaffinity(0, &was); err != nil || was.Count() < 2 {
		return nil
	}
	for cpu := range len(was) * 64 {
		if !was.IsSet(cpu) {
			continue
		}
		lock, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil
		}
		var one unix.CPUSet
		one.Set(cpu)
		if unix.Bind(lock, &unix.SockaddrUnix{Name: fmt.Sprintf("@odp-sandbox-cpu-%d", cpu)}) == nil &&
			unix.SchedSetaffinity(0, &one) == nil {
			return &cpuSlot{lock, was}
		}
		unix.Close(lock)
	}
	return nil
}

// release lets the calling thread, which took the slot, run anywhere again.
func (s *cpuSlot) release() {
	if s != nil {
		// Where that fails, the thread stays where it is, which does no harm.
		_ = unix.SchedSetaffinity(0, &s.was)
	}
}

// giveUp lets another sandbox have the slot.
func (s *cpuSlot) giveUp() {
	if s != nil {
		unix.Close(s.lock)
	}
}
