package odp

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// PsampleEventKind is what a [PsampleEvent] tells of, or a set of such kinds.
type PsampleEventKind uint8

// The kinds of events of psample.
const (
	PsampleSample   PsampleEventKind = 1 << iota // a packet was sampled
	PsampleGroupNew                              // a group came into use
	PsampleGroupDel                              // a group is no longer in use
)

// String returns sample, new or delete.
func (k PsampleEventKind) String() string {
	switch k {
	case PsampleSample:
		return "sample"
	case PsampleGroupNew:
		return "new"
	case PsampleGroupDel:
		return "delete"
	}
	return fmt.Sprintf("PsampleEventKind(%d)", uint8(k))
}

// PsampleEvent is a sampled packet or a change of a group. Its memory is its own.
type PsampleEvent struct {
	Kind   PsampleEventKind
	Sample *Sample       // of PsampleSample
	Group  *PsampleGroup // of the others
}

// PsampleConfig says which samples are received. A nil config means its zero
// value: the samples of all groups.
type PsampleConfig struct {
	Kinds    PsampleEventKind // 0 means PsampleSample
	Group    uint32           // the one group whose events are received,
	HasGroup bool             // if HasGroup is set; the kernel sends those of all
	// ReadBuffer is the size in bytes of the kernel's receive buffer, 0 means
	// 4 MiB. What does not fit is lost.
	ReadBuffer int
}

// PsampleStats counts what a [PsampleEvents] has received.
type PsampleStats struct {
	ReceiveStats
	// Lost counts the samples that were missed, of the groups that were asked for:
	// gaps in their sequences between samples that came. The loss of a datapath's
	// samples, which have no sequence, shows in Overruns only.
	Lost uint64
}

// PsampleEvents receives the kernel's samples of packets in the network namespace
// of the connection. One goroutine at a time may receive.
type PsampleEvents struct {
	cfg    PsampleConfig
	family uint16
	sock   socket
	buf    []byte
	rest   []byte // messages of the last datagram that were not yet returned
	groups map[uint32]*sequence

	received  atomic.Uint64
	overruns  atomic.Uint64
	malformed atomic.Uint64
	lost      atomic.Uint64
}

// SubscribePsample starts to collect samples. They wait in the socket until they
// are received. A kernel without the family psample is an [ErrNotSupported].
//
// It needs CAP_NET_ADMIN.
func (c *Conn) SubscribePsample(cfg *PsampleConfig) (*PsampleEvents, error) {
	const op = "psample events"
	e := &PsampleEvents{groups: map[uint32]*sequence{}}
	if cfg != nil {
		e.cfg = *cfg
	}
	if e.cfg.Kinds == 0 {
		e.cfg.Kinds = PsampleSample
	}
	if e.cfg.ReadBuffer == 0 {
		e.cfg.ReadBuffer = defaultUpcallBuffer
	}
	switch {
	case e.cfg.Kinds&^(PsampleSample|PsampleGroupNew|PsampleGroupDel) != 0:
		return nil, &ArgError{Op: op, Arg: "kinds", Want: fmt.Sprintf("%v, a set of sample, new and delete expected", e.cfg.Kinds)}
	case e.cfg.ReadBuffer < 0:
		return nil, &ArgError{Op: op, Arg: "config", Want: "negative number of bytes"}
	}
	fam, err := c.extra(familyPsample)
	if err != nil {
		return nil, &OpError{Op: op, Err: err}
	}
	if e.sock, err = c.open(e.cfg.ReadBuffer); err != nil {
		return nil, refusalError(op, "", err, reason)
	}
	e.family, e.buf = fam.ID, make([]byte, recvBufferLen)
	// Changes of groups are listened to in any case: a sequence begins anew with
	// its group.
	names := []string{psampleGroupConfig}
	if e.cfg.Kinds&PsampleSample != 0 {
		names = append(names, psampleGroupPackets)
	}
	for _, name := range names {
		if err := joinGroup(e.sock, fam, name); err != nil {
			return nil, errors.Join(refusalError(op, "", err, reason), e.sock.Close())
		}
	}
	return e, nil
}

// Receive waits for the next event that was asked for. It returns ctx's error
// when ctx ends, and [ErrClosed] after Close. After [ErrOverrun], and after an
// error that says that a message was malformed, it can be called again; samples
// were lost.
func (e *PsampleEvents) Receive(ctx context.Context) (*PsampleEvent, error) {
	defer interruptible(ctx, e.sock)()
	for {
		m, rest, ok, err := cutMessage(e.rest)
		e.rest = rest
		switch {
		case err != nil:
			e.malformed.Add(1)
			return nil, fmt.Errorf("psample event: %w", err)
		case ok:
			ev, err := e.decode(m)
			switch {
			case err != nil:
				e.malformed.Add(1)
				return nil, fmt.Errorf("psample event: %w", err)
			case ev == nil:
				continue
			}
			return ev, nil
		}
		if e.rest, err = receive(ctx, "psample event", e.sock, e.buf, func() { e.overruns.Add(1) }); err != nil {
			return nil, err
		}
	}
}

// decode returns nil and no error for a message that was not asked for.
func (e *PsampleEvents) decode(m message) (*PsampleEvent, error) {
	if uint16(m.typ) != e.family {
		return nil, nil
	}
	e.received.Add(1)
	cmd, a, err := psampleMessage(m)
	if err != nil {
		return nil, err
	}
	ev := &PsampleEvent{Kind: PsampleSample}
	switch cmd {
	case ovsh.PsampleCmdSample:
		return e.sample(a)
	case ovsh.PsampleCmdNewGroup:
		ev.Kind = PsampleGroupNew
	case ovsh.PsampleCmdDelGroup:
		ev.Kind = PsampleGroupDel
	default:
		return nil, fmt.Errorf("unknown command %d", cmd)
	}
	ev.Group = &PsampleGroup{}
	if err := ev.Group.decode(a); err != nil {
		return nil, err
	}
	delete(e.groups, ev.Group.Number)
	if ev.Kind == PsampleGroupNew {
		e.groups[ev.Group.Number] = &sequence{next: ev.Group.Sequence}
	}
	if e.cfg.Kinds&ev.Kind == 0 || !e.wants(ev.Group.Number) {
		return nil, nil
	}
	return ev, nil
}

func (e *PsampleEvents) wants(group uint32) bool { return !e.cfg.HasGroup || e.cfg.Group == group }

func (e *PsampleEvents) sample(a Attrs) (*PsampleEvent, error) {
	// Samples of other groups are not decoded, as there may be very many.
	if e.cfg.HasGroup {
		if p, ok := a.Find(ovsh.PsampleAttrSampleGroup); ok && len(p) >= 4 {
			var dec decoder
			if dec.uint32("group", p) != e.cfg.Group {
				return nil, nil
			}
		}
	}
	s := &Sample{}
	if err := s.decode(a); err != nil {
		return nil, err
	}
	seq := e.groups[s.Group]
	if seq == nil {
		seq = &sequence{next: s.Sequence}
		e.groups[s.Group] = seq
	}
	lost, late := seq.step(s.Sequence)
	s.Lost = lost
	e.lost.Add(uint64(lost))
	if late {
		e.lost.Add(^uint64(0))
	}
	return &PsampleEvent{Kind: PsampleSample, Sample: s}, nil
}

// sequence follows the sequence numbers of a group.
type sequence struct {
	next uint32 // the number that is due
	lost uint32 // gaps that late samples may still close
}

// lateBy is how far behind a sample may be and still be late: CPUs number samples
// one after the other but may deliver them the other way around.
const lateBy = 64

// step takes the number of the next sample that came. It returns how many were
// missed before it, or that the sample is one of those that were counted so.
func (s *sequence) step(n uint32) (lost uint32, late bool) {
	ahead := n - s.next
	if ahead < 1<<31 {
		s.next = n + 1
		if ahead > 0 {
			s.lost = ahead
		}
		return ahead, false
	}
	if behind := s.next - n; behind <= lateBy && s.lost > 0 {
		s.lost--
		return 0, true
	}
	// The group began anew, unseen.
	*s = sequence{next: n + 1}
	return 0, false
}

// Stats returns the counters. It may be called at any time.
func (e *PsampleEvents) Stats() PsampleStats {
	return PsampleStats{
		ReceiveStats: ReceiveStats{Received: e.received.Load(), Overruns: e.overruns.Load(), Malformed: e.malformed.Load()},
		Lost:         e.lost.Load(),
	}
}

// Close ends the subscription and unblocks Receive.
func (e *PsampleEvents) Close() error { return e.sock.Close() }
