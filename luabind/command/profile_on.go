//go:build odp_profile

package command

import (
	"fmt"
	"os"
	"runtime/pprof"
)

// profile writes what the program's time and memory goes into to $ODP_PROFILE
// with .cpu.pprof and .mem.pprof behind it, when the program ends by itself.
func profile() (stop func()) {
	prefix := os.Getenv("ODP_PROFILE")
	if prefix == "" {
		return func() {}
	}
	create := func(kind string) *os.File {
		f, err := os.Create(prefix + "." + kind + ".pprof")
		if err != nil {
			fmt.Fprintln(os.Stderr, "odp: profile:", err)
			os.Exit(1)
		}
		return f
	}
	cpu := create("cpu")
	if err := pprof.StartCPUProfile(cpu); err != nil {
		fmt.Fprintln(os.Stderr, "odp: profile:", err)
	}
	return func() {
		pprof.StopCPUProfile()
		mem := create("mem")
		for _, err := range []error{cpu.Close(), pprof.Lookup("allocs").WriteTo(mem, 0), mem.Close()} {
			if err != nil {
				fmt.Fprintln(os.Stderr, "odp: profile:", err)
			}
		}
	}
}
