package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// connectionDetails are the properties of a connection that its protocol has, and
// what else the kernel keeps.
func connectionDetails() []*Prop {
	prop := func(name, typ, doc string, get func(c call, e *odp.ConntrackEntry) lua.LValue) *Prop {
		return &Prop{Name: name, Type: typ, Doc: doc, Get: func(c call) lua.LValue { return get(c, &self[*connection](c).e) }}
	}
	return []*Prop{
		prop("tcp", "odp.ConnectionTCP?", "what is known of both ends of a TCP connection", func(c call, e *odp.ConntrackEntry) lua.LValue {
			if e.Info != odp.ConntrackInfoTCP {
				return lua.LNil
			}
			return c.rt.record("odp.ConnectionTCP", map[string]lua.LValue{
				"orig_flags": lua.LString(e.TCP.FlagsOrig.String()), "reply_flags": lua.LString(e.TCP.FlagsReply.String()),
				"orig_wscale": lua.LNumber(e.TCP.WindowScaleOrig), "reply_wscale": lua.LNumber(e.TCP.WindowScaleReply),
			})
		}),
		prop("sctp", "odp.ConnectionSCTP?", "what is known of both ends of an SCTP association", func(c call, e *odp.ConntrackEntry) lua.LValue {
			if e.Info != odp.ConntrackInfoSCTP {
				return lua.LNil
			}
			return c.rt.record("odp.ConnectionSCTP", map[string]lua.LValue{
				"orig_vtag": lua.LNumber(e.SCTP.VtagOrig), "reply_vtag": lua.LNumber(e.SCTP.VtagReply),
			})
		}),
		prop("use", "integer", "how many references the kernel has to it", func(_ call, e *odp.ConntrackEntry) lua.LValue { return lua.LNumber(e.Use) }),
		prop("security_context", "string?", "its security context, of SELinux for example", func(_ call, e *odp.ConntrackEntry) lua.LValue {
			return optText(e.SecurityContext)
		}),
	}
}

func connectionDetailShapes() []*Shape {
	both := func(name, typ, doc string) []Param {
		return []Param{
			{Name: "orig_" + name, Type: typ, Doc: doc + " of whoever began it"},
			{Name: "reply_" + name, Type: typ, Doc: doc + " of the other end"},
		}
	}
	return []*Shape{
		{Name: "odp.ConnectionTCP", Doc: "Both ends of a TCP connection.",
			Fields: append(both("flags", "string", "what the tracker knows, such as \"WINDOW_SCALE|SACK_PERM\","), both("wscale", "integer", "the window scale")...)},
		{Name: "odp.ConnectionSCTP", Doc: "Both ends of an SCTP association.", Fields: both("vtag", "integer", "the verification tag")},
	}
}
