package odp

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// FlowParts is a set of parts of a flow that the kernel can be asked to leave
// out of a listing (OVS_UFID_F_OMIT_*).
type FlowParts uint32

// The parts of flows that can be left out.
const (
	FlowKey     FlowParts = ovsh.UFIDFOmitKey
	FlowMask    FlowParts = ovsh.UFIDFOmitMask
	FlowActions FlowParts = ovsh.UFIDFOmitActions

	// FlowTerse is everything but the identifier and the counters.
	FlowTerse = FlowKey | FlowMask | FlowActions
)

// flowPartNames has the parts in the order of their bits.
func flowPartNames() []string { return []string{"key", "mask", "actions"} }

// String lists the parts by name, separated by commas.
func (p FlowParts) String() string {
	var names []string
	for i, name := range flowPartNames() {
		if p&(FlowParts(1)<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// ParseFlowParts reads what String returns.
func ParseFlowParts(text string) (FlowParts, error) {
	var p FlowParts
	for _, name := range strings.Split(text, ",") {
		i := slices.Index(flowPartNames(), strings.TrimSpace(name))
		if i < 0 {
			return 0, fmt.Errorf("part of flows %q: some of %s expected", name, strings.Join(flowPartNames(), ", "))
		}
		p |= FlowParts(1) << i
	}
	return p, nil
}

// Flows yields the datapath's flows as the kernel sends them, in no order. The
// *Flow yielded and its bytes are valid until the next one: [Flow.Clone] keeps
// it. An error comes last, with a nil *Flow; [ErrDumpInterrupted] follows after
// all flows were yielded. Flows put or deleted while they are listed may be
// missing or come twice, which the kernel does not always mark.
func (d *Datapath) Flows() iter.Seq2[*Flow, error] { return d.FlowsOmitting(0) }

// FlowsOmitting is Flows without the given parts of flows, which makes a listing
// for the counters alone shorter. The key of a flow without a UFID is what
// identifies it, so that the kernel sends it all the same. [Flow.Omitted] tells
// of each flow what is missing.
func (d *Datapath) FlowsOmitting(parts FlowParts) iter.Seq2[*Flow, error] {
	return func(yield func(*Flow, error) bool) {
		var f Flow
		err := d.c.dump(func(rs *requests) {
			rs.beginFlow(d, "flow list", ovsh.FlowCmdGet, netlink.Dump, false)
			if parts&^FlowTerse != 0 {
				rs.refuse("parts", "0x%x, some of %v expected", uint32(parts), FlowTerse)
			}
			if parts != 0 {
				rs.uint32(ovsh.FlowAttrUFIDFlags, uint32(parts))
			}
			rs.end()
		}, func(r reply) error {
			if err := f.decode(r); err != nil {
				return err
			}
			if f.Omitted&FlowActions&^parts != 0 {
				if gone, err := d.fetchActions(&f); err != nil || gone {
					return err
				}
			}
			if !yield(&f, nil) {
				return errStop
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// fetchActions asks for a flow by itself, as the kernel leaves actions that are
// too long for the messages of a listing out of it. gone reports that the flow
// no longer exists, so that it is not to be listed.
func (d *Datapath) fetchActions(f *Flow) (gone bool, err error) {
	full, err := d.getFlow(flowID{key: f.Match.Key, hasKey: !f.HasUFID, ufid: f.UFID, hasUFID: f.HasUFID})
	if errors.Is(err, ErrNotExist) {
		return true, nil
	}
	if err == nil {
		f.Actions, f.Omitted = full.Actions, f.Omitted&^FlowActions
	}
	return false, err
}
