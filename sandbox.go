package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/go-odp/odp/odp/sandbox"
)

// runSandbox runs this program again, with the arguments after the flags, on a
// kernel of its own.
func runSandbox(args []string) int {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	kernel := flags.String("kernel", "", "")
	work := flags.String("work", "", "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return printHelp(nil)
	case err != nil:
		return usageError("sandbox: %v", err)
	}
	status, err := sandbox.Run(context.Background(), &sandbox.Config{
		Kernel: *kernel, Work: *work,
		// In the sandbox this is the same program, even where its file is hidden.
		Command: append([]string{"/proc/self/exe"}, flags.Args()...),
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

// kernelList describes the kernels for the help.
func kernelList() string {
	text := ""
	for _, k := range sandbox.Kernels() {
		text += fmt.Sprintf("\n  %-5s %s", k.Name, k.Doc)
	}
	return text
}
