package luabind

import (
	"os"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/luabind/screen"
)

const classScreen = "screen.Screen"

// openScreen is the value of a userdata of class screen.Screen.
type openScreen struct {
	rt     *Runtime
	s      *screen.Screen
	forget []func()
	closed bool

	handler    *handler // of on_key
	delivering bool
	styles     map[string]screen.Style
	unhold     func() // writes what was held back; once
}

func screenModule() *Module {
	return &Module{
		Name: "screen",
		Doc: "The whole terminal: text in any place, in styles, and single keys, for views that change while one looks. The terminal is left as it was " +
			"however the script ends, also by Ctrl-C, by a signal and by an error; Ctrl-Z stops the program, and fg has it go on.",
		Funcs: []*Func{{
			Name: "open",
			Doc: "Take the terminal, of which there is one: standard input and output. It then shows an empty screen, and what was there before " +
				"when the screen is closed, as it is when the script ends. What print, log and warnings write meanwhile comes then.",
			Params:  []Param{{Name: "options", Type: "screen.Options", Optional: true}},
			Returns: []Param{{Name: "screen", Type: classScreen}},
			Example: "local view = screen.open()\nview:text(1, 1, \"press a key\", \"bold\")\nview:show()\nlocal key = view:key()\nview:close()\nprint(\"it was \" .. key)",
			Go:      newScreen,
		}},
	}
}

func screenShapes() []*Shape {
	return []*Shape{{
		Name: "screen.Options", Doc: "How screen.open shows things.",
		Fields: []Param{{Name: "colors", Type: "boolean", Optional: true, Doc: "false: styles have no colours; by the variable NO_COLOR if not given"}},
	}}
}

func newScreen(c call) int {
	o := c.fields(1, "screen.Options")
	colors := os.Getenv("NO_COLOR") == ""
	if o.has("colors") {
		colors = o.bool("colors")
	}
	rt := c.rt
	switch {
	case rt.cfg.Console:
		c.raiseArgument("the console has the terminal: run a script")
	case rt.work != nil:
		c.raiseArgument("workers have no terminal")
	case rt.screen.Load() != nil:
		c.raiseArgument("the screen is open already")
	}
	v := &openScreen{rt: rt, styles: map[string]screen.Style{}}
	s, err := screen.Open(os.Stdin, os.Stdout, colors, func() { rt.loop.post(v.deliver) })
	if err != nil {
		c.raise(&opError{"screen open", "", err})
	}
	v.s, v.unhold = s, sync.OnceFunc(rt.holdOutput())
	rt.screen.Store(v)
	v.forget = []func(){rt.callbacks.add(v.close), rt.closers.add(v.close)}
	return c.push(rt.object(classScreen, v))
}

// RestoreTerminal leaves the terminal as it was before a script took it. It is for
// a program that exits without [Runtime.Close].
func (rt *Runtime) RestoreTerminal() {
	if v := rt.screen.Load(); v != nil {
		v.s.Restore()
		v.unhold()
	}
}

func (v *openScreen) close() {
	if v.closed {
		return
	}
	v.closed = true
	for _, forget := range v.forget {
		forget()
	}
	v.release()
	v.s.Close()
	v.rt.cfg.Stdout, v.rt.cfg.Stderr = v.rt.cfg.Stdout.(*heldWriter).to, v.rt.cfg.Stderr.(*heldWriter).to
	v.unhold()
	v.rt.screen.Store(nil)
}

// release ends the handler of keys.
func (v *openScreen) release() {
	if v.handler != nil {
		v.handler = nil
		v.rt.loop.sources--
	}
}

// deliver gives keys to their handler, one after the other.
func (v *openScreen) deliver() {
	if v.delivering {
		return
	}
	v.delivering = true
	defer func() { v.delivering = false }()
	for n := 0; v.handler != nil && !v.closed; n++ {
		if n == perWakeUp { // others come first
			v.rt.loop.post(v.deliver)
			return
		}
		key, ok, err := v.s.Key()
		if err != nil {
			v.handler.fail(&opError{"screen read", "", err})
			v.release()
		}
		if !ok {
			return
		}
		v.handler.call(lua.LString(key))
	}
}

// opened is the screen, which must not have been closed.
func (c call) opened() *openScreen {
	v := self[*openScreen](c)
	if v.closed {
		c.raiseArgument("the screen has been closed")
	}
	return v
}

// style returns argument n as a style.
func (v *openScreen) style(c call, n int) (s screen.Style) {
	if c.isNil(n) {
		return s
	}
	text := c.string(n)
	s, known := v.styles[text]
	if !known {
		var err error
		if s, err = screen.ParseStyle(text); err != nil {
			c.bad(n, "%v", err)
		}
		v.styles[text] = s
	}
	return s
}

func screenClass() *Class {
	size := func(c call) (width, height int) { return self[*openScreen](c).s.Size() }
	return &Class{
		Name: classScreen,
		Var:  "view",
		Doc: "The terminal, taken by screen.open. What is drawn is seen when view:show is called, which writes only what has changed. Rows and columns count from 1, " +
			"at the top left. A wide character takes two columns, as odp.text_width counts them.",
		Props: []*Prop{
			{Name: "width", Type: "integer", Doc: "columns", Get: func(c call) lua.LValue { w, _ := size(c); return lua.LNumber(w) }},
			{Name: "height", Type: "integer", Doc: "rows", Get: func(c call) lua.LValue { _, h := size(c); return lua.LNumber(h) }},
		},
		Methods: []*Func{
			{
				Name:    "clear",
				Doc:     "Empty what is drawn, to draw all anew.",
				Returns: []Param{{Name: "screen", Type: classScreen, Doc: "this one"}},
				Example: "view:clear():text(1, 1, \"nothing else\")\nview:show()",
				Go: func(c call) int {
					c.opened().s.Clear()
					return c.push(c.L.Get(1))
				},
			},
			{
				Name: "text",
				Doc: "Draw a text in one row. What is beyond the edges is left out, so that a script need not know them. Control characters, which a terminal would " +
					"obey, are drawn as \ufffd.",
				Params: []Param{
					{Name: "row", Type: "integer"},
					{Name: "column", Type: "integer"},
					{Name: "text", Type: "string"},
					{Name: "style", Type: "string", Optional: true, Doc: "words: bold, faint, underline, reverse, a colour, on and a colour, such as \"bold red\"; the colours " +
						"are black, red, green, yellow, blue, magenta, cyan and white"},
				},
				Returns: []Param{{Name: "column", Type: "integer", Doc: "the one behind it, to go on at"}},
				Example: "local column = view:text(1, 1, \"lost: \")\nview:text(1, column, tostring(dp.stats.lost), \"bold red\")",
				Go: func(c call) int {
					v := c.opened()
					row, column := c.uint(1, 1<<16), c.uint(2, 1<<16)
					if row == 0 || column == 0 {
						c.bad(1, "rows and columns count from 1")
					}
					return c.push(lua.LNumber(1 + v.s.Text(int(column)-1, int(row)-1, c.string(3), v.style(c, 4))))
				},
			},
			{
				Name:    "show",
				Doc:     "Have the terminal show what is drawn.",
				Returns: []Param{{Name: "screen", Type: classScreen, Doc: "this one"}},
				Example: "odp.every(1, function()\n  view:text(1, 1, os.date(\"%H:%M:%S\"))\n  view:show()\nend)",
				Go: func(c call) int {
					if err := c.opened().s.Show(); err != nil {
						c.raise(&opError{"screen show", "", err})
					}
					return c.push(c.L.Get(1))
				},
			},
			{
				Name: "key",
				Doc: "The next key that was pressed. Waits for one. Keys with a character are that; the others are up, down, left, right, home, end, page-up, page-down, " +
					"insert, delete, backspace, tab, shift-tab, enter, escape, f1 to f12, ctrl-a and so on, and alt- before any. \"resize\" says that the terminal's " +
					"size has changed: draw anew. Ctrl-C, Ctrl-Z and Ctrl-\\ are signals as ever.",
				Waits:   true,
				Params:  []Param{{Name: "seconds", Type: "number", Optional: true, Doc: "the longest time to wait; without end if not given, 0 to take only one that is there"}},
				Returns: []Param{{Name: "key", Type: "string", Optional: true, Doc: "nil when the time was over"}, {Name: "problem", Type: `"timeout"`, Optional: true}},
				Example: "while view:key() ~= \"q\" do end",
				Go: func(c call) int {
					v := c.opened()
					if v.handler != nil {
						c.raiseArgument("on_key gets the keys")
					}
					var key string
					var ok bool
					var err error
					c.pump(func() bool {
						key, ok, err = v.s.Key()
						return ok || err != nil || v.closed
					}, c.deadline(1))
					switch {
					case ok:
						return c.pushString(key)
					case err != nil:
						c.raise(&opError{"screen read", "", err})
					case v.closed:
						c.raiseArgument("the screen has been closed")
					}
					c.push(lua.LNil)
					return 1 + c.pushString("timeout")
				},
			},
			{
				Name: "on_key",
				Doc: "Call a function for each key, while the script waits or is in odp.run. Keys are called as view:key says. A second function takes the place of the " +
					"first. An error in it is reported and counted, and the loop goes on.",
				Params:  []Param{{Name: "fn", Type: "fun(key: string)"}},
				Returns: []Param{{Name: "screen", Type: classScreen, Doc: "this one"}},
				Example: "view:on_key(function(key)\n  if key == \"q\" then odp.stop() end\nend)\nodp.run()",
				Go: func(c call) int {
					v := c.opened()
					fn := c.function(1)
					v.release()
					h := c.rt.newHandler("on_key handler", fn)
					h.stop = func() {
						if v.handler == h {
							v.release()
						}
					}
					v.handler = h
					c.rt.loop.sources++
					c.rt.loop.post(v.deliver) // what was typed before
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:    "close",
				Doc:     "Give the terminal back, which shows what it did before. Closing again does nothing.",
				Example: "view:close()",
				Go: func(c call) int {
					self[*openScreen](c).close()
					return 0
				},
			},
		},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			v := self[*openScreen](c)
			if v.closed {
				return c.pushString("screen (closed)")
			}
			return c.pushString("screen")
		}},
	}
}
