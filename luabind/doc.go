// Package luabind runs Lua scripts and gives them package odp.
//
// # One owner
//
// A [Runtime] has one goroutine that owns the Lua state. It runs the event
// loop: scripts, lines typed at a console, timer callbacks and miss handlers
// are all tasks of that loop, so none of them ever runs at the same time as
// another. Every other goroutine (upcall sockets, child processes, signals)
// only posts tasks. A script that waits, with odp.run, odp.wait, odp.sleep or
// a command run in a namespace, runs the loop while it waits.
//
// # Workers
//
// The workers of a miss handler (crew.go) are Runtimes of their own, each with its
// owner. The socket goroutines put packets into their inboxes. They share compiled
// code, which never changes, and what crosses between them is copied: a value is
// sealed into a parcel, which belongs to no state, and unsealed in the other. Only
// channels, shared tables and counters are used by several owners.
//
// # One registry
//
// Each function, method and property that a script sees is one row: name,
// parameters, documentation, example and Go function. The metatables, the
// editor annotations in scripts/types, the completion candidates and the "did
// you mean" of error messages are all made from those rows. Names of flow keys,
// fields and actions come from the rows of package odp and are not listed here.
//
// # Modules
//
// require finds modules written in Go, which are rows as well, then files beside
// the script, in [Config.Path] and in [Config.Modules]. What an object is made of
// is told by plain.go alone: modules json, log and inspect write objects out by it.
//
// # Values
//
// Lua numbers are float64. Integers below 2^53 are numbers; larger ones are
// userdata of class odp.U64, which never rounds. What is read of MAC and IP
// addresses are strings in their canonical text form, so they compare and work as
// table keys.
//
// To calculate with, there are immutable values: odp.mac, ip, prefix, u64, u128 and
// ufid, each a [valueRow]. Equal ones are one userdata as long as somebody holds it,
// see [valuePool], and each is taken wherever its text is. A value that crosses from
// one Lua state to another is made anew there, with newValue of what valueIn gives.
//
// # Errors
//
// Refusals by the kernel and wrong arguments raise an object of class
// odp.Error. Lookups that may well find nothing return nil. A Go panic is a bug
// in this program: it ends the script as an [InternalError] and cannot be
// caught by pcall.
package luabind
