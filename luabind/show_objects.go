package luabind

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// showText shows an object as its text.
func showText(s *shower, ud *lua.LUserData) string { return s.inline(ud) }

// showOVS shows what reads as Open vSwitch text.
func showOVS(s *shower, ud *lua.LUserData) string {
	text := s.rt.text(ud)
	if text == "" { // a match of everything, no actions
		return s.paint(paintAside, "(empty)")
	}
	return s.ovs(text) // in one line, to be copied
}

// showOVSLine shows it as one of many.
func showOVSLine(s *shower, ud *lua.LUserData) string { return s.wrapOVS(s.rt.text(ud), s.width, 0, 4) }

// maxPorts is how many ports a datapath is shown with.
const maxPorts = 20

func showDatapath(s *shower, ud *lua.LUserData) string {
	d := ud.Value.(*odp.Datapath)
	name := printable(d.Name())
	info, err := d.Info()
	if err != nil {
		return s.failed(name, err)
	}
	ports, err := d.Vports()
	if err != nil {
		return s.failed(name, err)
	}
	b := s.block("datapath " + name)
	if info.Features != 0 {
		w := newWrapper(s.width, blockIndent, 0)
		for _, word := range strings.SplitAfter(info.Features.String(), ",") {
			w.add(word, asItIs)
		}
		b.add("features", w.text())
	}
	st := info.Stats
	b.add("packets", s.counts(st.Hit, "hit", st.Missed, "missed", st.Lost, "lost"))
	b.add("flows", s.counts(st.Flows, "", uint64(st.Masks), unit(uint64(st.Masks), "mask")))
	number, named := 0, 0
	shown := len(ports)
	if shown > min(s.rows, maxPorts)+1 {
		shown = min(s.rows, maxPorts)
	}
	for _, v := range ports[:shown] {
		number, named = max(number, len(strconv.Itoa(int(v.Number())))), max(named, cells(printable(v.Name())))
	}
	lines := make([]string, 0, shown+1)
	for _, v := range ports[:shown] {
		lines = append(lines, s.paint(paintNumber, pad(strconv.Itoa(int(v.Number())), number, true))+"  "+
			pad(printable(v.Name()), named, false)+"  "+v.Type().String()+s.vportOptions(v))
	}
	if shown < len(ports) {
		lines = append(lines, s.more(shown, len(ports), true))
	}
	b.add("ports", strings.Join(lines, "\n"))
	return b.text()
}

// vportOptions are the options of a port behind other text, such as " dst_port=4789".
func (s *shower) vportOptions(v *odp.Vport) string {
	text := ""
	for _, o := range odp.VportOptionRows() {
		if value := o.Text(v.Options()); value != "" {
			text += " " + o.Name + "=" + value
		}
	}
	return text
}

func showVport(s *shower, ud *lua.LUserData) string {
	v := ud.Value.(*odp.Vport)
	now, err := v.Refresh()
	if err != nil {
		return s.failed(printable(v.Name()), err)
	}
	b := s.block(fmt.Sprintf("vport %s, port %d of %s", printable(now.Name()), now.Number(), printable(now.Datapath().Name())))
	kind := now.Type().String()
	if i := now.IfIndex(); i != 0 {
		kind += fmt.Sprintf(", ifindex %d", i)
	}
	if id, ok := now.NetNSID(); ok {
		kind += fmt.Sprintf(", in the network namespace %d", id)
	}
	b.add("type", kind)
	if options := s.vportOptions(now); options != "" {
		b.add("options", options[1:])
	}
	st := now.StatsRead()
	b.add("received", s.counts(st.RxPackets, unit(st.RxPackets, "packet"), st.RxBytes, unit(st.RxBytes, "byte"),
		st.RxErrors, unit(st.RxErrors, "error"), st.RxDropped, "dropped"))
	b.add("sent", s.counts(st.TxPackets, unit(st.TxPackets, "packet"), st.TxBytes, unit(st.TxBytes, "byte"),
		st.TxErrors, unit(st.TxErrors, "error"), st.TxDropped, "dropped"))
	if st.HasUpcalls {
		b.add("upcalls", s.counts(st.Upcalls, "", st.LostUpcalls, "lost"))
	}
	return b.text()
}

// counts are numbers with what they count: counts(3, "packets", 2, "lost").
func (s *shower) counts(pairs ...any) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		part := s.paint(paintNumber, strconv.FormatUint(pairs[i].(uint64), 10))
		if what := pairs[i+1].(string); what != "" {
			part += " " + what
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// unit is what a number counts, in the plural if that is right.
func unit(n uint64, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

func showFlow(s *shower, ud *lua.LUserData) string {
	v := ud.Value.(*flowValue)
	f := v.flow
	b := s.block("flow of " + printable(v.d.Name()))
	if f.Omitted&odp.FlowKey == 0 {
		b.add("match", s.wrapOVS(f.Match.String(), s.room(), 0, 0))
	}
	if f.Omitted&odp.FlowActions == 0 {
		b.add("actions", s.wrapOVS(f.Actions.String(), s.room(), 0, 0))
	}
	st := f.Stats
	text := s.counts(st.Packets, unit(st.Packets, "packet"), st.Bytes, unit(st.Bytes, "byte"))
	if st.Used {
		text += ", used " + s.paint(paintNumber, strconv.FormatFloat(st.Idle().Seconds(), 'f', 3, 64)) + " s ago"
	} else {
		text += ", never used"
	}
	b.add("stats", text)
	if f.HasUFID {
		b.add("ufid", s.paint(paintAside, f.UFID.String()))
	}
	return b.text()
}

// showFlowLine is a flow of a list: the line of ovs-dpctl dump-flows.
func showFlowLine(s *shower, ud *lua.LUserData) string {
	return s.wrapOVS(ud.Value.(*flowValue).flow.String(), s.width, 0, 4)
}

// countTime is how long the rest of a list is counted that is not shown.
const countTime = 300 * time.Millisecond

// showListing shows what a for loop over a listing would begin with. It reads a list
// of its own, so that the loop has all of it still.
func showListing[T any](s *shower, ud *lua.LUserData) string {
	l := ud.Value.(*listing[T])
	if l.ended {
		return printable(l.what) + s.paint(paintAside, " (read to the end)")
	}
	var first []lua.LValue
	var failure error
	total, counted, until := 0, true, time.Now().Add(countTime)
	for v, err := range l.seq {
		if err != nil {
			failure = err
			break
		}
		if total++; total <= s.rows+1 {
			first = append(first, l.wrap(v))
			continue
		}
		if total%256 == 0 && (time.Now().After(until) || s.rt.stopped(s.rt.fiber) != nil) {
			counted = false
			break
		}
	}
	var parts []string
	if total > 0 {
		parts = append(parts, s.list(first[:min(len(first), s.shownOf(total))], total, counted))
	}
	switch {
	case failure != nil:
		parts = append(parts, s.failed(printable(l.what), failure))
	case total == 0:
		return s.paint(paintAside, "no "+printable(l.what))
	}
	return strings.Join(parts, "\n")
}
