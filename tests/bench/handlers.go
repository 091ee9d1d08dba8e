package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-odp/odp/odp"
)

// Room for all packets that a measurement sends, so that none is lost where
// losing is not what is measured.
const (
	missQueue  = 40000
	missBuffer = 128 << 20
)

// The handlers that are measured. All send the packet on.
const (
	handleExact = `function(pkt)
  pkt:install(pkt.key:exact(), out)
  return out
end`
	handleOnly = `function(pkt)
  pkt:install(pkt.key:only("in_port", "eth.src", "ipv4.src"), out)
  return out
end`
	handleSlow = "function() local n = 0 for i = 1, 2500 do n = n + i end return 2 end"
)

// handlerScript is a program that handles misses until it is ended, and says what
// it has counted. code is its call of dp:on_miss, with the names dp, out and room.
func handlerScript(code string, queue, buffer int) string {
	return fmt.Sprintf(`
local dp = odp.datapath "dp0"
local out = odp.output(2)
local queue, buffer = %d, %d
local h = %s
io.write "ready\n"
io.stdout:flush()
odp.run()
h:stop()
local s = h.stats
print("received", s.received, "handled", s.handled, "dropped", s.dropped, "lost", s.kernel_lost, "failures", s.failures)
`, queue, buffer, code)
}

func byFunction(handler string) string {
	return "dp:on_miss(" + handler + ", { queue = queue, buffer = buffer, warn = false, lost = function() end })"
}

func byWorkers(n int, handler string) string {
	return fmt.Sprintf("dp:on_miss{ workers = %d, queue = queue, buffer = buffer, warn = false, func = function()\n"+
		"local out = require 'odp'.output(2)\nreturn %s end }", n, handler)
}

// process is a program that handles misses.
type process struct {
	cmd  *exec.Cmd
	c    *command
	out  *bufio.Reader
	said map[string]int // what it has counted, when it has ended
}

// handlerBy starts odp with a handler.
func (g *guest) handlerBy(name, code string, queue, buffer int) (*process, error) {
	file := filepath.Join(g.tmp, name+".lua")
	if err := os.WriteFile(file, []byte(handlerScript(code, queue, buffer)), 0o644); err != nil {
		return nil, err
	}
	return g.begun(g.command(g.odp, file))
}

// begun starts a program and returns when it says that it is ready.
func (g *guest) begun(c *command) (*process, error) {
	cmd, _, err := g.cmd(c)
	if err != nil {
		return nil, err
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, c: c, out: bufio.NewReader(pipe), said: map[string]int{}}
	if line, err := p.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("%s said %q, not that it is ready", c.args[0], line), p.end())
	}
	return p, nil
}

// end has the program end and reads what it has counted.
func (p *process) end() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	var words []string
	for {
		line, err := p.out.ReadString('\n')
		words = append(words, strings.Fields(line)...)
		if err != nil {
			break
		}
	}
	for i := 0; i+1 < len(words); i += 2 {
		p.said[words[i]], _ = strconv.Atoi(words[i+1])
	}
	return p.c.verdict(p.cmd, p.cmd.Wait())
}

// cpu is how many seconds of processors it has had.
func (p *process) cpu() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var ticks float64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return ticks / 100, nil
}

// stopped runs fn while the program does not, and returns when it is still.
func (p *process) stopped(fn func() error) error {
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil {
			return err
		}
		if _, rest, _ := strings.Cut(string(text), ") "); strings.HasPrefix(rest, "T") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return errors.Join(fn(), p.cmd.Process.Signal(syscall.SIGCONT))
}

// missPath is dp0 with a wire.
type missPath struct {
	g  *guest
	dp *odp.Datapath
	w  *wire
}

func (g *guest) missPath() (*missPath, error) {
	if err := run("modprobe", "tun"); err != nil {
		return nil, err
	}
	w, err := newWire("")
	if err != nil {
		return nil, err
	}
	dp, err := g.conn.CreateDatapath(odp.DatapathSpec{Name: "dp0"})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"tap1", "tap2"} {
		if _, err := dp.CreateVport(odp.VportSpec{Name: name}); err != nil {
			return nil, err
		}
	}
	return &missPath{g, dp, w}, nil
}

func (m *missPath) close() error { return errors.Join(m.dp.Delete(), m.w.close()) }

// with runs fn beside a program that handles the misses, and afterwards removes
// the flows that it has made.
func (m *missPath) with(start func() (*process, error), fn func(p *process) error) (*process, error) {
	p, err := start()
	if err != nil {
		return nil, err
	}
	err = fn(p)
	err = errors.Join(err, p.end(), m.dp.FlushFlows(), m.w.empty())
	if p.said["failures"] > 0 {
		err = errors.Join(err, fmt.Errorf("%d failures: %.500s", p.said["failures"], p.c.said))
	}
	return p, err
}

// backlog returns how many packets a second are handled of n that have come
// before, so that nothing else needs the processors meanwhile. The seconds of
// processors that the program has had are stored in used, if that is not nil.
func (m *missPath) backlog(start func() (*process, error), n int, same bool, used *float64) (rate float64, err error) {
	p, err := m.with(start, func(p *process) error {
		had, err := p.cpu()
		if err != nil {
			return err
		}
		var began time.Time
		first := 0
		err = p.stopped(func() (err error) {
			first, err = m.w.pile(n, m.g.CPUs, same)
			began = time.Now()
			return err
		})
		if err == nil {
			err = m.w.collect(n, first)
		}
		rate = float64(n) / time.Since(began).Seconds()
		if used != nil && err == nil {
			*used, err = p.cpu()
			*used -= had
		}
		return err
	})
	if err == nil && p.said["handled"] != n {
		err = fmt.Errorf("%d packets handled, want %d", p.said["handled"], n)
	}
	return rate, err
}
