package odp

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Flow is a flow of a datapath: which packets it matches, what is done with
// them, and what it has matched so far.
//
// Two flows whose keys are equal under their masks are one flow, unless they
// have UFIDs, by which they are then looked up. A flow without a UFID is looked
// up by the key that it was installed with, masked bits included: keep the
// Match, or take it from a listing.
type Flow struct {
	Match   Match
	Actions Actions
	// UFID identifies the flow if HasUFID is set.
	UFID    UFID
	HasUFID bool

	// Stats and TCPFlags are the kernel's, and ignored when a flow is put.
	Stats FlowStats
	// TCPFlags are the flags of all matched TCP packets, or-ed.
	TCPFlags uint8

	// Omitted are the parts that the kernel did not send, as it was asked to
	// leave them out. It is ignored when a flow is put.
	Omitted FlowParts
	// Probe keeps the kernel from logging why it refuses the flow. It is not
	// part of the flow: one that is not refused is installed like any other.
	Probe bool
}

// FlowStats counts what a flow has matched since it was installed or last
// cleared (struct ovs_flow_stats).
type FlowStats struct {
	Packets uint64
	Bytes   uint64 // with the Ethernet header
	// Used tells whether the flow has matched anything.
	Used bool
	// UsedMs is when it last did, in milliseconds of the kernel's monotonic
	// clock; only if Used is set.
	UsedMs uint64
}

// Idle returns how long ago the flow last matched a packet, counted from the
// present moment; only if Used is set.
func (s FlowStats) Idle() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return 0
	}
	used := time.Duration(s.UsedMs) * time.Millisecond
	return max(0, time.Duration(now.Nano())-used)
}

// Clone returns a copy of f in memory of its own.
func (f *Flow) Clone() *Flow {
	out := *f
	out.Match = Match{Key: f.Match.Key.Clone(), Mask: f.Match.Mask.Clone()}
	out.Actions = Actions(Attrs(f.Actions).Clone())
	return &out
}

// PutMode says what a put does about a flow that is there, or is not.
type PutMode uint8

// The modes of PutFlow.
const (
	// PutCreate installs the flow; one that is there is an [ErrExist], and so is
	// one of another mask that takes packets with this flow's key.
	PutCreate PutMode = iota
	// PutReplace installs the flow, or replaces the actions of the one that is
	// there. Its counters go on. The kernel knows a flow by its key alone: with
	// the same key and another mask it is that flow, which keeps its mask. A
	// flow that takes packets with this flow's key, but has another, makes the
	// put an [ErrNotExist].
	PutReplace
	// PutModify replaces the actions of a flow that is there; none is an
	// [ErrNotExist].
	PutModify
)

// String returns create, replace or modify.
func (m PutMode) String() string {
	switch m {
	case PutCreate:
		return "create"
	case PutReplace:
		return "replace"
	case PutModify:
		return "modify"
	}
	return fmt.Sprintf("PutMode(%d)", uint8(m))
}

// PutFlow installs or changes a flow. A Match whose Mask is nil matches its key
// exactly. No actions means that the packets are dropped.
func (d *Datapath) PutFlow(f *Flow, mode PutMode) error {
	return d.c.do(func(rs *requests) { rs.putFlow(d, f, mode) }, nil)
}

func (rs *requests) putFlow(d *Datapath, f *Flow, mode PutMode) {
	cmd, flags := uint8(ovsh.FlowCmdNew), netlink.HeaderFlags(0)
	switch mode {
	case PutCreate:
		// The kernel takes either flag for both.
		flags = netlink.Create | netlink.Excl
	case PutModify:
		cmd = ovsh.FlowCmdSet
	}
	rs.beginFlow(d, "flow put", cmd, flags, false)
	if mode == PutReplace {
		rs.last().explain = explainReplace
	}
	if mode > PutModify {
		rs.refuse("mode", "%d, one of create, replace, modify expected", mode)
	}
	rs.checkPorts(f.Match.Key, f.Actions)
	rs.flowID(flowID{key: f.Match.Key, hasKey: true, ufid: f.UFID, hasUFID: f.HasUFID})
	if f.Match.Mask != nil {
		rs.nested(ovsh.FlowAttrMask, "mask", f.Match.Mask)
	}
	rs.nested(ovsh.FlowAttrActions, "actions", Attrs(f.Actions))
	if f.Probe {
		rs.buf = appendAttr(rs.buf, ovsh.FlowAttrProbe, nil)
	}
	rs.end()
}

// flowID is what the kernel looks a flow up by.
type flowID struct {
	key     Attrs
	hasKey  bool
	ufid    UFID
	hasUFID bool
}

func (rs *requests) beginFlow(d *Datapath, op string, cmd uint8, flags netlink.HeaderFlags, reply bool) {
	r := request{
		op: op, datapath: d.String(), reply: reply, explain: explainFlow,
		keyAttr: ovsh.FlowAttrKey, actionsAttr: ovsh.FlowAttrActions,
	}
	rs.begin(r, &rs.fam.flow, cmd, flags, d.index)
}

// flowID appends what identifies the flow. An empty key is refused, as the
// kernel may take a request without one to mean every flow.
func (rs *requests) flowID(id flowID) {
	if id.hasUFID {
		rs.buf = appendAttr(rs.buf, ovsh.FlowAttrUFID, id.ufid[:])
	}
	if !id.hasKey {
		return
	}
	if len(id.key) == 0 {
		rs.refuse("match", "empty, at least one key expected")
	}
	rs.nested(ovsh.FlowAttrKey, "key", id.key)
}

// explainFlow puts what the kernel says of a flow request into words.
func explainFlow(errno syscall.Errno) string {
	switch errno {
	case unix.ENODEV:
		return "datapath no longer exists"
	case unix.ENOENT:
		return "no such flow"
	case unix.EEXIST:
		return "the flow is already there, or one that overlaps it"
	case unix.EINVAL:
		return "the kernel refuses the match or the actions, and may say why in its log"
	}
	return ""
}

// explainReplace is explainFlow for a put that may replace: the kernel finds a
// flow that takes the same key, and then not the one to replace.
func explainReplace(errno syscall.Errno) string {
	if errno == unix.ENOENT {
		return "another flow overlaps this one"
	}
	return explainFlow(errno)
}

// GetFlow returns the flow that was installed with m's key, or an
// [ErrNotExist].
func (d *Datapath) GetFlow(m Match) (*Flow, error) {
	return d.getFlow(flowID{key: m.Key, hasKey: true})
}

// FlowByUFID returns the flow with that identifier, or an [ErrNotExist].
func (d *Datapath) FlowByUFID(u UFID) (*Flow, error) {
	return d.getFlow(flowID{ufid: u, hasUFID: true})
}

func (d *Datapath) getFlow(id flowID) (*Flow, error) {
	return d.askFlow(func(rs *requests) {
		rs.beginFlow(d, "flow get", ovsh.FlowCmdGet, 0, true)
		rs.flowID(id)
		rs.end()
	})
}

// DeleteFlow removes the flow that was installed with m's key and returns it
// with its last counters, or an [ErrNotExist].
func (d *Datapath) DeleteFlow(m Match) (*Flow, error) {
	return d.deleteFlow(flowID{key: m.Key, hasKey: true})
}

// DeleteFlowByUFID removes the flow with that identifier and returns it with
// its last counters, or an [ErrNotExist].
func (d *Datapath) DeleteFlowByUFID(u UFID) (*Flow, error) {
	return d.deleteFlow(flowID{ufid: u, hasUFID: true})
}

func (d *Datapath) deleteFlow(id flowID) (*Flow, error) {
	return d.askFlow(func(rs *requests) { rs.deleteFlow(d, id, true) })
}

// deleteFlow asks for the flow as it was only with echo.
func (rs *requests) deleteFlow(d *Datapath, id flowID, echo bool) {
	flags := netlink.HeaderFlags(0)
	if echo {
		flags = netlink.Echo
	}
	rs.beginFlow(d, "flow delete", ovsh.FlowCmdDel, flags, echo)
	rs.flowID(id)
	rs.end()
}

// askFlow makes a request that is answered with a flow.
func (d *Datapath) askFlow(build func(*requests)) (*Flow, error) {
	f := &Flow{}
	err := d.c.do(build, func(r reply) error {
		if err := f.decode(r); err != nil {
			return err
		}
		f = f.Clone()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// ClearFlow sets the counters of the flow that was installed with m's key to
// zero, or returns an [ErrNotExist].
func (d *Datapath) ClearFlow(m Match) error {
	return d.clearFlow(flowID{key: m.Key, hasKey: true}, m.Mask)
}

// ClearFlowByUFID sets the counters of the flow with that identifier to zero,
// or returns an [ErrNotExist].
func (d *Datapath) ClearFlowByUFID(u UFID) error {
	return d.clearFlow(flowID{ufid: u, hasUFID: true}, nil)
}

func (d *Datapath) clearFlow(id flowID, mask Attrs) error {
	return d.c.do(func(rs *requests) {
		rs.beginFlow(d, "flow clear", ovsh.FlowCmdSet, 0, false)
		rs.flowID(id)
		if mask != nil {
			rs.nested(ovsh.FlowAttrMask, "mask", mask)
		}
		rs.buf = appendAttr(rs.buf, ovsh.FlowAttrClear, nil)
		rs.end()
	}, nil)
}

// FlushFlows removes every flow of the datapath.
func (d *Datapath) FlushFlows() error {
	return d.c.do(func(rs *requests) {
		rs.beginFlow(d, "flow flush", ovsh.FlowCmdDel, 0, false)
		rs.end()
	}, nil)
}

var errNoKey = errors.New("flow without a key or identifier")

// decode reads a message of the family ovs_flow into f, replacing what was
// there. Key, mask and actions share the message's memory.
//
// It walks the attributes itself, as a listing calls it for each flow.
func (f *Flow) decode(r reply) error {
	*f = Flow{}
	var dec decoder
	var got FlowParts
	a := r.attrs
	for len(a) > 0 {
		id, p, rest, ok := a.cut()
		if !ok {
			return fmt.Errorf("flow message: attribute at byte %d: bad length", len(r.attrs)-len(a))
		}
		a = rest
		switch id {
		case ovsh.FlowAttrKey:
			f.Match.Key, got = p, got|FlowKey
		case ovsh.FlowAttrMask:
			f.Match.Mask, got = p, got|FlowMask
		case ovsh.FlowAttrActions:
			f.Actions, got = Actions(p), got|FlowActions
		case ovsh.FlowAttrStats:
			if dec.need("flow statistics", p, 16) {
				f.Stats.Packets, f.Stats.Bytes = dec.uint64("", p), dec.uint64("", p[8:])
			}
		case ovsh.FlowAttrTCPFlags:
			f.TCPFlags = dec.uint8("TCP flags", p)
		case ovsh.FlowAttrUsed:
			f.Stats.UsedMs, f.Stats.Used = dec.uint64("time of last use", p), true
		case ovsh.FlowAttrUFID:
			if dec.need("ufid", p, len(f.UFID)) {
				copy(f.UFID[:], p)
				f.HasUFID = true
			}
		}
	}
	f.Omitted = FlowTerse &^ got
	if dec.err == nil && f.Match.Key == nil && !f.HasUFID {
		dec.err = errNoKey
	}
	if dec.err != nil {
		return fmt.Errorf("flow message: %w", dec.err)
	}
	return nil
}
