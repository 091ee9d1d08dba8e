// Package scripts holds the Lua files that come with the program.
package scripts

import "embed"

// Examples has the example scripts, as examples/NAME.lua.
//
//go:embed examples/*.lua
var Examples embed.FS

// Types has the annotations of the Lua API for editors, as types/odp.lua.
//
//go:embed types/*.lua
var Types embed.FS
