package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// hostHasOpenvswitch says whether the running kernel has the module, loaded,
// built in or on disk.
func hostHasOpenvswitch() bool {
	if _, err := os.Stat("/sys/module/openvswitch"); err == nil {
		return true
	}
	var uts unix.Utsname
	if unix.Uname(&uts) != nil {
		return false
	}
	dir := "/lib/modules/" + unix.ByteSliceToString(uts.Release[:])
	for _, name := range []string{"modules.builtin", "modules.dep"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && strings.Contains(string(text), "/openvswitch.ko") {
			return true
		}
	}
	return false
}

// startInside runs init of the sandbox on the running kernel. It gets namespaces
// of a user namespace of its own: there, what hostView made read-only is locked,
// and root has power over nothing but these namespaces.
func startInside() error {
	uidMap, err := identityMap("/proc/self/uid_map")
	if err != nil {
		return err
	}
	gidMap, err := identityMap("/proc/self/gid_map")
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{
		Path:       initPath,
		Args:       []string{roleInside},
		Dir:        "/",
		Env:        []string{"PATH=" + os.Getenv("PATH"), "HOME=/"},
		ExtraFiles: []*os.File{os.NewFile(fdControl, "control"), os.NewFile(fdLog, "log")},
		Stdout:     os.NewFile(fdLog, "log"),
		Stderr:     os.NewFile(fdLog, "log"),
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
				unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
			UidMappings: uidMap,
			GidMappings: gidMap,
		},
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start init of the sandbox: %w", err)
	}
	return supervise(cmd)
}

// identityMap maps every id that is known here to itself.
func identityMap(path string) ([]syscall.SysProcIDMap, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []syscall.SysProcIDMap
	for line := range strings.Lines(string(text)) {
		var inside, outside, size int
		if _, err := fmt.Sscan(line, &inside, &outside, &size); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
	}
	return all, nil
}

// hostLog is the running kernel's log from a moment on. All methods work on nil,
// which stands for a log that may not be read.
type hostLog struct{ fd int }

// openHostLog returns nil if the log may not be read; then faults go unnoticed.
func openHostLog() *hostLog {
	fd, err := unix.Open("/dev/kmsg", unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	if _, err := unix.Seek(fd, 0, io.SeekEnd); err != nil {
		unix.Close(fd)
		return nil
	}
	return &hostLog{fd}
}

// copyTo writes what came since to w, and closes the log.
func (l *hostLog) copyTo(w io.Writer) {
	if l == nil {
		return
	}
	defer unix.Close(l.fd)
	buf := make([]byte, 8192)
	for {
		n, err := unix.Read(l.fd, buf)
		if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.EINTR) { // EPIPE: records were overwritten
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		// A record is: priority,sequence,microseconds,flags;text newline, then more fields.
		record, _, _ := strings.Cut(string(buf[:n]), "\n")
		_, text, _ := strings.Cut(record, ";")
		io.WriteString(w, text+"\n")
	}
}
