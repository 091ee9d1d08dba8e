package luabind

// roomyStack makes room on the stack of the goroutine that calls it. Where little is on
// the stack yet that costs next to nothing. Later the runtime would double it several
// times, and each time look up what every function on it has there, in tables of the
// program that nothing else touches when a script starts.
func roomyStack() { roomyFrame(0) }

// stackRoom is what compiling and running a script of some size takes.
const stackRoom = 48 << 10

// roomyFrame has a large frame, of which it touches nothing.
//
//go:noinline
func roomyFrame(touch int) (b byte) {
	if touch > 0 {
		var room [stackRoom]byte
		for i := range room {
			room[i] = byte(i + touch)
		}
		b = room[touch]
	}
	return b
}
