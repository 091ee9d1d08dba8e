package luatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// roleInit is argv[0] of the process that is process 1 of a test's namespaces.
const roleInit = "odp-test-init"

// After a script's time is over it is asked where it is, and has this long to say.
const traceGrace = 3 * time.Second

// A job is what init is to do.
type job struct {
	Command []string // the script's program and arguments
	Results string   // file for records
	Cases   string   // pattern of the cases to run
	Timeout time.Duration
}

// Hook must be called first thing in main of a program that uses [Main]. It
// returns at once, unless the process was started as init of a test: then it takes
// over and exits.
func Hook() {
	if os.Args[0] != roleInit {
		return
	}
	var j job
	err := errors.New("it has no job")
	if len(os.Args) == 2 {
		err = json.Unmarshal([]byte(os.Args[1]), &j)
	}
	if err == nil {
		err = initMain(&j)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", roleInit, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// initMain runs a script in the namespaces that were made for it, and then looks
// for what it left behind. Its error is about the reporting itself.
func initMain(j *job) error {
	results, err := openResults(j.Results)
	if err != nil {
		return err
	}
	if err := setUpNamespaces(); err != nil {
		return writeRecord(results, record{Type: "trouble", Message: "set up namespaces: " + err.Error()})
	}
	pid, err := startScript(j)
	if err != nil {
		return writeRecord(results, record{Type: "trouble", Message: "start the script: " + err.Error()})
	}
	var late atomic.Bool
	timer := time.AfterFunc(j.Timeout, func() {
		late.Store(true)
		unix.Kill(pid, unix.SIGQUIT) // prints where the script is
		time.Sleep(traceGrace)
		unix.Kill(pid, unix.SIGKILL)
	})
	status, err := reapUntil(pid)
	timer.Stop()
	if err != nil {
		return writeRecord(results, record{Type: "trouble", Message: "wait for the script: " + err.Error()})
	}
	if late.Load() {
		return writeRecord(results, record{Type: "timeout", Message: fmt.Sprintf("not done after %v, killed", j.Timeout)})
	}
	exit := record{Type: "exit", Code: status.ExitStatus()}
	if status.Signaled() {
		exit.Message = "killed by " + unix.SignalName(status.Signal())
	} else if exit.Code != 0 {
		exit.Message = fmt.Sprintf("exit status %d", exit.Code)
	}
	if err := writeRecord(results, exit); err != nil {
		return err
	}
	left, err := leftBehind()
	if err != nil {
		return writeRecord(results, record{Type: "trouble", Message: "look for what is left behind: " + err.Error()})
	}
	for _, what := range left {
		if err := writeRecord(results, record{Type: "left", Message: what}); err != nil {
			return err
		}
	}
	return nil
}

// startScript starts the script as a child that reports to the same file.
func startScript(j *job) (pid int, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, envResults+"=") || strings.HasPrefix(e, envCases+"=")
	})
	env = append(env, envResults+"="+j.Results, envCases+"="+j.Cases, envBinary+"="+binary())
	process, err := os.StartProcess(j.Command[0], j.Command, &os.ProcAttr{
		Env: env, Files: []*os.File{null, os.Stdout, os.Stderr},
	})
	if err != nil {
		return 0, err
	}
	pid = process.Pid
	return pid, process.Release() // reapUntil waits for it, as for all others
}

// binary is a path of this program in the namespaces of the test. In a booted
// kernel, and in /run, its file has none; then it is known as that of process 1.
func binary() string {
	if path, err := os.Executable(); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return "/proc/1/exe"
}

// reapUntil collects ended processes, as process 1 must, until pid is among them.
func reapUntil(pid int) (unix.WaitStatus, error) {
	for {
		var status unix.WaitStatus
		got, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, err
		case got == pid:
			return status, nil
		}
	}
}

// setUpNamespaces gives the process its own view of processes, devices and named
// network namespaces, and sets the loopback device up.
func setUpNamespaces() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	for _, m := range []struct{ kind, target string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"tmpfs", "/run"}} {
		if err := unix.Mount(m.kind, m.target, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	lo, err := netlink.LinkByName("lo")
	if err == nil {
		err = netlink.LinkSetUp(lo)
	}
	if err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	return nil
}
