package main

import (
	"errors"
	"fmt"
	"time"
)

// window is how many packets are on their way at a time where the sender does not
// wait for each.
const window = 64

func (g *guest) miss() (err error) {
	m, err := g.missPath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	v, err := g.vswitchd()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.close()) }()

	exact := func() (*process, error) { return g.handlerBy("exact", byFunction(handleExact), missQueue, missBuffer) }
	only := func() (*process, error) { return g.handlerBy("only", byFunction(handleOnly), missQueue, missBuffer) }
	inGo := func() (*process, error) {
		return g.begun(g.command(g.self, "peer", "miss", "dp0", "install"))
	}
	// What is handled of a backlog tells what the handlers take themselves.
	n, rounds := g.count(10000, 200), g.rounds(g.Rounds)
	backlog := func(name string, start func() (*process, error)) contender {
		return contender{name, func() (float64, error) { return m.backlog(start, n, false, nil) }}
	}
	rates, err := g.inTurns(rounds, backlog("exact", exact), backlog("only", only), backlog("Go", inGo))
	if err != nil {
		return err
	}
	what := " of a backlog: install a flow and send the packet on"
	g.Rows = append(g.Rows,
		row{Work: "misses in Lua, key:exact()," + what, Ours: rates[0], Their: rates[2], Peer: "the same in Go", Unit: "per s", Limit: 0.5, AtLeast: true, Runs: rounds},
		row{Work: "misses in Lua, key:only(three fields)," + what, Ours: rates[1], Their: rates[2], Peer: "exact flows in Go", Unit: "per s", Runs: rounds})

	// With the sender and the receiver, on the same processor.
	p50, p99 := map[string][]float64{}, map[string][]float64{}
	loop := func(name string, w *wire, start func() (*process, error)) contender {
		return contender{name, func() (rate float64, err error) {
			measure := func(*process) error {
				took, _, err := w.run(n, window, false)
				if err != nil {
					return err
				}
				rate = float64(n) / took
				_, each, err := w.run(g.count(2000, 100), 1, false)
				if err == nil {
					p50[name], p99[name] = append(p50[name], quantile(each, 0.5)), append(p99[name], quantile(each, 0.99))
				}
				return err
			}
			if start == nil {
				return rate, measure(nil)
			}
			_, err = m.with(start, measure)
			return rate, err
		}}
	}
	rounds = g.rounds(5)
	rates, err = g.inTurns(rounds, loop("lua", m.w, exact), loop("go", m.w, inGo), loop("ovs", v.w, nil))
	if err != nil {
		return err
	}
	flows, err := v.flows()
	if err != nil {
		return err
	}
	g.check(flows >= g.count(10000, 300), "ovs-vswitchd has made flows as well, one for each source")
	work := fmt.Sprintf("misses in Lua, key:exact(), %d on their way", window)
	g.Rows = append(g.Rows,
		row{Work: work, Ours: rates[0], Their: rates[1], Peer: "the same in Go", Unit: "per s", Limit: 0.5, AtLeast: true, Runs: rounds},
		row{Work: work, Ours: rates[0], Their: rates[2], Peer: "ovs-vswitchd", Unit: "per s", Runs: rounds})
	for _, q := range []struct {
		name string
		of   map[string][]float64
	}{{"p50", p50}, {"p99", p99}} {
		work := "first packet of a flow, one at a time, " + q.name
		g.Rows = append(g.Rows,
			row{Work: work, Ours: median(q.of["lua"]), Their: median(q.of["ovs"]), Peer: "ovs-vswitchd", Unit: "s", Limit: 1, Runs: rounds},
			row{Work: work, Ours: median(q.of["lua"]), Their: median(q.of["go"]), Peer: "the same in Go", Unit: "s", Runs: rounds})
	}
	return nil
}

// overload sends far more packets than a handler can take that has something to
// do. They are sent by the same processors, so that what is compared is what is
// handled in a second of the program's own time.
func (g *guest) overload() (err error) {
	m, err := g.missPath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	rounds := g.rounds(5)
	lasts := time.Duration(g.count(2000, 200)) * time.Millisecond
	n := g.count(5000, 300)
	queue, buffer := g.count(1024, 16), g.count(4<<20, 16<<10) // those that a handler has if nothing is said
	var offered, perSecond []float64
	var peakPerSecond []float64
	all := &g.Overload
	peak := func() (rate float64, err error) {
		start := func() (*process, error) { return g.handlerBy("port", byFunction(handleSlow), missQueue, missBuffer) }
		used := 0.0
		perSecond, err := m.backlog(start, n, true, &used)
		peakPerSecond = append(peakPerSecond, perSecond)
		return float64(n) / max(used, 0.01), err
	}
	over := func() (rate float64, err error) {
		before, err := m.dp.Stats()
		if err != nil {
			return 0, err
		}
		start := func() (*process, error) { return g.handlerBy("over", byFunction(handleSlow), queue, buffer) }
		count, used := 0, 0.0
		var took float64
		p, err := m.with(start, func(p *process) error {
			had, err := p.cpu()
			if err != nil {
				return err
			}
			began := time.Now()
			for took = 0; took < lasts.Seconds(); took = time.Since(began).Seconds() {
				const together = 32
				for range together {
					if err := m.w.send(m.w.next, true); err != nil {
						return err
					}
					m.w.next++
				}
				count += together
			}
			has, err := p.cpu()
			used = has - had
			return err
		})
		if err != nil {
			return 0, err
		}
		now, err := m.dp.Stats()
		if err != nil {
			return 0, err
		}
		missed, lostThere := int(now.Missed-before.Missed), int(now.Lost-before.Lost)
		handled, dropped, lost := p.said["handled"], p.said["dropped"], p.said["lost"]
		if count != missed || count != handled+dropped+lost || lost != lostThere {
			g.check(false, "%d packets sent, %d missed; %d handled + %d dropped + %d lost; %d lost says the kernel",
				count, missed, handled, dropped, lost, lostThere)
		}
		all.Sent, all.Handled, all.Dropped, all.Lost = all.Sent+count, all.Handled+handled, all.Dropped+dropped, all.Lost+lost
		offered, perSecond = append(offered, float64(count)/took), append(perSecond, float64(handled)/took)
		return float64(handled) / max(used, 0.01), nil
	}
	rates, err := g.inTurns(rounds, contender{"peak", peak}, contender{"overload", over})
	if err != nil {
		return err
	}
	factor := median(offered) / median(peakPerSecond)
	g.Rows = append(g.Rows,
		row{Work: "misses handled in a second of the program's own time, under overload", Ours: rates[1], Their: rates[0], Peer: "itself, of a backlog", Unit: "per s",
			Limit: 0.9, AtLeast: true, Runs: rounds, Note: fmt.Sprintf("%.1f times as many sent as it handles of a backlog", factor)},
		row{Work: "misses handled in a second, under overload", Ours: median(perSecond), Their: median(peakPerSecond), Peer: "itself, of a backlog", Unit: "per s", Runs: rounds,
			Note: "the sender takes its share of the processors"})
	g.check(all.Sent == all.Handled+all.Dropped+all.Lost && all.Dropped > 0 && all.Lost > 0,
		"under overload: %s packets sent = %s handled + %s dropped by the full queue + %s lost in the kernel",
		thousands(all.Sent), thousands(all.Handled), thousands(all.Dropped), thousands(all.Lost))
	return nil
}

func (g *guest) workers() (err error) {
	m, err := g.missPath()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	n, rounds := g.count(6000, 200), g.rounds(5)
	by := func(name, code string) contender {
		start := func() (*process, error) { return g.handlerBy(name, code, missQueue, missBuffer) }
		return contender{name, func() (float64, error) { return m.backlog(start, n, false, nil) }}
	}
	inGo := func() (*process, error) { return g.begun(g.command(g.self, "peer", "miss", "dp0", "install")) }
	rates, err := g.inTurns(rounds,
		by("function", byFunction(handleExact)), by("worker", byWorkers(1, handleExact)), by("workers", byWorkers(2, handleExact)),
		contender{"Go", func() (float64, error) { return m.backlog(inGo, n, false, nil) }})
	if err != nil {
		return err
	}
	work := "misses in Lua by 2 workers, key:exact(), of a backlog of both processors"
	g.Rows = append(g.Rows,
		row{Work: work, Ours: rates[2], Their: rates[1], Peer: "1 worker", Unit: "per s", Limit: 1.3, AtLeast: true, Runs: rounds},
		row{Work: work, Ours: rates[2], Their: rates[0], Peer: "a function", Unit: "per s", Runs: rounds},
		row{Work: work, Ours: rates[2], Their: rates[3], Peer: "the same in Go, one loop", Unit: "per s", Runs: rounds})
	return nil
}
