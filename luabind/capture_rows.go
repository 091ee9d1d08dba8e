package luabind

import (
	"fmt"
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
			Example: "link:send(packet.build{ eth = {}, ipv4 = { src = \"10.0.0.1\", dst = \"10.0.0.2\" }, udp = { src = 1, dst = 2 } })",
			Go:      sendFrames,
		},
		{
			Name:    "capture",
			Doc:     "Capture the frames of the device, from now on. The capture ends with the script, or with the device's namespace.",
			Params:  []Param{{Name: "opts", Type: "net.CaptureOptions", Optional: true}},
			Returns: []Param{{Name: "capture", Type: classCapture}},
			Example: "local cap = link:capture{ direction = \"both\" }",
			Go:      startCapture,
		},
	}
}

func captureClass() *Class {
	return &Class{
		Name: classCapture,
		Doc:  "Frames that a device receives or sends, made by link:capture. They are what was on the wire, VLAN tags included.",
		Methods: []*Func{
			{
				Name: "next",
				Doc:  "The next frame. Waits for one, while timers and miss handlers go on.",
				Params: []Param{{Name: "seconds", Type: "number", Optional: true,
					Doc: "the longest time to wait; 10 if not given, 0 to take only one that is there"}},
				Returns: []Param{
					{Name: "frame", Type: "string", Optional: true, Doc: "its bytes, or nil if none came in time or the capture was stopped"},
					{Name: "info", Type: "net.FrameInfo", Optional: true},
				},
				Example: "local cap = ns:link(\"eth0\"):capture()\nprint(packet.dissect(assert(cap:next(2), \"no frame\")))",
				Go:      nextFrame,
			},
			{
				Name: "take",
				Doc:  "The frames that have come so far, in their order. It does not wait.",
				Returns: []Param{
					{Name: "frames", Type: "string[]"},
				},
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
				Name: "stop",
				Doc:  "Stop capturing. Frames that have come can still be read. Stopping again does nothing.",
				Go: func(c call) int {
					self[*capture](c).close()
					return 0
				},
			},
		},
		Props: []*Prop{
			{Name: "stats", Type: "net.CaptureStats", Doc: "what it has counted", Get: func(c call) lua.LValue {
				p := self[*capture](c)
				p.readKernelDrops()
				return c.rt.record("net.CaptureStats", map[string]lua.LValue{
					"captured": c.rt.integer(p.captured.Load()), "dropped": c.rt.integer(p.dropped.Load()),
					"kernel_dropped": c.rt.integer(p.kernelDropped), "queued": lua.LNumber(len(p.queue)),
				})
			}},
		},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int {
				p := self[*capture](c)
				return c.pushString(fmt.Sprintf("capture of %s (%d frames)", p.link, p.captured.Load()))
			},
		},
	}
}

func nextFrame(c call) int {
	p := self[*capture](c)
	limit := defaultCaptureWait
	if !c.isNil(1) {
		limit = c.seconds(1)
	}
	var frame capturedFrame
	got, over := false, false
	take := func() {
		select {
		case frame = <-p.queue:
			got = true
		default:
		}
	}
	c.pump(func() bool {
		take()
		if !got {
			select {
			case <-p.ended: // all that will come is in the queue
				take()
				over = true
			default:
			}
		}
		return got || over
	}, time.Now().Add(limit))
	if got {
		return p.push(c, frame)
	}
	if over && !p.closed && p.err != nil {
		c.raise(&opError{"capture", p.link, p.err})
	}
	return c.push(lua.LNil)
}

func captureShapes() []*Shape {
	return []*Shape{
		{Name: "net.CaptureOptions", Doc: "Options of link:capture.", Fields: []Param{
			{Name: "direction", Type: `"in"|"out"|"both"`, Doc: "frames that the device receives (if not given), sends, or both", Optional: true},
			{Name: "queue", Type: "integer", Doc: "how many frames may wait for the script, 1024 if not given; more are dropped and counted", Optional: true},
		}},
		{Name: "net.FrameInfo", Doc: "What is known about a captured frame beside its bytes.", Fields: []Param{
			{Name: "direction", Type: `"in"|"out"`},
			{Name: "csum_partial", Type: "boolean", Doc: "its transport checksum has not been computed, as a virtual device needs none"},
		}},
		{Name: "net.CaptureStats", Doc: "What a capture has counted.", Fields: []Param{
			{Name: "captured", Type: "integer", Doc: "frames, dropped ones included"},
			{Name: "dropped", Type: "integer", Doc: "frames dropped as the queue was full"},
			{Name: "kernel_dropped", Type: "integer", Doc: "frames that the kernel dropped as this program did not keep up"},
			{Name: "queued", Type: "integer", Doc: "frames that wait for the script"},
		}},
	}
}
