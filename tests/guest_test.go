package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// Roles of this program inside a booted kernel.
const (
	guestListEnv = "ODP_TESTS_RUN" // run these scripts, one a line
	guestOneEnv  = "ODP_TESTS_ONE" // run this script, in the namespaces it is in
)

// scriptLimit ends a script that hangs.
const scriptLimit = 2 * time.Minute

// result is what the guest reports of one script, a line of JSON.
type result struct {
	File    string
	Failure string // empty when the script passed
	Output  string
	Seconds float64
}

// guestMain runs the scripts one after the other, each in fresh namespaces.
func guestMain(list []string) int {
	out := json.NewEncoder(os.Stdout)
	for _, file := range list {
		if err := out.Encode(runScript(file)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

func runScript(file string) result {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Env = []string{guestOneEnv + "=" + file}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, guestListEnv+"=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID,
	}
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	res := result{File: file, Output: output.String(), Seconds: time.Since(start).Seconds()}
	switch {
	case ctx.Err() != nil:
		res.Failure = fmt.Sprintf("not done after %v", scriptLimit)
	case err != nil:
		res.Failure = err.Error()
	}
	return res
}

// oneMain runs one script in the namespaces that were made for it, and then
// looks for what it left behind.
func oneMain(file string) int {
	if err := setUpNamespaces(); err != nil {
		fmt.Fprintln(os.Stderr, "set up namespaces:", err)
		return 1
	}
	cmd := exec.Command(os.Getenv("ODP_BINARY"), file)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, guestOneEnv+"=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	failed := false
	if err := cmd.Run(); err != nil {
		fmt.Println(file+":", err)
		failed = true
	}
	leaks, err := leftBehind()
	if err != nil {
		fmt.Println("look for what is left behind:", err)
		failed = true
	}
	for _, leak := range leaks {
		fmt.Println("left behind:", leak)
		failed = true
	}
	if failed {
		return 1
	}
	return 0
}

// setUpNamespaces gives the process its own view of processes and named
// network namespaces, and turns the loopback device on.
func setUpNamespaces() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return fmt.Errorf("mount /sys: %w", err)
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %w\n%s", err, out)
	}
	return nil
}

// leftBehind names the datapaths that are still there.
func leftBehind() ([]string, error) {
	c, err := odp.Dial(nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	list, err := c.Datapaths()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range list {
		names = append(names, "datapath "+d.Name())
	}
	return names, nil
}
