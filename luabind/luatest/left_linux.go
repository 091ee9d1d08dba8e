package luatest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// processGrace is how long processes of a script may take to end after it. Those
// that it was told to end, or whose pipe it was, end by themselves.
const processGrace = time.Second

// leftBehind names what a script that has ended left in its namespaces.
func leftBehind() ([]string, error) {
	left, err := processesLeft(time.Now().Add(processGrace))
	if err != nil {
		return nil, err
	}
	names, err := namespacesLeft()
	if err != nil {
		return nil, err
	}
	datapaths, err := datapathsLeft()
	if err != nil {
		return nil, err
	}
	return append(append(datapaths, names...), left...), nil
}

// datapathsLeft names the datapaths that are still there.
func datapathsLeft() ([]string, error) {
	c, err := odp.Dial(nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	list, err := c.Datapaths()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range list {
		names = append(names, "datapath "+d.Name())
	}
	return names, nil
}

// namespacesLeft names the network namespaces that were given names.
func namespacesLeft() ([]string, error) {
	entries, err := os.ReadDir("/run/netns")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, "namespace "+e.Name())
	}
	return names, nil
}

// processesLeft names the processes beside this one that have not ended by the
// deadline.
func processesLeft(deadline time.Time) ([]string, error) {
	for {
		for { // they are this process's children now
			pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if pid <= 0 && !errors.Is(err, unix.EINTR) {
				break
			}
		}
		list, err := processes()
		if err != nil || len(list) == 0 || time.Now().After(deadline) {
			return list, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// processes names the processes of this process's namespace but itself.
func processes() ([]string, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		command, err := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if err != nil {
			continue // it has ended
		}
		text := strings.TrimSpace(string(bytes.ReplaceAll(command, []byte{0}, []byte{' '})))
		names = append(names, fmt.Sprintf("process %d (%s)", pid, text))
	}
	return names, nil
}
