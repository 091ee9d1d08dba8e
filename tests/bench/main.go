// Command bench measures odp beside other programs that do the same work, in one
// boot of a kernel of its own, and writes the table to RESULTS.md:
//
//	go run ./tests/bench
//
// As root on Debian it installs what it compares with. What is compared runs in
// turns, and the medians are shown: their ratios say more than the times, which
// are those of the machine. With -profile DIR the binary that is measured leaves
// profiles for `go tool pprof`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/go-odp/odp/odp/sandbox"
)

// settings say what to measure. The guest gets them as JSON in its environment.
type settings struct {
	Kernel  string // the boot that this is
	Quick   bool   // small counts: to see that everything works
	Rounds  int    // how often what is compared runs, as far as it is quick
	Only    string // pattern of the parts to run
	Profile bool
}

const (
	settingsEnv = "ODP_BENCH" // set in the guest
	memory      = 3072        // MiB of a guest, of which it takes what it uses
	resultsFile = "results.json"
)

func main() {
	hook()
	var s settings
	flag.BoolVar(&s.Quick, "quick", false, "small counts and one boot, to see that every part works")
	flag.IntVar(&s.Rounds, "rounds", 7, "how often each of what is compared runs")
	flag.StringVar(&s.Only, "only", "", "regular expression of the parts to run: "+partNames())
	kernels := flag.String("kernels", "6.12,smp", "kernels to boot; parts about several processors run on smp")
	out := flag.String("o", "", "file to write (default tests/bench/RESULTS.md in the module)")
	profiles := flag.String("profile", "", "folder for CPU and memory profiles of odp; the times are then those of a slower binary")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	_, err := measure(s, strings.Split(*kernels, ","), *out, *profiles)
	exit(err)
}

// hook is for the copies of this program that measure in the kernels, or are
// measured there.
func hook() {
	sandbox.Hook()
	if len(os.Args) > 1 && os.Args[1] == "peer" {
		exit(runPeer(os.Args[2:]))
	}
	if text := os.Getenv(settingsEnv); text != "" {
		exit(runGuest(text))
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// measure boots the kernels and writes the table.
func measure(s settings, kernels []string, out, profiles string) (*report, error) {
	if _, err := regexp.Compile(s.Only); err != nil {
		return nil, err
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	if out == "" {
		out = filepath.Join(root, "tests", "bench", "RESULTS.md")
	}
	if s.Quick {
		kernels = kernels[:1]
	}
	work, err := os.MkdirTemp("", "odp-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	s.Profile = profiles != ""
	if err := prepare(root, work, s.Profile); err != nil {
		return nil, err
	}
	r := &report{Commit: commitOf(root), Quick: s.Quick}
	var failed []error
	for _, kernel := range kernels {
		s.Kernel = kernel
		note("booting " + kernel)
		if err := boot(s, work); err != nil {
			failed = append(failed, fmt.Errorf("kernel %s: %w", kernel, err))
		}
		part, err := readResults(filepath.Join(work, resultsFile))
		if err != nil {
			failed = append(failed, err)
			continue
		}
		r.parts = append(r.parts, part)
	}
	if profiles != "" {
		failed = append(failed, keepProfiles(work, profiles))
	}
	r.Machine = machine() // with its load meanwhile
	if err := os.WriteFile(out, r.markdown(), 0o644); err != nil {
		return nil, err
	}
	note("written to " + out)
	return r, errors.Join(failed...)
}

// prepare builds the binary and installs what it is compared with.
func prepare(root, work string, profile bool) error {
	for pkg, path := range map[string]string{
		"openvswitch-switch": "/usr/sbin/ovs-vswitchd",
		"lua5.1":             "/usr/bin/lua5.1",
		"iproute2":           "/usr/sbin/ip",
	} {
		if err := sandbox.Require(note, pkg, path); err != nil {
			return err
		}
	}
	args := []string{"build", "-trimpath", "-o", filepath.Join(work, "odp")}
	if profile {
		args = append(args, "-tags", "odp_profile")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build odp: %w\n%s", err, text)
	}
	return nil
}

// boot runs the parts that are for a kernel on it, in a copy of this program.
func boot(s settings, work string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	cfg := &sandbox.Config{
		Kernel: s.Kernel, Command: []string{self}, Work: work, Memory: memory,
		Env:    []string{settingsEnv + "=" + string(text)},
		Stdout: os.Stderr, Stderr: os.Stderr, Note: note,
	}
	status, err := sandbox.Run(context.Background(), cfg)
	if err == nil && status != 0 {
		err = fmt.Errorf("the measuring program ended with status %d", status)
	}
	return err
}

// keepProfiles moves the profiles that the guests left to the user's folder.
func keepProfiles(work, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(work, "*.pprof"))
	for _, file := range files {
		data, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr, os.WriteFile(filepath.Join(dir, filepath.Base(file)), data, 0o644))
	}
	return err
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if filepath.Base(file) != "go.mod" {
		return "", errors.New("run it in the folder of the module")
	}
	return filepath.Dir(file), nil
}

// commitOf names what is measured, empty if that is not known.
func commitOf(root string) string {
	out, err := exec.Command("git", "-C", root, "describe", "--always", "--dirty").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func note(line string) { fmt.Fprintln(os.Stderr, "bench:", line) }
