package tests

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A terminal runs the program under test on a terminal of its own.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	ended  chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

func onTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	c := &terminal{t: t, cmd: program(t, args...), ended: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "TERM=xterm")
	var err error
	if c.master, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 5, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(c, c.master) // ends with EIO when the program does
	}()
	go func() {
		_ = c.cmd.Wait() // its status is looked at
		<-read
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // fails when it has ended
		c.master.Close()
	})
	return c
}

func (c *terminal) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

func (c *terminal) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.String()
}

const terminalPatience = 30 * time.Second

// await waits until the terminal has got a text behind what has been awaited.
func (c *terminal) await(text string) {
	c.t.Helper()
	for end := time.Now().Add(terminalPatience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		c.mu.Lock()
		i := bytes.Index(c.out.Bytes(), []byte(text))
		if i >= 0 {
			c.out.Next(i + len(text))
		}
		c.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	c.t.Fatalf("the terminal did not get %q; it got %q", text, c.text())
}

func (c *terminal) press(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.master, keys); err != nil {
		c.t.Fatal(err)
	}
}

const cookedFlags = unix.ECHO | unix.ICANON | unix.ISIG | unix.IEXTEN

func (c *terminal) flags() uint32 {
	c.t.Helper()
	mode, err := unix.IoctlGetTermios(int(c.master.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return mode.Lflag
}

// end waits for the program's end, and checks that the terminal is as it was.
func (c *terminal) end(status int) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(terminalPatience):
		c.t.Fatalf("the program did not end; the terminal got %q", c.text())
	}
	if got := c.cmd.ProcessState.ExitCode(); got != status {
		c.t.Errorf("exit status %d, want %d", got, status)
	}
	if got := c.flags() & cookedFlags; got != cookedFlags {
		c.t.Errorf("the terminal was left in another mode: %#x", got)
	}
}

const (
	screenEnter = "\x1b[?1049h"
	screenLeave = "\x1b[?1049l"
)

// TestScreenEnds has a script with a screen end in every way. The terminal is as it
// was, and what was printed meanwhile comes behind the screen.
func TestScreenEnds(t *testing.T) {
	const open = `local view = screen.open() view:text(1, 1, "drawn") view:show() print("held") `
	tests := []struct {
		name, code string
		args       []string
		act        func(c *terminal)
		status     int
		after      string // what comes behind the screen
	}{
		{"its end", "view:key()", nil, func(c *terminal) { c.press("x") }, 0, "held\r\n"},
		{"close", "view:key() view:close() view:close() print(view)", nil, func(c *terminal) { c.press("x") }, 0, "held\r\nscreen (closed)\r\n"},
		{"an error", "view:key() error('broken', 0)", nil, func(c *terminal) { c.press("x") }, 1, "held\r\nodp: broken\r\n"},
		{"an error in the handler", "view:on_key(function(k) if k == 'q' then odp.stop() end error('broken', 0) end) odp.run()", nil,
			func(c *terminal) { c.press("xq") }, 0, "held\r\nodp: on_key handler: broken\r\n"},
		{"os.exit", "view:key() os.exit(7)", nil, func(c *terminal) { c.press("x") }, 7, "held\r\n"},
		{"Ctrl-C", "view:key()", nil, func(c *terminal) { c.press("\x03") }, 130, "held\r\nodp: stopped by SIGINT\r\n"},
		{"Ctrl-C in odp.run", "view:on_key(print) print(odp.run())", nil, func(c *terminal) { c.press("\x03") }, 0, "held\r\nsignal\tSIGINT\r\n"},
		{"SIGTERM", "view:key()", nil, func(c *terminal) { _ = c.cmd.Process.Signal(syscall.SIGTERM) }, 143, "held\r\nodp: stopped by SIGTERM\r\n"},
		{"SIGQUIT", "while true do end", nil, func(c *terminal) { c.press("\x1c") }, 131, "held\r\nodp: stopped by SIGQUIT\r\n"},
		{"a limit", "view:key()", []string{"--timeout", "0.3"}, func(c *terminal) {}, 124, "held\r\nodp: the script was stopped"},
		{"stuck in a call", "io.read()", nil, func(c *terminal) { _ = c.cmd.Process.Signal(syscall.SIGTERM) }, 143, "held\r\nodp: stopped by SIGTERM\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := onTerminal(t, append(tt.args, "-e", open+tt.code)...)
			c.await(screenEnter)
			c.await("drawn")
			if got := c.flags(); got&(unix.ECHO|unix.ICANON) != 0 || got&unix.ISIG == 0 {
				t.Errorf("the terminal is in the mode %#x", got)
			}
			tt.act(c)
			c.end(tt.status)
			c.await(screenLeave)
			if got := c.text(); !strings.HasPrefix(got, tt.after) {
				t.Errorf("behind the screen %q came, want %q", got, tt.after)
			}
		})
	}
}

// TestScreenKeys has keys, and a new size of the terminal, read in both ways.
func TestScreenKeys(t *testing.T) {
	for name, loop := range map[string]string{
		"key":    `for key in function() return view:key() end do show(key) end`,
		"on_key": `view:on_key(show) odp.run()`,
	} {
		t.Run(name, func(t *testing.T) {
			c := onTerminal(t, "-e", `local view = screen.open()
				local ticks = 0
				odp.every(0.001, function() ticks = ticks + 1 end)
				assert(select(2, view:key(0)) == "timeout" and view:key(0.05) == nil and ticks > 0)
				assert(not pcall(screen.open))
				local function show(key)
					if key == "q" then os.exit(0) end
					row = (row or 0) % 5 + 1 -- one that is empty, of which the whole text is sent
					view:clear():text(row, 1, ("<%s_%dx%d>"):format(key, view.width, view.height))
					view:show()
				end
				show("begin") `+loop)
			c.await("<begin_40x5>")
			for sent, want := range map[string]string{"x": "x", "\x1b[A": "up", "日": "日", "\x1b": "escape", "\x1b[5~": "page-up"} {
				c.press(sent)
				c.await(want)
			}
			if err := pty.Setsize(c.master, &pty.Winsize{Rows: 9, Cols: 30}); err != nil {
				t.Fatal(err)
			}
			c.await("resize_30x9>")
			c.press("q")
			c.end(0)
		})
	}
}

// TestScreenRefused has no screen where there is no terminal, or one that cannot show it.
func TestScreenRefused(t *testing.T) {
	out, err := program(t, "-e", "screen.open()").CombinedOutput()
	if got, want := string(out), "odp: -e:1: screen open: standard input is no terminal\n"; err == nil || !strings.HasPrefix(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	c := onTerminal(t, "-e", `os.setenv("TERM", "dumb") print(pcall(screen.open)) print(screen.open)`)
	c.await("screen open: a terminal of type \"dumb\" (variable TERM) shows only lines")
	c.end(0)
}
