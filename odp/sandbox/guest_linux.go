package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// guestMain is init in the sandbox. boot says that it is init of a kernel of its
// own, and not just a process in namespaces of the running kernel.
func guestMain(boot bool) {
	var control *os.File
	var err error
	if boot {
		control, err = bootChannel()
		if err != nil {
			// There is no channel to say it on: say it in the kernel's log, and stop the kernel.
			os.WriteFile("/dev/kmsg", []byte("odp: "+err.Error()+"\n"), 0)
			powerOff()
		}
	} else {
		control = os.NewFile(fdControl, "control")
		unix.CloseOnExec(fdControl)
		unix.CloseOnExec(fdLog)
	}
	out := &frameWriter{w: control}
	status, err := guest(control, out)
	if err != nil {
		out.write(frameError, []byte(err.Error()))
	} else {
		// What the command wrote to the work folder must be on the host before the
		// launcher hears of the end, because then it ends everything.
		unix.Sync()
		out.writeUint32(frameExit, uint32(status))
	}
	// The launcher ends the kernel. If it does not, for want of a channel, power off.
	time.Sleep(5 * time.Second)
	powerOff()
}

func powerOff() {
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	os.Exit(1) // only reached without a kernel of our own
}

// bootChannel opens the channel to the launcher right after the kernel's start.
func bootChannel() (*os.File, error) {
	if err := mountAll(earlyMounts); err != nil {
		return nil, err
	}
	cmdline, err := os.ReadFile("/proc/cmdline")
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(cmdline), qemuMarker) {
		return qemuChannel()
	}
	f, err := os.OpenFile("/dev/ttyS0", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	if err := rawLine(int(f.Fd())); err != nil {
		return nil, fmt.Errorf("/dev/ttyS0: %w", err)
	}
	return f, nil
}

// rawLine makes a serial line pass all bytes unchanged.
func rawLine(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8 | unix.CREAD | unix.CLOCAL
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// guest gets the job, sets the scene and runs the command.
func guest(control io.Reader, out *frameWriter) (status int, err error) {
	control = &windowReader{r: control, out: out}
	if err := out.write(frameHello, nil); err != nil {
		return 0, err
	}
	var buf []byte
	kind, body, err := readFrame(control, &buf)
	if err != nil {
		return 0, fmt.Errorf("read job: %w", err)
	}
	var j job
	if kind != frameJob {
		return 0, fmt.Errorf("frame %q where the job was expected", kind)
	}
	if err := unpack(body, &j); err != nil {
		return 0, fmt.Errorf("read job: %w", err)
	}
	if err := setScene(&j); err != nil {
		return 0, err
	}
	return runCommand(&j, control, out)
}

// runCommand starts the job's command, serves its streams and returns its status.
func runCommand(j *job, control io.Reader, out *frameWriter) (int, error) {
	st, err := openStreams(j)
	if err != nil {
		return 0, err
	}
	if err := os.Chdir(j.Dir); err != nil {
		return 0, fmt.Errorf("working directory (is it in a place that is hidden in the sandbox?): %w", err)
	}
	// From here on the command's own trouble is not the sandbox's: it has a status.
	if err := out.write(frameReady, nil); err != nil {
		return 0, err
	}
	path, err := lookPath(j.Command[0], j.Env)
	if err != nil {
		out.write(frameStderr, fmt.Appendf(nil, "sandbox: %v%s", err, st.newline()))
		return 127, nil
	}
	pid, err := st.start(path, j)
	if err != nil {
		out.write(frameStderr, fmt.Appendf(nil, "sandbox: %s: %v%s", path, err, st.newline()))
		return 126, nil
	}
	go st.serve(control, out, pid)
	pumps := st.pumpOutput(out)
	status, err := reapUntil(pid)
	if err != nil {
		return 0, err
	}
	st.stop.stop()
	for range cap(pumps) {
		if err := <-pumps; err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("pass on output: %w", err)
		}
	}
	return status, nil
}

// reapUntil collects ended processes, as init must, until pid is among them.
func reapUntil(pid int) (status int, err error) {
	for {
		var ws unix.WaitStatus
		got, err := unix.Wait4(-1, &ws, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case got == pid && ws.Exited():
			return ws.ExitStatus(), nil
		case got == pid && ws.Signaled():
			return 128 + int(ws.Signal()), nil
		}
	}
}

// lookPath finds the command as a shell with this environment would.
func lookPath(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, kv := range env {
		if path, ok := strings.CutPrefix(kv, "PATH="); ok {
			for dir := range strings.SplitSeq(path, ":") {
				file := dir + "/" + name
				if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
					return file, nil
				}
			}
		}
	}
	return "", fmt.Errorf("%s: command not found", name)
}
