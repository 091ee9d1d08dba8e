package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-odp/odp/odp"
)

// part is a group of rows that share what they are measured on.
type part struct {
	name string
	smp  bool // needs several processors; in a quick run, it is shown to work on one
	run  func(g *guest) error
}

func parts() []part {
	return []part{
		{"dump", false, (*guest).dump},
		{"memory", false, (*guest).memory},
		{"put", false, (*guest).put},
		{"delete", false, (*guest).delete},
		{"start", false, (*guest).start},
		{"iterate", false, (*guest).iterate},
		{"miss", false, (*guest).miss},
		{"overload", false, (*guest).overload},
		{"workers", true, (*guest).workers},
		{"scale", false, (*guest).scale},
		{"binary", false, (*guest).binary},
	}
}

func partNames() string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// guest is the measuring program in the booted kernel.
type guest struct {
	settings
	*results
	work string // the folder that the host sees
	odp  string // the binary
	self string
	tmp  string // files of the guest alone, in memory
	conn *odp.Conn
	nl   *rawSocket
	runs map[string]int // of each profile so far
}

func runGuest(text string) error {
	g := &guest{work: os.Getenv("ODP_WORK"), tmp: "/dev/shm/bench", results: &results{CPUs: runtime.NumCPU()}, runs: map[string]int{}}
	if err := json.Unmarshal([]byte(text), &g.settings); err != nil {
		return err
	}
	os.Unsetenv(settingsEnv)
	g.Name = g.settings.Kernel
	g.odp = filepath.Join(g.work, "odp")
	err := g.begin()
	for _, p := range parts() {
		if err != nil {
			break
		}
		if ok, _ := regexp.MatchString(g.Only, p.name); !ok || !g.Quick && p.smp != (g.CPUs > 1) {
			continue
		}
		began, before := time.Now(), len(g.Rows)
		if err = p.run(g); err != nil {
			err = fmt.Errorf("%s: %w", p.name, err)
		}
		for i := range g.Rows[before:] {
			g.Rows[before+i].Part = p.name
		}
		note(fmt.Sprintf("%s: %s: %.1f s", g.Name, p.name, time.Since(began).Seconds()))
	}
	return errors.Join(err, g.results.write(filepath.Join(g.work, resultsFile)), g.results.err())
}

func (g *guest) begin() (err error) {
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return err
	}
	g.results.Kernel = strings.TrimSpace(string(release))
	if g.self, err = os.Executable(); err != nil {
		return err
	}
	if err := os.MkdirAll(g.tmp, 0o755); err != nil {
		return err
	}
	// No packets but ours.
	for _, which := range []string{"all", "default"} {
		if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+which+"/disable_ipv6", []byte("1"), 0o644); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if g.conn, err = odp.Dial(nil); err != nil {
		return err
	}
	g.nl, err = openRaw()
	return err
}

// count is n, or a small number in a quick run.
func (g *guest) count(n, quick int) int {
	if g.Quick {
		return quick
	}
	return n
}

// rounds is how often something runs that takes long.
func (g *guest) rounds(most int) int {
	if g.Quick {
		return 1
	}
	return min(most, g.Rounds)
}

// contender is one of several that do the same work.
type contender struct {
	name string
	run  func() (float64, error)
}

// inTurns runs each contender once in every round, in any order and with a pause of
// any length up to a tick of the kernel's clock before each, as what comes when
// decides which of two equal ones is faster. It returns the medians. One run of each
// beforehand is not counted.
func (g *guest) inTurns(rounds int, cs ...contender) ([]float64, error) {
	all := make([][]float64, len(cs))
	first := -1
	if g.Quick {
		first = 0
	}
	for round := first; round < rounds; round++ {
		for _, c := range rand.Perm(len(cs)) {
			time.Sleep(rand.N(10 * time.Millisecond))
			v, err := cs[c].run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", cs[c].name, err)
			}
			if round >= 0 {
				all[c] = append(all[c], v)
			}
		}
	}
	out := make([]float64, len(cs))
	for i := range all {
		out[i] = median(all[i])
	}
	return out, nil
}

func median(v []float64) float64 { return quantile(v, 0.5) }

func quantile(v []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(v))
	at := q * float64(len(s)-1)
	low := int(at)
	high := min(low+1, len(s)-1)
	return s[low] + (s[high]-s[low])*(at-float64(low))
}

// command is a program to be timed.
type command struct {
	args   []string
	stdout string // file for its output; empty discards it
	status int    // wanted
	said   *bytes.Buffer
}

func (g *guest) command(args ...string) *command { return &command{args: args} }

func (c *command) to(file string) *command { c.stdout = file; return c }

// cmd makes the process. Profiles are left by our own binary if it was built to.
func (g *guest) cmd(c *command) (*exec.Cmd, func() error, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	c.said = &bytes.Buffer{}
	cmd.Stderr = c.said
	done := func() error { return nil }
	if c.stdout != "" {
		f, err := os.Create(c.stdout)
		if err != nil {
			return nil, nil, err
		}
		cmd.Stdout, done = f, f.Close
	}
	if g.Profile && c.args[0] == g.odp {
		name := regexp.MustCompile(`[^a-zA-Z0-9]+`).ReplaceAllString(strings.Join(c.args[1:], " "), "-")
		g.runs[name]++
		cmd.Env = append(os.Environ(), fmt.Sprintf("ODP_PROFILE=%s/%.60s.%d", g.work, strings.Trim(name, "-"), g.runs[name]))
	}
	return cmd, done, nil
}

// timed returns how many seconds a program takes from its start to its end.
func (g *guest) timed(c *command) (float64, error) {
	cmd, done, err := g.cmd(c)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = cmd.Run()
	took := time.Since(began).Seconds()
	if closeErr := done(); closeErr != nil {
		return 0, closeErr
	}
	return took, c.verdict(cmd, err)
}

func (c *command) verdict(cmd *exec.Cmd, err error) error {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && cmd.ProcessState.ExitCode() == c.status {
		return nil
	}
	if err == nil && c.status != 0 {
		err = errors.New("exit status 0")
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %.2000s", strings.Join(c.args, " "), err, c.said)
	}
	return nil
}

// timedBy is a contender that runs a program.
func (g *guest) timedBy(name string, c *command) contender {
	return contender{name, func() (float64, error) { return g.timed(c) }}
}

// peakMemory returns the most memory that a program had, in MiB. It is looked at
// every other millisecond while that runs: the kernel counts for a program what
// its parent had when it was started, so that its own account is of no use.
func (g *guest) peakMemory(c *command) (float64, error) {
	cmd, done, err := g.cmd(c)
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	peak := 0.0
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	for {
		select {
		case err := <-ended:
			if closeErr := done(); closeErr != nil {
				return 0, closeErr
			}
			return peak, c.verdict(cmd, err)
		case <-time.After(2 * time.Millisecond):
		}
		text, err := os.ReadFile(status)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			var kib float64
			if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
				peak = max(peak, kib/1024)
			}
		}
	}
}

// lines counts the lines of a file.
func lines(path string) (int, error) {
	text, err := os.ReadFile(path)
	return bytes.Count(text, []byte("\n")), err
}

// run runs a program for what it does.
func run(args ...string) error {
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
