// Package tests runs the Lua scripts of this folder on real kernels.
//
// Each script runs as `odp SCRIPT` in network and mount namespaces of its own,
// on each kernel that it is for, and is one subtest: TestLua/6.1/flow_put. All
// scripts for one kernel share a boot. A datapath that a script leaves behind
// fails it. A kernel that cannot be had fails the run: nothing is skipped.
package tests

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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
	"time"

	"github.com/go-odp/odp/odp/sandbox"
	"github.com/go-odp/odp/tests/corpus"
)

var (
	kernelsFlag = flag.String("kernels", "6.1,6.12,7.2,smp", "comma-separated kernels to run the Lua tests on")
	filesFlag   = flag.String("files", "*", "pattern of the names of the Lua tests to run, without _test.lua")
)

// kernelLimit ends a kernel whose tests hang. Each test has a limit of its own.
const kernelLimit = 20 * time.Minute

func TestMain(m *testing.M) {
	sandbox.Hook()
	if list := os.Getenv(guestListEnv); list != "" {
		os.Exit(guestMain(strings.Split(list, "\n")))
	}
	if file := os.Getenv(guestOneEnv); file != "" {
		os.Exit(oneMain(file))
	}
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

// bench is what all tests share: the binary and a copy of this program, in a
// folder that the booted kernels can see and write to.
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
	if err := writeCorpus(filepath.Join(dir, corpusFile)); err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return dir, copyFile(filepath.Join(dir, "runner"), self)
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

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func workDir(t *testing.T) string {
	dir, err := bench()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// scriptsFor returns the Lua tests for a kernel. A script is for the User-Mode
// Linux kernels unless a line near its top says otherwise: "-- kernels: smp".
func scriptsFor(t *testing.T, kernel string) []string {
	all, err := filepath.Glob("*.lua")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, file := range all {
		name, ok := strings.CutSuffix(file, "_test.lua")
		if !ok {
			t.Fatalf("%s would not be run: the names of tests end in _test.lua, and what they share is in lib", file)
		}
		if ok, err := filepath.Match(*filesFlag, name); err != nil {
			t.Fatal(err)
		} else if ok && slices.Contains(kernelsOf(t, file), kernel) {
			list = append(list, file)
		}
	}
	return list
}

func kernelsOf(t *testing.T, file string) []string {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		rest, ok := strings.CutPrefix(line, "-- kernels:")
		if ok {
			return strings.Fields(strings.ReplaceAll(rest, ",", " "))
		}
		if !strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "#!") {
			break
		}
	}
	return []string{"6.1", "6.12", "7.2"}
}

func TestLua(t *testing.T) {
	// The field's own tool, to compare with.
	if err := sandbox.Require(note, "openvswitch-switch", "/usr/bin/ovs-dpctl"); err != nil {
		t.Fatal(err)
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

// runKernel boots a kernel, has the scripts run in it, and makes a subtest of
// each result as it comes.
func runKernel(t *testing.T, kernel string, list []string) {
	dir := workDir(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	var stderr, kernelLog bytes.Buffer
	cfg := &sandbox.Config{
		Kernel:  kernel,
		Command: []string{filepath.Join(dir, "runner")},
		Dir:     here,
		Env: []string{guestListEnv + "=" + strings.Join(list, "\n"), "ODP_BINARY=" + filepath.Join(dir, "odp"),
			"ODP_CORPUS=" + filepath.Join(dir, corpusFile)},
		Work:      dir,
		Stdout:    w,
		Stderr:    &stderr,
		KernelLog: &kernelLog,
		Timeout:   kernelLimit,
		Note:      note,
	}
	var status int
	var runErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, runErr = sandbox.Run(context.Background(), cfg)
		w.Close()
	}()

	missing := slices.Clone(list)
	in := bufio.NewScanner(r)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var res result
		if err := json.Unmarshal(in.Bytes(), &res); err != nil {
			t.Errorf("not a result: %s", in.Text())
			continue
		}
		missing = slices.DeleteFunc(missing, func(f string) bool { return f == res.File })
		t.Run(strings.TrimSuffix(res.File, "_test.lua"), func(t *testing.T) {
			t.Logf("%.1f s", res.Seconds)
			if res.Failure != "" {
				t.Errorf("%s\n%s", res.Failure, res.Output)
			}
		})
	}
	<-done
	if runErr != nil || status != 0 || len(missing) > 0 {
		t.Errorf("kernel %s: status %d, error %v, no result of %v\n%s\nkernel log:\n%s",
			kernel, status, runErr, missing, stderr.String(), tail(kernelLog.String(), 60))
	}
}

func note(line string) { fmt.Fprintln(os.Stderr, "tests:", line) }

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
