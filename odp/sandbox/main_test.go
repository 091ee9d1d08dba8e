package sandbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// raceDetector says that these tests are built with it.
var raceDetector bool

// plainProgram is the tests' program without the race detector: what runs in guests.
var plainProgram string

// childVar makes the tests' program run one command in a sandbox, as a launcher
// that a test can kill, start as another user, or start in a sandbox. Its
// arguments are the kernel, the memory and the command; its value is the work
// folder, or - for none.
const childVar = "ODP_SANDBOX_TEST_CHILD"

func TestMain(m *testing.M) {
	Hook() // the tests' program is the helper and init as well
	if os.Getenv(childVar) != "" {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if plainProgram, err = os.Executable(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if raceDetector {
		dir, err := os.MkdirTemp("", "odp-sandbox")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		plainProgram = filepath.Join(dir, "plain.test")
		build := exec.Command("go", "test", "-c", "-o", plainProgram, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the tests without the race detector: %v\n%s", err, out)
			return 1
		}
		guestProgram = plainProgram
	}
	return m.Run()
}

func child(args []string) int {
	memory, err := strconv.Atoi(args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	work := strings.TrimPrefix(os.Getenv(childVar), "-")
	os.Unsetenv(childVar) // it would pass through
	status, err := Run(context.Background(), &Config{
		Kernel: args[0], Memory: memory, Command: args[2:], Dir: "/", Work: work,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 125
	}
	return status
}
