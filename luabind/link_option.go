package luabind

import (
	"net"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
)

// linkOption is an option of one kind of network device: how it is read from a
// table, and how a device that is there shows it.
type linkOption struct {
	Param
	set func(f fields, link netlink.Link, ns *namespace)
	get func(c call, link netlink.Link) lua.LValue // nil if it is not known
}

// required makes an option one that must be given.
func (o linkOption) required() linkOption {
	o.Optional = false
	return o
}

func optParam(name, typ, doc string) Param {
	return Param{Name: name, Type: typ, Doc: doc, Optional: true}
}

type integer interface {
	~int | ~int32 | ~uint8 | ~uint16 | ~uint32
}

// numberOption is a whole number up to limit.
func numberOption[L netlink.Link, N integer](name, doc string, limit uint64, of func(L) *N) linkOption {
	return linkOption{optParam(name, "integer", doc),
		func(f fields, link netlink.Link, _ *namespace) { *of(link.(L)) = N(f.uint(name, limit, 0)) },
		func(_ call, link netlink.Link) lua.LValue { return lua.LNumber(*of(link.(L))) },
	}
}

// boolOption is a choice whose default make gives.
func boolOption[L netlink.Link](name, doc string, of func(L) *bool) linkOption {
	return linkOption{optParam(name, "boolean", doc),
		func(f fields, link netlink.Link, _ *namespace) { *of(link.(L)) = f.bool(name) },
		func(_ call, link netlink.Link) lua.LValue { return lua.LBool(*of(link.(L))) },
	}
}

// choiceOption is a choice whose default the kernel gives.
func choiceOption[L netlink.Link](name, doc string, of func(L) **bool) linkOption {
	return linkOption{optParam(name, "boolean", doc),
		func(f fields, link netlink.Link, _ *namespace) {
			on := f.bool(name)
			*of(link.(L)) = &on
		},
		func(_ call, link netlink.Link) lua.LValue {
			if on := *of(link.(L)); on != nil {
				return lua.LBool(*on)
			}
			return nil
		},
	}
}

// valueOption is a number whose default the kernel gives.
func valueOption[L netlink.Link, N integer](name, doc string, limit uint64, of func(L) **N) linkOption {
	return linkOption{optParam(name, "integer", doc),
		func(f fields, link netlink.Link, _ *namespace) {
			n := N(f.uint(name, limit, 0))
			*of(link.(L)) = &n
		},
		func(_ call, link netlink.Link) lua.LValue {
			if n := *of(link.(L)); n != nil {
				return lua.LNumber(*n)
			}
			return nil
		},
	}
}

// nameOption is one of some names.
func nameOption[L netlink.Link, N integer](name, doc string, list names, of func(L) *N) linkOption {
	return linkOption{optParam(name, list.typ(), doc),
		func(f fields, link netlink.Link, _ *namespace) { *of(link.(L)) = N(f.named(name, list, 0, 0)) },
		func(_ call, link netlink.Link) lua.LValue { return list.value(int(*of(link.(L)))) },
	}
}

// ipOption is an IP address.
func ipOption[L netlink.Link](name, doc string, of func(L) *net.IP) linkOption {
	return linkOption{optParam(name, ipType, doc),
		func(f fields, link netlink.Link, _ *namespace) { *of(link.(L)) = f.address(name) },
		func(_ call, link netlink.Link) lua.LValue {
			if ip := *of(link.(L)); len(ip) > 0 && !ip.IsUnspecified() {
				return addressValue(ip)
			}
			return nil
		},
	}
}

// lowerOption is the device that another is on, which may be in another
// namespace. It shows as the property peer.
func lowerOption(doc string) linkOption {
	return linkOption{Param{Name: "link", Type: classLink + "|net.LinkName", Doc: doc},
		func(f fields, link netlink.Link, ns *namespace) {
			link.Attrs().ParentIndex = f.linkOf("link", ns).index(f.c)
		},
		func(call, netlink.Link) lua.LValue { return nil },
	}
}

// outOption is the device that a tunnel sends by.
func outOption[L netlink.Link, N integer](of func(L) *N) linkOption {
	return linkOption{optParam("link", classLink+"|net.LinkName", "the device to send by"),
		func(f fields, link netlink.Link, ns *namespace) {
			*of(link.(L)) = N(f.linkIn("link", ns).index(f.c))
		},
		func(call, netlink.Link) lua.LValue { return nil },
	}
}
