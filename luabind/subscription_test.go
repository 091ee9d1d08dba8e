package luabind

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// fakeSource gives out what a test puts into its channel: numbers and errors.
type fakeSource struct {
	events   chan any
	closed   chan struct{}
	overruns atomic.Uint64
}

func (s *fakeSource) next(ctx context.Context) (any, error) {
	select {
	case v := <-s.events:
		if err, ok := v.(error); ok {
			if errors.Is(err, odp.ErrOverrun) {
				s.overruns.Add(1)
			}
			return nil, err
		}
		return v, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *fakeSource) stats() odp.ReceiveStats { return odp.ReceiveStats{Overruns: s.overruns.Load()} }
func (s *fakeSource) lost() (uint64, bool)    { return 0, false }
func (s *fakeSource) Close() error            { close(s.closed); return nil }

// withSource gives the runtime a global function subscribe(fn, opts) for the
// source.
func withSource(t *testing.T, rt *testRuntime) *fakeSource {
	t.Helper()
	src := &fakeSource{events: make(chan any, 100), closed: make(chan struct{})}
	err := rt.do(t.Context(), func() {
		row := &Func{Name: "subscribe", owner: "test", Go: func(c call) int {
			o := c.subscriptionOptions(c.fields(2, "odp.SubscriptionOptions"))
			return c.subscribe("fake handler", c.function(1), o, nil, src, func(v any) []lua.LValue {
				return []lua.LValue{lua.LNumber(v.(int))}
			})
		}}
		rt.L.SetGlobal("subscribe", rt.L.NewFunction(rt.protect(row)))
	})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// isClosed reports whether the source has been closed.
func (s *fakeSource) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

func TestSubscription(t *testing.T) {
	t.Run("events, a loss, the end", func(t *testing.T) {
		rt := newTestRuntime(t)
		src := withSource(t, rt)
		for _, v := range []any{1, 2, odp.ErrOverrun, errors.New("not understood"), 3, io.EOF} {
			src.events <- v
		}
		got := rt.run(t, `
			local odp = require "odp"
			local s = subscribe(function(n) print(n) end, { lost = function(stats) print("lost", stats.overruns) end })
			print(odp.run())
			print(s.active, s.stats.handled, s)`)
		if want := "1\n2\n3\nlost\t1\nidle\nfalse\t3\tfake handler\n"; got != want || !src.isClosed() {
			t.Errorf("got %q, want %q, closed %v", got, want, src.isClosed())
		}
	})
	t.Run("a short queue", func(t *testing.T) {
		rt := newTestRuntime(t)
		src := withSource(t, rt)
		for i := range 20 {
			src.events <- i
		}
		src.events <- io.EOF
		got := rt.run(t, `
			local odp = require "odp"
			local s = subscribe(function() end, { queue = 2 })
			repeat until s.stats.dropped == 18
			odp.run()
			print(s.stats.handled, s.stats.dropped, s.stats.lost)`)
		if want := "2\t18\tnil\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if errs := rt.err.String(); strings.Count(errs, "fake handler: events were lost") != 1 {
			t.Errorf("reported: %q", errs)
		}
	})
	t.Run("the script ends first", func(t *testing.T) {
		rt := newTestRuntime(t)
		src := withSource(t, rt)
		rt.run(t, `subscribe(function() print("never") end)`)
		if !src.isClosed() {
			t.Error("the source is still open")
		}
	})
	t.Run("a failing handler", func(t *testing.T) {
		rt := newTestRuntime(t)
		src := withSource(t, rt)
		for i := range 9 {
			src.events <- i
		}
		err := rt.fails(t, `
			subscribe(function() error("cannot") end, { max_failures = 3 })
			print((require "odp").run())`)
		if want := "a handler kept failing and was stopped: fake handler"; !strings.Contains(err.Error(), want) || !src.isClosed() {
			t.Errorf("%v", err)
		}
		if got := rt.out.String(); got != "idle\n" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("options", func(t *testing.T) {
		rt := newTestRuntime(t)
		src := withSource(t, rt)
		for code, want := range map[string]string{
			`subscribe(7)`:                            "function expected",
			`subscribe(print, { queue = 0 })`:         "field 'queue'",
			`subscribe(print, { lost = 1 })`:          "function expected",
			`subscribe(print, { netns = "ns" })`:      "a namespace",
			`subscribe(print, { max_failures = -1 })`: "field 'max_failures'",
		} {
			if err := rt.fails(t, code); !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", code, err)
			}
		}
		if src.isClosed() {
			t.Error("a subscription was made")
		}
	})
}
