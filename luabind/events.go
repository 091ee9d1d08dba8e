package luabind

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classEvent = "odp.Event"

// eventSource is the source of the announcements of datapaths, vports and flows.
type eventSource struct {
	*odp.Events
	ofOne bool // they are those of one datapath, and end with it

	received  atomic.Uint64
	overruns  atomic.Uint64
	malformed atomic.Uint64
}

func (s *eventSource) next(ctx context.Context) (any, error) {
	for {
		ev, err := s.Receive(ctx)
		switch {
		case errors.Is(err, odp.ErrOverrun):
			s.overruns.Add(1)
		case err != nil && ctx.Err() == nil && !errors.Is(err, odp.ErrClosed):
			s.malformed.Add(1)
		}
		if err != nil {
			return nil, err
		}
		s.received.Add(1)
		switch {
		case !s.ofOne || ev.Info == nil:
			return ev, nil
		case ev.Kind == odp.EventDel:
			return nil, io.EOF // what was in the datapath is gone with it
		}
	}
}

func (s *eventSource) stats() odp.ReceiveStats {
	return odp.ReceiveStats{Received: s.received.Load(), Overruns: s.overruns.Load(), Malformed: s.malformed.Load()}
}

func (s *eventSource) lost() (uint64, bool) { return 0, false }

// onEvent subscribes for the function in argument 1 with the options in argument
// 2. d is nil for every datapath of the namespace.
func onEvent(c call, d *odp.Datapath, group odp.EventGroup) int {
	fn := c.function(1)
	f := c.fields(2, "odp.SubscriptionOptions")
	o := c.subscriptionOptions(f)
	name := c.row.Name + " handler"
	var conn *odp.Conn
	var from interface {
		Subscribe(odp.EventGroup) (*odp.Events, error)
	}
	if d != nil {
		if f.has("netns") {
			f.bad("netns", "the datapath is in its own; only odp.%s takes one", c.row.Name)
		}
		name += " of " + d.Name()
		conn, from = d.Conn(), d
		group |= odp.EventDatapaths // for its end
	} else {
		conn = c.connect(o.ns)
		from = conn
	}
	events, err := from.Subscribe(group)
	c.raise(err)
	if d != nil {
		// A datapath that is gone has no event of it to come.
		if _, err := d.Info(); err != nil {
			_ = events.Close() // the error is the datapath's
			c.raise(err)
		}
	}
	return c.subscribe(name, fn, o, conn, &eventSource{Events: events, ofOne: d != nil}, func(event any) []lua.LValue {
		return []lua.LValue{c.rt.object(classEvent, event.(*odp.Event))}
	})
}
