// Package command is the command line of odp.
//
// A verb is a Lua file (see scripts/modules/command.lua) or a function of this
// package, where it is about scripts and not about datapaths. What the files that
// come with the program declare stands in scripts/commands/index, which go
// generate writes, so that no file is run but that of the verb that was called. The
// files of the user are run when their declarations are needed.
//
// [Program.Main] reads a command line. Scripts and the console come first, as they
// are to start fast. For everything else it makes a tree of cobra commands out of
// the declarations, which finds the verb, reads its flags and completes words for a
// shell. What an argument may be is a row in kinds.go; what it means, and what there
// is of it to offer, is found out in Lua, in scripts/modules/command/values.lua.
package command
