package odp

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The sentinels are what an error of this package is compared with by
// [errors.Is]. The text of an error is for people and may change.
var (
	// ErrNotExist: no such datapath, vport, flow or network device (ENOENT, ENODEV).
	ErrNotExist = errors.New("does not exist")
	// ErrExist: the name, number or flow is taken (EEXIST).
	ErrExist = errors.New("already exists")
	// ErrNotSupported: this kernel does not have the feature (EOPNOTSUPP, EAFNOSUPPORT, ...).
	ErrNotSupported = errors.New("not supported by this kernel")
	// ErrPermission: the caller lacks CAP_NET_ADMIN (EPERM, EACCES).
	ErrPermission = errors.New("permission denied")
	// ErrDumpInterrupted: objects changed while they were listed, so that the
	// list may lack some or have some twice (NLM_F_DUMP_INTR).
	ErrDumpInterrupted = errors.New("changed while being listed, the list may be incomplete")
	// ErrOverrun: the kernel dropped messages as the socket's buffer was full
	// (ENOBUFS). The socket stays usable.
	ErrOverrun = errors.New("messages were lost, the receive buffer was full")
	// ErrClosed: the connection or receiver was closed.
	ErrClosed = errors.New("closed")
	// ErrNoModule: the kernel has no openvswitch, or it is not loaded.
	ErrNoModule = errors.New("kernel has no openvswitch")
)

// enotsupp is an error number that the kernel has for itself alone, but gives to
// those who ask for connection tracking that was left out of its build.
const enotsupp syscall.Errno = 524

var (
	errNoReply = errors.New("the kernel acknowledged the request without the reply that it was to send")
	errNoAck   = errors.New("no acknowledgement from the kernel, the request may or may not have been carried out")
)

// OpError is the failure of one operation. It answers [errors.Is] for the
// sentinels, and [errors.As] finds the kernel's error number as [syscall.Errno].
type OpError struct {
	// Op is what was tried, such as "vport create".
	Op string
	// Object is the name, number or other identity of what it was tried on. It
	// is empty for flows and packets.
	Object string
	// Datapath is the name of the datapath concerned, empty where Object is one.
	Datapath string
	// Reason says in words what the error number means here, where that is known.
	Reason string
	// Err is the cause, a [syscall.Errno] where the kernel refused.
	Err error
	// ExtAck is the message of the kernel's extended acknowledgement, or empty.
	ExtAck string
	// Offset is the byte of the request that the kernel points at, counted from
	// the start of its netlink header. It is 0 if the kernel points at none.
	Offset int
	// Missing are the features that the request asks for and the kernel lacks,
	// where that is why it was refused.
	Missing []*Feature
}

// Error tells operation, object, reason, error number and the kernel's own
// message, in this order.
func (e *OpError) Error() string {
	var sb strings.Builder
	sb.WriteString(e.Op)
	if e.Object != "" {
		sb.WriteString(" " + e.Object)
	}
	if e.Datapath != "" {
		sb.WriteString(" on " + e.Datapath)
	}
	if e.Reason != "" {
		sb.WriteString(": " + e.Reason)
	}
	if e.Err != nil {
		sb.WriteString(": " + causeText(e.Err))
	}
	if e.ExtAck != "" {
		sb.WriteString(": " + e.ExtAck)
	}
	return sb.String()
}

// causeText gives an error number by name and words, as the name is what
// kernel documentation uses and the words are what people read.
func causeText(err error) string {
	errno, ok := err.(syscall.Errno)
	if !ok {
		return err.Error()
	}
	if errno == enotsupp {
		return "ENOTSUPP (not supported)"
	}
	if name := ErrnoName(errno); name != "" {
		return name + " (" + errno.Error() + ")"
	}
	return errno.Error()
}

// ErrnoName returns the name of an error number, "" if it has none. Of the two
// that Linux gives to one number, the kernel's own is EOPNOTSUPP.
func ErrnoName(errno syscall.Errno) string {
	switch errno {
	case unix.EOPNOTSUPP:
		return "EOPNOTSUPP"
	case enotsupp:
		return "ENOTSUPP"
	}
	return unix.ErrnoName(errno)
}

// Errno returns the kernel's error number and its name, such as 17 and
// "EEXIST". It returns 0 and "" if the failure was not the kernel's.
func (e *OpError) Errno() (number int, name string) {
	errno, ok := e.Err.(syscall.Errno)
	if !ok {
		return 0, ""
	}
	return int(errno), ErrnoName(errno)
}

// Unwrap returns the cause.
func (e *OpError) Unwrap() error { return e.Err }

// Is reports whether the kernel's error number stands for the sentinel target.
// A feature that is missing is an [ErrNotSupported] whatever the number.
func (e *OpError) Is(target error) bool {
	if len(e.Missing) > 0 && target == ErrNotSupported {
		return true
	}
	errno, ok := e.Err.(syscall.Errno)
	return ok && target != nil && sentinel(errno) == target
}

// sentinel returns the sentinel that stands for errno, or nil. EBUSY has none:
// what is busy differs from operation to operation and is said in the Reason.
func sentinel(errno syscall.Errno) error {
	switch errno {
	case unix.ENOENT, unix.ENODEV:
		return ErrNotExist
	case unix.EEXIST:
		return ErrExist
	case unix.EOPNOTSUPP, unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT, enotsupp:
		return ErrNotSupported
	case unix.EPERM, unix.EACCES:
		return ErrPermission
	case unix.ENOBUFS:
		return ErrOverrun
	}
	return nil
}

// ArgError is an argument that was refused before anything was sent.
type ArgError struct {
	Op   string // what was tried, such as "vport create"
	Arg  string // the argument, such as "name"
	Want string // what is wrong with the value, and what was expected
}

// Error names operation and argument and says what was expected.
func (e *ArgError) Error() string { return e.Op + ": " + e.Arg + ": " + e.Want }
