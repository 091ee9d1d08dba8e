package sandbox

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// screen collects what appears on a terminal and waits for text in it.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) waitFor(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(s.String(), text) {
			return
		}
	}
	t.Fatalf("%q did not appear; the terminal has %q", text, s)
}

// newTerminal returns both sides of a terminal of 33 lines and 99 columns.
func newTerminal(t *testing.T) (master, slave *os.File, seen *screen) {
	t.Helper()
	m, s, err := openPTY()
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(m, unix.TIOCSWINSZ, &unix.Winsize{Row: 33, Col: 99}); err != nil {
		t.Fatal(err)
	}
	master, slave = os.NewFile(uintptr(m), "master"), os.NewFile(uintptr(s), "slave")
	t.Cleanup(func() { slave.Close(); master.Close() })
	seen = &screen{}
	go io.Copy(seen, master)
	return master, slave, seen
}

func termios(t *testing.T, f *os.File) unix.Termios {
	t.Helper()
	got, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *got
}

func TestTerminal(t *testing.T) {
	for _, name := range []string{"6.1", "smp"} {
		t.Run(name, func(t *testing.T) {
			master, slave, seen := newTerminal(t)
			before := termios(t, slave)
			done := make(chan outcome)
			go func() {
				done <- boot(t, Config{Kernel: name, Stdin: slave, Stdout: slave, Stderr: slave}, "sh", "-c", `
test -t 0 && test -t 1 && test -t 2 && stty size
trap 'echo interrupted; exit 9' INT
read line; echo "got $line"; tty > /dev/tty
while :; do sleep 1; done`)
			}()
			seen.waitFor(t, "33 99\r\n")
			master.WriteString("hello\r")
			seen.waitFor(t, "hello\r\ngot hello\r\n/dev/pts/0\r\n")
			master.WriteString("\x03")
			got := <-done
			// The terminal's echo of the key may come after what the command says to it.
			if text := strings.ReplaceAll(seen.String(), "^C", ""); got.status != 9 || got.err != nil || !strings.Contains(text, "interrupted\r\n") {
				t.Errorf("status %d, %v, terminal %q", got.status, got.err, seen)
			}
			if after := termios(t, slave); after != before {
				t.Errorf("terminal settings were %+v and are %+v", before, after)
			}
		})
	}
}

// The terminal gets its settings back even if the launcher has no chance to do it.
func TestTerminalOfKilledLauncher(t *testing.T) {
	_, slave, seen := newTerminal(t)
	before := termios(t, slave)
	cmd := childCommand(t, plainProgram, "6.1", "512", "sh", "-c", "echo up; sleep 1000")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen.waitFor(t, "up\r\n")
	if termios(t, slave) == before {
		t.Error("the terminal is not raw while the command runs")
	}
	cmd.Process.Kill()
	cmd.Wait()
	for end := time.Now().Add(20 * time.Second); termios(t, slave) != before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the terminal did not get its settings back")
		}
	}
}
