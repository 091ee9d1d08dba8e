package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// MeterSpec says what meter to set.
type MeterSpec struct {
	// ID is what the action meter names the meter by.
	ID uint32
	// KBPS makes the rates and bursts of the bands kilobits per second and
	// kilobits, of 1000 bits of the packet from its Ethernet header on. They are
	// packets per second and packets without it.
	KBPS bool
	// Bands say which packets are too many. Every kernel so far takes one at
	// most; a meter without any only counts.
	Bands []MeterBand
	// Start is what the meter's own counters begin with, such as those of the
	// meter that it takes the place of.
	Start MeterCount
	// Clear has the counters begin at zero, whatever Start says, and keeps the
	// kernel from returning them when the meter is replaced.
	Clear bool
}

// MeterBand is one rate of a meter. Packets above it are dropped, which is the
// only thing that the kernel does with them.
type MeterBand struct {
	// Rate in kilobits or packets per second, at least 1.
	Rate uint32
	// Burst is how much may come at once after a pause, in kilobits or packets:
	// the size of a bucket that Rate fills and each packet takes from. 0 means as
	// much as Rate, as a bucket of no size would let nothing through. One that is
	// smaller than a packet does not let that packet through at any rate.
	Burst uint32
}

// MeterBandType is what a band does with packets above its rate (enum
// ovs_meter_band_type).
type MeterBandType uint32

// MeterBandDrop drops them.
const MeterBandDrop MeterBandType = ovsh.MeterBandTypeDrop

// String returns the type's name, or its number if it is unknown.
func (t MeterBandType) String() string {
	if t == MeterBandDrop {
		return "drop"
	}
	return strconv.FormatUint(uint64(t), 10)
}

// MeterFeatures are what meters a kernel has.
type MeterFeatures struct {
	// MaxMeters is one more than a datapath can have. It depends on the machine's
	// memory.
	MaxMeters uint32
	MaxBands  uint32 // in one meter
	BandTypes []MeterBandType
}

// MeterCount counts packets, with bytes from the Ethernet header on.
type MeterCount struct{ Packets, Bytes uint64 }

// MeterStats is what the kernel tells of a meter: what it has counted since it
// was last set. It does not tell the rates.
type MeterStats struct {
	ID         uint32
	MeterCount // of all packets that came to the meter
	// UsedMs is when a packet last did, or else when the meter was set, in
	// milliseconds of the kernel's monotonic clock.
	UsedMs uint64
	// Bands counts for each band the packets that were above its rate. If a
	// packet is above several, the one of the highest rate counts it.
	Bands []MeterCount
}

// Idle returns the time since UsedMs.
func (s MeterStats) Idle() time.Duration { return FlowStats{Used: true, UsedMs: s.UsedMs}.Idle() }

// MeterFeatures asks the kernel what meters it has.
func (d *Datapath) MeterFeatures() (MeterFeatures, error) {
	var features MeterFeatures
	err := d.meterRequest(request{op: "meter features", explain: gone}, ovsh.MeterCmdFeatures,
		func(*requests) {},
		func(r reply) (err error) {
			features, err = decodeMeterFeatures(r)
			return err
		})
	return features, err
}

// SetMeter creates a meter, or puts a new one in the place of that with its id.
// It returns what that one has counted, nil if there was none or if it was set
// with Clear. A meter lasts until it is deleted or its datapath is; a packet
// that meets the action of a meter that does not exist goes on as if there were
// no such action.
//
// The kernel finds a meter by its id modulo the size of a table, which is 1024
// and grows with the number of meters. An id whose place another one has is
// refused (EBUSY), so ids are best given out from 0 on.
func (d *Datapath) SetMeter(spec MeterSpec) (before *MeterStats, err error) {
	before, err = d.setMeter(spec)
	if err == nil && before == nil && spec.ID >= meterTableLen {
		// Linux 6.1 puts a meter that fills the table into it first and makes the
		// table larger then, in which it looks elsewhere for an id that is not
		// below the old size: the meter is lost, and there is room for it now.
		if _, lost := d.Meter(spec.ID); errors.Is(lost, unix.ENOENT) {
			before, err = d.setMeter(spec)
		}
	}
	return before, err
}

// meterTableLen is the least size of the kernel's table of meters.
const meterTableLen = 1024

func (d *Datapath) setMeter(spec MeterSpec) (before *MeterStats, err error) {
	err = d.meterRequest(request{
		op: "meter set", object: meterName(spec.ID),
		explain: func(errno syscall.Errno) string { return d.explainSetMeter(spec, errno) },
	}, ovsh.MeterCmdSet, func(rs *requests) {
		rs.setMeter(spec)
	}, func(r reply) error {
		stats, found, err := decodeMeter(r)
		if found {
			before = &stats
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return before, nil
}

// bandLen is the size of an encoded band: its header, type, rate and burst.
const bandLen = attrHeaderLen + 3*(attrHeaderLen+4)

func (rs *requests) setMeter(spec MeterSpec) {
	rs.uint32(ovsh.MeterAttrID, spec.ID)
	if spec.KBPS {
		rs.attr(ovsh.MeterAttrKbps, "", nil)
	}
	if spec.Clear {
		rs.attr(ovsh.MeterAttrClear, "", nil)
	}
	if spec.Start != (MeterCount{}) {
		p := binary.NativeEndian.AppendUint64(nil, spec.Start.Packets)
		rs.attr(ovsh.MeterAttrStats, "", binary.NativeEndian.AppendUint64(p, spec.Start.Bytes))
	}
	if limit := (attrMaxLen - attrHeaderLen) / bandLen; len(spec.Bands) > limit {
		rs.refuse("bands", "%d, at most %d fit into a netlink attribute", len(spec.Bands), limit)
		return
	}
	var bands int
	rs.buf, bands = beginNested(rs.buf, ovsh.MeterAttrBands)
	for i, b := range spec.Bands {
		if b.Rate == 0 {
			rs.refuse("rate", "0 in band %d, at least 1 expected", i+1)
		}
		if b.Burst == 0 {
			b.Burst = b.Rate
		}
		var band int
		rs.buf, band = beginNested(rs.buf, ovsh.BandAttrUnspec)
		rs.uint32(ovsh.BandAttrType, ovsh.MeterBandTypeDrop)
		rs.uint32(ovsh.BandAttrRate, b.Rate)
		rs.uint32(ovsh.BandAttrBurst, b.Burst)
		rs.buf = endNested(rs.buf, band)
	}
	rs.buf = endNested(rs.buf, bands)
}

func (d *Datapath) explainSetMeter(spec MeterSpec, errno syscall.Errno) string {
	switch errno {
	case unix.EBUSY:
		return "another meter has the place of this id in the kernel's table, which is found by the id modulo the table's size (1024 or more)"
	case unix.EFBIG:
		if f, err := d.MeterFeatures(); err == nil {
			return fmt.Sprintf("the datapath can have no more meters, the kernel wants fewer than %d", f.MaxMeters)
		}
		return "the datapath can have no more meters"
	case unix.EINVAL:
		if f, err := d.MeterFeatures(); err == nil && len(spec.Bands) > int(f.MaxBands) {
			return fmt.Sprintf("%d bands, this kernel takes at most %d", len(spec.Bands), f.MaxBands)
		}
	}
	return gone(errno)
}

// Meter returns what the meter has counted, or an [ErrNotExist]. The kernel
// cannot list meters: a caller that needs them all has to try the ids that may
// have been given out.
func (d *Datapath) Meter(id uint32) (MeterStats, error) {
	return d.oneMeter("meter get", id, ovsh.MeterCmdGet)
}

// DeleteMeter deletes the meter and returns what it had counted, or an
// [ErrNotExist]. Flows with an action that names it stay, and do without it.
func (d *Datapath) DeleteMeter(id uint32) (MeterStats, error) {
	return d.oneMeter("meter delete", id, ovsh.MeterCmdDel)
}

func (d *Datapath) oneMeter(op string, id uint32, cmd uint8) (MeterStats, error) {
	var stats MeterStats
	found := false
	err := d.meterRequest(request{op: op, object: meterName(id), explain: explainMeter}, cmd,
		func(rs *requests) { rs.uint32(ovsh.MeterAttrID, id) },
		func(r reply) (err error) {
			stats, found, err = decodeMeter(r)
			return err
		})
	if err == nil && !found {
		// The kernel lets a meter that does not exist be deleted.
		err = &OpError{Op: op, Object: meterName(id), Datapath: d.String(), Reason: explainMeter(unix.ENOENT), Err: unix.ENOENT}
	}
	return stats, err
}

func explainMeter(errno syscall.Errno) string {
	if errno == unix.ENOENT {
		return "no such meter"
	}
	return gone(errno)
}

func meterName(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// meterRequest makes a request of the family ovs_meter, which always has a
// reply.
func (d *Datapath) meterRequest(r request, cmd uint8, attrs func(*requests), decode func(reply) error) error {
	r.datapath, r.reply = d.String(), true
	fam, err := d.c.extra(familyMeter)
	if err != nil {
		return familyMeter.failure(r, err)
	}
	return d.c.do(func(rs *requests) {
		rs.begin(r, fam, cmd, 0, d.index)
		attrs(rs)
		rs.end()
	}, decode)
}

// decodeMeter reads a message about one meter. found is false if it has no
// counters, which is how the kernel says that there was no such meter.
func decodeMeter(r reply) (s MeterStats, found bool, err error) {
	hasID := false
	var dec decoder
	dec.attrs(r.attrs, func(id uint16, p []byte) {
		switch id {
		case ovsh.MeterAttrID:
			s.ID, hasID = dec.uint32("meter id", p), true
		case ovsh.MeterAttrStats:
			s.MeterCount, found = dec.meterCount("meter statistics", p), true
		case ovsh.MeterAttrUsed:
			s.UsedMs = dec.uint64("time of last use", p)
		case ovsh.MeterAttrBands:
			s.Bands = nil // of a message with two, the last counts
			dec.attrs(p, func(_ uint16, band []byte) {
				var count MeterCount
				dec.attrs(band, func(id uint16, p []byte) {
					if id == ovsh.BandAttrStats {
						count = dec.meterCount("band statistics", p)
					}
				})
				s.Bands = append(s.Bands, count)
			})
		}
	})
	if dec.err == nil && found && !hasID {
		dec.err = errors.New("meter without an id")
	}
	if dec.err != nil {
		return MeterStats{}, false, fmt.Errorf("meter message: %w", dec.err)
	}
	return s, found, nil
}

// meterCount reads a struct ovs_flow_stats.
func (d *decoder) meterCount(what string, p []byte) MeterCount {
	if !d.need(what, p, 16) {
		return MeterCount{}
	}
	return MeterCount{Packets: d.uint64("", p), Bytes: d.uint64("", p[8:])}
}

func decodeMeterFeatures(r reply) (MeterFeatures, error) {
	var f MeterFeatures
	var dec decoder
	dec.attrs(r.attrs, func(id uint16, p []byte) {
		switch id {
		case ovsh.MeterAttrMaxMeters:
			f.MaxMeters = dec.uint32("number of meters", p)
		case ovsh.MeterAttrMaxBands:
			f.MaxBands = dec.uint32("number of bands", p)
		case ovsh.MeterAttrBands:
			dec.attrs(p, func(_ uint16, band []byte) {
				dec.attrs(band, func(id uint16, p []byte) {
					if id == ovsh.BandAttrType {
						f.BandTypes = append(f.BandTypes, MeterBandType(dec.uint32("band type", p)))
					}
				})
			})
		}
	})
	if dec.err != nil {
		return MeterFeatures{}, fmt.Errorf("meter features message: %w", dec.err)
	}
	return f, nil
}
