// Command odp runs Lua scripts on the Open vSwitch datapaths of the Linux kernel,
// is a console for them, and has commands for what is done often, which are Lua
// scripts as well. `odp help` shows them.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-odp/odp/luabind/command"
	"github.com/go-odp/odp/luabind/console"
	"github.com/go-odp/odp/luabind/luatest"
	"github.com/go-odp/odp/odp/sandbox"
	"github.com/go-odp/odp/scripts"
)

func main() {
	sandbox.Hook()
	luatest.Hook()
	underTest, err := luatest.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, "odp:", err)
		os.Exit(command.StatusFailed)
	}
	keepHeap()
	p := command.Program{
		Commands: scripts.Commands(), Modules: scripts.Modules(), Compiled: scripts.Compiled(), Examples: scripts.Examples,
		Tests: underTest, Console: console.Run,
	}
	if filepath.Base(os.Args[0]) == command.OVSDpctl {
		os.Exit(p.MainOVSDpctl(os.Args[1:]))
	}
	os.Exit(p.Main(os.Args[1:]))
}
