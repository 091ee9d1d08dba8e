package luabind

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// logOff is a level above all others.
const logOff = slog.Level(math.MaxInt32)

// logLevels are the levels by their names, in their order.
var logLevels = []struct {
	name  string
	level slog.Level
}{
	{"debug", slog.LevelDebug}, {"info", slog.LevelInfo}, {"warn", slog.LevelWarn}, {"error", slog.LevelError}, {"off", logOff},
}

func logLevelNames() (names []string) {
	for _, l := range logLevels {
		names = append(names, l.name)
	}
	return names
}

const (
	logText = iota
	logJSON
)

var logFormats = []string{"text", "json"}

// Names of the targets that are no files.
const (
	logToStderr = "stderr"
	logToStdout = "stdout"
)

// logger is module log of one Lua state. Only the owner of that uses it.
type logger struct {
	rt     *Runtime
	level  slog.Level
	format int
	target string // a name as above, or of a file
	file   *os.File
	limits []*logLimit
	lost   uint64 // messages that could not be written
	failed bool   // that was reported
}

// openLog sets module log up as [Config.Log] says.
func (rt *Runtime) openLog() {
	rt.log = &logger{rt: rt, level: slog.LevelInfo, target: logToStderr}
	if err := rt.log.configure(rt.cfg.Log); err != nil {
		fmt.Fprintf(rt.cfg.Stderr, "odp: %v\n", err)
	}
	rt.closers.add(rt.log.close)
}

// configure reads "LEVEL", "FORMAT" or "LEVEL,FORMAT".
func (l *logger) configure(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		if i := slices.Index(logLevelNames(), word); i >= 0 {
			l.level = logLevels[i].level
		} else if i := slices.Index(logFormats, word); i >= 0 {
			l.format = i
		} else if word != "" {
			return fmt.Errorf("ODP_LOG: a level (%s) or a format (%s) expected, got %q; that is passed over",
				strings.Join(logLevelNames(), ", "), strings.Join(logFormats, ", "), word)
		}
	}
	return nil
}

// setTarget has messages written to a target from now on.
func (l *logger) setTarget(target string) error {
	var file *os.File
	if target != logToStderr && target != logToStdout {
		var err error
		if file, err = os.OpenFile(target, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644); err != nil {
			return &opError{"log open", target, pathCause(err)}
		}
	}
	l.closeFile()
	l.target, l.file, l.failed = target, file, false
	return nil
}

// pathCause is what went wrong with a file, without its name.
func pathCause(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}

func (l *logger) closeFile() {
	if l.file == nil {
		return
	}
	if err := l.file.Close(); err != nil {
		l.fail(err)
	}
	l.file = nil
}

// close writes what limits have held back, and ends the file.
func (l *logger) close() {
	for _, limit := range l.limits {
		limit.flush()
	}
	l.closeFile()
	if l.lost > 1 { // of the first one it was said
		fmt.Fprintf(l.rt.cfg.Stderr, "odp: log: %d messages could not be written\n", l.lost)
	}
}

func (l *logger) writer() io.Writer {
	switch {
	case l.file != nil:
		return l.file
	case l.target == logToStdout:
		return l.rt.cfg.Stdout
	}
	return l.rt.cfg.Stderr
}

// write writes one message, in one call of the writer.
func (l *logger) write(level slog.Level, text string, attrs []slog.Attr) {
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	var handler slog.Handler = slog.NewTextHandler(l.writer(), options)
	if l.format == logJSON {
		handler = slog.NewJSONHandler(l.writer(), options)
	}
	record := slog.NewRecord(time.Now(), level, text, 0)
	record.AddAttrs(attrs...)
	if err := handler.Handle(context.Background(), record); err != nil {
		l.fail(err)
	}
}

// fail counts a message that could not be written, and reports the first one. A
// script is not to fail because its log does.
func (l *logger) fail(err error) {
	l.lost++
	if !l.failed {
		l.failed = true
		fmt.Fprintf(l.rt.cfg.Stderr, "odp: log: cannot write to %s: %v\n", l.target, pathCause(err))
	}
}

// logOwn are the names that a message has by itself.
var logOwn = []string{slog.TimeKey, slog.LevelKey, slog.MessageKey, logSuppressed}

// logSuppressed is the name of how many messages a limit held back.
const logSuppressed = "suppressed"

// logAttrs converts argument n, a table of fields, in the order of their names.
func (c call) logAttrs(n int) []slog.Attr {
	if c.isNil(n) {
		return nil
	}
	var attrs []slog.Attr
	c.table(n).ForEach(func(k, v lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok || name == "" {
			c.bad(n, "a table of named fields expected, got one with the index %s", c.rt.describe(k))
		}
		if slices.Contains(logOwn, string(name)) {
			c.bad(n, "field '%s': every message has one of that name by itself", string(name))
		}
		attrs = append(attrs, slog.Attr{Key: string(name), Value: c.logValue(v)})
	})
	slices.SortFunc(attrs, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	return attrs
}

// logValue converts a value for the format in force. There is none that cannot
// be logged.
func (c call) logValue(v lua.LValue) slog.Value {
	switch v := v.(type) {
	case lua.LString:
		if c.rt.log.format == logJSON && !utf8.ValidString(string(v)) {
			break
		}
		return slog.StringValue(string(v))
	case lua.LBool:
		return slog.BoolValue(bool(v))
	}
	if c.rt.log.format == logJSON {
		e := c.rt.newJSONEncoder(c.L)
		e.binary = binaryHex
		if text, err := e.encode(v); err == nil {
			return slog.AnyValue(json.RawMessage(text))
		}
		return slog.StringValue(c.logText(v))
	}
	return slog.StringValue(c.logText(v))
}

// logText writes a value on one line: numbers with all digits, tables as Lua,
// objects by their text, such as that of a flow.
func (c call) logText(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return numberText(v)
	case *lua.LTable:
		return c.rt.formatWith(c.L, v, formatOptions{depth: consoleFormat.depth, items: consoleFormat.items})
	}
	return c.rt.text(v)
}
