package luabind

import (
	"iter"
	"runtime"

	lua "github.com/yuin/gopher-lua"
)

// listing is a dump in progress, the value of a userdata that a for loop calls
// for one thing at a time. A for loop that is left early cannot say so in Lua
// 5.1. Then the dump's socket is closed when the listing is collected or the
// runtime closes; listings that were left are collected before there are many.
type listing[T any] struct {
	what   string // "flows of dp0"
	seq    iter.Seq2[T, error]
	next   func() (T, error, bool)
	wrap   func(T) lua.LValue
	stop   func()
	forget func()
	ended  bool // closed, or read to its end
}

// maxOpenLists is how many dumps may wait to be collected.
const maxOpenLists = 32

// newListing starts a dump. wrap makes a value of its own of each thing, which
// is valid until the next one.
func newListing[T any](rt *Runtime, class, what string, seq iter.Seq2[T, error], wrap func(T) lua.LValue) *lua.LUserData {
	if rt.openLists >= maxOpenLists {
		runtime.GC()
	}
	next, stop := iter.Pull2(seq)
	list := &listing[T]{what: what, seq: seq, next: next, wrap: wrap}
	rt.openLists++
	open := true
	list.stop = func() {
		if open {
			open = false
			rt.openLists--
			stop()
		}
	}
	list.forget = rt.closers.add(list.stop)
	end, forget := list.stop, list.forget // without holding on to list
	runtime.AddCleanup(list, func(end func()) { rt.loop.post(end) }, func() { end(); forget() })
	return rt.object(class, list)
}

func (l *listing[T]) close() {
	l.ended = true
	l.stop()
	l.forget()
}

// listingClass is the class of the listings of things of the class element.
func listingClass[T any](name, doc, element string) *Class {
	return &Class{
		Name: name,
		Doc:  doc,
		Methods: []*Func{{
			Name:    "close",
			Doc:     "End the list before its end. A for loop that runs to its end has done so.",
			Example: "local flows = dp:flows()\nlocal one = flows()\nflows:close()",
			Go: func(c call) int {
				self[*listing[T]](c).close()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{
			"__call": func(c call) int {
				l := self[*listing[T]](c)
				v, err, ok := l.next()
				if ok && err == nil {
					return c.push(l.wrap(v))
				}
				l.close()
				c.raise(err)
				return c.push(lua.LNil)
			},
			"__tostring": func(c call) int { return c.pushString(self[*listing[T]](c).what) },
		},
		OpDocs: []string{"call: " + element + "?"},
		show:   showListing[T],
	}
}
