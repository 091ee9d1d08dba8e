package sandbox

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestIsFault(t *testing.T) {
	tests := []struct {
		line  string
		fault bool
	}{
		{"[    1.448105] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007d00", true},
		{"Kernel panic - not syncing: no init", true},
		{"[   12.000000] WARNING: CPU: 0 PID: 12 at net/openvswitch/flow.c:12 f+0x1/0x2 [openvswitch]", true},
		{"<4>[   12.000000][  T12] WARNING: possible circular locking dependency detected", true},
		{"[    2.1] odp: WARNING: said by a test", true},
		{"[    2.1] BUG: unable to handle page fault for address: 0000000000001000", true},
		{"[    2.1] BUG: sleeping function called from invalid context at mm/slab.h:1", true},
		{"[    2.1] Oops: 0002 [#1] PREEMPT SMP NOPTI", true},
		{"[    2.1] kernel BUG at mm/slub.c:1!", true},
		{"[    2.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP", true},
		{"[    2.1] rcu: INFO: rcu_sched self-detected stall on CPU", true},
		{"[    2.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", true},
		{"[    2.1] INFO: task ip:12 blocked for more than 120 seconds.", true},
		{"[    2.1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [odp:1]", true},
		{"[    2.1] unregister_netdevice: waiting for lo to become free. Usage count = 2", true},
		{"[    2.1] refcount_t: underflow; use-after-free.", true},
		{"[    2.1] BUG: KASAN: use-after-free in f", true},
		{"[    2.1] Out of memory: Killed process 12 (odp)", true},
		{"[    2.1] openvswitch: Open vSwitch switching datapath", false},
		{"Failed to initialize ubd device 0 :Couldn't determine size of device's file", false},
		{"[    0.646026] mtrr: your CPUs had inconsistent fixed MTRR settings", false},
		{"[    0.1] Kernel command line: ... oops=panic", false},
		{"[    0.1] This driver warns of a warning: nothing", false},
		{"[    0.1] debug: BUGS are checked", false},
		{"", false},
	}
	for _, tt := range tests {
		if _, got := isFault(tt.line); got != tt.fault {
			t.Errorf("isFault(%q) = %v, want %v", tt.line, got, tt.fault)
		}
	}
}

func TestLogScanner(t *testing.T) {
	var copied bytes.Buffer
	s := &logScanner{copy: &copied}
	const text = "[ 0.1] fine\r\n[ 0.2] WARNING: CPU: 0\n[ 0.3] Call Trace:\n[ 0.4] BUG: x"
	for _, b := range []byte(text) { // a line may come in any number of pieces
		s.Write([]byte{b})
	}
	err := s.finish("6.1")
	var ke *KernelError
	if !errors.As(err, &ke) {
		t.Fatalf("finish = %v, want a *KernelError", err)
	}
	if got, want := strings.Join(ke.Faults, "|"), "WARNING: CPU: 0|BUG: x"; got != want {
		t.Errorf("faults %q, want %q", got, want)
	}
	if got, want := strings.Join(ke.Log, "|"), "[ 0.2] WARNING: CPU: 0|[ 0.3] Call Trace:|[ 0.4] BUG: x"; got != want {
		t.Errorf("log %q, want %q", got, want)
	}
	if got := copied.String(); got != text {
		t.Errorf("copy %q, want %q", got, text)
	}
	if !strings.Contains(err.Error(), "kernel 6.1") || !strings.Contains(err.Error(), "Call Trace") {
		t.Errorf("the error does not say what it must: %v", err)
	}
}

func TestLogScannerWithoutFault(t *testing.T) {
	s := &logScanner{}
	for range 1000 {
		s.Write([]byte("[ 0.1] fine\n"))
	}
	if err := s.finish("6.1"); err != nil {
		t.Errorf("finish = %v, want nil", err)
	}
	if got := strings.Count(s.last(), "fine"); got != tailLines {
		t.Errorf("last has %d lines, want %d", got, tailLines)
	}
}
