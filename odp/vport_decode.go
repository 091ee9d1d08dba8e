package odp

import (
	"errors"
	"fmt"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// decodeVport reads a message of the family ovs_vport into a vport of d.
func decodeVport(d *Datapath, r reply) (*Vport, error) {
	v := &Vport{d: d}
	hasNumber := false
	var dec decoder
	dec.attrs(r.attrs, func(id uint16, p []byte) {
		switch id {
		case ovsh.VportAttrPortNo:
			v.number, hasNumber = PortNo(dec.uint32("port number", p)), true
		case ovsh.VportAttrType:
			v.typ = VportType(dec.uint32("vport type", p))
		case ovsh.VportAttrName:
			v.name = attrString(p)
		case ovsh.VportAttrOptions:
			v.options = decodeVportOptions(p, &dec)
		case ovsh.VportAttrUpcallPID:
			v.pids = dec.uint32s("upcall port ids", p)
		case ovsh.VportAttrStats:
			v.stats.decode(p, &dec)
		case ovsh.VportAttrIfIndex:
			v.ifindex = int(dec.uint32("ifindex", p))
		case ovsh.VportAttrNetNSID:
			v.nsID, v.inNS = int32(dec.uint32("network namespace id", p)), true
		case ovsh.VportAttrUpcallStats:
			v.stats.decodeUpcalls(p, &dec)
		}
	})
	if dec.err == nil && (v.name == "" || !hasNumber) {
		dec.err = errors.New("vport without a name or number")
	}
	if dec.err != nil {
		return nil, fmt.Errorf("vport message: %w", dec.err)
	}
	return v, nil
}

func (s *VportStats) decode(p []byte, dec *decoder) {
	for i, to := range []*uint64{
		&s.RxPackets, &s.TxPackets, &s.RxBytes, &s.TxBytes,
		&s.RxErrors, &s.TxErrors, &s.RxDropped, &s.TxDropped,
	} {
		if !dec.need("vport statistics", p, 8*i+8) {
			return
		}
		*to = dec.uint64("", p[8*i:])
	}
}

func (s *VportStats) decodeUpcalls(a Attrs, dec *decoder) {
	s.HasUpcalls = true
	dec.attrs(a, func(id uint16, p []byte) {
		switch id {
		case ovsh.VportUpcallAttrSuccess:
			s.Upcalls = dec.uint64("delivered upcalls", p)
		case ovsh.VportUpcallAttrFail:
			s.LostUpcalls = dec.uint64("lost upcalls", p)
		}
	})
}
