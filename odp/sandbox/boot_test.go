package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// These tests boot kernels. They take a while, and a kernel that cannot be had
// is a failure, not a reason to skip.

// limit ends a test's guest that hangs.
const limit = 2 * time.Minute

type outcome struct {
	status         int
	stdout, stderr string
	err            error
}

// boot runs cfg and collects its output; cfg.Kernel is 6.1 if empty.
func boot(t *testing.T, cfg Config, command ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cfg.Kernel == "" {
		cfg.Kernel = "6.1"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = limit
	}
	if cfg.Stdout == nil {
		cfg.Stdout = &stdout
	}
	if cfg.Stderr == nil {
		cfg.Stderr = &stderr
	}
	cfg.Command = command
	cfg.Note = func(s string) { t.Log(s) }
	status, err := Run(context.Background(), &cfg)
	return outcome{status, stdout.String(), stderr.String(), err}
}

// bootable names the kernels that can be had on any machine.
func bootable() (names []string) {
	for _, k := range Kernels() {
		if k.kind != kindHost {
			names = append(names, k.Name)
		}
	}
	return names
}

// Everything that a script may count on, on each kernel.
func TestKernels(t *testing.T) {
	const script = `
echo to stderr >&2
uname -r
pwd
id -u
test -t 0 || test -t 1 || test -t 2 || echo no terminal
cat                                                   # no input: ends at once
touch /tmp/a /var/tmp/a /run/a /dev/shm/a $HOME/a && echo writable
test -d /sys/module/openvswitch && echo openvswitch
ip link add v0 type veth peer name v1 && tc qdisc add dev v0 root netem delay 1ms &&
ip link add x0 type vxlan id 1 dstport 4789 && modprobe vport-gre && echo modules
ip netns add n && ip netns exec n ip link set lo up && ip netns exec n ping -q -c 1 127.0.0.1 >/dev/null && echo netns
ping -q -c 1 127.0.0.1 >/dev/null && ping -q -c 1 ::1 >/dev/null && echo ping
echo "$ODP_A|$TERM|$SECRET"
exit 7`
	t.Setenv("ODP_A", "a b")
	t.Setenv("TERM", "vt100")
	t.Setenv("SECRET", "x")
	for _, name := range bootable() {
		t.Run(name, func(t *testing.T) {
			var up time.Duration
			var log bytes.Buffer
			got := boot(t, Config{Kernel: name, Dir: "/usr/share", KernelLog: &log, Booted: func(d time.Duration) { up = d }},
				"sh", "-c", script)
			if got.err != nil {
				t.Fatalf("%v\n%s%s", got.err, got.stdout, got.stderr)
			}
			t.Logf("booted in %s", up)
			release, rest, _ := strings.Cut(got.stdout, "\n")
			row, _ := kernelByName(name)
			if !strings.HasPrefix(release+".", row.series) {
				t.Errorf("the kernel is %s, expected %s", release, row.series)
			}
			want := "/usr/share\n0\nno terminal\nwritable\nopenvswitch\nmodules\nnetns\nping\na b|vt100|\n"
			if diff := cmp.Diff(want, rest); diff != "" {
				t.Errorf("stdout (-want +got):\n%s", diff)
			}
			if got.stderr != "to stderr\n" || got.status != 7 {
				t.Errorf("stderr %q and status %d, want %q and 7", got.stderr, got.status, "to stderr\n")
			}
			if log.Len() == 0 {
				t.Error("no kernel log")
			}
		})
	}
}

func TestSMPHasTwoProcessors(t *testing.T) {
	if got := boot(t, Config{Kernel: "smp"}, "nproc"); got.stdout != "2\n" || got.err != nil {
		t.Errorf("nproc says %q (%v), want 2", got.stdout, got.err)
	}
}

// Output of any size and content arrives whole, and is in the work folder too.
func TestBigOutput(t *testing.T) {
	for _, name := range []string{"6.1", "smp"} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			data := make([]byte, 50<<20)
			r := rand.NewChaCha8([32]byte{1})
			r.Read(data)
			if err := os.WriteFile(filepath.Join(work, "in"), data, 0o644); err != nil {
				t.Fatal(err)
			}
			hash := sha256.New()
			got := boot(t, Config{Kernel: name, Work: work, Stdout: hash},
				"sh", "-c", `cp "$ODP_WORK/in" "$ODP_WORK/out" && cat "$ODP_WORK/in"`)
			if got.err != nil || got.status != 0 {
				t.Fatalf("status %d, %v: %s", got.status, got.err, got.stderr)
			}
			if want := sha256.Sum256(data); !bytes.Equal(hash.Sum(nil), want[:]) {
				t.Error("stdout differs from what the command wrote")
			}
			if out, err := os.ReadFile(filepath.Join(work, "out")); err != nil || !bytes.Equal(out, data) {
				t.Errorf("the file in the work folder differs (%d bytes, %v)", len(out), err)
			}
		})
	}
}

// Background processes that hold the output open neither delay nor cut it.
func TestOutputOfBackgroundProcess(t *testing.T) {
	got := boot(t, Config{}, "sh", "-c", "sleep 1000 & echo done; exit 3")
	if got.stdout != "done\n" || got.status != 3 || got.err != nil {
		t.Errorf("got %+v", got)
	}
}

func TestStatus(t *testing.T) {
	tests := []struct {
		name    string
		command []string
		status  int
		stderr  string
	}{
		{"signal", []string{"sh", "-c", "kill -9 $$"}, 128 + 9, ""},
		{"not found", []string{"no-such-command"}, 127, "sandbox: no-such-command: command not found\n"},
		{"no program", []string{"/etc"}, 126, "sandbox: /etc: permission denied\n"},
		{"long arguments", []string{"sh", "-c", "read x; test ${#1} -eq 100000 && exit 4", "sh", strings.Repeat("x", 100000)}, 4, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := boot(t, Config{}, tt.command...)
			if got.status != tt.status || got.stderr != tt.stderr || got.err != nil {
				t.Errorf("got %+v, want status %d and stderr %q", got, tt.status, tt.stderr)
			}
		})
	}
}

func TestInput(t *testing.T) {
	for _, name := range []string{"6.1", "smp"} {
		t.Run(name, func(t *testing.T) {
			data := make([]byte, 3<<20)
			r := rand.NewChaCha8([32]byte{2})
			r.Read(data)
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			go func() {
				out.Write(data)
				out.Close()
			}()
			got := boot(t, Config{Kernel: name, Stdin: in, PassStdin: true}, "cat")
			if got.err != nil || got.stdout != string(data) {
				t.Errorf("cat gave back %d bytes of %d: %v", len(got.stdout), len(data), got.err)
			}
		})
	}
}

// Input that the command does not read must not hold up anything.
func TestUnreadInput(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	go func() {
		for {
			if _, err := out.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}()
	if got := boot(t, Config{Stdin: in, PassStdin: true}, "true"); got.err != nil || got.status != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestTimeLimit(t *testing.T) {
	for _, name := range []string{"6.1", "smp"} {
		t.Run(name, func(t *testing.T) {
			got := boot(t, Config{Kernel: name, Timeout: 6 * time.Second}, "sh", "-c", "echo begun; sleep 1000")
			if !errors.Is(got.err, ErrTimeLimit) || !strings.Contains(got.err.Error(), "time limit of 6s") {
				t.Errorf("got %v, want the time limit", got.err)
			}
			if got.stdout != "begun\n" {
				t.Errorf("stdout %q", got.stdout)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("not wanted any more")
	_, err := Run(ctx, &Config{
		Kernel: "6.1", Command: []string{"sleep", "1000"}, Timeout: limit,
		Booted: func(time.Duration) { cancel(reason) },
	})
	if !errors.Is(err, reason) {
		t.Errorf("got %v, want %v", err, reason)
	}
}

func TestSideBySide(t *testing.T) {
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			got := boot(t, Config{}, "sh", "-c", fmt.Sprintf("echo %d > /tmp/x; sleep 1; cat /tmp/x", i))
			if got.stdout != fmt.Sprintf("%d\n", i) || got.err != nil {
				t.Errorf("guest %d: %+v", i, got)
			}
		})
	}
	all.Wait()
}

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
mkdir -p /tmp/h /dev/h
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

func TestKernelFaults(t *testing.T) {
	tests := []struct {
		name, kernel, script, want string
		status                     int
	}{
		{"warning", "6.1", `echo "WARNING: said by a test" > /dev/kmsg; exit 3`, "WARNING: said by a test", 3},
		{"warning", "7.2", `echo "WARNING: said by a test" > /dev/kmsg; exit 3`, "WARNING: said by a test", 3},
		{"warning", "smp", `echo "WARNING: said by a test" > /dev/kmsg; exit 3`, "WARNING: said by a test", 3},
		{"quiet console", "6.1", `dmesg -n 1; echo "BUG: said by a test" > /dev/kmsg; exit 3`, "BUG: said by a test", 3},
		{"panic", "6.1", `echo c > /proc/sysrq-trigger`, "Kernel panic", 0},
		{"panic", "smp", `echo c > /proc/sysrq-trigger`, "Kernel panic", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.kernel, func(t *testing.T) {
			got := boot(t, Config{Kernel: tt.kernel}, "sh", "-c", tt.script)
			var ke *KernelError
			if !errors.As(got.err, &ke) || !strings.Contains(got.err.Error(), tt.want) {
				t.Fatalf("got %v, want a kernel fault with %q", got.err, tt.want)
			}
			if got.status != tt.status {
				t.Errorf("status %d, want %d", got.status, tt.status)
			}
		})
	}
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
echo x > /tmp/x && echo x > "$ODP_WORK/x"
exit 6`)
	if want := "openvswitch\n1\nnetwork\nlocked\n"; got.stdout != want || got.status != 6 || got.err != nil {
		t.Errorf("got %+v, want status 6 and %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(work, "x")); err != nil {
		t.Errorf("the work folder: %v", err)
	}
}

func TestBadConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ls := []string{"ls"}
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no command", Config{}, "no command"},
		{"unknown kernel", Config{Kernel: "2.4", Command: ls}, `unknown kernel "2.4"`},
		{"memory", Config{Command: ls, Kernel: "6.1", Memory: 3}, "memory of 3 MiB"},
		{"no such directory", Config{Command: ls, Kernel: "6.1", Dir: "/no/such"}, "directory"},
		{"no such work folder", Config{Command: ls, Kernel: "6.1", Work: "/no/such"}, "work folder"},
		{"work is a file", Config{Command: ls, Kernel: "6.1", Work: file}, "expected a folder"},
		{"work is everything", Config{Command: ls, Kernel: "6.1", Work: "/"}, "work folder is /"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(context.Background(), &tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}
