package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// mountSpec is one filesystem that init mounts.
type mountSpec struct {
	target string
	fstype string
	flags  uintptr
	data   string
}

const safe = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// earlyMounts come before the channel is open.
var earlyMounts = []mountSpec{
	{"/proc", "proc", safe, ""},
	{"/dev", "devtmpfs", unix.MS_NOSUID, "mode=755"},
}

// sceneMounts come after it, on a kernel of its own.
var sceneMounts = []mountSpec{
	{"/sys", "sysfs", safe, ""},
	{"/dev/pts", "devpts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=666,mode=620"},
	{"/dev/shm", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, ""},
}

// insideMounts are what a command on the running kernel needs instead. The helper
// has mounted /proc and /sys.
var insideMounts = []mountSpec{
	{"/dev/pts", "devpts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=666,mode=620"},
	{"/dev/shm", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, ""},
}

// deviceLinks are the names in /dev that are no devices.
var deviceLinks = map[string]string{
	"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
}

// mountAll mounts in order, making folders where that is possible. One that is
// mounted already stays.
func mountAll(specs []mountSpec) error {
	for _, m := range specs {
		if _, err := os.Lstat(m.target); err != nil {
			if err := os.MkdirAll(m.target, 0o755); err != nil {
				return fmt.Errorf("mount %s: %w", m.target, err)
			}
		}
		err := unix.Mount(m.fstype, m.target, m.fstype, m.flags, m.data)
		if err != nil && !errors.Is(err, unix.EBUSY) {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	return nil
}

// Where init keeps its own things, and the writable layers.
const layerDir = "/run/odp/layers"

// setScene makes the system that the command sees.
func setScene(j *job) error {
	specs := sceneMounts
	if !j.Boot {
		specs = insideMounts
	}
	if err := mountAll(specs); err != nil {
		return err
	}
	for name, target := range deviceLinks {
		if err := os.Symlink(target, "/dev/"+name); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	if err := unix.Sethostname([]byte("odp-" + strings.ReplaceAll(j.Kernel, ".", "-"))); err != nil {
		return fmt.Errorf("set host name: %w", err)
	}
	if err := linkUp("lo"); err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	// Folders to be seen after /run and the layers are in place.
	modules, work := -1, -1
	var err error
	if j.Modules != "" {
		if err := loadModules(j.Modules, "overlay"); err != nil {
			return err
		}
		if modules, err = cloneTree(j.Modules); err != nil {
			return fmt.Errorf("modules %s: %w", j.Modules, err)
		}
		defer unix.Close(modules)
	}
	if j.Work != "" {
		if work, err = cloneTree(j.WorkAt); err != nil {
			return fmt.Errorf("work folder %s: %w", j.Work, err)
		}
		defer unix.Close(work)
	}
	// The host's side is read-only in any case; this makes for the right errors. The
	// set-user-id bit must do nothing: for an ordinary user, root's programs appear
	// to be nobody's, and ping or mount would run as nobody.
	attr := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, attr); err != nil {
		return fmt.Errorf("make / read-only: %w", err)
	}
	if err := unix.Mount("run", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	for _, dir := range []string{layerDir, "/run/lock"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/tmp", "/var/tmp", j.Home} {
		err := addLayer(dir, !j.Boot)
		if err != nil && !j.Boot {
			// The running kernel may lack overlayfs, and refuses it in a user namespace if
			// something is mounted below the folder. Then the places that programs count
			// on are empty ones, and the home folder can only be read.
			err = nil
			if dir != j.Home {
				err = unix.Mount("tmp", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777")
			}
		}
		if err != nil {
			return err
		}
	}
	if work >= 0 {
		if err := os.MkdirAll(j.Work, 0o755); err != nil { // only ever missing below /run
			return err
		}
		if err := unix.MoveMount(work, "", unix.AT_FDCWD, j.Work, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("work folder %s: %w", j.Work, err)
		}
	}
	if modules >= 0 {
		if err := placeModules(modules); err != nil {
			return err
		}
		j.Env = append(j.Env, "MODPROBE_OPTIONS=-d "+moduleRoot) // for a modprobe by hand
		// A socket loads IPv6 where that is a module, so that interfaces have its addresses.
		if fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
			unix.Close(fd)
		}
		return modprobe("openvswitch")
	}
	return nil
}

// addLayer puts a layer of memory over a folder: the host's files are seen, changes
// are lost at the end. A folder that does not exist needs none.
//
// In the emulated machine of an ordinary user, files of other users in such a
// folder cannot be opened: overlayfs asks not to change their access time, which
// only their owner may.
func addLayer(dir string, userNamespace bool) error {
	if dir == "" {
		return nil
	}
	real, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	base := filepath.Join(layerDir, strings.ReplaceAll(strings.Trim(real, "/"), "/", "-"))
	upper, work := base+"/upper", base+"/work"
	for _, d := range []string{upper, work} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(upper, info.Mode().Perm()|info.Mode()&os.ModeSticky); err != nil {
		return err
	}
	data := "lowerdir=" + escapeOverlay(real) + ",upperdir=" + escapeOverlay(upper) + ",workdir=" + escapeOverlay(work)
	if userNamespace {
		data += ",userxattr" // the other kind of attributes is not allowed there
	}
	if err := unix.Mount("overlay", real, "overlay", unix.MS_NOSUID|unix.MS_NODEV, data); err != nil {
		return fmt.Errorf("writable layer over %s: %w", real, err)
	}
	return nil
}

// escapeOverlay protects what has a meaning in overlayfs mount options.
func escapeOverlay(path string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace(path)
}

// moduleRoot has the modules of the kernel below lib/modules, as / has on a system
// where they are installed. The real /lib/modules need not exist, and where it
// does not, nobody can make it on read-only files.
const moduleRoot = "/run/odp/root"

// modprobePath is what the kernel calls when it needs a module.
const modprobePath = "/run/odp/modprobe"

// placeModules puts the mount of a modules folder where modprobe is told to look.
func placeModules(tree int) error {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return err
	}
	// Newer versions of modprobe look below usr/lib.
	dir := moduleRoot + "/usr/lib/modules/" + unix.ByteSliceToString(uts.Release[:])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.Symlink("usr/lib", moduleRoot+"/lib"); err != nil {
		return err
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, dir, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("mount %s: %w", dir, err)
	}
	script := "#!/bin/sh\nexec /sbin/modprobe -d " + moduleRoot + ` "$@"` + "\n"
	if err := os.WriteFile(modprobePath, []byte(script), 0o755); err != nil {
		return err
	}
	return os.WriteFile("/proc/sys/kernel/modprobe", []byte(modprobePath), 0)
}

func modprobe(names ...string) error {
	cmd := exec.Command(modprobePath, append([]string{"-a"}, names...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("modprobe %s: %w: %s", strings.Join(names, " "), err, strings.TrimSpace(string(text)))
	}
	return nil
}

// linkUp sets a network interface up.
func linkUp(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, req); err != nil {
		return err
	}
	req.SetUint16(req.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req)
}
