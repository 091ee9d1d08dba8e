package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	qemuMarker = "odp.qemu" // on the kernel's command line: this is the emulated machine
	fsTag      = "odp"      // name of the host's files there
	newRoot    = "/newroot"
	initrdPath = privateDir + "/initrd"
	fsSocket   = privateDir + "/fs.sock"
)

// qemuArgs is the command line of the emulator, program name excluded. Two
// threads run the two processors, so that they truly run side by side. The
// processor is a plain one because all that a newer one has costs time when emulated.
func qemuArgs(p *plan) []string {
	return []string{
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-machine", "q35,memory-backend=mem", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2",
		"-m", fmt.Sprintf("%dM", p.Memory),
		"-object", fmt.Sprintf("memory-backend-memfd,id=mem,size=%dM,share=on", p.Memory),
		"-chardev", "stdio,id=log,signal=off", "-serial", "chardev:log",
		"-device", "virtio-serial-pci",
		"-chardev", fmt.Sprintf("socket,id=control,fd=%d", fdControl),
		"-device", "virtserialport,chardev=control,name=odp",
		"-chardev", "socket,id=fs,path=" + fsSocket,
		"-device", "vhost-user-fs-pci,chardev=fs,tag=" + fsTag,
		"-kernel", p.Image.Vmlinuz, "-initrd", initrdPath,
		"-append", strings.Join([]string{
			"console=ttyS0", "rdinit=" + initramfsInit, qemuMarker,
			// Only warnings and worse: each letter on the serial line costs time.
			"loglevel=5", "printk.devkmsg=on", "panic=-1", "reboot=triple",
			"mitigations=off", "nokaslr", "random.trust_cpu=on", "tsc=reliable", "no_timer_check",
			"--", roleGuest,
		}, " "),
	}
}

// startQEMU runs the emulator until it ends, and beside it the server that shows
// the host's files to the guest.
func startQEMU(p *plan) error {
	var initrd bytes.Buffer
	if err := writeInitramfs(&initrd, initPath, p.Image.Modules); err != nil {
		return fmt.Errorf("initramfs: %w", err)
	}
	if err := os.WriteFile(initrdPath, initrd.Bytes(), 0o600); err != nil {
		return err
	}
	// The socket listens before either side starts, so that neither waits for the other.
	sock, err := listenUnix(fsSocket)
	if err != nil {
		return err
	}
	log := os.NewFile(fdLog, "log")
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + scratchDir, "TMPDIR=" + scratchDir}
	server := &exec.Cmd{
		Path: p.Image.FSD, Args: append([]string{p.Image.FSD}, fsdArgs(p.Image.FSD)...),
		Dir: "/", Env: env, ExtraFiles: []*os.File{sock}, Stdout: log, Stderr: log,
	}
	runtime.LockOSThread() // filters and capabilities belong to a thread
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if err := ignoreSetgroups(); err != nil {
		return err
	}
	// The server gives up by itself what it need not have.
	if err := server.Start(); err != nil {
		return fmt.Errorf("start %s: %w", server.Path, err)
	}
	// If the server ends, QEMU must notice and not wait on a socket of ours.
	sock.Close()
	if err := dropCaps(nil); err != nil {
		return err
	}
	qemu := &exec.Cmd{
		Path: p.Image.QEMU, Args: append([]string{p.Image.QEMU}, qemuArgs(p)...),
		Dir: "/", Env: env, ExtraFiles: []*os.File{os.NewFile(fdControl, "control")}, Stdout: log, Stderr: log,
	}
	if err := qemu.Start(); err != nil {
		return fmt.Errorf("start %s: %w", qemu.Path, err)
	}
	return supervise(qemu, server)
}

func listenUnix(path string) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind %s: %w", path, err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

// ignoreSetgroups makes setgroups do nothing and succeed in this thread and what
// it starts, where the call is forbidden because an ordinary user made the user
// namespace. Virtiofsd insists on giving up the groups of its caller; that it
// cannot leaves it no more rights than the caller has.
func ignoreSetgroups() error {
	text, err := os.ReadFile("/proc/self/setgroups")
	if err != nil || strings.TrimSpace(string(text)) != "deny" {
		return nil
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the system call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SETGROUPS, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO}, // errno 0: success
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_PRCTL, unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// fsdArgs is the command line of virtiofsd. There are two programs of that name:
// the one that came with QEMU up to 7.2, and its successor.
func fsdArgs(program string) []string {
	if strings.HasPrefix(program, "/usr/lib/qemu/") {
		return []string{"--fd=3", "-f", "-o", "source=/,sandbox=chroot,cache=auto,log_level=err"}
	}
	return []string{"--fd=3", "--shared-dir=/", "--sandbox=chroot", "--cache=auto", "--log-level=error"}
}

// qemuChannel opens the channel to the launcher and makes the host's files the
// root. It runs as init in the emulated machine.
func qemuChannel() (*os.File, error) {
	if err := loadModules(initramfsModules, initModules...); err != nil {
		return nil, err
	}
	if err := unix.Mount(fsTag, newRoot, "virtiofs", 0, ""); err != nil {
		return nil, fmt.Errorf("mount the host's files: %w", err)
	}
	var control *os.File
	for deadline := time.Now().Add(10 * time.Second); control == nil; time.Sleep(5 * time.Millisecond) {
		found, _ := filepath.Glob("/dev/vport*p*")
		for _, path := range found {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err == nil {
				control = f
				break
			}
			if !errors.Is(err, unix.ENXIO) && !errors.Is(err, unix.ENOENT) {
				return nil, err
			}
		}
		if control == nil && time.Now().After(deadline) {
			return nil, errors.New("the port to the launcher did not appear in /dev")
		}
	}
	for _, dir := range []string{"/proc", "/dev"} {
		if err := unix.Mount(dir, newRoot+dir, "", unix.MS_MOVE, ""); err != nil {
			return nil, fmt.Errorf("move %s: %w", dir, err)
		}
	}
	if err := os.Chdir(newRoot); err != nil {
		return nil, err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return nil, fmt.Errorf("move root: %w", err)
	}
	if err := unix.Chroot("."); err != nil {
		return nil, fmt.Errorf("chroot: %w", err)
	}
	return control, os.Chdir("/")
}
