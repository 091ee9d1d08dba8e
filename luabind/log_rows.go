package luabind

import (
	"log/slog"
	"time"
)

// logModule is module log.
func logModule() *Module {
	none := func(call) *logLimit { return nil }
	return &Module{
		Name: "log",
		Doc: "Messages for whoever runs the script: with a level, and with fields that programs can read. $ODP_LOG sets what is written and how, " +
			"as in ODP_LOG=debug or ODP_LOG=warn,json.",
		Funcs: append(logFuncs(none),
			&Func{
				Name: "every",
				Doc: "A log that writes each message at most once in so many seconds. What it holds back is counted, and the count is written: " +
					"for handlers, which may have the same to say about every packet.",
				Params:  []Param{{Name: "seconds", Type: "number"}},
				Returns: []Param{{Name: "limit", Type: classLimit}},
				Example: "local slow = log.every(5)\ndp:on_miss(function(pkt)\n  slow:warn(\"no route\", { dst = pkt.key.ipv4 and pkt.key.ipv4.dst })\nend)",
				Go: func(c call) int {
					limit := &logLimit{log: c.rt.log, interval: c.seconds(1), messages: map[limitedMessage]*limitedState{}}
					if limit.interval < time.Millisecond {
						c.bad(1, "0.001 seconds or more expected, got %s", c.rt.describe(c.arg(1)))
					}
					c.rt.log.limits = append(c.rt.log.limits, limit)
					return c.push(c.rt.object(classLimit, limit))
				},
			},
			&Func{
				Name:    "level",
				Doc:     "Sets which messages are written: those of this level and of higher ones. Without an argument, only tells.",
				Params:  []Param{{Name: "level", Type: logLevelType(), Optional: true, Doc: "\"info\" if neither this nor $ODP_LOG sets it"}},
				Returns: []Param{{Name: "level", Type: logLevelType(), Doc: "the level in force"}},
				Example: "log.level(\"debug\")",
				Go: func(c call) int {
					if !c.isNil(1) {
						c.rt.log.level = logLevels[c.option(1, logLevelNames())].level
					}
					for _, l := range logLevels {
						if l.level == c.rt.log.level {
							return c.pushString(l.name)
						}
					}
					return 0
				},
			},
			&Func{
				Name:    "format",
				Doc:     "Sets how messages are written: as text (time=... level=INFO msg=... key=value), or as one JSON object a line. Without an argument, only tells.",
				Params:  []Param{{Name: "format", Type: `"text"|"json"`, Optional: true}},
				Returns: []Param{{Name: "format", Type: `"text"|"json"`, Doc: "the format in force"}},
				Example: "log.format(\"json\")",
				Go: func(c call) int {
					if !c.isNil(1) {
						c.rt.log.format = c.option(1, logFormats)
					}
					return c.pushString(logFormats[c.rt.log.format])
				},
			},
			&Func{
				Name:     "output",
				Unsafe:   true,
				SafeWith: oneOf("stderr", "stdout"),
				Doc: "Sets where messages go. A file is appended to, and made if there is none; setting the same one again opens it anew, after it was " +
					"moved away. Messages that cannot be written are counted, and that is reported on standard error.",
				Params:  []Param{{Name: "target", Type: `"stderr"|"stdout"|odp.FileName`, Doc: "or the name of a file, such as ./stderr for one of that name", Optional: true}},
				Returns: []Param{{Name: "target", Type: "string", Doc: "where they go now"}},
				Example: "log.output(\"/var/log/odp.log\")",
				Go: func(c call) int {
					if !c.isNil(1) {
						if c.string(1) == "" {
							c.expected(1, "\"stderr\", \"stdout\" or the name of a file")
						}
						c.raise(c.rt.log.setTarget(c.string(1)))
					}
					return c.pushString(c.rt.log.target)
				},
			},
			&Func{
				Name:    "lost",
				Doc:     "How many messages could not be written.",
				Returns: []Param{{Name: "count", Type: "integer"}},
				Example: "print(log.lost())",
				Go:      func(c call) int { return c.push(c.rt.integer(c.rt.log.lost)) },
			},
		),
	}
}

func logLevelType() string {
	text := ""
	for i, l := range logLevels {
		if i > 0 {
			text += "|"
		}
		text += "\"" + l.name + "\""
	}
	return text
}

// logFuncs are the functions that write a message, one for each level. limit
// returns what holds them back, or nil.
func logFuncs(limit func(c call) *logLimit) []*Func {
	var list []*Func
	for _, l := range logLevels {
		if l.level == logOff {
			continue
		}
		list = append(list, &Func{
			Name: l.name,
			Doc:  "Write a message of level " + l.name + ".",
			Params: []Param{
				{Name: "text", Type: "string", Doc: "what happened, best the same each time: what varies belongs into the fields"},
				{Name: "fields", Type: "table<string, any>", Doc: "what else there is to say; tables and objects of this program are written out", Optional: true},
			},
			Example: "log." + l.name + "(\"port added\", { dp = dp.name, port = 2 })",
			Go: func(c call) int {
				limit := limit(c)
				text := c.string(1)
				if !c.isNil(2) {
					c.table(2)
				}
				if l.level < c.rt.log.level {
					return 0
				}
				var held uint64
				if limit != nil {
					var ok bool
					if held, ok = limit.pass(limitedMessage{l.level, text}); !ok {
						return 0
					}
				}
				attrs := c.logAttrs(2)
				if held > 0 {
					attrs = append(attrs, slog.Uint64(logSuppressed, held))
				}
				c.rt.log.write(l.level, text, attrs)
				return 0
			},
		})
	}
	return list
}
