package sandbox

import (
	"fmt"
	"os"
	"slices"
)

// A program takes these names when it runs in a role of the sandbox.
const (
	roleHelper = "odp-sandbox-helper" // argv[0]: process 1 of the namespaces, on the host's side
	roleGuest  = "odp-sandbox-guest"  // an argument: init of the booted kernel
	roleInside = "odp-sandbox-inside" // argv[0]: the same without a kernel of its own
	roleKeeper = "odp-sandbox-keeper" // argv[0]: restores the terminal when the launcher dies
)

// Hook must be called first thing in main of every program that uses [Run], and
// in TestMain of its tests. It returns at once in an ordinary process; in a
// process that was started for a role of the sandbox it takes over and exits.
func Hook() {
	switch {
	case os.Args[0] == roleHelper:
		helperMain()
	case os.Args[0] == roleInside:
		guestMain(false)
	case os.Args[0] == roleKeeper:
		keeperMain()
	case os.Getpid() == 1 && slices.Contains(os.Args[1:], roleGuest): // the kernel adds arguments of its own
		guestMain(true)
	default:
		return
	}
	fmt.Fprintln(os.Stderr, "sandbox: the role returned")
	os.Exit(1)
}
