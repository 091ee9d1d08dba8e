package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// preparer makes what a kernel needs present on the machine.
type preparer struct {
	row  *Kernel
	note func(string)
}

func newPreparer(row *Kernel, note func(string)) *preparer {
	if note == nil {
		note = func(string) {}
	}
	return &preparer{row, note}
}

// tool is a program that a sandbox needs, and the Debian package that has it.
type tool struct {
	pkg   string
	paths []string // any of them will do
}

// guestTools are needed in every sandbox: init uses modprobe, scripts use ip and ping.
var guestTools = []tool{
	{"kmod", []string{"/usr/sbin/modprobe", "/sbin/modprobe"}},
	{"iproute2", []string{"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"}},
	{"iputils-ping", []string{"/usr/bin/ping", "/bin/ping"}},
}

func (t tool) path() string {
	for _, path := range t.paths {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// Require makes sure of a program that is to run in a sandbox, as Run does of
// those that it needs itself: it installs the Debian package if none of the paths
// exists. note is as in [Prepare].
func Require(note func(string), pkg string, paths ...string) error {
	if err := newPreparer(nil, note).require(tool{pkg, paths}); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// require installs the packages of the tools that are missing, as root; without
// the right to do so, the error has the command that does it.
func (p *preparer) require(tools ...tool) error {
	missing := func() (pkgs []string) {
		for _, t := range tools {
			if t.path() == "" && !slices.Contains(pkgs, t.pkg) {
				pkgs = append(pkgs, t.pkg)
			}
		}
		return pkgs
	}
	pkgs := missing()
	if len(pkgs) == 0 {
		return nil
	}
	command := "apt-get install --no-install-recommends " + strings.Join(pkgs, " ")
	if err := needApt(); err != nil {
		return fmt.Errorf("%w; packages missing: %s", err, strings.Join(pkgs, ", "))
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("packages missing; as root, run: %s", command)
	}
	unlock, err := lockFile("install")
	if err != nil {
		return err
	}
	defer unlock()
	if pkgs = missing(); len(pkgs) == 0 { // another run did it meanwhile
		return nil
	}
	p.note("installing " + strings.Join(pkgs, ", ") + " (apt-get)")
	install := func() error {
		args := append([]string{"-y", "-q", "-o", "DPkg::Lock::Timeout=600", "--no-install-recommends", "install"}, pkgs...)
		return runTool(nil, "", "apt-get", args...)
	}
	// The lists of packages may be missing (a fresh image) or too old.
	if err := install(); err != nil {
		p.note("updating the list of packages (apt-get)")
		if err := runTool(nil, "", "apt-get", "-q", "update"); err != nil {
			return err
		}
		if err := install(); err != nil {
			return err
		}
	}
	if pkgs = missing(); len(pkgs) > 0 {
		return fmt.Errorf("installed %s, but its files are not where they were expected", strings.Join(pkgs, ", "))
	}
	return nil
}

// needApt says whether the machine is one that packages can come to.
func needApt() error {
	text, _ := os.ReadFile("/etc/os-release")
	id := strings.Fields(osRelease(string(text), "ID") + " " + osRelease(string(text), "ID_LIKE"))
	if !slices.Contains(id, "debian") {
		return errors.New("kernels for the sandbox come from Debian packages, and this system is no Debian")
	}
	for _, name := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("kernels for the sandbox come from Debian packages, and this system has no %s", name)
		}
	}
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("kernels for the sandbox exist only for amd64, and this is %s", runtime.GOARCH)
	}
	return nil
}

// runTool runs a program quietly; the error has the end of what it printed.
func runTool(env []string, dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	cmd.Env = append(cmd.Env, env...)
	text, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-15):]
	return fmt.Errorf("%s %s: %w\n    %s", name, strings.Join(args, " "), err, strings.Join(lines, "\n    "))
}

// cacheDir is where kernels of other suites are kept: below XDG_CACHE_HOME if that
// is set, else in /var/cache for root and in ~/.cache for others.
func cacheDir() (string, error) {
	if os.Getenv("XDG_CACHE_HOME") == "" && os.Geteuid() == 0 {
		return "/var/cache/odp", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "odp"), nil
}

// lockFile waits for a lock between processes. Call unlock to give it back.
func lockFile(name string) (unlock func(), err error) {
	dir, err := cacheDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, name+".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}

// unpacked returns the folder in the cache with the contents of packages of the
// row's suite (or of the machine's own), downloading them the first time. finish
// completes the folder before it takes its place; it may be nil.
func (p *preparer) unpacked(suite string, finish func(dir string) error, pkgs ...string) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, p.row.Name)
	// What root has fetched serves everybody.
	for _, d := range []string{dir, filepath.Join("/var/cache/odp", p.row.Name)} {
		if _, err := os.Stat(d); err == nil {
			return d, nil
		}
	}
	if err := needApt(); err != nil {
		return "", err
	}
	unlock, err := lockFile(p.row.Name)
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(dir); err == nil { // another run did it meanwhile
		return dir, nil
	}
	p.note(fmt.Sprintf("downloading %s of Debian %s to %s (apt-get)", strings.Join(pkgs, ", "), suite, dir))
	fresh := dir + ".new" // ours alone while we have the lock
	if err := os.RemoveAll(fresh); err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return "", err
	}
	if err := download(suite, fresh, pkgs); err != nil {
		return "", err
	}
	if finish != nil {
		if err := finish(fresh); err != nil {
			return "", err
		}
	}
	if err := os.Rename(fresh, dir); err != nil {
		return "", err
	}
	return dir, nil
}

// aptConf keeps apt away from the machine's own state, and from its hooks.
const aptConf = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "%[1]s/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "%[1]s/state";
Dir::State::Lists "%[1]s/lists";
Dir::State::status "%[1]s/status";
Dir::Cache "%[1]s/cache";
Acquire::Retries "3";
`

// download fetches packages of a suite, without what they depend on, and unpacks
// them into a folder. It neither needs to be root nor changes the machine.
func download(suite, into string, pkgs []string) error {
	sources, err := readSources("/etc/apt")
	if err != nil {
		return err
	}
	entries := forSuite(sources, suite)
	if len(entries) == 0 {
		return fmt.Errorf("none of this machine's apt sources is Debian's own archive, so that packages of %s cannot be found", suite)
	}
	work := filepath.Join(into, ".apt")
	for _, d := range []string{"sources", "state", "lists/partial", "cache/archives/partial", "debs"} {
		if err := os.MkdirAll(filepath.Join(work, d), 0o755); err != nil {
			return err
		}
	}
	files := map[string]string{
		"apt.conf":            fmt.Sprintf(aptConf, work),
		"status":              "",
		"sources/odp.sources": formatSources(entries),
	}
	if os.Geteuid() == 0 {
		// apt's own user cannot enter the folder.
		files["apt.conf"] += "APT::Sandbox::User \"root\";\n"
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	env := []string{"APT_CONFIG=" + filepath.Join(work, "apt.conf")}
	if err := runTool(env, work, "apt-get", "-q", "update"); err != nil {
		return err
	}
	debs := filepath.Join(work, "debs")
	if err := runTool(env, debs, "apt-get", append([]string{"-q", "download"}, pkgs...)...); err != nil {
		return err
	}
	if err := followMeta(env, debs); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(debs, "*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range found {
		if err := runTool(nil, "", "dpkg-deb", "-x", deb, into); err != nil {
			return err
		}
	}
	return os.RemoveAll(work)
}

// followMeta downloads the kernel that a package such as linux-image-cloud-amd64
// stands for: it is empty but for a dependency on the newest.
func followMeta(env []string, debs string) error {
	metas, err := filepath.Glob(filepath.Join(debs, "linux-image-*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range metas {
		depends, err := exec.Command("dpkg-deb", "-f", deb, "Depends").Output()
		if err != nil {
			return fmt.Errorf("dpkg-deb -f %s: %w", deb, err)
		}
		for _, dep := range strings.Split(string(depends), ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(dep), " ")
			if strings.HasPrefix(name, "linux-image-") {
				if err := runTool(env, debs, "apt-get", "-q", "download", name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
