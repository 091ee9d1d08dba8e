package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// wire is a pair of TAP devices that are ports 1 and 2 of a datapath: what is
// written to one is a packet that comes in, what the datapath sends out of the
// other is read.
type wire struct {
	in, out int
	next    int // number of the next packet: each has a source of its own
	buf     [256]byte
	frame   []byte
}

// tapQueue is how many packets may wait to be read.
const tapQueue = 30000

// newWire makes the devices tap1 and tap2 in the network namespace of that name,
// empty for the present one.
func newWire(netns string) (*wire, error) {
	w := &wire{frame: newFrame()}
	make := func() (err error) {
		if w.in, err = openTap("tap1"); err == nil {
			w.out, err = openTap("tap2")
		}
		return err
	}
	ip := []string{"ip"}
	if netns != "" {
		ip = []string{"ip", "-n", netns}
	}
	err := inNetns(netns, make)
	for _, name := range []string{"tap1", "tap2"} {
		if err == nil {
			err = run(append(ip, "link", "set", name, "up", "txqueuelen", fmt.Sprint(tapQueue))...)
		}
	}
	return w, err
}

func (w *wire) close() error { return errors.Join(unix.Close(w.in), unix.Close(w.out)) }

func openTap(name string) (int, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, fmt.Errorf("/dev/net/tun: %w", err)
	}
	req, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	return fd, unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
}

// inNetns runs fn in a named network namespace.
func inNetns(name string, fn func() error) error {
	if name == "" {
		return fn()
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this
		f, err := os.Open("/run/netns/" + name)
		if err == nil {
			err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = fn()
		}
		result <- err
	}()
	return <-result
}

// Where the number of a packet stands in it, beside the source address.
const numberAt = 42

func newFrame() []byte {
	f := make([]byte, 60)
	copy(f, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x00\x08\x00")
	copy(f[14:], "\x45\x00\x00\x2e\x00\x00\x40\x00\x40\x11\x00\x00\x0a\x00\x00\x00\x0a\xff\x00\x02") // no checksum
	copy(f[34:], "\x03\xe8\x00\x35\x00\x1a\x00\x00")
	return f
}

// send has packet i come in by port 1. Its source is the same for all if same is set.
func (w *wire) send(i int, same bool) error {
	source := uint32(i)
	if same {
		source = 1
	}
	binary.BigEndian.PutUint32(w.frame[8:], source)
	binary.BigEndian.PutUint32(w.frame[26:], 10<<24|source)
	binary.BigEndian.PutUint32(w.frame[numberAt:], uint32(i))
	_, err := unix.Write(w.in, w.frame)
	if err != nil {
		return fmt.Errorf("send packet %d: %w", i, err)
	}
	return nil
}

// arrived returns the number of a packet that left by port 2; ok is false if there
// is none now.
func (w *wire) arrived() (i int, ok bool, err error) {
	for {
		n, err := unix.Read(w.out, w.buf[:])
		switch {
		case err == unix.EAGAIN:
			return 0, false, nil
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, false, err
		}
		if n >= numberAt+4 && w.buf[36] == 0 && w.buf[37] == 0x35 && w.buf[23] == 17 {
			return int(binary.BigEndian.Uint32(w.buf[numberAt:])), true, nil
		}
	}
}

// patience is how long nothing may arrive.
const patience = 5 * time.Second

// wait returns when something can be read from port 2.
func (w *wire) wait() error {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(w.out), Events: unix.POLLIN}}, int(patience.Milliseconds()))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return errors.New("the packets do not arrive")
		}
		return nil
	}
}

// run sends n packets and returns when all have arrived, with how long each took
// in seconds. No more than window are on their way at a time.
func (w *wire) run(n, window int, same bool) (took float64, each []float64, err error) {
	first := w.next
	w.next += n
	sent := make([]time.Time, n)
	each = make([]float64, 0, n)
	began := time.Now()
	for at := 0; len(each) < n; {
		for ; at < n && at-len(each) < window; at++ {
			sent[at] = time.Now()
			if err := w.send(first+at, same); err != nil {
				return 0, nil, err
			}
		}
		i, ok, err := w.arrived()
		if err != nil {
			return 0, nil, err
		}
		if !ok {
			if err := w.wait(); err != nil {
				return 0, nil, fmt.Errorf("%w: %d of %d", err, len(each), n)
			}
			continue
		}
		if i -= first; i >= 0 && i < n {
			each = append(each, time.Since(sent[i]).Seconds())
		}
	}
	return time.Since(began).Seconds(), each, nil
}

// pile sends n packets, the same number from each processor, without looking
// whether any arrive.
func (w *wire) pile(n, cpus int, same bool) (first int, err error) {
	first = w.next
	w.next += n
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return 0, err
	}
	for i := range n {
		if cpus > 1 && i%(n/cpus) == 0 {
			var one unix.CPUSet
			one.Set(min(i/(n/cpus), cpus-1))
			if err := unix.SchedSetaffinity(0, &one); err != nil {
				return 0, err
			}
		}
		if err := w.send(first+i, same); err != nil {
			return 0, err
		}
	}
	return first, unix.SchedSetaffinity(0, &all)
}

// collect reads until n packets have arrived, from number first on.
func (w *wire) collect(n, first int) error {
	for got := 0; got < n; {
		i, ok, err := w.arrived()
		if err != nil {
			return err
		}
		if ok && i >= first {
			got++
		}
		if !ok {
			if err := w.wait(); err != nil {
				return fmt.Errorf("%w: %d of %d", err, got, n)
			}
		}
	}
	return nil
}

// empty throws away what has arrived.
func (w *wire) empty() error {
	for {
		if _, ok, err := w.arrived(); err != nil || !ok {
			return err
		}
	}
}
