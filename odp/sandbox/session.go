package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// session is one run, seen from the launcher.
type session struct {
	cfg    *Config
	kernel *Kernel
	job    *job

	started time.Time
	helper  *exec.Cmd
	ended   chan error // the helper, and so everything in its namespaces, has ended
	control *os.File
	out     frameWriter
	log     *logScanner
	logDone chan struct{}
	hostLog *hostLog  // only for kernel "host"
	channel *credit   // see channelWindow
	input   *credit   // see inputWindow
	term    *terminal // nil unless the command gets a terminal
	ready   chan struct{}
	senders sync.WaitGroup
}

// result is how the conversation with the guest ended.
type result struct {
	status int
	exited bool  // the guest reported the command's end
	err    error // otherwise, why not
	died   bool  // the guest ended by itself
	quiet  bool  // the caller wanted the end, so that the kernel's log does not matter
}

// startSession starts the helper. On success run must follow.
func startSession(cfg *Config, row *Kernel, plan *plan, job *job) (*session, error) {
	s := &session{
		cfg: cfg, kernel: row, job: job,
		ended:   make(chan error, 1),
		log:     &logScanner{copy: cfg.KernelLog},
		logDone: make(chan struct{}),
		channel: newCredit(channelWindow),
		input:   newCredit(inputWindow),
		ready:   make(chan struct{}),
	}
	if row.kind == kindHost {
		s.hostLog = openHostLog()
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: socketpair: %w", err)
	}
	// Non-blocking, so that closing our end stops the goroutine that reads it.
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.control = os.NewFile(uintptr(fds[0]), "control")
	s.out.w = &windowWriter{s.control, s.channel}
	theirs := os.NewFile(uintptr(fds[1]), "control")
	defer theirs.Close()
	logR, logW, err := os.Pipe()
	if err != nil {
		s.control.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	defer logW.Close()
	planText, err := pack(plan)
	if err != nil {
		return nil, err
	}
	planFile, err := memoryFile("plan", planText)
	if err != nil {
		return nil, err
	}
	defer planFile.Close()

	s.started = time.Now()
	s.helper = helperCommand(plan)
	s.helper.ExtraFiles = []*os.File{theirs, logW, planFile} // 3, 4, 5: see helper_linux.go
	s.helper.Stdout, s.helper.Stderr = logW, logW
	begun := make(chan error)
	go func() {
		// The kernel sends the parent-death signal when the starting thread ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var slot *cpuSlot
		if row.kind == kindUML {
			slot = takeCPU()
		}
		defer slot.giveUp()
		err := s.helper.Start()
		slot.release()
		begun <- err
		if err == nil {
			s.ended <- s.helper.Wait()
		}
	}()
	if err := <-begun; err != nil {
		s.control.Close()
		logR.Close()
		return nil, namespaceError(err)
	}
	go func() {
		defer close(s.logDone)
		defer logR.Close()
		io.Copy(s.log, logR) // ends when the last process that holds the other end has ended
	}()
	return s, nil
}

// memoryFile returns an open file with the given content that is in no folder.
func memoryFile(name string, content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("sandbox: memfd_create: %w", err)
	}
	f := os.NewFile(uintptr(fd), name)
	if _, err := f.WriteAt(content, 0); err != nil {
		f.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return f, nil
}

func (s *session) run(ctx context.Context) (status int, err error) {
	stop, err := newStopPipe()
	if err != nil {
		s.end()
		return 0, fmt.Errorf("sandbox: %w", err)
	}
	s.term = openTerminal(s.cfg, s.job)
	defer s.term.restore()

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGWINCH)
	defer signal.Stop(signals)

	done := make(chan result, 1)
	silent := make(chan struct{})
	go func() {
		defer close(silent)
		done <- s.converse(stop)
	}()

	res := s.wait(ctx, done, signals)
	stop.stop()
	s.channel.close()
	s.input.close()
	s.end()
	<-silent // from here on, nothing is written to the caller's streams or sent
	s.senders.Wait()
	stop.free()
	s.term.restore()
	<-s.logDone
	s.hostLog.copyTo(s.log)

	fault := s.log.finish(s.kernel.Name)
	switch {
	case res.exited || res.died && fault != nil:
		return res.status, fault
	case fault != nil:
		return res.status, fmt.Errorf("sandbox: kernel %s: %w; %w", s.kernel.Name, res.err, fault)
	case res.quiet:
		return res.status, fmt.Errorf("sandbox: kernel %s: %w", s.kernel.Name, res.err)
	}
	return res.status, fmt.Errorf("sandbox: kernel %s: %w%s", s.kernel.Name, res.err, s.log.last())
}

// wait returns when the conversation has ended or is to be ended.
func (s *session) wait(ctx context.Context, done <-chan result, signals <-chan os.Signal) result {
	var limit <-chan time.Time
	if s.cfg.Timeout > 0 {
		t := time.NewTimer(s.cfg.Timeout)
		defer t.Stop()
		limit = t.C
	}
	boot := time.NewTimer(bootLimit)
	defer boot.Stop()
	ready := s.ready
	isReady, signalled := false, false
	for {
		select {
		case res := <-done:
			return res
		case <-ready:
			isReady, ready = true, nil
			boot.Stop()
		case <-boot.C:
			return result{err: fmt.Errorf("the guest did not boot within %s", bootLimit)}
		case <-limit:
			return result{err: fmt.Errorf("the %w of %s is over, the guest was ended", ErrTimeLimit, s.cfg.Timeout)}
		case <-ctx.Done():
			return result{err: context.Cause(ctx), quiet: true}
		case sig := <-signals:
			num := sig.(syscall.Signal)
			if num == unix.SIGWINCH {
				s.background(func() { s.term.sendSize(&s.out) })
				continue
			}
			if signalled || !isReady {
				return result{status: 128 + int(num), err: fmt.Errorf("ended by signal: %s", num), quiet: true}
			}
			signalled = true
			s.background(func() { s.out.writeUint32(frameSignal, uint32(num)) })
		}
	}
}

// end kills what is left of the sandbox and waits until it is gone.
func (s *session) end() {
	s.helper.Process.Kill() // process 1 of its namespace takes all others with it
	<-s.ended
	s.control.Close()
}

// background runs a function that sends to the guest. Whoever waits for the guest
// or listens to it must not: sending blocks while the guest does not read. That the
// channel is broken is seen by converse, so errors of sending do not matter.
func (s *session) background(send func()) { s.senders.Go(send) }

// converse talks with the guest until it reports the end of the command, or breaks off.
func (s *session) converse(stop *stopPipe) result {
	var buf []byte
	for {
		kind, body, err := readFrame(s.control, &buf)
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, unix.ECONNRESET) {
				err = errors.New("the guest ended before the command did")
			}
			return result{err: err, died: true}
		}
		switch kind {
		case frameHello:
			text, err := pack(s.job)
			if err == nil && len(text) > maxFrame {
				err = fmt.Errorf("command and environment have %d bytes, expected at most %d", len(text), maxFrame)
			}
			if err != nil {
				return result{err: err}
			}
			s.background(func() { s.out.write(frameJob, text) })
		case frameReady:
			if s.cfg.Booted != nil {
				s.cfg.Booted(time.Since(s.started))
			}
			if err := s.term.raw(); err != nil {
				return result{err: err}
			}
			s.background(func() { s.term.sendSize(&s.out) })
			if s.job.Stdin {
				s.background(func() { s.sendInput(stop) })
			}
			close(s.ready)
		case frameStdout:
			err = writeTo(s.cfg.Stdout, body)
		case frameStderr:
			err = writeTo(s.cfg.Stderr, body)
		case frameRead:
			var n uint32
			if n, err = frameUint32(kind, body); err == nil {
				s.channel.add(int(n))
			}
		case frameTaken:
			var n uint32
			if n, err = frameUint32(kind, body); err == nil {
				s.input.add(int(n))
			}
		case frameExit:
			var n uint32
			if n, err = frameUint32(kind, body); err == nil {
				return result{status: int(n), exited: true}
			}
		case frameError:
			return result{err: errors.New(string(body)), died: true}
		default:
			err = fmt.Errorf("frame of unknown type %q: the channel to the guest is damaged", kind)
		}
		if err != nil {
			return result{err: err}
		}
	}
}

func writeTo(w io.Writer, p []byte) error {
	if w == nil {
		return nil
	}
	_, err := w.Write(p)
	return err
}

// sendInput passes Config.Stdin to the guest until its end or until stop.
func (s *session) sendInput(stop *stopPipe) {
	err := pump(int(s.cfg.Stdin.Fd()), stop.r, false, func(p []byte) error {
		for len(p) > 0 {
			n := s.input.take(len(p))
			if n == 0 {
				return io.ErrClosedPipe
			}
			if err := s.out.write(frameStdin, p[:n]); err != nil {
				return err
			}
			p = p[n:]
		}
		return nil
	})
	if err != nil {
		// At the end, but also when input cannot be read: the command must not wait for it.
		s.out.write(frameEOF, nil)
	}
}
