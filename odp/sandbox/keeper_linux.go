package sandbox

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// keeper is a process that outlives the launcher and then gives the terminal its
// settings back. No deferred call does that when the launcher is killed, or when
// another of its goroutines panics.
type keeper struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// keeperDone, after the settings, tells the keeper that it is not needed any more.
var keeperDone = []byte("done")

func startKeeper(tty int, settings *unix.Termios) (*keeper, error) {
	state, err := pack(settings)
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	fd, err := unix.FcntlInt(uintptr(tty), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		w.Close()
		return nil, err
	}
	stdin := os.NewFile(uintptr(fd), "terminal")
	defer stdin.Close()
	k := &keeper{pipe: w, cmd: &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{roleKeeper}, Dir: "/", Env: []string{},
		Stdin: stdin, ExtraFiles: []*os.File{r},
		// In a session of its own it gets no signals from the terminal.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}}
	if err := k.cmd.Start(); err != nil {
		w.Close()
		return nil, err
	}
	if _, err := w.Write(state); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *keeper) dismiss() {
	k.pipe.Write(keeperDone)
	k.pipe.Close()
	k.cmd.Wait()
}

// keeperMain is the keeper.
func keeperMain() {
	const fdPipe = 3
	data, err := io.ReadAll(os.NewFile(fdPipe, "pipe"))
	state, done := bytes.CutSuffix(data, keeperDone)
	if err != nil || done {
		os.Exit(0)
	}
	var settings unix.Termios
	if unpack(state, &settings) == nil {
		unix.IoctlSetTermios(0, unix.TCSETS, &settings)
	}
	os.Exit(0)
}
