package odp

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Datapath is a handle of a datapath in the kernel. Its requests name the
// datapath by ifindex, so that they never reach another one that took its name:
// once the datapath is deleted they fail with [ErrNotExist]. It is safe for
// concurrent use.
type Datapath struct {
	c     *Conn
	name  string
	index int
}

// DatapathSpec says what datapath to create.
type DatapathSpec struct {
	// Name is that of the datapath and of its local port, 1 to 15 bytes.
	Name string
	// Features to turn on; the kernel refuses those that it does not know.
	Features Features
	// MasksCacheSize is the number of entries of the cache that remembers which
	// mask a packet hit: 0 or a power of two. nil leaves it to the kernel.
	MasksCacheSize *uint32
	// UpcallPID is the port id of the netlink socket for upcalls of the local
	// port; 0 is nobody.
	UpcallPID uint32
	// PerCPUPIDs are as in [DatapathChange]; they need FeaturePerCPU.
	PerCPUPIDs []uint32
	// Index is the ifindex that the local port is to have; 0 leaves it to the
	// kernel, and so does Linux before 6.1.
	Index int
}

// DatapathStats counts what went through a datapath since it was created
// (struct ovs_dp_stats and struct ovs_dp_megaflow_stats).
type DatapathStats struct {
	Hit    uint64 // packets that matched a flow
	Missed uint64 // packets that matched none
	Lost   uint64 // upcalls, for misses or by action, that could not be delivered
	Flows  uint64 // flows installed now

	MaskHit  uint64 // masks looked at for all packets together
	Masks    uint32 // masks in use now
	CacheHit uint64 // packets whose mask was in the masks cache
}

// DatapathInfo is what the kernel tells of a datapath.
type DatapathInfo struct {
	Name           string
	Index          int // ifindex of the local port
	Stats          DatapathStats
	Features       Features
	MasksCacheSize uint32 // 0 also where the kernel has no such cache
	// PerCPUPIDs are the port ids of the sockets that get the upcalls of CPU 0,
	// 1, ... while [FeaturePerCPU] is on.
	PerCPUPIDs []uint32
}

// CreateDatapath creates a datapath with its local port. A name that a datapath
// or another network device has is an [ErrExist].
func (c *Conn) CreateDatapath(spec DatapathSpec) (*Datapath, error) {
	var d *Datapath
	err := c.do(func(rs *requests) { rs.createDatapath(c, spec) }, func(r reply) error {
		info, err := decodeDatapath(r)
		d = &Datapath{c: c, name: info.Name, index: info.Index}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (rs *requests) createDatapath(c *Conn, spec DatapathSpec) {
	r := request{op: "datapath create", object: spec.Name, reply: true}
	r.explain = func(errno syscall.Errno) string { return c.explainCreate(spec, errno) }
	rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdNew, netlink.Create|netlink.Excl|netlink.Echo, 0)
	rs.checkName(spec.Name)
	rs.string(ovsh.DatapathAttrName, spec.Name)
	rs.uint32(ovsh.DatapathAttrUpcallPID, spec.UpcallPID) // the kernel demands one
	rs.userFeatures(spec.Features)
	rs.masksCacheSize(spec.MasksCacheSize)
	rs.perCPUPIDs(spec.Features, spec.PerCPUPIDs)
	rs.ifindex(ovsh.DatapathAttrIfIndex, spec.Index)
	rs.end()
}

// userFeatures appends the features, and remembers them for the error if the
// kernel refuses.
func (rs *requests) userFeatures(f Features) {
	rs.uint32(ovsh.DatapathAttrUserFeatures, uint32(f))
	rs.last().userFeatures = f
}

// perCPUPIDs appends the port ids, if there are any. The kernel takes them only
// while the feature is on, and ignores them otherwise.
func (rs *requests) perCPUPIDs(f Features, pids []uint32) {
	if pids == nil {
		return
	}
	if f&FeaturePerCPU == 0 {
		rs.refuse("per-CPU port ids", "given while the feature %v is off", FeaturePerCPU)
	}
	if len(pids) == 0 {
		rs.refuse("per-CPU port ids", "empty, at least one expected; 0 is nobody")
	}
	rs.uint32s(ovsh.DatapathAttrPerCPUPIDs, "per-CPU port ids", pids)
}

// ifindex appends the number that a new network device is to have, if not 0.
func (rs *requests) ifindex(id uint16, n int) {
	switch {
	case n == 0:
	case n < 0 || n > maxIfIndex:
		rs.refuse("index", "%d is out of range, 1 to %d expected", n, maxIfIndex)
	default:
		rs.uint32(id, uint32(n))
	}
}

// maxIfIndex is the largest ifindex.
const maxIfIndex = 1<<31 - 1

// masksCacheSize appends the size, if there is one. The kernel's upper limit is
// its own.
func (rs *requests) masksCacheSize(n *uint32) {
	if n == nil {
		return
	}
	if *n&(*n-1) != 0 {
		rs.refuse("masks cache size", "%d, 0 or a power of two expected", *n)
	}
	rs.uint32(ovsh.DatapathAttrMasksCacheSize, *n)
}

// Datapath returns the datapath of that name, or an [ErrNotExist].
func (c *Conn) Datapath(name string) (*Datapath, error) {
	return c.lookUpDatapath(name, func(rs *requests, r request) {
		rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdGet, 0, 0)
		rs.checkName(name)
		rs.string(ovsh.DatapathAttrName, name)
	})
}

// DatapathByIndex returns the datapath whose local port has that ifindex, or an
// [ErrNotExist].
func (c *Conn) DatapathByIndex(index int) (*Datapath, error) {
	return c.lookUpDatapath("with ifindex "+strconv.Itoa(index), func(rs *requests, r request) {
		rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdGet, 0, index)
		if index <= 0 || index > maxIfIndex {
			rs.refuse("index", "%d is out of range, 1 to %d expected", index, maxIfIndex)
		}
	})
}

func (c *Conn) lookUpDatapath(object string, begin func(*requests, request)) (*Datapath, error) {
	d := &Datapath{c: c}
	r := request{op: "datapath get", object: object, reply: true, explain: func(errno syscall.Errno) string {
		if errno == unix.ENODEV {
			return "no such datapath"
		}
		return ""
	}}
	err := c.do(func(rs *requests) {
		begin(rs, r)
		rs.end()
	}, func(r reply) error {
		info, err := decodeDatapath(r)
		d.name, d.index = info.Name, info.Index
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Datapaths lists the datapaths of the namespace in the kernel's order. On
// [ErrDumpInterrupted] it returns what it got as well.
func (c *Conn) Datapaths() ([]*Datapath, error) {
	var all []*Datapath
	err := c.dump(func(rs *requests) {
		rs.begin(request{op: "datapath list"}, &rs.fam.datapath, ovsh.DatapathCmdGet, netlink.Dump, 0)
		rs.end()
	}, func(r reply) error {
		info, err := decodeDatapath(r)
		if err != nil {
			return err
		}
		all = append(all, &Datapath{c: c, name: info.Name, index: info.Index})
		return nil
	})
	if err != nil && !errors.Is(err, ErrDumpInterrupted) {
		return nil, err
	}
	return all, err
}

// Name returns the name that the datapath had when the handle was made. It may
// be empty in the handles of [Event].
func (d *Datapath) Name() string { return d.name }

// Conn returns the connection that the handle was made on.
func (d *Datapath) Conn() *Conn { return d.c }

// Via returns a handle of the datapath on another connection, which must be to
// the same network namespace. Requests on different connections do not wait for
// each other.
func (d *Datapath) Via(c *Conn) *Datapath { return &Datapath{c: c, name: d.name, index: d.index} }

// Index returns the ifindex of the datapath's local port, which identifies the
// datapath in its network namespace.
func (d *Datapath) Index() int { return d.index }

// String returns the name, or the ifindex where there is no name.
func (d *Datapath) String() string {
	if d.name == "" {
		return "ifindex " + strconv.Itoa(d.index)
	}
	return d.name
}

// Info asks the kernel for everything that it tells of the datapath.
func (d *Datapath) Info() (DatapathInfo, error) { return d.read("datapath get") }

// read asks on behalf of an operation, which its error names.
func (d *Datapath) read(op string) (DatapathInfo, error) {
	var info DatapathInfo
	err := d.c.do(func(rs *requests) {
		r := request{op: op, object: d.String(), reply: true, explain: gone}
		rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdGet, 0, d.index)
		rs.end()
	}, func(r reply) (err error) {
		info, err = decodeDatapath(r)
		return err
	})
	return info, err
}

// Stats asks the kernel for the datapath's counters.
func (d *Datapath) Stats() (DatapathStats, error) {
	info, err := d.Info()
	return info.Stats, err
}

// Features asks the kernel for the user features that are on.
func (d *Datapath) Features() (Features, error) {
	info, err := d.Info()
	return info.Features, err
}

// Delete deletes the datapath with all its vports and flows.
func (d *Datapath) Delete() error {
	return d.c.do(func(rs *requests) {
		r := request{op: "datapath delete", object: d.String(), explain: gone}
		rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdDel, 0, d.index)
		rs.end()
	}, nil)
}

// DatapathChange says what to change of a datapath; nil leaves things as they
// are.
type DatapathChange struct {
	Features       *Features
	MasksCacheSize *uint32 // 0 or a power of two
	// PerCPUPIDs are the port ids of the sockets for the upcalls of CPU 0, 1,
	// ... The kernel takes them only while [FeaturePerCPU] is on.
	PerCPUPIDs []uint32
}

// Set changes the datapath and returns it as it is then.
func (d *Datapath) Set(change DatapathChange) (DatapathInfo, error) {
	features := change.Features
	if features == nil {
		// The kernel takes a change without features for one that turns them off.
		now, err := d.read("datapath set")
		if err != nil {
			return DatapathInfo{}, err
		}
		features = &now.Features
	}
	var info DatapathInfo
	err := d.c.do(func(rs *requests) {
		r := request{op: "datapath set", object: d.String(), reply: true, explain: explainSet}
		rs.begin(r, &rs.fam.datapath, ovsh.DatapathCmdSet, netlink.Echo, d.index)
		rs.userFeatures(*features)
		rs.masksCacheSize(change.MasksCacheSize)
		rs.perCPUPIDs(*features, change.PerCPUPIDs)
		rs.end()
	}, func(r reply) (err error) {
		info, err = decodeDatapath(r)
		return err
	})
	return info, err
}

// explainCreate puts the refusal of a new datapath into words. The kernel says
// EEXIST for a name as for an ifindex that is taken.
func (c *Conn) explainCreate(spec DatapathSpec, errno syscall.Errno) string {
	if errno != unix.EEXIST {
		return explainSet(errno)
	}
	if _, err := c.Datapath(spec.Name); err == nil {
		return "the name is taken by a datapath"
	}
	if spec.Index == 0 {
		return "the name is taken by another network device"
	}
	if d, err := c.DatapathByIndex(spec.Index); err == nil {
		return fmt.Sprintf("ifindex %d is taken by datapath %s", spec.Index, d.name)
	}
	return fmt.Sprintf("the name or ifindex %d is taken by another network device", spec.Index)
}

// explainSet puts a refused change into words. The size of the masks cache has
// a limit that only the kernel knows.
func explainSet(errno syscall.Errno) string {
	switch errno {
	case unix.EINVAL, unix.ERANGE:
		return "the kernel refuses a masks cache of that size, or that many port ids"
	}
	return gone(errno)
}

// decodeDatapath reads a message of the family ovs_datapath.
func decodeDatapath(r reply) (DatapathInfo, error) {
	info := DatapathInfo{Index: r.index}
	var dec decoder
	dec.attrs(r.attrs, func(id uint16, p []byte) {
		switch id {
		case ovsh.DatapathAttrName:
			info.Name = attrString(p)
		case ovsh.DatapathAttrStats:
			if dec.need("datapath statistics", p, 32) {
				s := &info.Stats
				s.Hit, s.Missed = dec.uint64("", p), dec.uint64("", p[8:])
				s.Lost, s.Flows = dec.uint64("", p[16:]), dec.uint64("", p[24:])
			}
		case ovsh.DatapathAttrMegaflowStats:
			// The kernel before 5.10 ends this structure after the masks.
			if dec.need("mask statistics", p, 12) {
				info.Stats.MaskHit, info.Stats.Masks = dec.uint64("", p), dec.uint32("", p[8:])
			}
			if len(p) >= 24 {
				info.Stats.CacheHit = dec.uint64("", p[16:])
			}
		case ovsh.DatapathAttrUserFeatures:
			info.Features = Features(dec.uint32("user features", p))
		case ovsh.DatapathAttrMasksCacheSize:
			info.MasksCacheSize = dec.uint32("masks cache size", p)
		case ovsh.DatapathAttrPerCPUPIDs:
			info.PerCPUPIDs = dec.uint32s("per-CPU port ids", p)
		}
	})
	if dec.err == nil && info.Name == "" {
		dec.err = errors.New("datapath without a name")
	}
	if dec.err != nil {
		return DatapathInfo{}, fmt.Errorf("datapath message: %w", dec.err)
	}
	return info, nil
}
