package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// vswitchd is ovs-vswitchd in a network namespace of its own, as it removes
// datapaths that it does not know. Its one rule sends what comes in by port 1 out
// of port 2 and looks at the source, so that its flows are of one source each.
type vswitchd struct {
	dir string
	w   *wire
}

const vswitchdNetns = "vswitchd"

// vswitchdUptime is how long the kernel has to be up: version 3.1 counts the
// processors at most every ten seconds, from the boot on, and so handles no packet
// before.
const vswitchdUptime = 11 * time.Second

func waitForUptime(least time.Duration) error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	time.Sleep(least - time.Duration(now.Nano()))
	return nil
}

func (g *guest) vswitchd() (*vswitchd, error) {
	v := &vswitchd{dir: filepath.Join(g.tmp, "ovs")}
	if err := errors.Join(waitForUptime(vswitchdUptime), os.MkdirAll(v.dir, 0o755), run("modprobe", "tun"), run("ip", "netns", "add", vswitchdNetns)); err != nil {
		return nil, err
	}
	w, err := newWire(vswitchdNetns)
	if err != nil {
		return nil, err
	}
	v.w = w
	db, sock := filepath.Join(v.dir, "conf.db"), filepath.Join(v.dir, "db.sock")
	os.Setenv("OVS_RUNDIR", v.dir)
	in := []string{"ip", "netns", "exec", vswitchdNetns}
	vsctl := append(in, "ovs-vsctl", "--db=unix:"+sock)
	for _, step := range [][]string{
		{"ovsdb-tool", "create", db, "/usr/share/openvswitch/vswitch.ovsschema"},
		append(in, "ovsdb-server", db, "--remote=punix:"+sock, "--unixctl="+filepath.Join(v.dir, "db.ctl"), "--detach", "--no-chdir",
			"--pidfile="+filepath.Join(v.dir, "db.pid"), "--log-file="+filepath.Join(v.dir, "db.log"), "-vconsole:off"),
		append(in, "ovs-vswitchd", "unix:"+sock, "--detach", "--no-chdir", "--pidfile="+filepath.Join(v.dir, "vswitchd.pid"),
			"--log-file="+filepath.Join(v.dir, "vswitchd.log"), "-vconsole:off"),
		append(vsctl, "--", "set", "Open_vSwitch", ".", "other_config:max-idle=600000", "--", "add-br", "br0", "--",
			"add-port", "br0", "tap1", "--", "set", "Interface", "tap1", "ofport_request=1", "--",
			"add-port", "br0", "tap2", "--", "set", "Interface", "tap2", "ofport_request=2"),
		append(in, "ovs-ofctl", "del-flows", "br0"),
		append(in, "ovs-ofctl", "add-flow", "br0", "in_port=1,actions=move:NXM_OF_ETH_SRC[]->NXM_NX_XXREG0[0..47],output:2"),
	} {
		if err := run(step...); err != nil {
			return nil, errors.Join(err, v.close())
		}
	}
	return v, nil
}

// close ends the two programs and removes what they were in.
func (v *vswitchd) close() error {
	var errs []error
	for _, name := range []string{"vswitchd.pid", "db.pid"} {
		text, err := os.ReadFile(filepath.Join(v.dir, name))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err == nil {
			err = syscall.Kill(pid, syscall.SIGTERM)
		}
		for deadline := time.Now().Add(10 * time.Second); err == nil && syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				err = fmt.Errorf("%s: process %d does not end", name, pid)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(append(errs, run("ip", "netns", "exec", vswitchdNetns, "ovs-dpctl", "del-dp", "ovs-system"),
		v.w.close(), run("ip", "netns", "del", vswitchdNetns))...)
}

// flows is how many flows it has in the kernel.
func (v *vswitchd) flows() (int, error) {
	file := filepath.Join(v.dir, "flows")
	if err := run("sh", "-c", "ip netns exec "+vswitchdNetns+" ovs-dpctl dump-flows ovs-system >"+file); err != nil {
		return 0, err
	}
	return lines(file)
}
