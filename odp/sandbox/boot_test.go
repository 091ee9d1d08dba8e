package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
touch /tmp/odp-a /var/tmp/odp-a /run/odp-a /dev/shm/odp-a $HOME/odp-a && echo writable
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
			got := boot(t, Config{Kernel: name, Timeout: 12 * time.Second}, "sh", "-c", "echo begun; sleep 1000")
			if !errors.Is(got.err, ErrTimeLimit) || !strings.Contains(got.err.Error(), "time limit of 12s") {
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
			got := boot(t, Config{}, "sh", "-c", fmt.Sprintf("echo %d > /tmp/odp-side-by-side; sleep 1; cat /tmp/odp-side-by-side", i))
			if got.stdout != fmt.Sprintf("%d\n", i) || got.err != nil {
				t.Errorf("guest %d: %+v", i, got)
			}
		})
	}
	all.Wait()
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
