package luabind

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// LimitError is what a script ends with that reached Config.Timeout or
// Config.MaxMemory.
type LimitError struct {
	Limit   string // the limit's name: "timeout" or "max-memory"
	Message string
	Err     error // what else the script ended with, if it failed by itself as well
}

func (e *LimitError) Error() string {
	if e.Err != nil {
		return e.Message + "; then: " + e.Err.Error()
	}
	return e.Message
}

func (e *LimitError) Unwrap() error { return e.Err }

const (
	limitTimeout = "timeout"
	limitMemory  = "max-memory"
)

// The statuses that a program should exit with after a [LimitError].
const (
	statusTimeout = 124 // as that of timeout(1)
	statusMemory  = 1
)

// ExitCode is the status that a program should exit with.
func (e *LimitError) ExitCode() int {
	if e.Limit == limitTimeout {
		return statusTimeout
	}
	return statusMemory
}

const (
	// limitGrace is how long a script that has reached a limit may take for each
	// step of its end: the rest after its odp.run, and what it deferred.
	limitGrace = 2 * time.Second
	// memoryInterval is how often the memory in use is looked at.
	memoryInterval = 10 * time.Millisecond
	// maxLooks is how often it is measured before a script is stopped.
	maxLooks = 4
	// maxText is the longest string that one call of string.rep may make where
	// there is no other limit.
	maxText = 1 << 30
)

// ParseTimeout reads a time as command lines have it: seconds ("10", "0.5"), or a
// number with a unit ("10s", "5m", "1h30m").
func ParseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if seconds, notNumber := strconv.ParseFloat(text, 64); notNumber == nil {
		var ok bool
		if d, ok = toDuration(lua.LNumber(seconds)); !ok {
			d = 0
		}
		err = nil
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("a time such as 10 (seconds), 1.5s or 5m expected, got %q", text)
	}
	return d, nil
}

// byteUnits are the units of sizes, by their first letter.
var byteUnits = map[byte]float64{'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}

// ParseSize reads a number of bytes as command lines have it: "64M", "64MiB",
// "1.5G", "500K" or a plain number. Units are powers of 1024.
func ParseSize(text string) (int64, error) {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text), "B"), "I")
	unit := 1.0
	if n := len(number); n > 0 && byteUnits[number[n-1]] > 0 {
		unit, number = byteUnits[number[n-1]], number[:n-1]
	}
	size, err := strconv.ParseFloat(number, 64)
	if err != nil || !(size*unit >= 1 && size*unit <= 1<<50) {
		return 0, fmt.Errorf("a size such as 64M or 1G expected, got %q", text)
	}
	return int64(size * unit), nil
}

// sizeText writes a number of bytes for messages.
func sizeText(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	size, unit := float64(n)/(1<<10), "KiB"
	for _, u := range []string{"MiB", "GiB"} {
		if size >= 1<<10 {
			size, unit = size/(1<<10), u
		}
	}
	return strconv.FormatFloat(math.Round(size*10)/10, 'f', -1, 64) + " " + unit
}

// watchLimits watches the script that runs from now on until the returned function
// is called. If it reaches a limit, *failure then becomes a [*LimitError].
func (rt *Runtime) watchLimits(failure *error) (end func()) {
	if rt.cfg.Timeout <= 0 && rt.cfg.MaxMemory <= 0 {
		return func() {}
	}
	done, watched := make(chan struct{}), make(chan *LimitError, 1)
	go func() { watched <- rt.watch(done) }()
	return func() {
		close(done)
		if reached := <-watched; reached != nil {
			var own *LimitError
			var exit *ExitError
			if err := *failure; err != nil && !errors.As(err, &own) && !errors.As(err, &exit) {
				reached.Err = err
			}
			*failure = reached
		}
	}
}

// watch returns the limit that the script reached, after it has ended.
func (rt *Runtime) watch(done <-chan struct{}) *LimitError {
	var timeout, sample <-chan time.Time
	if rt.cfg.Timeout > 0 {
		t := time.NewTimer(rt.cfg.Timeout)
		defer t.Stop()
		timeout = t.C
	}
	if rt.cfg.MaxMemory > 0 {
		t := time.NewTicker(memoryInterval)
		defer t.Stop()
		sample = t.C
	}
	for {
		select {
		case <-done:
			return nil
		case <-timeout:
			why := &LimitError{Limit: limitTimeout,
				Message: fmt.Sprintf("the script was stopped: it ran longer than --timeout allows (%s)", rt.cfg.Timeout)}
			// In odp.run a script ends in order, as by SIGTERM.
			if !rt.interruptRun("limit", limitTimeout, why, rt.abort) {
				rt.abort(why)
			}
			rt.insist(done, why)
			return why
		case <-sample:
			if used := rt.memoryInUse(); used > rt.cfg.MaxMemory {
				why := &LimitError{Limit: limitMemory, Message: fmt.Sprintf("the script was stopped: it uses %s of memory, --max-memory allows %s",
					sizeText(used), sizeText(rt.cfg.MaxMemory))}
				rt.abort(why)
				rt.insist(done, why)
				return why
			}
		}
	}
}

// insist aborts again what a script that was told to stop still does: what follows
// its odp.run, then what it deferred. Should it be in a call that cannot be
// aborted, such as one that waits for standard input, the program is told.
func (rt *Runtime) insist(done <-chan struct{}, why *LimitError) {
	grace := limitGrace
	if rt.cfg.grace > 0 {
		grace = rt.cfg.grace
	}
	step := time.NewTicker(grace)
	defer step.Stop()
	const steps = 3
	for n := 1; ; n++ {
		select {
		case <-done:
			return
		case <-step.C:
		}
		if n >= steps && rt.cfg.Stuck != nil {
			rt.RestoreTerminal()
			rt.cfg.Stuck(why)
			return
		}
		rt.abort(why)
	}
}

// memoryInUse measures what the program has allocated. Where that is more than
// allowed, garbage is taken away first. What the script allocates meanwhile counts
// as well, more of it on a busy machine, so unless it is far too much there are
// some more looks.
func (rt *Runtime) memoryInUse() int64 {
	limit := rt.cfg.MaxMemory
	used := heapInUse()
	for looks := 0; used > limit && (looks == 0 || looks < maxLooks && used < 2*limit); looks++ {
		runtime.GC()
		used = heapInUse()
	}
	return used
}

// heapInUse stops all for some microseconds, which module runtime/metrics would not.
// But that is dear to have in a program which most often has no limit.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// limitLibrary has those functions of Lua's own libraries that make one large
// value of little refuse that, as the memory would be gone before anyone looks.
func (rt *Runtime) limitLibrary() {
	table := func(name string) *lua.LTable { return rt.L.GetGlobal(name).(*lua.LTable) }
	table("string").RawSetString("rep", rt.L.NewFunction(rt.stringRep))
	if rt.cfg.MaxMemory > 0 {
		concat := table("table").RawGetString("concat").(*lua.LFunction).GFunction
		table("table").RawSetString("concat", rt.L.NewFunction(func(L *lua.LState) int {
			rt.checkConcat(L)
			return concat(L)
		}))
	}
}

// stringRep is Lua's string.rep.
func (rt *Runtime) stringRep(L *lua.LState) int {
	s, n := L.CheckString(1), float64(L.CheckNumber(2))
	if !(n >= 1) || s == "" {
		L.Push(lua.LString(""))
		return 1
	}
	rt.checkLength(L, "string.rep", float64(len(s))*math.Floor(n))
	L.Push(lua.LString(strings.Repeat(s, int(n))))
	return 1
}

// checkConcat refuses table.concat where its result would be too long.
func (rt *Runtime) checkConcat(L *lua.LState) {
	t := L.CheckTable(1)
	length := 0.0
	for i := L.OptInt(3, 1); i <= min(L.OptInt(4, t.Len()), t.Len()); i++ {
		if s, ok := t.RawGetInt(i).(lua.LString); ok {
			length += float64(len(s))
		}
		length += float64(len(L.OptString(2, "")))
	}
	rt.checkLength(L, "table.concat", length)
}

// checkLength refuses to make a string of that many bytes if it is too long.
func (rt *Runtime) checkLength(L *lua.LState, who string, length float64) {
	limit, allows := int64(maxText), "at most %s are made"
	if rt.cfg.MaxMemory > 0 && rt.cfg.MaxMemory < limit {
		limit, allows = rt.cfg.MaxMemory, "--max-memory allows %s"
	}
	if length > float64(limit) {
		L.RaiseError("%s: the result would have %.0f bytes, "+allows, who, length, sizeText(limit))
	}
}
