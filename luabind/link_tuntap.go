package luabind

import (
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// addTuntap makes a tun or tap device in the thread's namespace, which stays when
// the file that makes it is closed.
func addTuntap(t *netlink.Tuntap) error {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("/dev/net/tun: %w", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(t.Name)
	if err != nil {
		return err
	}
	if _, err := netlink.LinkByName(t.Name); err == nil {
		return unix.EEXIST // it would be taken for the one to open
	}
	req.SetUint16(uint16(t.Mode) | unix.IFF_NO_PI | unix.IFF_TUN_EXCL)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		return os.NewSyscallError("TUNSETIFF", err)
	}
	for _, s := range []struct {
		name  string
		req   uint
		value uint32
		needs bool
	}{
		{"TUNSETOWNER", unix.TUNSETOWNER, t.Owner, t.Owner != 0},
		{"TUNSETGROUP", unix.TUNSETGROUP, t.Group, t.Group != 0},
		{"TUNSETPERSIST", unix.TUNSETPERSIST, 1, true},
	} {
		if s.needs {
			if err := unix.IoctlSetInt(fd, s.req, int(s.value)); err != nil {
				return os.NewSyscallError(s.name, err)
			}
		}
	}
	return nil
}
