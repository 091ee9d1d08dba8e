package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/go-odp/odp/odp/sandbox"
)

// runSandbox runs this program again, with the arguments after the flags, on a
// kernel of its own.
func runSandbox(args []string) int {
	var kernel, work string
	rest, err := leadingFlags(args, map[string]*string{"kernel": &kernel, "work": &work})
	if err != nil {
		return usageError("sandbox: %v", err)
	}
	if len(rest) > 0 && strings.HasPrefix(rest[0], "-") && verbNamed(rest[0]) == nil {
		return usageError("sandbox: unknown option %s", rest[0])
	}
	status, err := sandbox.Run(context.Background(), &sandbox.Config{
		Kernel: kernel, Work: work,
		// In the sandbox this is the same program, even where its file is hidden.
		Command: append([]string{"/proc/self/exe"}, rest...),
		Stdin:   os.Stdin, PassStdin: true, Stdout: os.Stdout, Stderr: os.Stderr,
		Note: func(s string) { fmt.Fprintln(os.Stderr, "odp:", s) },
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "odp:", err)
		if status == 0 {
			status = statusFailed
		}
	}
	return status
}

// leadingFlags takes --name VALUE and --name=VALUE off the front of args, as far
// as the names are known: what follows is for the program in the sandbox.
func leadingFlags(args []string, values map[string]*string) (rest []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "--") {
		name, value, given := strings.Cut(args[0][2:], "=")
		dst, ok := values[name]
		if !ok {
			break
		}
		args = args[1:]
		if !given {
			if len(args) == 0 {
				return nil, fmt.Errorf("--%s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		*dst = value
	}
	return args, nil
}

// kernelList describes the kernels for the help.
func kernelList() string {
	text := ""
	for _, k := range sandbox.Kernels() {
		text += fmt.Sprintf("\n  %-5s %s", k.Name, k.Doc)
	}
	return text
}
