package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// sysctlFolder is where the kernel shows its settings.
const sysctlFolder = "/proc/sys"

// sysctlFunc is the row that reads and changes settings: of module net, or a
// method of a namespace.
func sysctlFunc(of func(c call) *namespace, who string) *Func {
	return &Func{
		Name: "sysctl",
		Doc: "A setting of the kernel for the network namespace, or change one. Names are as sysctl has them; where a device's name has dots, " +
			"write the others as slashes.",
		Params: []Param{
			{Name: "name", Type: "string", Doc: "such as net.ipv4.ip_forward or net/ipv4/conf/eth0.5/forwarding"},
			{Name: "value", Type: "string|integer|boolean", Doc: "what to set it to; true is 1 and false 0", Optional: true},
		},
		Returns: []Param{{Name: "value", Type: "string|integer", Doc: "what it is then: a number if it is one"}},
		Example: callOf(who) + "sysctl(\"net.ipv4.ip_forward\", 1)\nassert(" + callOf(who) + "sysctl(\"net.ipv4.ip_forward\") == 1)",
		Go:      func(c call) int { return sysctl(c, of(c)) },
	}
}

func sysctl(c call, ns *namespace) int {
	name := c.string(1)
	file := sysctlPath(name)
	if file == "" {
		c.bad(1, "the name of a network setting such as net.ipv4.ip_forward expected, got %q", name)
	}
	var value string
	switch v := c.arg(2).(type) {
	case *lua.LNilType:
	case lua.LString:
		value = string(v)
	case lua.LBool:
		value = "0"
		if v {
			value = "1"
		}
	case lua.LNumber:
		value = v.String()
	default:
		c.expected(2, "string, number or boolean")
	}
	var got []byte
	err := c.rtnl(ns, func() (err error) {
		if !c.isNil(2) {
			if err := writeSetting(file, value); err != nil {
				return err
			}
		}
		got, err = os.ReadFile(file)
		return err
	})
	if err != nil {
		c.raise(wrapIn(ns, "sysctl", name, sysctlCause(ns, file, err)))
	}
	text := strings.TrimSpace(string(got))
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n < maxExact && n > -maxExact {
		return c.push(lua.LNumber(n))
	}
	return c.pushString(text)
}

// sysctlPath is the file of a setting, empty for a name that can be none.
func sysctlPath(name string) string {
	if !strings.Contains(name, "/") {
		name = strings.ReplaceAll(name, ".", "/")
	}
	file := path.Join(sysctlFolder, name)
	if !strings.HasPrefix(file, sysctlFolder+"/net/") || strings.ContainsRune(name, 0) || strings.Contains("/"+name+"/", "/../") {
		return ""
	}
	return file
}

// writeSetting writes without making a file that is not there.
func writeSetting(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// sysctlCause explains why a setting cannot be read or changed.
func sysctlCause(ns *namespace, file string, err error) error {
	var where *fs.PathError
	if errors.As(err, &where) {
		err = where.Err // the path says no more than the name
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var known []string
	_ = ns.onThread(func() error {
		entries, err := os.ReadDir(path.Dir(file))
		for _, e := range entries {
			known = append(known, e.Name())
		}
		return err
	})
	if known == nil {
		return fmt.Errorf("no such setting, and no %s: %w", strings.TrimPrefix(path.Dir(file), sysctlFolder+"/"), err)
	}
	return fmt.Errorf("no such setting%s: %w", didYouMean(path.Base(file), known), err)
}
