package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A script in the guest, although root there, cannot change a file of the host.
func TestHostIsReadOnly(t *testing.T) {
	for _, name := range bootable() {
		t.Run(name, func(t *testing.T) {
			outside, work := t.TempDir(), t.TempDir()
			victim := filepath.Join(outside, "victim")
			if err := os.WriteFile(victim, []byte("whole"), 0o644); err != nil {
				t.Fatal(err)
			}
			before := statOf(t, victim)
			got := boot(t, Config{Kernel: name, Work: work}, "sh", "-c", `
echo x > "$ODP_WORK/allowed"
attack() { # of the host's root as seen at $1
	echo x > $1/etc/odp-pwned
	echo x > $1`+victim+`
	chmod 777 $1`+victim+`
	chown 1 $1`+victim+`
	rm -rf $1`+outside+`
	rm -f $1/bin/true
	ln $1`+victim+` $1`+outside+`/link
	mknod $1`+outside+`/node b 8 0
	echo odp-pwned > $1/proc/sys/kernel/hostname
	echo x > $1/proc/sys/kernel/core_pattern
}
attack "" 2>/dev/null
mount -o remount,rw / 2>/dev/null
mount -o remount,bind,rw / 2>/dev/null
attack "" 2>/dev/null
umount -l /tmp /var/tmp /run 2>/dev/null
attack "" 2>/dev/null
mkdir -p /dev/h
for m in "hostfs -o /" "virtiofs"; do
	mount -t $m odp /dev/h 2>/dev/null && { echo mounted; mount -o remount,rw /dev/h; attack /dev/h 2>/dev/null; }
done
true`)
			if got.err != nil || got.status != 0 || !strings.Contains(got.stdout, "mounted") {
				t.Fatalf("the attack did not take place: %+v", got)
			}
			if after := statOf(t, victim); after != before {
				t.Errorf("%s was %s and is %s", victim, before, after)
			}
			for _, path := range []string{"/etc/odp-pwned", outside + "/link", outside + "/node"} {
				if _, err := os.Lstat(path); err == nil {
					t.Errorf("%s was made", path)
					os.Remove(path)
				}
			}
			if _, err := os.Stat("/bin/true"); err != nil {
				t.Error(err)
			}
			if host, _ := os.Hostname(); host == "odp-pwned" {
				t.Error("the host's name was changed")
			}
			if text, err := os.ReadFile(filepath.Join(work, "allowed")); err != nil || string(text) != "x\n" {
				t.Errorf("the work folder could not be written: %q, %v", text, err)
			}
		})
	}
}

// statOf describes a file with everything that an attack could change.
func statOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%q mode %o owner %d:%d links %d", text, st.Mode, st.Uid, st.Gid, st.Nlink)
}

// childCommand starts this program as a launcher of its own; see child.
func childCommand(t *testing.T, program, kernel, memory string, command ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, append([]string{kernel, memory}, command...)...)
	cmd.Env = append(os.Environ(), childVar+"=-")
	return cmd
}

// When the launcher is killed, all that it started ends too.
func TestKilledLauncher(t *testing.T) {
	const memory = "177" // what the processes are recognised by
	for _, name := range []string{"6.1", "smp"} {
		t.Run(name, func(t *testing.T) {
			cmd := childCommand(t, plainProgram, name, memory, "sh", "-c", "echo ready; sleep 1000")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
				t.Fatalf("the guest did not come up: %v", err)
			}
			if len(processesWith("="+memory+"M")) == 0 {
				t.Fatal("no process found while the guest runs")
			}
			cmd.Process.Kill()
			cmd.Wait()
			var left []string
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				if left = processesWith("=" + memory + "M"); len(left) == 0 {
					return
				}
			}
			t.Errorf("left running: %s", left)
		})
	}
}

func processesWith(text string) (found []string) {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		line, _ := os.ReadFile(path)
		if strings.Contains(string(line), text) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// An ordinary user gets the same.
func TestUnprivileged(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("the other tests have shown it already")
		return
	}
	for _, name := range bootable() {
		if err := Prepare(name, nil); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			// A copy outside of the folders that only root may enter.
			program := filepath.Join("/var/tmp", fmt.Sprintf("odp-sandbox-test-%d", os.Getpid()))
			if err := copyFile(plainProgram, program, 0o755); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(program)
			cmd := childCommand(t, program, name, "512", "sh", "-c", "id -u; test -d /sys/module/openvswitch && ip link add name v type veth && echo x > /etc/x || exit 5")
			cmd.Env = []string{childVar + "=-", "HOME=/nonexistent", "PATH=/usr/bin:/bin"}
			cmd.Dir = "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if cmd.ProcessState.ExitCode() != 5 || stdout.String() != "0\n" || !strings.Contains(stderr.String(), "cannot create /etc/x") {
				t.Errorf("got %v: %s%s", err, &stdout, &stderr)
			}
		})
	}
}

// The running kernel can be used where it has openvswitch, which in a guest it has.
func TestHostKernel(t *testing.T) {
	work := t.TempDir() // below /tmp, so that it lies in a layer as well
	got := boot(t, Config{Work: work, Env: []string{childVar + "=" + work}}, plainProgram, "host", "512", "sh", "-c", `
test -d /sys/module/openvswitch && echo openvswitch
ip -br link | wc -l
ip link add name v type veth && ip netns add n && ip netns exec n true && sysctl -q -w net.ipv4.ip_forward=1 && echo network
{ mount -o remount,rw / || echo x > /etc/x || echo x > /proc/sys/kernel/hostname; } 2>/dev/null || echo locked
echo x > /tmp/odp-x && echo x > "$ODP_WORK/x"
exit 6`)
	if want := "openvswitch\n1\nnetwork\nlocked\n"; got.stdout != want || got.status != 6 || got.err != nil {
		t.Errorf("got %+v, want status 6 and %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(work, "x")); err != nil {
		t.Errorf("the work folder: %v", err)
	}
}
