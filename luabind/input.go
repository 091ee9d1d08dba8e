package luabind

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classInput = "odp.Input"

// isTerminalGone reports whether reading ended as the other side of a terminal was
// closed, which is an end like any other.
func isTerminalGone(err error) bool { return errors.Is(err, syscall.EIO) }

// input is the value of a userdata of class odp.Input: lines that come from
// somewhere.
type input struct {
	rt     *Runtime
	name   string
	s      *stream
	object lua.LValue // its userdata, the same each time it is asked for
	forget func()

	handler  *handler // of on_line
	onEnd    *handler
	leave    func() // forget the handler
	draining bool
	drained  func() // called when the handler has had all there is, if not nil
}

func (rt *Runtime) newInput(name string, r io.ReadCloser) *input {
	in := &input{rt: rt, name: name}
	in.object = rt.object(classInput, in)
	in.forget = rt.closers.add(in.close)
	in.s = newStream(r, func() { rt.loop.post(in.drain) })
	return in
}

func (in *input) close() {
	in.forget()
	in.s.close()
	in.release()
}

// release ends the handler of lines.
func (in *input) release() {
	if in.handler != nil {
		in.handler, in.onEnd = nil, nil
		in.rt.loop.sources--
		in.leave()
		if in.drained != nil && !in.draining {
			in.rt.loop.post(in.drained)
		}
	}
}

// drain gives the lines that are there to the handler, one after the other.
func (in *input) drain() {
	if _, ended := in.s.state(); ended {
		in.forget() // it has closed itself
	}
	if in.handler == nil || in.draining {
		return
	}
	in.draining = true
	defer func() {
		in.draining = false
		if in.drained != nil {
			in.drained()
		}
	}()
	for n := 0; in.handler != nil; n++ {
		if n == perWakeUp { // others come first
			in.rt.loop.post(in.drain)
			return
		}
		line, ok, err := in.s.line()
		if ok {
			in.handler.call(lua.LString(line))
			continue
		}
		if err == nil {
			return
		}
		end := in.onEnd
		if err := streamEnd(err); err != nil {
			in.handler.fail(&opError{"read", in.name, err})
		}
		in.release()
		if end != nil {
			end.call()
		}
	}
}

// handled reports whether the handler of lines, if there is one, has had all that
// has come. more says that more may come.
func (in *input) handled(more bool) bool {
	if in == nil || in.handler == nil {
		return true
	}
	ready, ended := in.s.state()
	return !in.draining && !ready && (ended || !more)
}

func inputClass() *Class {
	return &Class{
		Name: classInput,
		Var:  "input",
		Doc:  "Lines that come from a file, a pipe, a terminal or a command, made by odp.input or net.spawn. A line is given without its end, and may have up to 1 MiB.",
		Props: []*Prop{{Name: "name", Type: "string", Doc: "what it reads from", Get: func(c call) lua.LValue {
			return lua.LString(self[*input](c).name)
		}}},
		Methods: []*Func{
			{
				Name:    "read",
				Waits:   true,
				Doc:     "The next line. Waits for one.",
				Params:  []Param{{Name: "seconds", Type: "number", Doc: "the longest time to wait; without end if not given, 0 to take only one that is there", Optional: true}},
				Returns: []Param{{Name: "line", Type: "string", Doc: "nil at the end, or when the time was over", Optional: true}, {Name: "problem", Type: `"timeout"`, Optional: true}},
				Example: "local line = input:read(5)",
				Go: func(c call) int {
					in := self[*input](c)
					line, ok, ended := in.read(c, 1)
					switch {
					case ok:
						return c.pushString(line)
					case ended:
						return c.push(lua.LNil)
					}
					c.L.Push(lua.LNil)
					c.L.Push(lua.LString("timeout"))
					return 2
				},
			},
			{
				Name:    "lines",
				Waits:   true,
				Doc:     "The lines for a for loop, until the end. Each turn waits for one.",
				Returns: []Param{{Name: "lines", Type: "fun(): string?"}},
				Example: "for line in input:lines() do print(line) end",
				Go: func(c call) int {
					in := self[*input](c)
					in.checkFree(c)
					return c.push(c.iterator(func(c call) int {
						line, ok, _ := in.read(c, 0)
						if !ok {
							return c.push(lua.LNil)
						}
						return c.pushString(line)
					}))
				},
			},
			{
				Name:    "read_all",
				Waits:   true,
				Doc:     "All that comes until the end, as it is. Raises when that takes too long.",
				Params:  []Param{{Name: "seconds", Type: "number", Doc: "the longest time to wait; without end if not given", Optional: true}},
				Returns: []Param{{Name: "text", Type: "string"}},
				Example: "local text = input:read_all()",
				Go: func(c call) int {
					in := self[*input](c)
					in.checkFree(c)
					var text strings.Builder
					var end error
					if !c.pump(func() bool {
						piece, err := in.s.all()
						text.WriteString(piece)
						end = err
						return err != nil
					}, c.deadline(1)) {
						c.raiseArgument("Input:read_all: the end of %s has not come in time", in.name)
					}
					if end = streamEnd(end); end != nil {
						c.raise(&opError{"read", in.name, end})
					}
					return c.pushString(text.String())
				},
			},
			{
				Name: "on_line",
				Doc:  "Call a function for each line, one after the other, while the script waits or is in odp.run. Nothing else can read them then.",
				Params: []Param{
					{Name: "fn", Type: "fun(line: string)"},
					{Name: "at_end", Type: "fun()", Doc: "called after the last line", Optional: true},
				},
				Returns: []Param{{Name: "input", Type: classInput, Doc: "this one"}},
				Example: "odp.input(\"-\"):on_line(function(line) print(\"got \" .. line) end, odp.stop)\nodp.run()",
				Go: func(c call) int {
					in := self[*input](c)
					in.checkFree(c)
					h := c.rt.newHandler("on_line handler of "+in.name, c.function(1))
					h.stop = in.release
					if !c.isNil(2) {
						in.onEnd = c.rt.newHandler("end handler of "+in.name, c.function(2))
					}
					in.handler = h
					in.leave = c.rt.callbacks.addFor(in, in.release)
					c.rt.loop.sources++
					c.rt.loop.post(in.drain)
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:    "close",
				Doc:     "Stop reading. What has come is gone. Closing again does nothing.",
				Example: "input:close()",
				Go: func(c call) int {
					self[*input](c).close()
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int { return c.pushString("input from " + self[*input](c).name) }},
	}
}

// checkFree refuses to read what a handler reads.
func (in *input) checkFree(c call) {
	if in.handler != nil {
		c.raiseArgument("%s: the lines of %s go to its on_line handler", c.title(), in.name)
	}
}

// read waits for a line, as long as argument n says, if n is not 0.
func (in *input) read(c call, n int) (line string, ok, ended bool) {
	in.checkFree(c)
	var deadline time.Time
	if n > 0 {
		deadline = c.deadline(n)
	}
	var err error
	c.pump(func() bool {
		line, ok, err = in.s.line()
		return ok || err != nil
	}, deadline)
	if problem := streamEnd(err); err != nil && problem != nil {
		c.raise(&opError{"read", in.name, problem})
	}
	return line, ok, err != nil
}

// inputFuncs are the functions of module odp that read lines.
func inputFuncs() []*Func {
	return []*Func{{
		Name:     "input",
		Unsafe:   true,
		SafeWith: oneOf("-"),
		Doc: "Read a file, a named pipe or standard input by lines, while timers and handlers go on. io.lines and io.read keep all " +
			"from going on until a line is there.",
		Params:  []Param{{Name: "path", Type: "odp.FileName", Doc: "\"-\", or nothing, is standard input", Optional: true}},
		Returns: []Param{{Name: "input", Type: classInput}},
		Example: "for line in odp.input(\"-\"):lines() do print(line) end",
		Go: func(c call) int {
			path := "-"
			if !c.isNil(1) {
				path = c.string(1)
			}
			rt := c.rt
			if path == "-" {
				if rt.cfg.Console {
					c.raiseArgument("odp.input: standard input is the console's, which reads its lines from there; name a file, or read it in a script")
				}
				if rt.stdin == nil {
					rt.stdin = rt.newInput("standard input", os.Stdin)
				}
				return c.push(rt.stdin.object)
			}
			f, err := openInput(path)
			if err != nil {
				c.raise(&opError{"open", path, startCause(err)})
			}
			return c.push(rt.newInput(path, f).object)
		},
	}}
}

func openInput(path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, syscall.EISDIR
	case info.Mode()&fs.ModeNamedPipe != 0:
		return &pipeReader{path: path}, nil
	}
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a terminal could wait for a line
}

// pipeReader is a named pipe. Opening one waits for its writer, so that is left to
// the goroutine that reads.
type pipeReader struct {
	path string
	mu   sync.Mutex
	f    *os.File
	over bool
}

func (p *pipeReader) Read(b []byte) (int, error) {
	if p.f == nil {
		f, err := os.Open(p.path)
		if err != nil {
			return 0, err
		}
		p.mu.Lock()
		p.f = f
		over := p.over
		p.mu.Unlock()
		if over {
			f.Close()
		}
	}
	return p.f.Read(b)
}

func (p *pipeReader) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.f != nil {
		return p.f.Close()
	}
	// Who waits for a writer goes on when there is one.
	w, err := os.OpenFile(p.path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil // nobody waits
	}
	return w.Close()
}
