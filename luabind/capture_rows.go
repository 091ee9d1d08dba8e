package luabind

import (
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// frameMethods are the methods of a link that send and receive frames.
func frameMethods() []*Func {
	return []*Func{
		{
			Name: "send",
			Doc:  "Send frames out of the device, as they are. They begin with their Ethernet header.",
			Params: []Param{
				{Name: "frames", Type: "string|string[]", Doc: "the bytes of one, or a list"},
			},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:send(packet.build{\n  eth = {}, ipv4 = { src = \"10.0.0.1\", dst = \"10.0.0.2\" },\n  udp = { src = 1, dst = 2 },\n})",
			Go:      sendFrames,
		},
		{
			Name:    "capture",
			Doc:     "Capture the frames of the device, from now on. The capture ends with the script, or with the device's namespace.",
			Params:  []Param{{Name: "opts", Type: "net.CaptureOptions", Optional: true}},
			Returns: []Param{{Name: "capture", Type: classCapture}},
			Example: "local cap = link:capture{ direction = \"both\", match = \"eth_type(0x0806)\" }",
			Go:      startCapture,
		},
		{
			Name: "on_frame",
			Doc: "Call a function for each frame of the device, from now on, until it is stopped or the device's namespace ends." +
				eventDoc,
			Params: []Param{
				{Name: "fn", Type: "fun(frame: string, info: net.FrameInfo)"},
				{Name: "opts", Type: "net.FrameOptions", Optional: true},
			},
			Returns: []Param{{Name: "subscription", Type: classSubscription}},
			Example: "local function show(frame) print(packet.dissect(frame)) end\nlink:on_frame(show, { match = \"eth_type(0x0806)\" })\nodp.run()",
			Go:      onFrame,
		},
	}
}

func captureClass() *Class {
	return &Class{
		Name: classCapture,
		Doc:  "Frames that a device receives or sends, made by link:capture. They are what was on the wire, VLAN tags included.",
		Methods: []*Func{
			{
				Name: "next", Waits: true,
				Doc: "The next frame. Waits for one, while timers and miss handlers go on.",
				Params: []Param{{Name: "seconds", Type: "number", Optional: true,
					Doc: "the longest time to wait; 10 if not given, 0 to take only one that is there"}},
				Returns: []Param{
					{Name: "frame", Type: "string", Optional: true, Doc: "its bytes, or nil if none came in time or the capture was stopped"},
					{Name: "info", Type: "net.FrameInfo", Optional: true},
				},
				Example: "local cap = ns:link(\"eth0\"):capture()\nprint(packet.dissect(assert(cap:next(2), \"no frame\")))",
				Go: func(c call) int {
					limit := defaultCaptureWait
					if !c.isNil(1) {
						limit = c.seconds(1)
					}
					p := self[*capture](c)
					frame, ok := p.next(c, time.Now().Add(limit))
					return p.push(c, frame, ok)
				},
			},
			{
				Name: "frames", Waits: true,
				Doc: "The frames as they come, for a loop. It ends when the capture is stopped, or when none has come for the given time.",
				Params: []Param{{Name: "seconds", Type: "number", Optional: true,
					Doc: "the longest time to wait for each; for ever if not given"}},
				Returns: []Param{{Name: "next", Type: "fun(): string?, net.FrameInfo?"}},
				Example: "for frame, info in cap:frames(2) do\n  print(info.time, packet.dissect(frame))\nend",
				Go:      eachFrame,
			},
			{
				Name: "take",
				Doc:  "The frames that have come so far, in their order. It does not wait.",
				Returns: []Param{
					{Name: "frames", Type: "string[]"},
				},
				Example: "for _, frame in ipairs(cap:take()) do print(packet.dissect(frame)) end",
				Go: func(c call) int {
					p := self[*capture](c)
					list := c.L.NewTable()
					for range len(p.queue) {
						list.Append(lua.LString((<-p.queue).data))
					}
					return c.push(list)
				},
			},
			{
				Name:    "stop",
				Doc:     "Stop capturing. Frames that have come can still be read. Stopping again does nothing.",
				Example: "cap:stop()\nprint(cap.stats.captured, cap.stats.dropped)",
				Go: func(c call) int {
					self[*capture](c).close()
					return 0
				},
			},
		},
		Props: []*Prop{
			{Name: "stats", Type: "net.CaptureStats", Doc: "what it has counted", Get: func(c call) lua.LValue {
				p := self[*capture](c)
				if !p.closed {
					p.src.readKernelDrops()
				}
				return c.rt.record("net.CaptureStats", map[string]lua.LValue{
					"captured": c.rt.integer(p.src.captured.Load()), "dropped": c.rt.integer(p.dropped.Load() + p.src.oversized.Load()),
					"kernel_dropped": c.rt.integer(p.src.kernelDropped), "queued": lua.LNumber(len(p.queue)),
				})
			}},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int {
				p := self[*capture](c)
				return c.pushString(fmt.Sprintf("capture of %s (%d frames)", p.link, p.src.captured.Load()))
			},
		},
	}
}

// push pushes a frame and what is known about it, or nil.
func (p *capture) push(c call, frame capturedFrame, ok bool) int {
	if !ok {
		return c.push(lua.LNil)
	}
	c.L.Push(lua.LString(frame.data))
	c.L.Push(p.rt.frameInfo(frame))
	return 2
}

// eachFrame is capture:frames.
func eachFrame(c call) int {
	p := self[*capture](c)
	limited, limit := !c.isNil(1), time.Duration(0)
	if limited {
		limit = c.seconds(1)
	}
	next := &Func{Waits: true, Name: "frames", owner: classCapture, Go: func(c call) int {
		var deadline time.Time
		if limited {
			deadline = time.Now().Add(limit)
		}
		frame, ok := p.next(c, deadline)
		return p.push(c, frame, ok)
	}}
	return c.push(c.L.NewFunction(c.rt.protect(next)))
}

func captureShapes() []*Shape {
	which := []Param{
		optParam("direction", `"in"|"out"|"both"`, "frames that the device receives (if not given), sends, or both"),
		optParam("match", "odp.MatchLike", "only frames that it takes, by what packet.key reads of them: there is no in_port, and eth() need not be written"),
		optParam("snap", "integer", "how many bytes of each to keep; all if not given"),
	}
	subscription := slices.DeleteFunc(subscriptionParams(), func(p Param) bool { return p.Name == "netns" })
	return []*Shape{
		{Name: "net.CaptureOptions", Doc: "Options of link:capture.", Fields: append(slices.Clone(which),
			optParam("queue", "integer", "how many frames may wait for the script, 1024 if not given; more are dropped and counted"))},
		{Name: "net.FrameOptions", Doc: "Options of link:on_frame.", Fields: append(which, subscription...)},
		{Name: "net.FrameInfo", Doc: "What is known about a captured frame beside its bytes.", Fields: []Param{
			{Name: "direction", Type: `"in"|"out"`, Doc: "whether the device received or sent it"},
			{Name: "csum_partial", Type: "boolean", Doc: "its transport checksum has not been computed, as a virtual device needs none"},
			{Name: "size", Type: "integer", Doc: "its length, also where only the first bytes are kept"},
			optParam("time", "number", "when the kernel got it, in seconds since 1970"),
		}},
		{Name: "net.CaptureStats", Doc: "What a capture has counted.", Fields: []Param{
			{Name: "captured", Type: "integer", Doc: "frames, dropped ones included"},
			{Name: "dropped", Type: "integer", Doc: "frames dropped as the queue was full, or that were too large"},
			{Name: "kernel_dropped", Type: "integer", Doc: "frames that the kernel dropped as this program did not keep up"},
			{Name: "queued", Type: "integer", Doc: "frames that wait for the script"},
		}},
	}
}
