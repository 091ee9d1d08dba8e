package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// umlArgs is the command line of User-Mode Linux, program name excluded. The
// kernel's console and the channel are descriptors 4 and 3.
func umlArgs(p *plan) []string {
	return []string{
		fmt.Sprintf("mem=%dM", p.Memory),
		"rootfstype=hostfs", "rootflags=/", "rw", // init makes it read-only once it has the work folder
		"init=" + initPath,
		"con=null", fmt.Sprintf("con0=null,fd:%d", fdLog), "console=tty0",
		"ssl=null", fmt.Sprintf("ssl0=fd:%d", fdControl),
		"uml_dir=" + scratchDir, "umid=odp",
		// All of the log, whatever a script sets: faults must be seen.
		"ignore_loglevel", "printk.devkmsg=on",
		"--", roleGuest,
	}
}

// umlPath is where the adapted program is.
const umlPath = privateDir + "/linux.uml"

// startUML runs User-Mode Linux until it ends.
func startUML(p *plan) error {
	program, err := os.ReadFile(p.Image.Program)
	if err != nil {
		return err
	}
	if program, err = adaptUML(program, len(p.Image.Libs) > 0); err != nil {
		return fmt.Errorf("%s: %w", p.Image.Program, err)
	}
	if err := os.WriteFile(umlPath, program, 0o755); err != nil {
		return err
	}
	// Capabilities belong to a thread; the child inherits those of the one that starts it.
	runtime.LockOSThread()
	if err := dropCaps(keptCaps); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	cmd := &exec.Cmd{
		Path:       umlPath,
		Args:       append([]string{umlPath}, umlArgs(p)...),
		Dir:        "/",
		Env:        []string{"PATH=" + os.Getenv("PATH"), "HOME=" + scratchDir, "TMPDIR=" + scratchDir, "LD_LIBRARY_PATH=" + libPath},
		ExtraFiles: []*os.File{os.NewFile(fdControl, "control"), os.NewFile(fdLog, "log")},
		Stdout:     os.NewFile(fdLog, "log"),
		Stderr:     os.NewFile(fdLog, "log"),
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return supervise(cmd)
}
