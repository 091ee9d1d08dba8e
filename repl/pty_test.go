package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// childEnv makes the test binary a console on its terminal.
const childEnv = "ODP_REPL_TEST_CHILD"

func TestMain(m *testing.M) {
	if history, ok := os.LookupEnv(childEnv); ok {
		os.Exit(child(history))
	}
	os.Exit(m.Run())
}

// child runs a console as main would. On SIGUSR1 it prints a line from another
// goroutine, as a miss handler does.
func child(history string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := New(Config{HistoryFile: history, Banner: "welcome"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, syscall.SIGUSR1)
	go func() {
		for range usr1 {
			fmt.Fprintln(c.Writer(), "async output")
		}
	}()
	err = c.Run(ctx, &fakeInterp{out: c.Writer()})
	if errors.Is(err, context.Canceled) {
		fmt.Println("told to end")
		return 3
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("bye")
	return 0
}

// ptySession is a child process on a terminal of its own.
type ptySession struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	*record
	status chan error
}

func startPty(t *testing.T, term string) *ptySession {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "TERM="+term,
		childEnv+"="+filepath.Join(t.TempDir(), "history"))
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	s := &ptySession{t: t, cmd: cmd, master: master, record: newRecord(), status: make(chan error, 1)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(s.record, master) // ends with EIO when the child does
	}()
	go func() {
		err := cmd.Wait()
		<-copied
		s.status <- err
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // fails when it has ended
		master.Close()
	})
	return s
}

func (s *ptySession) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *ptySession) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *ptySession) await(text string) string {
	s.t.Helper()
	return s.waitFor(s.t, text)
}

// end waits for the child and checks its exit status and that the terminal
// again echoes, edits lines and makes signals of keys.
func (s *ptySession) end(want int) {
	s.t.Helper()
	select {
	case <-s.status:
		if got := s.cmd.ProcessState.ExitCode(); got != want {
			s.t.Errorf("exit status %d, want %d; output:\n%q", got, want, s.record)
		}
		mode, err := unix.IoctlGetTermios(int(s.master.Fd()), unix.TCGETS)
		if err != nil {
			s.t.Fatal(err)
		}
		const cooked = unix.ECHO | unix.ICANON | unix.ISIG
		if mode.Lflag&cooked != cooked {
			s.t.Errorf("terminal left in raw mode: local flags %#x", mode.Lflag)
		}
	case <-time.After(patience):
		s.t.Fatalf("the child did not end; output:\n%q", s.record)
	}
}

func TestPty(t *testing.T) {
	s := startPty(t, "xterm")
	s.await("welcome\r\n")
	s.await("odp> ")

	// Several lines, and Ctrl-C in the middle of them.
	s.press("begin\r")
	s.await("...> ")
	s.press("1\r")
	s.await("...> ")
	s.press("end\r")
	s.await("ran begin|1|end\r\n")
	s.await("odp> ")
	s.press("begin\r")
	s.await("...> ")
	s.press("junk\x03")
	s.await("^C")
	s.await("odp> ")

	// Ctrl-C at a running chunk, a real signal from the terminal.
	s.press("block\r")
	s.await("blocking\r\n")
	s.press("\x03")
	s.await("^C\r\ninterrupted\r\n")
	s.await("odp> ")

	// The same from outside, running and at the prompt.
	s.press("block\r")
	s.await("blocking\r\n")
	s.signal(os.Interrupt)
	s.await("interrupted\r\n")
	s.await("odp> ")
	s.press("junk")
	s.await("odp> junk")
	s.signal(os.Interrupt)
	s.await("^C")
	s.await("odp> ")

	// Completion, then a choice, which leaves the line as it was.
	s.press("dat\t")
	s.await("odp> datapath")
	s.press("\t")
	s.await("datapath   datapaths\r\n")
	s.await("odp> datapath")

	// Output of another goroutine, with the cursor inside the line.
	s.press("\x1b[D\x1b[D")
	s.await("\x1b[11C")
	s.signal(syscall.SIGUSR1)
	s.await("\x1b[2K\rasync output\r\n")
	s.await("odp> datapath\r\x1b[11C")
	s.press("X\r")
	s.await("ran datapaXth\r\n")

	// A pasted block, and a window that gets narrower than readline's math.
	s.await("odp> ")
	s.press("begin\r\t1\rend\rtwo\r")
	s.await("ran begin|  1|end\r\n")
	s.await("ran two\r\n")
	s.await("odp> ")
	if err := pty.Setsize(s.master, &pty.Winsize{Rows: 24, Cols: 5}); err != nil {
		t.Fatal(err)
	}
	s.press("narrow\x01\x05\r")
	s.await("ran narrow\r\n")

	// Ctrl-D counts at the prompt only: before it, the terminal takes it.
	s.await("odp> ")
	s.press("\x04")
	s.await("bye\r\n")
	s.end(0)
}

// SIGTERM, which main turns into the end of the context, and a hang-up leave
// a terminal that echoes again, and run nothing.
func TestPtyEnds(t *testing.T) {
	t.Run("terminate", func(t *testing.T) {
		s := startPty(t, "xterm")
		s.await("odp> ")
		s.press("junk")
		s.await("odp> junk")
		s.signal(syscall.SIGTERM)
		s.await("told to end\r\n")
		s.end(3)
		if strings.Contains(s.String(), "ran") {
			t.Errorf("the line was run: %q", s.record)
		}
	})
	t.Run("echo is on while a chunk runs", func(t *testing.T) {
		s := startPty(t, "xterm")
		s.await("odp> ")
		s.press("block\r")
		s.await("blocking\r\n")
		s.press("ahead")
		s.await("ahead") // by the terminal
		s.press("\x03")
		s.await("interrupted\r\n")
		s.await("odp> ")
		s.press("\x04")
		s.await("bye\r\n")
		s.end(0)
	})
}

func TestPtyDumb(t *testing.T) {
	s := startPty(t, "dumb")
	s.await("welcome\r\n")
	s.await("odp> ")
	s.press("begin\n")
	s.await("...> ")
	s.press("end\n")
	s.await("ran begin|end\r\n")
	s.await("odp> ")
	s.press("half")
	s.await("half")
	s.signal(syscall.SIGUSR1)
	s.await("\r\nasync output\r\nodp> ")
	s.press("-typed\n")
	s.await("ran half-typed\r\n")
	s.await("odp> ")
	s.press("junk\x03")
	s.await("odp> ")
	s.press("block\n")
	s.await("blocking\r\n")
	s.press("\x03")
	s.await("^C\r\ninterrupted\r\n")
	s.await("odp> ")
	s.press("\x04")
	s.await("bye\r\n")
	s.end(0)
	if strings.Contains(s.String(), "\x1b") {
		t.Errorf("escape sequences on a dumb terminal: %q", s.record)
	}
}
