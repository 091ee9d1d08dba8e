package luabind

import (
	"errors"
	"math"
	"time"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// qdiscMethods are the methods of a link about its queueing discipline: how
// packets wait to be sent.
func qdiscMethods() []*Func {
	return []*Func{
		{
			Name: "qdisc",
			Doc: "Have the device delay, lose or slow down what it sends, in place of what it did before. With both, what netem lets go is then " +
				"sent at the rate of tbf.",
			Params:  []Param{{Name: "spec", Type: "net.QdiscSpec"}},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:qdisc{ netem = { delay = 0.02, jitter = 0.005, loss = 0.01 } }\nlink:qdisc{ tbf = { rate = 10e6, burst = 10000, latency = 0.05 } }",
			Go:      setQdisc,
		},
		{
			Name:    "delete_qdisc",
			Doc:     "Have the device send as it does by default.",
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:qdisc{ netem = { delay = 0.1 } }\nlink:delete_qdisc()",
			Go: func(c call) int {
				l := self[*linkValue](c)
				l.do(c, "delete qdisc of", func(link netlink.Link) error {
					return netlink.QdiscDel(&netlink.GenericQdisc{QdiscAttrs: qdiscAt(link, 0, netlink.HANDLE_ROOT)})
				})
				return c.push(c.L.Get(1))
			},
		},
	}
}

func qdiscAt(link netlink.Link, handle, parent uint32) netlink.QdiscAttrs {
	return netlink.QdiscAttrs{LinkIndex: link.Attrs().Index, Handle: handle, Parent: parent}
}

func setQdisc(c call) int {
	l := self[*linkValue](c)
	f := c.fieldsOf(1, c.table(1), "net.QdiscSpec")
	link := l.get(c)
	var list []netlink.Qdisc
	handle, parent := netlink.MakeHandle(1, 0), uint32(netlink.HANDLE_ROOT)
	if f.has("netem") {
		list = append(list, f.sub("netem", "net.Netem").netem(qdiscAt(link, handle, parent)))
		handle, parent = netlink.MakeHandle(2, 0), netlink.MakeHandle(1, 1)
	}
	if f.has("tbf") {
		list = append(list, f.sub("tbf", "net.Tbf").tbf(qdiscAt(link, handle, parent)))
	}
	if len(list) == 0 {
		c.bad(1, "netem, tbf or both expected")
	}
	err := c.rtnl(l.ns, func() error {
		// What is there may be of another kind, with the same handle.
		root := qdiscAt(link, 0, netlink.HANDLE_ROOT)
		if err := netlink.QdiscDel(&netlink.GenericQdisc{QdiscAttrs: root}); err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EINVAL) {
			return err // those two say that there is none
		}
		for i, q := range list {
			if err := netlink.QdiscAdd(q); err != nil {
				if i > 0 {
					_ = netlink.QdiscDel(list[0]) // half of it would mislead; the error says why
				}
				return err
			}
		}
		return nil
	})
	c.raise(l.wrap("qdisc of", err))
	return c.push(c.L.Get(1))
}

// sub reads a field that is a table of another shape.
func (f fields) sub(name, shape string) fields {
	t, ok := f.get(name).(*lua.LTable)
	if !ok {
		f.expected(name, "table")
	}
	return f.c.fieldsOf(f.n, t, shape)
}

// probability reads a field from 0 to 1, as the part of the largest number that
// the kernel takes.
func (f fields) probability(name string) uint32 {
	if !f.has(name) {
		return 0
	}
	v, ok := f.get(name).(lua.LNumber)
	if !ok || !(v >= 0 && v <= 1) {
		f.expected(name, "number from 0 to 1")
	}
	return uint32(math.Round(float64(v) * math.MaxUint32))
}

// ticks converts a duration to the kernel's unit for queueing.
func (f fields) ticks(name string, d time.Duration) uint32 {
	n := float64(d.Microseconds()) * netlink.TickInUsec()
	if n > math.MaxUint32 {
		f.expected(name, "shorter time")
	}
	return uint32(math.Round(n))
}

func (f fields) netem(at netlink.QdiscAttrs) *netlink.Netem {
	q := &netlink.Netem{
		QdiscAttrs: at, Limit: uint32(f.uint("limit", maxUint32, 1000)),
		Latency: f.ticks("delay", f.seconds("delay", 0)), Jitter: f.ticks("jitter", f.seconds("jitter", 0)),
		Loss: f.probability("loss"), Duplicate: f.probability("duplicate"), CorruptProb: f.probability("corrupt"), ReorderProb: f.probability("reorder"),
		DelayCorr: f.probability("delay_correlation"), LossCorr: f.probability("loss_correlation"),
		Rate64: f.uint("rate", maxExact-1, 0) / 8,
	}
	if q.ReorderProb > 0 {
		if q.Latency == 0 {
			f.bad("reorder", "a delay is needed, which packets that come early do not have")
		}
		q.Gap = 1
	}
	return q
}

func (f fields) tbf(at netlink.QdiscAttrs) *netlink.Tbf {
	rate := f.uint("rate", maxExact-1, 0) / 8
	if rate == 0 {
		f.bad("rate", "8 bits per second or more expected, got %s", f.c.rt.describe(f.get("rate")))
	}
	burst := f.uint("burst", maxUint32, 0)
	if burst == 0 {
		f.bad("burst", "1 byte or more expected, got %s", f.c.rt.describe(f.get("burst")))
	}
	q := &netlink.Tbf{QdiscAttrs: at, Rate: rate}
	q.Buffer = f.ticks("burst", time.Duration(float64(burst)/float64(rate)*float64(time.Second)))
	limit := f.uint("limit", maxUint32, 0)
	if f.has("latency") == f.has("limit") {
		f.bad("latency", "either this or limit expected")
	}
	if f.has("latency") {
		limit = uint64(float64(rate)*f.seconds("latency", 0).Seconds()) + burst
	}
	if limit > maxUint32 {
		f.bad("latency", "a shorter time expected: %d bytes would wait", limit)
	}
	q.Limit = uint32(limit)
	return q
}

// linkQdiscs is the property qdiscs.
func linkQdiscs(c call) lua.LValue {
	l := self[*linkValue](c)
	link := l.get(c)
	list, err := dump(c, l.ns, func() ([]netlink.Qdisc, error) { return netlink.QdiscList(link) })
	c.raise(l.wrap("qdiscs of", err))
	t := c.L.NewTable()
	for _, q := range list {
		t.Append(c.rt.qdiscRecord(q))
	}
	return t
}

func (rt *Runtime) qdiscRecord(q netlink.Qdisc) lua.LValue {
	values := map[string]lua.LValue{
		"kind": lua.LString(q.Type()), "handle": lua.LString(netlink.HandleStr(q.Attrs().Handle)), "parent": lua.LString(netlink.HandleStr(q.Attrs().Parent)),
	}
	seconds := func(ticks uint32) lua.LValue {
		return lua.LNumber(math.Round(float64(ticks)/netlink.TickInUsec()) / 1e6)
	}
	part := func(p uint32) lua.LValue { return lua.LNumber(math.Round(float64(p)/math.MaxUint32*1e9) / 1e9) }
	switch q := q.(type) {
	case *netlink.Netem:
		values["netem"] = rt.record("net.Netem", map[string]lua.LValue{
			"delay": seconds(q.Latency), "jitter": seconds(q.Jitter), "loss": part(q.Loss), "duplicate": part(q.Duplicate), "corrupt": part(q.CorruptProb),
			"reorder": part(q.ReorderProb), "delay_correlation": part(q.DelayCorr), "loss_correlation": part(q.LossCorr),
			"limit": lua.LNumber(q.Limit), "rate": rt.integer(q.Rate64 * 8),
		})
	case *netlink.Tbf:
		values["tbf"] = rt.record("net.Tbf", map[string]lua.LValue{
			"rate": rt.integer(q.Rate * 8), "limit": lua.LNumber(q.Limit),
			"burst": lua.LNumber(math.Round(float64(q.Rate) * float64(q.Buffer) / netlink.TickInUsec() / 1e6)),
		})
	}
	if s := q.Attrs().Statistics; s != nil {
		if s.Basic != nil {
			values["packets"], values["bytes"] = lua.LNumber(s.Basic.Packets), rt.integer(s.Basic.Bytes)
		}
		if s.Queue != nil {
			values["dropped"], values["queued"] = lua.LNumber(s.Queue.Drops), lua.LNumber(s.Queue.Qlen)
		}
	}
	return rt.record("net.Qdisc", values)
}

func qdiscShapes() []*Shape {
	netem, tbf := optParam("netem", "net.Netem", "delay and lose packets (CONFIG_NET_SCH_NETEM)"), optParam("tbf", "net.Tbf", "limit the rate (CONFIG_NET_SCH_TBF)")
	return []*Shape{
		{Name: "net.QdiscSpec", Doc: "What link:qdisc takes: one of these, or both.", Fields: []Param{netem, tbf}},
		{Name: "net.Netem", Doc: "What a network between would do to packets.", Fields: []Param{
			optParam("delay", "number", "seconds that each packet waits"),
			optParam("jitter", "number", "seconds by which that varies"),
			optParam("delay_correlation", "number", "how much one delay is like the last, from 0 to 1"),
			optParam("loss", "number", "the part of packets that is lost, from 0 to 1"),
			optParam("loss_correlation", "number", "how much one loss depends on the last, from 0 to 1"),
			optParam("duplicate", "number", "the part that comes twice, from 0 to 1"),
			optParam("corrupt", "number", "the part that has a wrong bit, from 0 to 1"),
			optParam("reorder", "number", "the part that is sent without delay, before others, from 0 to 1"),
			optParam("rate", "integer", "bits per second"),
			optParam("limit", "integer", "packets that may wait; 1000 if not given"),
		}},
		{Name: "net.Tbf", Doc: "A limit of the rate: a bucket of bytes that fills at it.", Fields: []Param{
			{Name: "rate", Type: "integer", Doc: "bits per second"},
			{Name: "burst", Type: "integer", Doc: "bytes that may go at once: at least the largest packet"},
			optParam("latency", "number", "seconds that a packet may wait; or give limit"),
			optParam("limit", "integer", "bytes that may wait"),
		}},
		{Name: "net.Qdisc", Doc: "A queueing discipline of a device.", Fields: []Param{
			{Name: "kind", Type: "string", Doc: "\"netem\", \"tbf\", \"noqueue\", \"pfifo_fast\", ..."},
			{Name: "handle", Type: "string", Doc: "the number that it goes by: 8001:"},
			{Name: "parent", Type: "string", Doc: "\"root\", or the handle of what it is below"},
			netem, tbf,
			optParam("packets", "integer", "packets sent"),
			optParam("bytes", "integer", "bytes sent"),
			optParam("dropped", "integer", "packets dropped"),
			optParam("queued", "integer", "packets that wait"),
		}},
	}
}
