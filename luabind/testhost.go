package luabind

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// A TestRunner runs a script as a test. Its methods are called by the goroutine
// that owns the Lua state.
type TestRunner interface {
	// Record takes what module test has found: a line of JSON, without its end.
	Record(line []byte) error
	// Selected reports whether the case of this name is to be run.
	Selected(name string) bool
}

// testHost is the name of the module below. Scripts use module test, which is
// written in Lua and takes from here what Lua cannot do.
const testHost = "test.host"

// loadTestHost makes the module that module test is built on:
//
//	report(record) -> boolean  hand a table of strings, numbers and booleans to the test runner, if there is one
//	selected(name) -> boolean  whether the case is to be run
//	verdict(text)              what the script fails with at its end, should it not fail by itself; none takes it back
//	format(value) -> string    the value as the console shows it
//	clock() -> number          seconds, to measure how long something takes
//	on_failure(fn)             have fn called with the message of each failure of a callback
func (rt *Runtime) loadTestHost() {
	start := time.Now()
	rt.L.PreloadModule(testHost, func(L *lua.LState) int {
		L.Push(L.SetFuncs(L.NewTable(), map[string]lua.LGFunction{
			"report": rt.reportTest,
			"selected": func(L *lua.LState) int {
				L.Push(lua.LBool(rt.cfg.Tests == nil || rt.cfg.Tests.Selected(L.CheckString(1))))
				return 1
			},
			"verdict": func(L *lua.LState) int {
				rt.verdict = L.OptString(1, "")
				return 0
			},
			"format": func(L *lua.LState) int {
				L.Push(lua.LString(rt.format(L.Get(1))))
				return 1
			},
			"on_failure": func(L *lua.LState) int {
				rt.onFailure = L.CheckFunction(1)
				return 0
			},
			"clock": func(L *lua.LState) int {
				L.Push(lua.LNumber(time.Since(start).Seconds()))
				return 1
			},
		}))
		return 1
	})
}

// reportTest hands a record to the test runner and tells whether there is one.
func (rt *Runtime) reportTest(L *lua.LState) int {
	table := L.CheckTable(1)
	if rt.cfg.Tests == nil {
		L.Push(lua.LFalse)
		return 1
	}
	record := map[string]any{}
	table.ForEach(func(k, v lua.LValue) {
		switch v := v.(type) {
		case lua.LString:
			record[k.String()] = string(v)
		case lua.LBool:
			record[k.String()] = bool(v)
		case lua.LNumber:
			if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
				record[k.String()] = f
			}
		}
	})
	line, err := json.Marshal(record)
	if err == nil {
		err = rt.cfg.Tests.Record(line)
	}
	if err != nil {
		L.RaiseError("cannot report the result of a test: %v", err)
	}
	L.Push(lua.LTrue)
	return 1
}

// tellFailure tells module test that a callback has failed.
func (rt *Runtime) tellFailure(err error) {
	if w := rt.work; w != nil {
		w.crew.rt.loop.post(func() { w.crew.rt.tellFailure(err) })
	}
	if rt.onFailure == nil {
		return
	}
	if _, err := rt.try(nil, rt.onFailure, nil, lua.LString(err.Error())); err != nil {
		fmt.Fprintf(rt.cfg.Stderr, "odp: module test: %v\n", rt.scriptError(err))
	}
}
