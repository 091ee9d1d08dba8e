package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// DefaultCTZone stands for all conntrack zones that have no limit of their own.
const DefaultCTZone = ovsh.ZoneLimitDefaultZone

// maxCTZone is the highest conntrack zone.
const maxCTZone = 1<<16 - 1

// CTLimit is a limit of the connections of one conntrack zone that the datapaths
// of a network namespace may commit together (struct ovs_zone_limit). A packet
// whose action ct would commit one more is dropped.
type CTLimit struct {
	// Zone is 0 to 65535, or [DefaultCTZone].
	Zone int
	// Limit is the number of connections; 0 means that there is no limit.
	Limit uint32
	// Count is the number of connections now. The kernel counts those that were
	// committed while the zone had a limit, and also each that it refused, for
	// some milliseconds, in which it refuses more than it has to. There is no
	// count for [DefaultCTZone]. It is ignored when a limit is set.
	Count uint32
}

const (
	ctLimitLen = 12 // struct ovs_zone_limit
	// ctLimitsPerRequest is fewer than fit into the kernel's answer to a request,
	// which is one page and not a dump.
	ctLimitsPerRequest = 256
)

// SetCTLimits sets limits of the network namespace, in the order given. The
// connections that exist stay, even if they are more. On an error some limits
// may have been set.
//
// A kernel built without conntrack zones takes limits for any zone, but all its
// connections are of zone 0.
func (c *Conn) SetCTLimits(limits ...CTLimit) error {
	return c.eachCTLimits("ct limit set", ovsh.CTLimitCmdSet, limits, nil)
}

// DeleteCTLimits has the default apply to the zones again, and for
// [DefaultCTZone] makes that no limit. A zone without a limit of its own is
// no error, nor are no zones at all.
func (c *Conn) DeleteCTLimits(zones ...int) error {
	return c.eachCTLimits("ct limit delete", ovsh.CTLimitCmdDel, ctLimitsOf(zones), nil)
}

// CTLimits returns the limits that apply to the given zones, in their order, be
// they their own or the default. Without zones it returns the default, and then
// the limits of all zones that have their own, in the kernel's order. The kernel
// puts those into a single answer, which has room for some 650: where there are
// more it refuses, and zones have to be given.
func (c *Conn) CTLimits(zones ...int) ([]CTLimit, error) {
	var all []CTLimit
	decode := func(r reply) error {
		limits, err := decodeCTLimits(r)
		all = append(all, limits...)
		return err
	}
	var err error
	if len(zones) == 0 {
		err = c.ctLimitRequest("ct limit get", ovsh.CTLimitCmdGet, nil, decode)
	} else {
		err = c.eachCTLimits("ct limit get", ovsh.CTLimitCmdGet, ctLimitsOf(zones), decode)
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

func ctLimitsOf(zones []int) []CTLimit {
	limits := make([]CTLimit, len(zones))
	for i, zone := range zones {
		limits[i].Zone = zone
	}
	return limits
}

// eachCTLimits makes as many requests as the limits need. All zones are checked
// first, so that a wrong one changes nothing: the kernel passes over it and
// reports success.
func (c *Conn) eachCTLimits(op string, cmd uint8, limits []CTLimit, decode func(reply) error) error {
	for _, l := range limits {
		if l.Zone != DefaultCTZone && (l.Zone < 0 || l.Zone > maxCTZone) {
			return &ArgError{Op: op, Arg: "zone", Want: fmt.Sprintf("%d is out of range, 0 to %d expected, or %d for the default", l.Zone, maxCTZone, DefaultCTZone)}
		}
	}
	for len(limits) > 0 {
		n := min(len(limits), ctLimitsPerRequest)
		if err := c.ctLimitRequest(op, cmd, limits[:n], decode); err != nil {
			return err
		}
		limits = limits[n:]
	}
	return nil
}

// ctLimitRequest makes a request of the family ovs_ct_limit, which always has a
// reply. Its header has room for a datapath as that of the other families, but
// the kernel takes no notice of it: limits belong to the network namespace.
func (c *Conn) ctLimitRequest(op string, cmd uint8, limits []CTLimit, decode func(reply) error) error {
	r := request{op: op, reply: true, explain: explainCTLimits}
	if len(limits) == 1 {
		r.object = ctZoneName(limits[0].Zone)
	}
	fam, err := c.extra(familyCTLimit)
	if err != nil {
		return familyCTLimit.failure(r, err)
	}
	return c.do(func(rs *requests) {
		rs.begin(r, fam, cmd, 0, 0)
		if len(limits) > 0 {
			p := make([]byte, 0, len(limits)*ctLimitLen)
			for _, l := range limits {
				p = binary.NativeEndian.AppendUint32(p, uint32(int32(l.Zone)))
				p = binary.NativeEndian.AppendUint32(p, l.Limit)
				p = binary.NativeEndian.AppendUint32(p, 0)
			}
			// An array of structures, for all that the kernel's policy calls it nested.
			rs.attr(ovsh.CTLimitAttrZoneLimit|attrNested, "", p)
		}
		rs.end()
	}, decode)
}

func ctZoneName(zone int) string {
	if zone == DefaultCTZone {
		return "of the default zone"
	}
	return "of zone " + strconv.Itoa(zone)
}

func explainCTLimits(errno syscall.Errno) string {
	if errno == unix.EMSGSIZE {
		return "the kernel cannot list so many limits in its one answer, ask for zones by number"
	}
	return ""
}

// decodeCTLimits reads an answer to a request for limits.
func decodeCTLimits(r reply) ([]CTLimit, error) {
	limits, err := []CTLimit(nil), error(nil)
	var dec decoder
	dec.attrs(r.attrs, func(id uint16, p []byte) {
		if id != ovsh.CTLimitAttrZoneLimit {
			return
		}
		for ; len(p) > 0 && dec.need("zone limit", p, ctLimitLen); p = p[ctLimitLen:] {
			l := CTLimit{Zone: int(int32(dec.uint32("", p))), Limit: dec.uint32("", p[4:]), Count: dec.uint32("", p[8:])}
			if l.Zone < DefaultCTZone || l.Zone > maxCTZone {
				err = errors.New("zone out of range")
			}
			limits = append(limits, l)
		}
	})
	if dec.err != nil {
		err = dec.err
	}
	if err != nil {
		return nil, fmt.Errorf("ct limit message: %w", err)
	}
	return limits, nil
}
