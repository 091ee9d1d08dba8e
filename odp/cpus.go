package odp

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// possibleCPUs returns how many CPUs the kernel has room for: those that may be
// plugged in later count, as any of them may have a packet.
func possibleCPUs() (int, error) {
	const file = "/sys/devices/system/cpu/possible"
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	n, err := cpuListLen(string(text))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	return n, nil
}

// cpuListLen returns one more than the highest number of a list such as
// "0-3,8": gaps count, as port ids are found by CPU number.
func cpuListLen(list string) (int, error) {
	highest := -1
	for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		_, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = part
		}
		n, err := strconv.ParseUint(last, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is no list of CPUs", list)
		}
		highest = max(highest, int(n))
	}
	return highest + 1, nil
}
