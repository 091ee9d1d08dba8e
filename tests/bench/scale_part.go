package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-odp/odp/odp"
)

// scale measures what is used by hand where there is a lot of everything.
func (g *guest) scale() error {
	return errors.Join(g.manyDatapaths(), g.manyVports(), g.manyMasks(), g.manyFlows())
}

// compared times two programs whose output has to have so many lines at least.
func (g *guest) compared(work string, lines int, limit float64, ours *command, peer string, theirs *command) error {
	file := filepath.Join(g.tmp, "ours")
	defer os.Remove(file)
	rounds := g.rounds(5)
	cs := []contender{g.timedBy("odp", ours.to(file))}
	if theirs != nil {
		cs = append(cs, g.timedBy(peer, theirs.to(filepath.Join(g.tmp, "theirs"))))
		defer os.Remove(filepath.Join(g.tmp, "theirs"))
	}
	t, err := g.inTurns(rounds, cs...)
	if err != nil {
		return err
	}
	r := row{Work: work, Ours: t[0], Unit: "s", Runs: rounds}
	if theirs != nil {
		r.Their, r.Peer, r.Limit = t[1], peer, limit
	}
	g.Rows = append(g.Rows, r)
	return g.hasLines(work, file, lines)
}

func (g *guest) hasLines(work, file string, want int) error {
	got, err := lines(file)
	if err == nil && got < want {
		g.check(false, "%s: %d lines, want %d", work, got, want)
	}
	return err
}

func (g *guest) complete(words ...string) *command {
	return g.command(append([]string{g.odp, "__completeNoDesc"}, words...)...)
}

func (g *guest) manyDatapaths() (err error) {
	n := g.count(100, 10)
	for i := range n {
		dp, createErr := g.conn.CreateDatapath(odp.DatapathSpec{Name: fmt.Sprintf("many%d", i)})
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, dp.Delete()) }()
	}
	of := " of " + thousands(n) + " datapaths"
	return errors.Join(
		g.compared("list names"+of, n, 1.5, g.command(g.odp, "datapath", "list"), "ovs-dpctl dump-dps", g.command("ovs-dpctl", "dump-dps")),
		g.compared("complete a name"+of, n, 0, g.complete("datapath", "delete", ""), "", nil))
}

func (g *guest) manyVports() (err error) {
	n := g.count(1000, 20)
	dp, err := g.conn.CreateDatapath(odp.DatapathSpec{Name: "dp0"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dp.Delete()) }()
	for i := 1; i <= n; i++ {
		if _, err := dp.CreateVport(odp.VportSpec{Name: fmt.Sprintf("port%d", i), Type: odp.VportInternal}); err != nil {
			return err
		}
		m, err := odp.ParseMatch(fmt.Sprintf("in_port(%d),eth(),eth_type(0x0800),ipv4(frag=no)", i), nil)
		if err != nil {
			return err
		}
		if err := dp.PutFlow(&odp.Flow{Match: m, Actions: odp.Output(odp.PortNo(n + 1 - i))}, odp.PutCreate); err != nil {
			return err
		}
	}
	of := " of " + thousands(n) + " vports"
	return errors.Join(
		g.compared("list"+of, n, 1.5, g.command(g.odp, "dpctl", "show", "dp0"), "ovs-dpctl show", g.command("ovs-dpctl", "show", "dp0")),
		g.compared("list names"+of, n, 0, g.command(g.odp, "vport", "list", "dp0"), "", nil),
		g.compared("list a flow by names of each"+of, n, 1.5, g.command(g.odp, "dpctl", "--names", "dump-flows", "dp0"),
			"ovs-dpctl --names", g.command("ovs-dpctl", "--names", "dump-flows", "dp0")),
		g.compared("complete a name"+of, n, 0, g.complete("vport", "delete", ""), "", nil))
}

// manyMasks has each flow match another part of the addresses.
func (g *guest) manyMasks() (err error) {
	n := g.count(1000, 20)
	dp, err := g.datapath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dp.Delete()) }()
	for i := range n {
		m, err := odp.ParseMatch(fmt.Sprintf("in_port(1),eth(),eth_type(0x0800),ipv4(src=10.%d.%d.1/255.255.255.%d,dst=10.0.0.0/255.%d.0.0,frag=no)",
			i>>8, i&0xff, i&0x7f|0x80, i>>7), nil)
		if err != nil {
			return err
		}
		if err := dp.PutFlow(&odp.Flow{Match: m, Actions: odp.Output(2)}, odp.PutCreate); err != nil {
			return err
		}
	}
	s, err := dp.Stats()
	if err != nil {
		return err
	}
	g.check(int(s.Masks) == n, "%d flows of %d masks", s.Flows, s.Masks)
	return g.compared("list "+thousands(n)+" flows of as many masks", n, 1.5, g.command(g.odp, "dpctl", "dump-flows", "dp0"),
		"ovs-dpctl dump-flows", g.command("ovs-dpctl", "dump-flows", "dp0"))
}

func (g *guest) manyFlows() error {
	n := g.count(500000, 2000)
	return g.growing([]int{n}, func(*odp.Datapath, int) error {
		lookUp := fmt.Sprintf(`local dp = odp.datapath "dp0" for i = 1, 1000 do
  assert(dp:flow((%q):format(("10.0.%%d.%%d"):format(math.floor(i / 256) %% 2, i %% 256))))
end`, flowMatch)
		of := " of " + thousands(n) + " flows"
		return errors.Join(
			g.compared("list all"+of+" as text", n, 1, g.command(g.odp, "dpctl", "dump-flows", "dp0"), "ovs-dpctl dump-flows", g.command("ovs-dpctl", "dump-flows", "dp0")),
			g.compared("look 1,000"+of+" up by their matches, in Lua", 0, 0, g.command(g.odp, "-e", lookUp), "", nil),
			g.compared("show a datapath"+of, 0, 1.5, g.command(g.odp, "dpctl", "show", "dp0"), "ovs-dpctl show", g.command("ovs-dpctl", "show", "dp0")),
			g.compared("complete a port of a datapath"+of, 2, 0, g.complete("vport", "delete", ""), "", nil))
	})
}
