package odp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// UpcallConfig says how upcalls are received. Its zero value is right for most.
type UpcallConfig struct {
	// PerVport asks for dispatch by vport: each vport's upcalls are shared out
	// among the sockets by flow. Otherwise there is a socket for each CPU, if
	// the kernel can (Linux 5.15), which keeps the packets of a CPU in order.
	PerVport bool
	// Sockets is the number of sockets for dispatch by vport, at most one for
	// each CPU; 0 means 1. With one, all upcalls are handled one after the other.
	Sockets int
	// ReadBuffer is the size in bytes of each socket's receive buffer, 0 means
	// 4 MiB. What does not fit is lost, and counted by [DatapathStats].
	ReadBuffer int
}

const defaultUpcallBuffer = 4 << 20

// Upcalls receives the upcalls of one datapath. While it is open it is the
// datapath's only receiver: port ids that others set are replaced, and put back
// by Close.
type Upcalls struct {
	d      *Datapath
	perCPU bool
	socks  []socket
	pids   []uint32
	events *Events

	running    atomic.Bool
	received   atomic.Uint64
	overruns   atomic.Uint64
	malformed  atomic.Uint64
	vportSeen  atomic.Uint64
	readBuffer int

	mu       sync.Mutex // guards what follows, and the port ids in the kernel
	closed   bool
	released bool // dispatch was given back
	saved    upcallState
	meddlers int // how often another program changed dispatch
}

// UpcallStats counts what an [Upcalls] received. What the kernel could not
// deliver is in [DatapathStats], as Lost.
type UpcallStats struct {
	Received uint64 // upcalls given to the handler
	// Overruns counts how often a full receive buffer made the kernel drop
	// upcalls: at least one each time.
	Overruns  uint64
	Malformed uint64 // messages that were not understood
}

// Upcalls begins to receive the upcalls of the datapath. They wait in the
// sockets until Run handles them.
func (d *Datapath) Upcalls(cfg UpcallConfig) (*Upcalls, error) {
	u := &Upcalls{d: d, perCPU: !cfg.PerVport}
	if err := u.start(cfg); err != nil {
		return nil, errors.Join(err, u.Close())
	}
	return u, nil
}

func (u *Upcalls) start(cfg UpcallConfig) error {
	if cfg.Sockets < 0 || cfg.ReadBuffer < 0 {
		return &ArgError{Op: "upcalls", Arg: "config", Want: "negative number of sockets or bytes"}
	}
	if cfg.Sockets == 0 {
		cfg.Sockets = 1
	}
	if cfg.ReadBuffer == 0 {
		cfg.ReadBuffer = defaultUpcallBuffer
	}
	// The events come first: no vport can then be missed by both the list and
	// the events.
	events, err := u.d.Subscribe(EventDatapaths | EventVports)
	if err != nil {
		return err
	}
	u.events = events

	if u.perCPU {
		n, err := possibleCPUs()
		if err != nil {
			return err
		}
		if err := u.open(n, cfg.ReadBuffer); err != nil {
			return err
		}
		err = u.setPerCPU()
		if !errors.Is(err, ErrNotSupported) {
			return err
		}
		u.perCPU = false
		if err := u.dropSockets(cfg.Sockets); err != nil {
			return err
		}
	}
	if err := u.open(cfg.Sockets, cfg.ReadBuffer); err != nil {
		return err
	}
	return u.setPerVport()
}

// open opens sockets until there are n.
func (u *Upcalls) open(n, readBuffer int) error {
	for len(u.socks) < n {
		s, err := u.d.c.open(readBuffer)
		if err != nil {
			return err
		}
		u.socks = append(u.socks, s)
		u.pids = append(u.pids, s.PID())
		size, err := s.ReadBuffer()
		if err != nil {
			return err
		}
		if u.readBuffer == 0 || size < u.readBuffer {
			u.readBuffer = size
		}
	}
	return nil
}

// dropSockets closes all but the first n sockets, before Run has seen them.
func (u *Upcalls) dropSockets(n int) error {
	var errs []error
	for len(u.socks) > n {
		last := len(u.socks) - 1
		errs = append(errs, u.socks[last].Close())
		u.socks, u.pids = u.socks[:last], u.pids[:last]
	}
	return errors.Join(errs...)
}

// PerCPU reports whether upcalls are dispatched by CPU, and not by vport.
func (u *Upcalls) PerCPU() bool { return u.perCPU }

// PIDs returns the port ids of the sockets. A userspace action names one of
// them with dispatch by vport; with dispatch by CPU the kernel ignores what it
// names. A vport created with them loses no upcall before Run learns of it.
func (u *Upcalls) PIDs() []uint32 { return append([]uint32(nil), u.pids...) }

// ReadBuffer returns the size in bytes of the smallest receive buffer that the
// kernel granted. The kernel counts its own overhead against it.
func (u *Upcalls) ReadBuffer() int { return u.readBuffer }

// Stats returns the counters. It may be called at any time.
func (u *Upcalls) Stats() UpcallStats {
	return UpcallStats{
		Received:  u.received.Load(),
		Overruns:  u.overruns.Load(),
		Malformed: u.malformed.Load(),
	}
}

// VportChanges returns a number that grows when a vport of the datapath was
// added, changed or deleted, as far as Run has learnt of it. What was read of
// vports is up to date as long as it stays the same.
func (u *Upcalls) VportChanges() uint64 { return u.vportSeen.Load() }

// Run receives upcalls and calls handle for each, until ctx ends and those that
// have come by then are handled, Close is called, the datapath is deleted or a socket fails. It owns a goroutine for
// each socket, and one that looks after vports that are added; all have ended
// when it returns. handle is called by several goroutines at the same time if
// there is more than one socket, and may not keep what it is given.
//
// Run returns ctx's error, nil after Close, or what went wrong: an
// [ErrNotExist] if the datapath was deleted. It can be called again after ctx
// ended.
func (u *Upcalls) Run(ctx context.Context, handle func(*Upcall)) error {
	if !u.running.CompareAndSwap(false, true) {
		return errors.New("upcalls: Run is already running")
	}
	defer u.running.Store(false)

	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i, s := range u.socks {
		wg.Go(func() { cancel(u.receive(inner, i, s, handle)) })
	}
	wg.Go(func() { cancel(u.watch(inner)) })
	wg.Wait()

	if err := ctx.Err(); err != nil {
		return err
	}
	if err := context.Cause(inner); !errors.Is(err, ErrClosed) {
		return err
	}
	return nil
}

// receive handles the upcalls of one socket until ctx ends or the socket does.
// Those that have come by then are handled as well.
func (u *Upcalls) receive(ctx context.Context, queue int, s socket, handle func(*Upcall)) error {
	buf := make([]byte, recvBufferLen)
	done := interruptible(ctx, s)
	err := u.receiveAll(buf, queue, s, true, handle)
	done()
	if ctx.Err() == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if err := u.receiveAll(buf, queue, s, false, handle); !errors.Is(err, unix.EAGAIN) && !errors.Is(err, ErrClosed) {
		return err
	}
	return ctx.Err()
}

// receiveAll handles the upcalls of one socket until that fails. Without wait,
// that is when there is no more, or as much was read as the socket can hold: more
// keeps coming then.
func (u *Upcalls) receiveAll(buf []byte, queue int, s socket, wait bool, handle func(*Upcall)) error {
	var up Upcall
	for room := u.readBuffer; wait || room > 0; {
		n, err := s.Recv(buf, wait)
		switch {
		case err == unix.ENOBUFS:
			u.overruns.Add(1)
			continue
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, unix.EAGAIN):
			return err
		case err != nil:
			return u.opError(err)
		}
		room -= n
		rest := buf[:n]
		for len(rest) > 0 {
			m, next, _, err := cutMessage(rest)
			if err != nil {
				u.malformed.Add(1)
				break
			}
			rest = next
			if !u.decode(&up, m) {
				u.malformed.Add(1)
				continue
			}
			up.Queue = queue
			u.received.Add(1)
			handle(&up)
		}
	}
	return unix.EAGAIN
}

// decode reports whether m is an upcall.
func (u *Upcalls) decode(up *Upcall, m message) bool {
	if uint16(m.typ) != u.d.c.fam.packet.ID {
		return false
	}
	r, err := m.reply()
	return err == nil && up.decode(r) == nil
}

// watch waits for the datapath's end, sets the port ids of vports that are
// added, and sets dispatch again when another program changed it: ovs-dpctl
// turns dispatch by CPU on whenever it looks at a datapath.
func (u *Upcalls) watch(ctx context.Context) error {
	for {
		ev, err := u.events.Receive(ctx)
		switch {
		case errors.Is(err, ErrOverrun):
			u.vportSeen.Add(1)
			if err := u.resync(); err != nil {
				return err
			}
			continue
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrClosed):
			return err
		case err != nil:
			if errors.As(err, new(syscall.Errno)) {
				return u.opError(err)
			}
			u.malformed.Add(1)
			continue
		}
		switch {
		case ev.Info != nil && ev.Kind == EventDel:
			e := u.opError(unix.ENODEV)
			e.Reason = "datapath was deleted"
			return e
		case ev.Info != nil && ev.Kind == EventSet:
			err = u.keepDispatch(ev.Info.Features)
		case ev.Vport != nil:
			u.vportSeen.Add(1)
			err = u.vportEvent(ev)
		}
		if err != nil && !errors.Is(err, ErrNotExist) {
			return err // what no longer exists has an event of its own
		}
	}
}

func (u *Upcalls) opError(err error) *OpError {
	return &OpError{Op: "upcalls", Datapath: u.d.String(), Err: err}
}

// Release gives the datapath the port ids and dispatch that it had before. No
// upcall comes from then on, but those that have come are still handled: by Run,
// which is best ended then, before Close. A datapath that is gone is no error. A
// second call does nothing.
func (u *Upcalls) Release() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.release()
}

// release is Release. The caller holds u.mu.
func (u *Upcalls) release() error {
	u.released = true
	if err := u.restore(); err != nil && !errors.Is(err, ErrNotExist) {
		return fmt.Errorf("upcalls: give back %v: %w", u.d, err)
	}
	return nil
}

// Close stops receiving, does what [Upcalls.Release] does and makes Run return,
// without waiting for it. Upcalls that have come and are not handled yet are
// lost. A second call does nothing.
func (u *Upcalls) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil
	}
	u.closed = true
	errs := []error{u.release()}
	for _, s := range u.socks {
		errs = append(errs, s.Close())
	}
	if u.events != nil {
		errs = append(errs, u.events.Close())
	}
	return errors.Join(errs...)
}
