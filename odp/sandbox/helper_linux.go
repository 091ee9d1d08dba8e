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

// plan tells the helper which kernel to start.
type plan struct {
	Kernel string // row name
	Kind   kind
	Image  image
	Work   string // writable folder, or empty
	WorkAt string // where the helper mounts it for init to find
	Memory int    // MiB
	// Program becomes init in the guest, if it is not the running one.
	Program string
}

// guestProgram goes into plans as their Program. Tests set it: a program built with
// the race detector needs more address space than older kernels here have to give.
var guestProgram string

// Descriptors that the launcher hands to the helper.
const (
	fdControl = 3 // the channel to the guest
	fdLog     = 4 // the kernel's console goes here
	fdPlan    = 5
)

// Places in the helper's mount namespace. /run is a tmpfs there: it exists on
// every Debian, and nothing that a guest needs is in it.
const (
	privateDir = "/run/odp"
	initPath   = privateDir + "/init" // the running program
	libPath    = "/run/l"             // ld.so and libc of the kernel's suite; short, see setInterpreter
	scratchDir = privateDir + "/tmp"
	workPath   = privateDir + "/work" // the writable folder, for kernel "host"
)

// helperCommand is the command that becomes the helper. It has no terminal, so
// that keys like Ctrl-C reach only the launcher, which passes them on.
func helperCommand(p *plan) *exec.Cmd {
	attr := &syscall.SysProcAttr{
		Setsid:    true,
		Pdeathsig: unix.SIGKILL,
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC |
			unix.CLONE_NEWUTS | unix.CLONE_NEWNET,
	}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return &exec.Cmd{
		Path:        "/proc/self/exe",
		Args:        []string{roleHelper},
		Dir:         "/",
		Env:         []string{"PATH=" + strings.Join(systemPath, ":"), "HOME=/"},
		SysProcAttr: attr,
	}
}

// namespaceError explains why the helper could not be started.
func namespaceError(err error) error {
	if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("sandbox: start helper: %w", err)
	}
	if os.Geteuid() == 0 {
		return fmt.Errorf("sandbox: this system does not let root make namespaces (%w): in a container it needs the right CAP_SYS_ADMIN", err)
	}
	return fmt.Errorf("sandbox: this system does not let you make user namespaces (%w): run as root, or 'sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000'", err)
}

// helperMain is the helper: it hides and locks the host's files, starts the
// kernel and exits when that ends.
func helperMain() {
	out := &frameWriter{w: os.NewFile(fdControl, "control")}
	out.write(frameError, []byte(helper().Error()))
	os.Exit(1)
}

// helper returns when the sandbox has ended, with the reason.
func helper() error {
	unix.CloseOnExec(fdControl)
	unix.CloseOnExec(fdLog)
	text, err := io.ReadAll(os.NewFile(fdPlan, "plan"))
	if err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	var p plan
	if err := unpack(text, &p); err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	// A kernel that crashes must not leave a core file anywhere.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setrlimit: %w", err)
	}
	if err := hostView(&p); err != nil {
		return err
	}
	switch p.Kind {
	case kindUML:
		return startUML(&p)
	case kindQEMU:
		return startQEMU(&p)
	case kindHost:
		return startInside()
	}
	return fmt.Errorf("unknown kind of kernel %q", p.Kind)
}

// hostView makes every mount read-only but the work folder, and puts private
// filesystems over /run, /proc and /dev. Nothing of it is seen outside.
func hostView(p *plan) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	// Detached copies of what must stay writable, or be seen below a new mount.
	work := -1
	var err error
	if p.Work != "" {
		if work, err = cloneTree(p.Work); err != nil {
			return fmt.Errorf("work folder %s: %w", p.Work, err)
		}
		defer unix.Close(work)
		if err := setMountFlags(work, "", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV); err != nil {
			return fmt.Errorf("work folder %s: %w", p.Work, err)
		}
	}
	if err := setMountFlags(unix.AT_FDCWD, "/", unix.MOUNT_ATTR_RDONLY); err != nil {
		return fmt.Errorf("make the host's files read-only (needs Linux 5.12): %w", err)
	}
	size := fmt.Sprintf("mode=755,size=%dm", p.Memory+256)
	if err := unix.Mount("odp", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, size); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	for _, dir := range []string{privateDir, libPath, scratchDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := placeProgram(p.Program); err != nil {
		return err
	}
	for _, lib := range p.Image.Libs {
		if err := copyFile(lib, filepath.Join(libPath, filepath.Base(lib)), 0o755); err != nil {
			return err
		}
	}
	if err := privateDev(); err != nil {
		return err
	}
	if err := privateProc(p.Kind == kindHost); err != nil {
		return err
	}
	if p.Kind == kindHost {
		// One that shows none of the host's network interfaces. Init mounts none over it,
		// because "ip netns exec" can only go on from one that cannot be unmounted.
		if err := unix.Mount("sysfs", "/sys", "sysfs", safe|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("mount /sys: %w", err)
		}
	}
	if work >= 0 {
		if err := os.MkdirAll(p.WorkAt, 0o755); err != nil { // only ever missing below /run and /dev
			return fmt.Errorf("work folder: %w", err)
		}
		if err := unix.MoveMount(work, "", unix.AT_FDCWD, p.WorkAt, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("work folder %s: %w", p.Work, err)
		}
	}
	return nil
}

// cloneTree returns a detached copy of the mount that path is in, seen from path on.
func cloneTree(path string) (int, error) {
	fd, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return -1, os.NewSyscallError("open_tree", err)
	}
	return fd, nil
}

// setMountFlags adds MOUNT_ATTR_* flags to a mount and all below it.
func setMountFlags(dirfd int, path string, flags uint64) error {
	at := uint(unix.AT_RECURSIVE)
	if path == "" {
		at |= unix.AT_EMPTY_PATH
	}
	err := unix.MountSetattr(dirfd, path, at, &unix.MountAttr{Attr_set: flags})
	return os.NewSyscallError("mount_setattr", err)
}

// placeProgram makes a program, or the running one if empty, visible at initPath:
// its own path may be hidden in the guest, or gone.
func placeProgram(program string) error {
	if program != "" {
		return copyFile(program, initPath, 0o755)
	}
	if err := os.WriteFile(initPath, nil, 0o755); err != nil {
		return err
	}
	self, err := os.Readlink("/proc/self/exe")
	if err == nil && sameFile(self, "/proc/self/exe") {
		if unix.Mount(self, initPath, "", unix.MS_BIND, "") == nil {
			return nil
		}
	}
	return copyFile("/proc/self/exe", initPath, 0o755)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func copyFile(from, to string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fmt.Errorf("copy %s to %s: %w", from, to, err)
	}
	return out.Close()
}

// privateDev gives a /dev with the few devices that harm nobody: a device file
// can be written to even on a read-only mount.
func privateDev() error {
	names := []string{"null", "zero", "full", "random", "urandom", "tty"}
	trees := make([]int, len(names))
	for i, name := range names {
		fd, err := cloneTree("/dev/" + name)
		if err != nil {
			return fmt.Errorf("/dev/%s: %w", name, err)
		}
		defer unix.Close(fd)
		trees[i] = fd
	}
	if err := unix.Mount("odp", "/dev", "tmpfs", unix.MS_NOSUID, "mode=755,size=64k"); err != nil {
		return fmt.Errorf("mount /dev: %w", err)
	}
	for i, name := range names {
		path := "/dev/" + name
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			return err
		}
		if err := unix.MoveMount(trees[i], "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("mount %s: %w", path, err)
		}
	}
	for _, dir := range []string{"/dev/pts", "/dev/shm"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	return os.Symlink("pts/ptmx", "/dev/ptmx")
}

// privateProc mounts /proc for the new process namespace. It is read-only for a
// kernel of its own, whose processes have no business in it. On the running
// kernel a command needs it, so there only what reaches beyond the namespaces is closed.
func privateProc(inside bool) error {
	flags := uintptr(unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC)
	if !inside {
		flags |= unix.MS_RDONLY
	}
	if err := unix.Mount("proc", "/proc", "proc", flags, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if !inside {
		return nil
	}
	// The settings of the network namespace stay writable; they are its own.
	net, err := cloneTree("/proc/sys/net")
	if err != nil {
		return fmt.Errorf("/proc/sys/net: %w", err)
	}
	defer unix.Close(net)
	for _, path := range []string{"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi"} {
		tree, err := cloneTree(path)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err == nil {
			err = setMountFlags(tree, "", unix.MOUNT_ATTR_RDONLY)
		}
		if err == nil {
			err = unix.MoveMount(tree, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
		}
		if err != nil {
			return fmt.Errorf("close %s: %w", path, err)
		}
		unix.Close(tree)
	}
	if err := unix.MoveMount(net, "", unix.AT_FDCWD, "/proc/sys/net", unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("open /proc/sys/net: %w", err)
	}
	return nil
}

// keptCaps are the capabilities of the process that a guest lives in: those with
// which root reads and writes files. The mounts say which of them.
var keptCaps = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH, unix.CAP_FOWNER,
	unix.CAP_FSETID, unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_KILL,
}

// dropCaps gives up all capabilities but the kept ones, for good, so that even a
// guest that takes over its kernel's process can undo nothing of hostView.
func dropCaps(keep []uintptr) error {
	var mask uint64
	for _, c := range keep {
		mask |= 1 << c
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if mask&(1<<c) != 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&head, &data[0]); err != nil {
		return fmt.Errorf("capget: %w", err)
	}
	for i := range data {
		m := uint32(mask >> (32 * i))
		data[i].Effective &= m
		data[i].Permitted &= m
		data[i].Inheritable = 0
	}
	if err := unix.Capset(&head, &data[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}

// supervise returns when one of the started commands has ended, and says how. As
// process 1 it also collects every other process that ends meanwhile.
func supervise(cmds ...*exec.Cmd) error {
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, 0, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait: %w", err)
		}
		for _, c := range cmds {
			switch name := filepath.Base(c.Path); {
			case c.Process.Pid != pid:
			case ws.Signaled():
				return fmt.Errorf("%s was ended by signal: %s", name, ws.Signal())
			default:
				return fmt.Errorf("%s ended with status %d before the command did", name, ws.ExitStatus())
			}
		}
	}
}
