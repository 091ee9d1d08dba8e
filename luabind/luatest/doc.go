// Package luatest runs Lua scripts as tests: it is the command `odp test`.
//
// # Who is who
//
// There are three processes for each test file, all of the same program:
//
//	runner  what the user started: finds the files, starts up to so many of them
//	        at a time, reports
//	init    process 1 of fresh network, mount and process namespaces, which it
//	        sets up ([Hook]); it starts the script, ends it when its time is over,
//	        and looks for what it has left behind
//	script  `odp FILE`, whose module test reports to the runner ([Attach])
//
// When init ends, the kernel ends every process of its namespace, so that nothing
// that a script has started outlives its test.
//
// What init and the script find travels to the runner as records in a private
// file, never in what the script prints. That is kept as well, and shown when the
// test fails.
//
// With --kernel the runner boots each kernel (package sandbox) and has a second
// runner in it, which reports to the first in the format json.
//
// # Results
//
// A file has cases: those that it names by module test, and one named after the
// file for everything outside of them. The latter is left out if there are others
// and nothing is wrong with it. See [Result].
package luatest
