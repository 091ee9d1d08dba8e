package luabind

import (
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classCapture = "net.Capture"

const (
	defaultCaptureQueue = 1024
	// defaultCaptureWait is how long capture:next waits if not told otherwise.
	defaultCaptureWait = 10 * time.Second
)

// capture keeps the frames of one device until the script asks for them. Its
// goroutine copies them into the bounded queue, the owner of the Lua state takes
// them out.
type capture struct {
	rt     *Runtime
	link   string // for messages
	src    *frameSource
	queue  chan capturedFrame
	ended  chan struct{} // closed when the goroutine has returned
	err    error         // why, then
	forget func()
	closed bool

	dropped atomic.Uint64 // no room in the queue
}

func startCapture(c call) int {
	l := self[*linkValue](c)
	f := c.fields(1, "net.CaptureOptions")
	queue := f.uint("queue", 1<<20, defaultCaptureQueue)
	if queue == 0 {
		f.expected("queue", "whole number from 1 to 1048576")
	}
	p := &capture{rt: c.rt, link: l.name, src: l.openFrames(c, f), queue: make(chan capturedFrame, queue), ended: make(chan struct{})}
	p.forget = l.ns.socketClosers(c.rt).add(p.close)
	go p.receive()
	return c.push(c.rt.object(classCapture, p))
}

// receive runs on the capture's goroutine.
func (p *capture) receive() {
	defer p.rt.loop.nudge()
	defer close(p.ended)
	for {
		frame, err := p.src.read()
		if err != nil {
			p.err = err
			return
		}
		select {
		case p.queue <- frame:
			p.rt.loop.nudge()
		default:
			p.dropped.Add(1) // the newest, so that what there is stays in order
		}
	}
}

// close ends the capture. What is in the queue can still be read.
func (p *capture) close() {
	if p.closed {
		return
	}
	p.src.readKernelDrops()
	p.closed = true
	p.forget()
	p.src.Close()
	<-p.ended
}

// next takes the next frame out of the queue and waits for it until the deadline,
// if that is not zero. None came in time, or the capture has ended, if ok is
// false.
func (p *capture) next(c call, deadline time.Time) (frame capturedFrame, ok bool) {
	over := false
	take := func() {
		select {
		case frame = <-p.queue:
			ok = true
		default:
		}
	}
	c.pump(func() bool {
		take()
		if !ok {
			select {
			case <-p.ended: // all that will come is in the queue
				take()
				over = true
			default:
			}
		}
		return ok || over
	}, deadline)
	if !ok && over && !p.closed && p.err != nil {
		c.raise(&opError{"capture", p.link, p.err})
	}
	return frame, ok
}

// frameInfo is what is known about a frame beside its bytes.
func (rt *Runtime) frameInfo(f capturedFrame) lua.LValue {
	direction := captureIn
	if f.outgoing {
		direction = captureOut
	}
	values := map[string]lua.LValue{
		"direction": lua.LString(captureDirections[direction]), "csum_partial": lua.LBool(f.partial), "size": lua.LNumber(f.size),
	}
	if !f.when.IsZero() {
		values["time"] = lua.LNumber(float64(f.when.UnixNano()) / 1e9)
	}
	return rt.record("net.FrameInfo", values)
}

// onFrame is link:on_frame.
func onFrame(c call) int {
	l, fn := self[*linkValue](c), c.function(1)
	f := c.fields(2, "net.FrameOptions")
	o := c.subscriptionOptions(f)
	src := l.openFrames(c, f)
	n := c.subscribe("on_frame handler of "+l.name, fn, o, nil, src, func(event any) []lua.LValue {
		frame := event.(capturedFrame)
		return []lua.LValue{lua.LString(frame.data), c.rt.frameInfo(frame)}
	})
	c.subscribed().endWith(l.ns)
	return n
}
