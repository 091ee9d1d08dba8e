package sandbox

import (
	"fmt"
	"strings"
)

// kind is the way a kernel is run.
type kind string

const (
	kindUML  kind = "uml"  // User-Mode Linux: a kernel that is an ordinary program
	kindQEMU kind = "qemu" // an emulated machine with two processors
	kindHost kind = "host" // the running kernel, in fresh namespaces
)

// Kernel is one kernel that commands can run on.
type Kernel struct {
	Name string // as in Config.Kernel
	Doc  string // one line for people
	kind kind
	// suite is the Debian suite that the packages come from; empty means the machine's own.
	suite string
	// series is what the suite's kernel version begins with.
	series string
}

// kernels is the table that everything about the choice of kernels comes from.
var kernels = []Kernel{
	{Name: "6.1", kind: kindUML, suite: "bookworm", series: "6.1.",
		Doc: "User-Mode Linux 6.1 of Debian 12 (bookworm), one processor"},
	{Name: "6.12", kind: kindUML, suite: "trixie", series: "6.12.",
		Doc: "User-Mode Linux 6.12 of Debian 13 (trixie), one processor"},
	{Name: "7.2", kind: kindUML, suite: "sid", series: "7.2.",
		Doc: "User-Mode Linux 7.2 of Debian unstable (sid), one processor"},
	{Name: "smp", kind: kindQEMU,
		Doc: "Debian's cloud kernel on an emulated machine with two processors"},
	{Name: "host", kind: kindHost,
		Doc: "the running kernel, if it has openvswitch, in a fresh network namespace"},
}

// Kernels returns the table of kernels, in the order in which they are best listed.
func Kernels() []Kernel { return append([]Kernel(nil), kernels...) }

func kernelByName(name string) (*Kernel, error) {
	var names []string
	for i := range kernels {
		if kernels[i].Name == name {
			return &kernels[i], nil
		}
		names = append(names, kernels[i].Name)
	}
	return nil, fmt.Errorf("sandbox: unknown kernel %q, expected one of %s", name, strings.Join(names, ", "))
}

// Default names the kernel that users get: the running one if it has
// openvswitch, else the User-Mode Linux of the machine's own Debian suite, else
// the oldest.
func Default() string {
	if hostHasOpenvswitch() {
		return "host"
	}
	own := ownSuite()
	for _, k := range kernels {
		if k.kind == kindUML && k.suite == own {
			return k.Name
		}
	}
	return kernels[0].Name
}

// Prepare downloads or installs what the named kernel needs, as Run would, and
// boots nothing. note gets a line about each slow step; it may be nil.
func Prepare(name string, note func(string)) error {
	row, err := kernelByName(name)
	if err != nil {
		return err
	}
	if _, err := row.prepare(newPreparer(row, note)); err != nil {
		return fmt.Errorf("sandbox: kernel %s: %w", name, err)
	}
	return nil
}
