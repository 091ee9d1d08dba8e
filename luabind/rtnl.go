package luabind

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
)

func init() {
	nl.EnableErrorMessageReporting = true // the kernel's own explanation, in errors
}

// rtnl runs requests for a namespace, on a thread that is in it: sockets are of
// the namespace in which they are made, and each request has its own. Nothing in
// fn may touch the Lua state.
func (c call) rtnl(ns *namespace, fn func() error) error {
	ns.fd(c) // raises if it has been deleted
	return explainAck(ns.onThread(fn))
}

// maxDumps is how often a list is asked for that changed while it was read.
const maxDumps = 20

// dump is rtnl for a list. One that changed while the kernel wrote it may lack
// what did not change, so it is read again.
func dump[T any](c call, ns *namespace, read func() ([]T, error)) (list []T, err error) {
	for range maxDumps {
		err = c.rtnl(ns, func() (err error) {
			list, err = read()
			return err
		})
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return list, err
		}
	}
	return nil, fmt.Errorf("the list changed each of %d times that it was read", maxDumps)
}

// ackError is an error that the kernel explained.
type ackError struct {
	errno  syscall.Errno
	extack string
}

func (e *ackError) Error() string { return e.errno.Error() + " (" + e.extack + ")" }
func (e *ackError) Unwrap() error { return e.errno }

// explainAck finds the kernel's explanation in an error of package netlink, which
// has it as text behind that of the error number.
func explainAck(err error) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err
	}
	extack, ok := strings.CutPrefix(err.Error(), errno.Error()+": ")
	if !ok {
		return err
	}
	return &ackError{errno, extack}
}
