package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
)

// KernelError says that the kernel in the sandbox reported a fault in its log.
type KernelError struct {
	Kernel string   // name of the kernel's row
	Faults []string // the lines that are faults, without time stamps
	Log    []string // the log from the first fault on, cut after some lines
}

// Error quotes the log, as a kernel's fault cannot be understood from one line.
func (e *KernelError) Error() string {
	return fmt.Sprintf("kernel %s reported a fault: %s\n    %s", e.Kernel, e.Faults[0], strings.Join(e.Log, "\n    "))
}

// faults matches what a healthy kernel never prints. The text comes without the time stamp.
var faults = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		`^(\S+: )?WARNING: `,
		`^(\S+: )?BUG: `,
		`kernel BUG at `,
		`Kernel panic`,
		`^Oops\b`,
		`general protection fault`,
		`[Uu]nable to handle kernel`,
		`possible (circular|recursive|irq lock|deadlock)`,
		`inconsistent lock state`,
		`suspicious RCU usage`,
		`INFO: rcu_\S+ .*stall`,
		`rcu_\S+ kthread starved`,
		`blocked for more than \d+ seconds`,
		`(soft|hard) lockup`,
		`hard LOCKUP`,
		`scheduling while atomic`,
		`refcount_t: `,
		`unregister_netdevice: waiting for`,
		`^(UBSAN|KASAN|KCSAN|KMSAN|KFENCE): `,
		`^Out of memory: `,
	}, "|"))
})

// stamp matches what stands before the text of a line on the console.
var stamp = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(<\d+>)?(\[\s*\d+\.\d+\])?(\[\s*[CT]\d+\])?\s*`) })

// isFault returns the text of a console line without its time stamp, and whether it reports a fault.
func isFault(line string) (text string, fault bool) {
	text = line[len(stamp().FindString(line)):]
	return text, faults().MatchString(text)
}

const (
	maxFaults  = 20   // fault lines kept
	maxContext = 60   // log lines kept from the first fault on
	tailLines  = 30   // last log lines kept for a guest that died or hangs
	maxLogLine = 4096 // bytes; a line is cut here
)

// logScanner is the writer that the kernel's console ends in. It looks for faults.
type logScanner struct {
	copy io.Writer // gets everything as it comes, or nil

	mu      sync.Mutex
	partial []byte
	faults  []string
	context []string
	tail    []string
}

// Write never fails: a caller's broken writer must not stop the guest.
func (s *logScanner) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.copy != nil {
		if _, err := s.copy.Write(p); err != nil {
			s.copy = nil
		}
	}
	s.partial = append(s.partial, p...)
	for {
		i := bytes.IndexByte(s.partial, '\n')
		if i < 0 {
			break
		}
		s.line(string(bytes.TrimRight(s.partial[:i], "\r")))
		s.partial = append(s.partial[:0], s.partial[i+1:]...)
	}
	if len(s.partial) > maxLogLine {
		s.line(string(s.partial))
		s.partial = s.partial[:0]
	}
	return len(p), nil
}

func (s *logScanner) line(line string) {
	text, fault := isFault(line)
	if fault && len(s.faults) < maxFaults {
		s.faults = append(s.faults, text)
	}
	if len(s.faults) > 0 && len(s.context) < maxContext {
		s.context = append(s.context, line)
	}
	if len(s.tail) == tailLines {
		s.tail = append(s.tail[:0], s.tail[1:]...)
	}
	s.tail = append(s.tail, line)
}

// finish ends the last line and returns a *KernelError if any line was a fault.
func (s *logScanner) finish(kernel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.partial) > 0 {
		s.line(string(s.partial))
		s.partial = nil
	}
	if len(s.faults) == 0 {
		return nil
	}
	return &KernelError{Kernel: kernel, Faults: s.faults, Log: s.context}
}

// last returns the end of the log, indented, for an error about a guest that died.
func (s *logScanner) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tail) == 0 {
		return " (its log is empty)"
	}
	return "; its log ends with\n    " + strings.Join(s.tail, "\n    ")
}
