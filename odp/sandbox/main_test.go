package sandbox

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// childVar makes the tests' program run one command in a sandbox, as a launcher
// that a test can kill, start as another user, or start in a sandbox. Its
// arguments are the kernel, the memory and the command.
const childVar = "ODP_SANDBOX_TEST_CHILD"

func TestMain(m *testing.M) {
	Hook() // the tests' program is the helper and init as well
	if os.Getenv(childVar) != "" {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func child(args []string) int {
	memory, err := strconv.Atoi(args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	os.Unsetenv(childVar) // it would pass through
	status, err := Run(context.Background(), &Config{
		Kernel: args[0], Memory: memory, Command: args[2:], Dir: "/", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 125
	}
	return status
}
