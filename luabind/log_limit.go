package luabind

import (
	"fmt"
	"log/slog"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classLimit = "log.Limit"

// maxLimited is how many different messages a limit tells apart. Beyond, those
// whose time is over are forgotten, and if none is, the message is one of a kind
// of its own that all others share.
const maxLimited = 256

// logLimit lets each message through once in an interval, and counts the rest.
type logLimit struct {
	log      *logger
	interval time.Duration
	total    uint64 // held back, so far
	messages map[limitedMessage]*limitedState
}

type limitedMessage struct {
	level slog.Level
	text  string
}

type limitedState struct {
	until time.Time // from then on it is let through again
	held  uint64    // how often it was held back since
	timer *timer    // says so then, if held is not 0
}

// pass tells whether a message may be written now, and how many like it were
// held back before it.
func (l *logLimit) pass(m limitedMessage) (held uint64, ok bool) {
	now := time.Now()
	s := l.messages[m]
	if s == nil && len(l.messages) >= maxLimited {
		l.forget(now)
		if len(l.messages) >= maxLimited {
			m = limitedMessage{level: m.level}
			s = l.messages[m]
		}
	}
	if s == nil {
		s = &limitedState{}
		l.messages[m] = s
	}
	if now.Before(s.until) {
		s.held++
		l.total++
		if s.timer == nil {
			s.timer = l.log.rt.loop.startQuietTimer(s.until.Sub(now), func() { l.tell(m, s) })
		}
		return 0, false
	}
	held = s.held
	s.settle()
	s.until = now.Add(l.interval)
	return held, true
}

// settle forgets what was held back, as it has been told.
func (s *limitedState) settle() {
	s.held = 0
	if s.timer != nil {
		s.timer.cancel()
		s.timer = nil
	}
}

// tell writes how often a message was held back, if nothing has since.
func (l *logLimit) tell(m limitedMessage, s *limitedState) {
	held := s.held
	s.settle()
	if held == 0 {
		return
	}
	text := m.text
	if text == "" {
		text = "various messages"
	}
	l.log.write(m.level, text, []slog.Attr{slog.Uint64(logSuppressed, held)})
}

// forget drops the messages whose time is over.
func (l *logLimit) forget(now time.Time) {
	for m, s := range l.messages {
		if !now.Before(s.until) {
			l.tell(m, s)
			delete(l.messages, m)
		}
	}
}

// flush tells of everything that was held back.
func (l *logLimit) flush() {
	for m, s := range l.messages {
		l.tell(m, s)
	}
}

func limitClass() *Class {
	return &Class{
		Name: classLimit,
		Doc: "A log that does not repeat itself, made by log.every. Messages are the same if level and text are, whatever their fields. How many " +
			"were held back is the field suppressed of the next one, or of one that only says so when the time is over or the script ends.",
		Methods: logFuncs(func(c call) *logLimit { return self[*logLimit](c) }),
		Props: []*Prop{{Name: "suppressed", Type: "integer", Doc: "how many messages it has held back so far", Get: func(c call) lua.LValue {
			return c.rt.integer(self[*logLimit](c).total)
		}}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			l := self[*logLimit](c)
			return c.pushString(fmt.Sprintf("log limit (every %v, %d suppressed)", l.interval, l.total))
		}},
	}
}
