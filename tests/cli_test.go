package tests

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoModule asks the kernel that the tests run on for datapaths. It has them,
// or the program says what to do.
func TestNoModule(t *testing.T) {
	cmd := exec.Command(filepath.Join(workDir(t), "odp"), "-e", "print(#odp.datapaths())")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, statErr := os.Stat("/sys/module/openvswitch"); statErr == nil {
		if err != nil || stdout.Len() == 0 {
			t.Errorf("this kernel has openvswitch, got %v, %q", err, stderr.String())
		}
		return
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || stdout.Len() > 0 {
		t.Errorf("got %v, want exit status 1; it printed %q", err, stdout.String())
	}
	for _, part := range []string{"odp: -e:1: ", "kernel has no openvswitch", "modprobe openvswitch", "odp sandbox", "in main chunk"} {
		if !strings.Contains(stderr.String(), part) {
			t.Errorf("reported %q, which does not contain %q", stderr.String(), part)
		}
	}
}
