package sandbox

import (
	"slices"
	"strings"
)

// passThrough names the variables that a command sees as the caller has them.
// A name that ends in * stands for all that begin so.
var passThrough = []string{
	"TERM", "COLORTERM", "NO_COLOR", "CLICOLOR*", "FORCE_COLOR", "COLUMNS", "LINES",
	"LANG", "LANGUAGE", "LC_*", "TZ", "HOME", "EDITOR", "PAGER", "LESS", "XDG_*", "ODP_*",
}

// systemPath is where commands are in any case, in this order, after the caller's own PATH.
var systemPath = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// guestEnv makes the command's environment from the caller's own, the work folder
// and settings that win over both. The result is sorted and has each name once.
func guestEnv(own []string, work string, extra []string) []string {
	vars := map[string]string{"USER": "root", "LOGNAME": "root", "HOME": "/root", "PATH": ""}
	for _, kv := range own {
		name, value, _ := strings.Cut(kv, "=")
		if name == "PATH" || passes(name) {
			vars[name] = value
		}
	}
	var path []string
	for _, dir := range append(strings.Split(vars["PATH"], ":"), systemPath...) {
		if strings.HasPrefix(dir, "/") && !slices.Contains(path, dir) {
			path = append(path, dir)
		}
	}
	vars["PATH"] = strings.Join(path, ":")
	// The runtime folder is below /run, which is empty in the sandbox.
	delete(vars, "XDG_RUNTIME_DIR")
	delete(vars, "ODP_WORK")
	if work != "" {
		vars["ODP_WORK"] = work
	}
	for _, kv := range extra {
		name, value, _ := strings.Cut(kv, "=")
		vars[name] = value
	}
	env := make([]string, 0, len(vars))
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

func passes(name string) bool {
	return slices.ContainsFunc(passThrough, func(p string) bool {
		if prefix, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(name, prefix)
		}
		return name == p
	})
}
