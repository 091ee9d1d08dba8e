package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-odp/odp/odp"
)

// sizes are the numbers of flows that are listed.
func (g *guest) sizes() []int {
	if g.Quick {
		return []int{200, 1000}
	}
	return []int{1000, 10000, 50000, 200000}
}

// growing calls fn with a datapath that has each number of flows after another.
func (g *guest) growing(sizes []int, fn func(dp *odp.Datapath, n int) error) (err error) {
	dp, err := g.datapath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dp.Delete()) }()
	have := 0
	for _, n := range sizes {
		if err := g.bare(dp, flowCmdNew, have, n); err != nil {
			return err
		}
		have = n
		if err := errors.Join(has(dp, n), fn(dp, n)); err != nil {
			return err
		}
	}
	return nil
}

// thousands writes a number as people do.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func (g *guest) dump() error {
	ours, theirs := filepath.Join(g.tmp, "ours"), filepath.Join(g.tmp, "theirs")
	defer os.Remove(ours)
	defer os.Remove(theirs)
	var level []float64 // seconds of a flow
	var at []int
	err := g.growing(g.sizes(), func(dp *odp.Datapath, n int) error {
		rounds := g.rounds(g.Rounds)
		t, err := g.inTurns(rounds,
			g.timedBy("odp", g.command(g.odp, "dpctl", "dump-flows", "dp0").to(ours)),
			g.timedBy("ovs-dpctl", g.command("ovs-dpctl", "dump-flows", "dp0").to(theirs)),
			g.timedBy("bare loop", g.command(g.self, "peer", "dump", strconv.Itoa(dp.Index()), strconv.Itoa(n))))
		if err != nil {
			return err
		}
		work := "list " + thousands(n) + " flows as text to a file"
		limit := 0.0 // fewer flows are mostly the start of the programs
		if n >= 10000 {
			limit = 3
		}
		g.Rows = append(g.Rows,
			row{Work: work, Ours: t[0], Their: t[1], Peer: "ovs-dpctl dump-flows", Unit: "s", Limit: 1, Runs: rounds},
			row{Work: work, Ours: t[0], Their: t[2], Peer: "bare receive loop", Unit: "s", Limit: limit, Runs: rounds})
		level, at = append(level, t[0]/float64(n)), append(at, n)
		got, err := lines(ours)
		if err != nil {
			return err
		}
		want, err := lines(theirs)
		if err != nil {
			return err
		}
		g.check(got == n && want == n, "of %d flows, odp lists %d and ovs-dpctl %d", n, got, want)
		return nil
	})
	if err != nil {
		return err
	}
	last := len(level) - 1
	first := max(last-2, 0) // 10,000
	g.Rows = append(g.Rows, row{
		Work: "time of each flow of " + thousands(at[last]), Ours: level[last] * 1e3, Unit: "ms",
		Peer: "itself, of " + thousands(at[first]), Their: level[first] * 1e3, Limit: 1.25,
	})
	return nil
}

func (g *guest) memory() error {
	file := filepath.Join(g.tmp, "memory")
	defer os.Remove(file)
	var peaks []float64
	sizes := g.sizes()
	err := g.growing(sizes, func(_ *odp.Datapath, n int) error {
		rounds := g.rounds(3)
		ours, theirs := g.command(g.odp, "dpctl", "dump-flows", "dp0").to(file), g.command("ovs-dpctl", "dump-flows", "dp0").to(file)
		m, err := g.inTurns(rounds,
			contender{"odp", func() (float64, error) { return g.peakMemory(ours) }},
			contender{"ovs-dpctl", func() (float64, error) { return g.peakMemory(theirs) }})
		if err != nil {
			return err
		}
		r := row{Work: "most memory while listing " + thousands(n), Ours: m[0], Their: m[1], Peer: "ovs-dpctl dump-flows", Unit: "MiB", Runs: rounds}
		if n == sizes[len(sizes)-1] {
			r.Limit = 1
		}
		g.Rows = append(g.Rows, r)
		peaks = append(peaks, m[0])
		return nil
	})
	if err != nil {
		return err
	}
	last := len(peaks) - 1
	g.Rows = append(g.Rows, row{
		Work: "most memory while listing " + thousands(sizes[last]), Ours: peaks[last], Unit: "MiB",
		Peer: "itself, listing " + thousands(sizes[0]), Their: peaks[0], Limit: 1.25,
	})
	return nil
}

func (g *guest) put() (err error) {
	n := g.count(50000, 500)
	dp, err := g.datapath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dp.Delete()) }()
	listing, pairs := filepath.Join(g.tmp, "listing"), filepath.Join(g.tmp, "pairs")
	defer os.Remove(listing)
	defer os.Remove(pairs)
	if err := errors.Join(writeFlows(listing, n, ", actions:"), writeFlows(pairs, n, " ")); err != nil {
		return err
	}
	putBy := func(name string, args ...string) contender {
		return contender{name, func() (float64, error) {
			if err := dp.FlushFlows(); err != nil {
				return 0, err
			}
			t, err := g.timed(g.command(args...))
			return t, errors.Join(err, has(dp, n))
		}}
	}
	load := putBy("odp flow load", g.odp, "flow", "load", "dp0", listing)
	bare := putBy("bare sender", g.self, "peer", "put", strconv.Itoa(dp.Index()), strconv.Itoa(n))
	rounds := g.rounds(g.Rounds)
	t, err := g.inTurns(rounds, load, putBy("odp dpctl", g.odp, "dpctl", "add-flows", "dp0", pairs), bare)
	if err != nil {
		return err
	}
	// The other one takes so long that it runs less often, in turns with ours all the same.
	slow := g.rounds(3)
	s, err := g.inTurns(slow, load, putBy("odp dpctl", g.odp, "dpctl", "add-flows", "dp0", pairs), putBy("ovs-dpctl", "ovs-dpctl", "add-flows", "dp0", pairs))
	if err != nil {
		return err
	}
	work := "put " + thousands(n) + " flows from a file"
	g.Rows = append(g.Rows,
		row{Work: work + " (flow load)", Ours: s[0], Their: s[2], Peer: "ovs-dpctl add-flows", Unit: "s", Limit: 0.1, Runs: slow},
		row{Work: work + " (flow load)", Ours: t[0], Their: t[2], Peer: "bare sender", Unit: "s", Limit: 2, Runs: rounds},
		row{Work: work + " (dpctl add-flows)", Ours: s[1], Their: s[2], Peer: "ovs-dpctl add-flows", Unit: "s", Limit: 0.1, Runs: slow},
		row{Work: work + " (dpctl add-flows)", Ours: t[1], Their: t[2], Peer: "bare sender", Unit: "s", Limit: 2, Runs: rounds})
	return g.badLines(dp)
}

// badLines looks whether errors are told by their lines.
func (g *guest) badLines(dp *odp.Datapath) error {
	if err := dp.FlushFlows(); err != nil {
		return err
	}
	file := filepath.Join(g.tmp, "bad")
	defer os.Remove(file)
	good := fmt.Sprintf(flowMatch, address(1)) + ", actions:2\n"
	if err := os.WriteFile(file, []byte(good+"in_port(1),ipv5(), actions:2\n"+good), 0o644); err != nil {
		return err
	}
	c := g.command(g.odp, "flow", "load", "dp0", file)
	c.status = 1
	if _, err := g.timed(c); err != nil {
		return err
	}
	told := c.said.String()
	g.check(contains(told, "bad:2: ", "bad:3: ", "2 of 3 flows were not added"),
		"of three lines, one that cannot be read and one that is there already are told by their numbers")
	return has(dp, 1)
}

func (g *guest) delete() (err error) {
	n := g.count(50000, 500)
	dp, err := g.datapath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dp.Delete()) }()
	file := filepath.Join(g.tmp, "matches")
	defer os.Remove(file)
	if err := writeMatches(file, n); err != nil {
		return err
	}
	deleteBy := func(name string, args ...string) contender {
		return contender{name, func() (float64, error) {
			if err := errors.Join(g.bare(dp, flowCmdNew, 0, n), has(dp, n)); err != nil {
				return 0, err
			}
			t, err := g.timed(g.command(args...))
			return t, errors.Join(err, has(dp, 0))
		}}
	}
	rounds := g.rounds(3)
	t, err := g.inTurns(rounds,
		deleteBy("odp", g.odp, "dpctl", "del-flows", "dp0", file),
		deleteBy("ovs-dpctl", "ovs-dpctl", "del-flows", "dp0", file),
		contender{"bare sender", func() (float64, error) {
			if err := g.bare(dp, flowCmdNew, 0, n); err != nil {
				return 0, err
			}
			t, err := seconds(func() error { return g.bare(dp, flowCmdDel, 0, n) })
			return t, errors.Join(err, has(dp, 0))
		}})
	if err != nil {
		return err
	}
	work := "delete " + thousands(n) + " flows by a file"
	g.Rows = append(g.Rows,
		row{Work: work, Ours: t[0], Their: t[1], Peer: "ovs-dpctl del-flows", Unit: "s", Limit: 0.2, Runs: rounds},
		row{Work: work, Ours: t[0], Their: t[2], Peer: "bare sender, already started", Unit: "s", Runs: rounds})
	return nil
}

func (g *guest) iterate() error {
	n := g.count(200000, 1000)
	return g.growing([]int{n}, func(*odp.Datapath, int) error {
		out := filepath.Join(g.tmp, "listed")
		defer os.Remove(out)
		script := fmt.Sprintf(`
local dp, n, sum = odp.datapath "dp0", 0, 0
for f in dp:flows() do
  local m = f.match
  if m.ipv4.src and m.eth.dst == "02:00:00:00:00:02" then sum = sum + m.udp.dst end
  n = n + 1
end
assert(n == %d and sum == 53 * n)`, n)
		rounds := g.rounds(g.Rounds)
		t, err := g.inTurns(rounds,
			g.timedBy("loop", g.command(g.odp, "-e", script)),
			g.timedBy("listing", g.command(g.odp, "dpctl", "dump-flows", "dp0").to(out)))
		if err != nil {
			return err
		}
		g.Rows = append(g.Rows, row{
			Work: "a loop in Lua over " + thousands(n) + " flows that reads three fields of each", Ours: t[0], Their: t[1],
			Peer: "odp, listing them as text", Unit: "s", Limit: 3, Runs: rounds,
		})
		return nil
	})
}
