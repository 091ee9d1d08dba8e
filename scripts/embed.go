// Package scripts holds the Lua files that come with the program.
package scripts

import (
	"embed"
	"io/fs"
)

// Examples has the example scripts, as examples/NAME.lua.
//
//go:embed examples/*.lua
var Examples embed.FS

// Types has the annotations of the Lua API for editors, as types/odp.lua.
//
//go:embed types/*.lua
var Types embed.FS

//go:embed modules
var modules embed.FS

// Modules has the Lua modules that come with the program, under the names by
// which require finds them: a/b.lua for require "a.b".
func Modules() fs.FS {
	sub, err := fs.Sub(modules, "modules")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

//go:embed commands
var commands embed.FS

// Commands has the files of the verbs of the command line, as VERB.lua or
// GROUP/VERB.lua, and in index what they declare.
func Commands() fs.FS {
	sub, err := fs.Sub(commands, "commands")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

//go:embed compiled
var compiled embed.FS

// Compiled has the Lua files of [Modules] and [Commands] as luabind.Config.Compiled
// takes them. go generate writes them.
func Compiled() fs.FS {
	sub, err := fs.Sub(compiled, "compiled")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}
