package main

import (
	"debug/elf"
	"os"
	"strings"
	"time"
)

func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// seconds is how long fn takes.
func seconds(fn func() error) (float64, error) {
	began := time.Now()
	err := fn()
	return time.Since(began).Seconds(), err
}

func (g *guest) start() error {
	rounds := 1
	if !g.Quick {
		rounds = 6 * g.Rounds // they take little time
	}
	t, err := g.inTurns(rounds,
		g.timedBy("odp -e ''", g.command(g.odp, "-e", "")),
		g.timedBy("odp datapath list", g.command(g.odp, "datapath", "list")),
		g.timedBy("ovs-dpctl dump-dps", g.command("ovs-dpctl", "dump-dps")),
		g.timedBy("lua5.1 -e ''", g.command("lua5.1", "-e", "")))
	if err != nil {
		return err
	}
	g.Rows = append(g.Rows,
		row{Work: "start: odp datapath list", Ours: t[1], Their: t[2], Peer: "ovs-dpctl dump-dps", Unit: "s", Limit: 1, Runs: rounds},
		row{Work: "start: odp -e ''", Ours: t[0], Their: t[2], Peer: "ovs-dpctl dump-dps", Unit: "s", Limit: 1, Runs: rounds},
		row{Work: "start: odp -e ''", Ours: t[0], Their: t[3], Peer: "lua5.1 -e ''", Unit: "s", Runs: rounds})
	return nil
}

// binary looks at the size of the program, and that it needs no other file.
func (g *guest) binary() error {
	info, err := os.Stat(g.odp)
	if err != nil {
		return err
	}
	f, err := elf.Open(g.odp)
	if err != nil {
		return err
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	interpreter := false
	for _, p := range f.Progs {
		interpreter = interpreter || p.Type == elf.PT_INTERP
	}
	g.Rows = append(g.Rows, row{Work: "size of the binary", Ours: float64(info.Size()) / (1 << 20), Unit: "MiB", OwnLimit: 25})
	g.check(len(libs) == 0 && !interpreter, "the binary is static")
	return nil
}
