package odp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// VportType is the type of a vport (enum ovs_vport_type).
type VportType uint32

// The types of vports.
const (
	VportNetdev   VportType = ovsh.VportTypeNetdev   // an existing network device
	VportInternal VportType = ovsh.VportTypeInternal // a device made for it, through which the host takes part
	VportGRE      VportType = ovsh.VportTypeGRE
	VportVXLAN    VportType = ovsh.VportTypeVXLAN
	VportGeneve   VportType = ovsh.VportTypeGeneve
)

// VportTypes returns the types by number.
func VportTypes() []VportType {
	return []VportType{VportNetdev, VportInternal, VportGRE, VportVXLAN, VportGeneve}
}

// String returns the type's name, or its number if it is unknown.
func (t VportType) String() string {
	switch t {
	case VportNetdev:
		return "netdev"
	case VportInternal:
		return "internal"
	case VportGRE:
		return "gre"
	case VportVXLAN:
		return "vxlan"
	case VportGeneve:
		return "geneve"
	}
	return strconv.FormatUint(uint64(t), 10)
}

// ParseVportType returns the type with that name.
func ParseVportType(name string) (VportType, error) {
	var names []string
	for _, t := range VportTypes() {
		if t.String() == name {
			return t, nil
		}
		names = append(names, t.String())
	}
	return 0, fmt.Errorf("vport type %q: one of %v expected", name, names)
}

// VportSpec says what vport to create.
type VportSpec struct {
	// Name is that of the network device: for a netdev an existing one, for all
	// other types one that the kernel makes. 1 to 15 bytes.
	Name string
	// Type is VportNetdev if it is 0.
	Type VportType
	// Number of the port; 0 lets the kernel choose the lowest that is free.
	Number  PortNo
	Options VportOptions
	// UpcallPIDs are the port ids of the netlink sockets among which the kernel
	// shares the port's upcalls out by flow, at most one for each CPU. None:
	// upcalls are lost.
	UpcallPIDs []uint32
	// IfIndex is the ifindex that the device of an internal vport is to have; 0
	// leaves it to the kernel, and so does Linux before 6.1.
	IfIndex int
}

// Vport is a port of a datapath as it was when it was read, and a handle of it.
// Once the port is deleted its requests fail with [ErrNotExist], even if another
// port has its number then. It is safe for concurrent use.
type Vport struct {
	d       *Datapath
	name    string
	number  PortNo
	typ     VportType
	ifindex int
	nsID    int32 // of netlink, only if inNS
	inNS    bool
	options VportOptions
	pids    []uint32
	stats   VportStats
}

// VportStats counts what went through a vport (struct ovs_vport_stats).
// Received is what came into the datapath.
type VportStats struct {
	RxPackets, TxPackets uint64
	RxBytes, TxBytes     uint64
	RxErrors, TxErrors   uint64
	RxDropped, TxDropped uint64

	// HasUpcalls tells whether the kernel counts upcalls by port (Linux 6.2).
	HasUpcalls bool
	// Upcalls that were delivered, and that were not.
	Upcalls, LostUpcalls uint64
}

// CreateVport adds a port. A name or number that is taken, or a device that is
// part of another datapath or bridge, is an error that says so.
func (d *Datapath) CreateVport(spec VportSpec) (*Vport, error) {
	if spec.Type == 0 {
		spec.Type = VportNetdev
	}
	var v *Vport
	err := d.c.do(func(rs *requests) { rs.createVport(d, spec) }, func(r reply) (err error) {
		v, err = decodeVport(d, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (rs *requests) createVport(d *Datapath, spec VportSpec) {
	rs.begin(request{
		op: "vport create", object: spec.Name, datapath: d.String(), reply: true, vportType: spec.Type,
		explain: func(errno syscall.Errno) string { return d.explainCreateVport(spec, errno) },
	}, &rs.fam.vport, ovsh.VportCmdNew, netlink.Create|netlink.Excl|netlink.Echo, d.index)
	rs.checkName(spec.Name)
	rs.checkPort("number", spec.Number)
	if !slices.Contains(VportTypes(), spec.Type) {
		rs.refuse("type", "%v is no type of vport, one of %v expected", spec.Type, VportTypes())
	}
	rs.string(ovsh.VportAttrName, spec.Name)
	rs.uint32(ovsh.VportAttrType, uint32(spec.Type))
	if spec.Number != 0 {
		rs.uint32(ovsh.VportAttrPortNo, uint32(spec.Number))
	}
	rs.upcallPIDs(spec.UpcallPIDs)
	rs.vportOptions(spec.Type, spec.Options)
	if spec.IfIndex != 0 && spec.Type != VportInternal {
		rs.refuse("ifindex", "given for a vport of type %v, which has none of its own; only those of type %v do", spec.Type, VportInternal)
	}
	rs.ifindex(ovsh.VportAttrIfIndex, spec.IfIndex)
	rs.end()
}

// upcallPIDs appends the port ids. The kernel demands at least one, and takes 0
// for nobody.
func (rs *requests) upcallPIDs(pids []uint32) {
	if len(pids) == 0 {
		pids = []uint32{0}
	}
	rs.uint32s(ovsh.VportAttrUpcallPID, "upcall port ids", pids)
}

// Vport returns the vport of that name, or an [ErrNotExist] whose text tells
// whether it is the vport or the datapath that is missing.
func (d *Datapath) Vport(name string) (*Vport, error) {
	return d.lookUpVport(name, func(rs *requests) {
		rs.checkName(name)
		rs.string(ovsh.VportAttrName, name)
	})
}

// VportByNumber returns the vport with that port number, or an [ErrNotExist].
func (d *Datapath) VportByNumber(n PortNo) (*Vport, error) {
	return d.lookUpVport("port "+strconv.FormatUint(uint64(n), 10), func(rs *requests) {
		rs.checkPort("number", n)
		rs.uint32(ovsh.VportAttrPortNo, uint32(n))
	})
}

func (d *Datapath) lookUpVport(object string, id func(*requests)) (*Vport, error) {
	var v *Vport
	err := d.c.do(func(rs *requests) {
		r := request{op: "vport get", object: object, datapath: d.String(), reply: true, explain: d.explainVport}
		rs.begin(r, &rs.fam.vport, ovsh.VportCmdGet, 0, d.index)
		id(rs)
		rs.end()
	}, func(r reply) (err error) {
		v, err = decodeVport(d, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Vports lists the datapath's vports, the local port among them, in the
// kernel's order. On [ErrDumpInterrupted] it returns what it got as well.
func (d *Datapath) Vports() ([]*Vport, error) {
	var all []*Vport
	err := d.c.dump(func(rs *requests) {
		rs.begin(request{op: "vport list", datapath: d.String(), explain: gone},
			&rs.fam.vport, ovsh.VportCmdGet, netlink.Dump, d.index)
		rs.end()
	}, func(r reply) error {
		v, err := decodeVport(d, r)
		if err == nil {
			all = append(all, v)
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrDumpInterrupted) {
		return nil, err
	}
	return all, err
}

// Datapath returns the datapath that the port belongs to.
func (v *Vport) Datapath() *Datapath { return v.d }

// Via returns the port with a handle on another connection, as [Datapath.Via] does.
func (v *Vport) Via(c *Conn) *Vport {
	w := *v
	w.d = v.d.Via(c)
	return &w
}

// Name returns the name of the port's network device when the port was read.
func (v *Vport) Name() string { return v.name }

// Number returns the port number, which flows and actions use.
func (v *Vport) Number() PortNo { return v.number }

// Type returns the port's type.
func (v *Vport) Type() VportType { return v.typ }

// IfIndex returns the ifindex of the port's network device, 0 if the kernel
// does not tell it.
func (v *Vport) IfIndex() int { return v.ifindex }

// NetNSID returns the number by which the datapath's network namespace knows
// the one that the port's device was moved to. ok is false while the device is
// in the datapath's own.
func (v *Vport) NetNSID() (id int, ok bool) { return int(v.nsID), v.inNS }

// Options returns the port's settings.
func (v *Vport) Options() VportOptions { return v.options }

// UpcallPIDs returns the port ids of the sockets for the port's upcalls, as they
// were when the port was read: one only, unless [FeatureVportPIDs] is on. 0 is
// nobody.
func (v *Vport) UpcallPIDs() []uint32 { return slices.Clone(v.pids) }

// String returns the name.
func (v *Vport) String() string { return v.name }

// Stats asks the kernel for the port's counters.
func (v *Vport) Stats() (VportStats, error) {
	now, err := v.read("vport get")
	if err != nil {
		return VportStats{}, err
	}
	return now.stats, nil
}

// StatsRead returns the port's counters as they were when the port was read: in
// the event of its deletion, its last ones.
func (v *Vport) StatsRead() VportStats { return v.stats }

// Refresh reads the port again and returns it as it is now.
func (v *Vport) Refresh() (*Vport, error) { return v.read("vport get") }

// Delete removes the port from its datapath, and with it the device unless it
// is a netdev. The local port cannot be deleted without its datapath.
func (v *Vport) Delete() error {
	if v.number == LocalPort {
		return &ArgError{Op: "vport delete", Arg: "vport", Want: v.name + " is the local port of its datapath and goes only with it"}
	}
	if err := v.check("vport delete"); err != nil {
		return err
	}
	return v.request("vport delete", ovsh.VportCmdDel, func(*requests) {})
}

// VportChange says what to change of a vport; nil leaves things as they are.
type VportChange struct {
	// UpcallPIDs are as in [VportSpec]; empty but not nil stops upcalls.
	UpcallPIDs []uint32
	// Options are those of a tunnel. No kernel up to 7.2 can change them, which
	// is an [ErrNotSupported].
	Options *VportOptions
}

// Set changes the vport and returns it as it is then.
func (v *Vport) Set(change VportChange) (*Vport, error) {
	if err := v.check("vport set"); err != nil {
		return nil, err
	}
	if change.UpcallPIDs != nil || change.Options != nil {
		if err := v.set(change); err != nil {
			return nil, err
		}
	}
	return v.Refresh()
}

// SetUpcallPIDs sets the port ids of the netlink sockets among which the kernel
// shares the port's upcalls out by flow, at most one for each CPU. None: upcalls
// are lost.
func (v *Vport) SetUpcallPIDs(pids []uint32) error {
	if err := v.check("vport set"); err != nil {
		return err
	}
	return v.setUpcallPIDs(pids)
}

// setUpcallPIDs does so for whatever port has the number.
func (v *Vport) setUpcallPIDs(pids []uint32) error {
	if pids == nil {
		pids = []uint32{}
	}
	return v.set(VportChange{UpcallPIDs: pids})
}

// set changes whatever port has the number.
func (v *Vport) set(change VportChange) error {
	return v.request("vport set", ovsh.VportCmdSet, func(rs *requests) {
		if change.UpcallPIDs != nil {
			rs.upcallPIDs(change.UpcallPIDs)
		}
		if change.Options != nil {
			rs.vportOptions(v.typ, *change.Options)
		}
		rs.last().explain = func(errno syscall.Errno) string { return v.explainSet(change, errno) }
	})
}

// read reads the port again. The kernel finds ports by number, or by a name that
// goes wrong once the device is renamed, so it is the ifindex that tells whether
// the port is still the same one.
func (v *Vport) read(op string) (*Vport, error) {
	now, err := v.d.VportByNumber(v.number)
	if refused, ok := err.(*OpError); ok {
		refused.Op, refused.Object = op, v.name
	}
	if err == nil && v.ifindex != 0 && now.ifindex != v.ifindex {
		err = &OpError{Op: op, Object: v.name, Datapath: v.d.String(), Reason: "no such vport", Err: unix.ENODEV}
	}
	return now, err
}

// check returns an error unless the port is there. A handle that does not know
// its ifindex cannot tell.
func (v *Vport) check(op string) error {
	if v.ifindex == 0 {
		return nil
	}
	_, err := v.read(op)
	return err
}

// request makes a request for the port by its number.
func (v *Vport) request(op string, cmd uint8, attrs func(*requests)) error {
	return v.d.c.do(func(rs *requests) {
		r := request{op: op, object: v.name, datapath: v.d.String(), explain: v.d.explainVport}
		rs.begin(r, &rs.fam.vport, cmd, 0, v.d.index)
		rs.uint32(ovsh.VportAttrPortNo, uint32(v.number))
		attrs(rs)
		rs.end()
	}, nil)
}
