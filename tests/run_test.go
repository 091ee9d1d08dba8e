// Package tests runs the Lua scripts of this folder on real kernels.
//
// They run as `odp test --kernel K` runs them, each script in namespaces of its
// own, on the kernels that it is for. A script is a subtest, TestLua/6.1/flow, and
// so is each of its cases, if it names any. All scripts for one kernel share a boot. A kernel that cannot be
// had fails the run: nothing is skipped.
package tests

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-odp/odp/luabind/luatest"
	"github.com/go-odp/odp/odp/sandbox"
	"github.com/go-odp/odp/tests/corpus"
)

var (
	kernelsFlag = flag.String("kernels", "6.1,6.12,7.2,smp", "comma-separated kernels to run the Lua tests on")
	filesFlag   = flag.String("files", "*", "pattern of the names of the Lua tests to run, without _test.lua")
)

func TestMain(m *testing.M) {
	sandbox.Hook()
	flag.Parse()
	status := m.Run()
	if benchDir != "" {
		if err := os.RemoveAll(benchDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

var benchDir string // made by bench

// bench is what all tests share: the binary and the generated flows, in a folder
// that the booted kernels can see.
var bench = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "odp-tests-")
	if err != nil {
		return "", err
	}
	benchDir = dir
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "odp"), "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build odp: %w\n%s", err, out)
	}
	return dir, writeCorpus(filepath.Join(dir, corpusFile))
})

// The generated flows that corpus_test.lua puts: each a line of the features that it
// needs, the match and the actions, with tabs between them.
const (
	corpusFile = "corpus.txt"
	corpusSeed = 20261124
	corpusLen  = 3200
)

func writeCorpus(path string) error {
	var b strings.Builder
	for _, f := range corpus.Generate(corpusSeed, corpusLen) {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", strings.Join(f.Needs, ","), f.Match, f.Actions)
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

func workDir(t *testing.T) string {
	dir, err := bench()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// scriptLimit ends a script that hangs.
const scriptLimit = "4m"

// umlKernels are those that a script is for that does not say so, in a line near
// its top such as "-- kernels: smp". An emulated machine is slow.
var umlKernels = []string{"6.1", "6.12", "7.2"}

// scriptsFor returns the Lua tests for a kernel.
func scriptsFor(t *testing.T, kernel string) []string {
	all, err := filepath.Glob("*.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if !strings.HasSuffix(file, luatest.Suffix) {
			t.Fatalf("%s would not be run: the names of tests end in %s, and what they share is in lib", file, luatest.Suffix)
		}
	}
	files, err := luatest.Find([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, file := range files {
		if ok, err := filepath.Match(*filesFlag, file.Name()); err != nil {
			t.Fatal(err)
		} else if ok && file.For(kernel) && (file.Kernels != nil || slices.Contains(umlKernels, kernel)) {
			list = append(list, file.Path)
		}
	}
	return list
}

func TestLua(t *testing.T) {
	for pkg, path := range map[string]string{
		"openvswitch-switch": "/usr/bin/ovs-dpctl", // to compare with
		"tcpdump":            "/usr/bin/tcpdump",
		"tmux":               "/usr/bin/tmux", // terminals for odp top and odp watch
		"zsh":                "/usr/bin/zsh",  // to complete command lines
		"fish":               "/usr/bin/fish",
		"groff":              "/usr/bin/groff", // to check manual pages
	} {
		if err := sandbox.Require(note, pkg, path); err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for kernel := range strings.SplitSeq(*kernelsFlag, ",") {
		list := scriptsFor(t, kernel)
		if len(list) == 0 {
			continue
		}
		ran += len(list)
		t.Run(kernel, func(t *testing.T) { runKernel(t, kernel, list) })
	}
	if ran == 0 {
		t.Errorf("no Lua test matches -files %q on -kernels %q", *filesFlag, *kernelsFlag)
	}
}

// runKernel has the scripts run on a kernel and makes a subtest of each result as
// it comes.
func runKernel(t *testing.T, kernel string, list []string) {
	// One at a time: some are about all processors of a kernel, and the emulated ones
	// are slow.
	cmd := program(t, append([]string{"test", "--kernel", kernel, "-j", "1", "--timeout", scriptLimit, "--format", "json", "--no-skip"}, list...)...)
	cmd.Env = append(os.Environ(), "ODP_CORPUS="+filepath.Join(workDir(t), corpusFile), "ODP_BINARY="+filepath.Join(workDir(t), "odp"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	missing := slices.Clone(list)
	var summary *luatest.Summary
	events := json.NewDecoder(out)
	for {
		var e luatest.Event
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Errorf("what odp test printed: %v", err)
			io.Copy(io.Discard, out)
			break
		}
		if e.Summary != nil {
			summary = e.Summary
		}
		if e.Result != nil {
			missing = slices.DeleteFunc(missing, func(f string) bool { return f == e.Result.File })
			t.Run(luatest.File{Path: e.Result.File}.Name(), func(t *testing.T) { showResult(t, e.Result) })
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	failed := errors.As(err, &exit) && exit.ExitCode() == 1 && summary != nil && summary.Files.Failed > 0
	if err != nil && !failed || summary == nil || len(missing) > 0 {
		t.Errorf("kernel %s: odp test: %v, no result of %v", kernel, err, missing)
	}
}

// showResult makes the result of a script that of a test.
func showResult(t *testing.T, r *luatest.Result) {
	t.Logf("%.1f s", r.Seconds)
	if r.Status == luatest.NotRun {
		t.Error("not run: " + r.Reason)
	}
	if r.Status == luatest.Failed && r.Output != "" {
		t.Log("it printed:\n" + r.Output)
	}
	whole := filepath.Base(r.File)
	for _, c := range r.Cases {
		if c.Name == whole { // what is outside of cases
			showCase(t, c)
			continue
		}
		t.Run(c.Name, func(t *testing.T) { showCase(t, c) })
	}
}

func showCase(t *testing.T, c luatest.Case) {
	if c.Status != luatest.Passed {
		t.Error(c.Message + "\n" + c.Trace)
	}
}

func note(line string) { fmt.Fprintln(os.Stderr, "tests:", line) }
