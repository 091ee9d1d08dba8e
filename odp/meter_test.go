package odp

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

const idMeter, idCTLimit = 0x30, 0x31

// newFakeWithExtras is a fake kernel with the families that may be missing.
func newFakeWithExtras(t *testing.T) (*fake, *Conn) {
	t.Helper()
	f, c := newFake(t)
	f.Families[ovsh.MeterFamily] = genetlink.Family{ID: idMeter, Name: ovsh.MeterFamily, Version: 1}
	f.Families[ovsh.CTLimitFamily] = genetlink.Family{ID: idCTLimit, Name: ovsh.CTLimitFamily, Version: 1}
	return f, c
}

// countedMeter is a meter as the kernel sends it.
var countedMeter = fakedp.Join(
	fakedp.Uint32(ovsh.MeterAttrID, 7),
	fakedp.Uint64s(ovsh.MeterAttrStats, 10, 600),
	fakedp.Attr(ovsh.MeterAttrPad, nil),
	fakedp.Uint64s(ovsh.MeterAttrUsed, 123456),
	fakedp.Attr(ovsh.MeterAttrBands, fakedp.Join(
		fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint64s(ovsh.BandAttrStats, 4, 240)),
		fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint64s(ovsh.BandAttrStats, 1, 60)))),
)

var countedStats = MeterStats{
	ID: 7, MeterCount: MeterCount{10, 600}, UsedMs: 123456, Bands: []MeterCount{{4, 240}, {1, 60}},
}

// TestMeterRequests checks each byte of what is sent, and what is made of the
// answer.
func TestMeterRequests(t *testing.T) {
	t.Parallel()
	const nested = 0x8000
	band := func(rate, burst uint32) []byte {
		return fakedp.Attr(ovsh.BandAttrUnspec|nested, fakedp.Join(
			fakedp.Uint32(ovsh.BandAttrType, ovsh.MeterBandTypeDrop),
			fakedp.Uint32(ovsh.BandAttrRate, rate),
			fakedp.Uint32(ovsh.BandAttrBurst, burst)))
	}
	for _, tt := range []struct {
		name  string
		do    func(*Datapath) (any, error)
		reply []byte
		cmd   uint8
		want  []byte // attributes of the request
		got   any
	}{
		{
			name: "features",
			do:   func(d *Datapath) (any, error) { return d.MeterFeatures() },
			reply: fakedp.Join(
				fakedp.Uint32(ovsh.MeterAttrMaxMeters, 1000), fakedp.Uint32(ovsh.MeterAttrMaxBands, 2),
				fakedp.Attr(ovsh.MeterAttrBands, fakedp.Join(
					fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint32(ovsh.BandAttrType, ovsh.MeterBandTypeDrop)),
					fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint32(ovsh.BandAttrType, 9))))),
			cmd: ovsh.MeterCmdFeatures,
			got: MeterFeatures{MaxMeters: 1000, MaxBands: 2, BandTypes: []MeterBandType{MeterBandDrop, 9}},
		},
		{
			name: "set, new",
			do: func(d *Datapath) (any, error) {
				return d.SetMeter(MeterSpec{ID: 7, Bands: []MeterBand{{Rate: 100}}})
			},
			reply: fakedp.Uint32(ovsh.MeterAttrID, 7),
			cmd:   ovsh.MeterCmdSet,
			want:  fakedp.Join(fakedp.Uint32(ovsh.MeterAttrID, 7), fakedp.Attr(ovsh.MeterAttrBands|nested, band(100, 100))),
			got:   (*MeterStats)(nil),
		},
		{
			name: "set, all attributes, in place of another",
			do: func(d *Datapath) (any, error) {
				return d.SetMeter(MeterSpec{
					ID: 7, KBPS: true, Clear: true, Start: MeterCount{Packets: 5, Bytes: 500},
					Bands: []MeterBand{{Rate: 100, Burst: 50}, {Rate: 200, Burst: 60}},
				})
			},
			reply: countedMeter,
			cmd:   ovsh.MeterCmdSet,
			want: fakedp.Join(
				fakedp.Uint32(ovsh.MeterAttrID, 7), fakedp.Attr(ovsh.MeterAttrKbps, nil), fakedp.Attr(ovsh.MeterAttrClear, nil),
				fakedp.Uint64s(ovsh.MeterAttrStats, 5, 500),
				fakedp.Attr(ovsh.MeterAttrBands|nested, fakedp.Join(band(100, 50), band(200, 60)))),
			got: &countedStats,
		},
		{
			name:  "set without bands",
			do:    func(d *Datapath) (any, error) { return d.SetMeter(MeterSpec{ID: 1023}) },
			reply: fakedp.Uint32(ovsh.MeterAttrID, 1023),
			cmd:   ovsh.MeterCmdSet,
			want:  fakedp.Join(fakedp.Uint32(ovsh.MeterAttrID, 1023), fakedp.Attr(ovsh.MeterAttrBands|nested, nil)),
			got:   (*MeterStats)(nil),
		},
		{
			name:  "get",
			do:    func(d *Datapath) (any, error) { return d.Meter(7) },
			reply: countedMeter,
			cmd:   ovsh.MeterCmdGet,
			want:  fakedp.Uint32(ovsh.MeterAttrID, 7),
			got:   countedStats,
		},
		{
			name:  "delete",
			do:    func(d *Datapath) (any, error) { return d.DeleteMeter(7) },
			reply: countedMeter,
			cmd:   ovsh.MeterCmdDel,
			want:  fakedp.Uint32(ovsh.MeterAttrID, 7),
			got:   countedStats,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, c := newFakeWithExtras(t)
			f.setAnswer(replyThenAck(idMeter, tt.cmd, tt.reply))
			got, err := tt.do(fakeDatapath(c))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.got, got); diff != "" {
				t.Error(diff)
			}
			want := []seen{{Family: idMeter, Flags: ackFlags, Cmd: tt.cmd, Version: 1, Index: fakeIndex, Attrs: tt.want}}
			if want[0].Attrs == nil {
				want[0].Attrs = []byte{}
			}
			if diff := cmp.Diff(want, f.requests()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMeterErrors checks that each failure says what failed and why.
func TestMeterErrors(t *testing.T) {
	t.Parallel()
	set := func(spec MeterSpec) func(*Datapath) error {
		return func(d *Datapath) error { _, err := d.SetMeter(spec); return err }
	}
	get := func(d *Datapath) error { _, err := d.Meter(7); return err }
	del := func(d *Datapath) error { _, err := d.DeleteMeter(7); return err }
	features := func(d *Datapath) error { _, err := d.MeterFeatures(); return err }
	two := MeterSpec{ID: 7, Bands: []MeterBand{{Rate: 1}, {Rate: 2}}}
	for _, tt := range []struct {
		name   string
		do     func(*Datapath) error
		answer answerFunc
		is     error
		text   string
	}{
		{"rate of 0", set(MeterSpec{Bands: []MeterBand{{Rate: 1}, {Burst: 1}}}), nil, nil, "meter set: rate: 0 in band 2, at least 1 expected"},
		{"endless bands", set(MeterSpec{Bands: make([]MeterBand, 3000)}), nil, nil, "meter set: bands: 3000, at most 2340 fit"},
		{"get of none", get, refuse(syscall.ENOENT, "", 0), ErrNotExist, "meter get 7 on dp0: no such meter: ENOENT"},
		{"delete of none", del, replyThenAck(idMeter, ovsh.MeterCmdDel), ErrNotExist, "meter delete 7 on dp0: no such meter: ENOENT"},
		{"no datapath", set(two), refuse(syscall.ENODEV, "", 0), ErrNotExist, "meter set 7 on dp0: datapath no longer exists"},
		{"features of no datapath", features, refuse(syscall.ENODEV, "", 0), ErrNotExist, "meter features on dp0: datapath no longer exists"},
		{"taken place", set(two), refuse(syscall.EBUSY, "", 0), nil, "another meter has the place of this id"},
		{"privilege", set(two), refuse(syscall.EPERM, "", 0), ErrPermission, "CAP_NET_ADMIN"},
		{"malformed", get, replyThenAck(idMeter, ovsh.MeterCmdGet, fakedp.Attr(ovsh.MeterAttrStats, make([]byte, 8))), nil, "meter message: meter statistics: 8 bytes, want at least 16"},
		{"no id", get, replyThenAck(idMeter, ovsh.MeterCmdGet, fakedp.Uint64s(ovsh.MeterAttrStats, 1, 2)), nil, "meter without an id"},
		{"malformed features", features, replyThenAck(idMeter, ovsh.MeterCmdFeatures, fakedp.Attr(ovsh.MeterAttrMaxBands, nil)), nil, "meter features message: number of bands"},
		{"no reply", features, nil, nil, "without the reply"},
		{"too many bands", set(two), refuseSetThenFeatures(syscall.EINVAL), nil, "2 bands, this kernel takes at most 1"},
		{"too many meters", set(two), refuseSetThenFeatures(syscall.EFBIG), nil, "the kernel wants fewer than 11"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, c := newFakeWithExtras(t)
			f.setAnswer(tt.answer)
			err := tt.do(fakeDatapath(c))
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want it to contain %q", err, tt.text)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
		})
	}
}

// refuseSetThenFeatures refuses to set a meter, and answers a request for
// features with 11 meters of one band.
func refuseSetThenFeatures(errno syscall.Errno) answerFunc {
	return func(m netlink.Message, s seen) [][]byte {
		if s.Cmd == ovsh.MeterCmdFeatures {
			return replyThenAck(idMeter, s.Cmd, fakedp.Uint32(ovsh.MeterAttrMaxMeters, 11), fakedp.Uint32(ovsh.MeterAttrMaxBands, 1))(m, s)
		}
		return refuse(errno, "", 0)(m, s)
	}
}

// TestLostMeter checks that a meter is set again if the kernel lost it, and that
// only ids that it can lose are looked for.
func TestLostMeter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id   uint32
		lost bool
		want []uint8 // commands
	}{
		{1023, true, []uint8{ovsh.MeterCmdSet}},
		{1024, false, []uint8{ovsh.MeterCmdSet, ovsh.MeterCmdGet}},
		{1024, true, []uint8{ovsh.MeterCmdSet, ovsh.MeterCmdGet, ovsh.MeterCmdSet}},
	} {
		f, c := newFakeWithExtras(t)
		f.setAnswer(func(m netlink.Message, s seen) [][]byte {
			if s.Cmd == ovsh.MeterCmdGet {
				if tt.lost {
					return refuse(syscall.ENOENT, "", 0)(m, s)
				}
				return replyThenAck(idMeter, s.Cmd, countedMeter)(m, s)
			}
			return replyThenAck(idMeter, s.Cmd, fakedp.Uint32(ovsh.MeterAttrID, tt.id))(m, s)
		})
		if _, err := fakeDatapath(c).SetMeter(MeterSpec{ID: tt.id}); err != nil {
			t.Error(err)
		}
		var got []uint8
		for _, s := range f.requests() {
			got = append(got, s.Cmd)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("meter %d, lost %v\n%s", tt.id, tt.lost, diff)
		}
	}
}

// TestNoMeterFamily checks what a kernel without meters says.
func TestNoMeterFamily(t *testing.T) {
	t.Parallel()
	_, c := newFake(t)
	_, err := fakeDatapath(c).SetMeter(MeterSpec{ID: 3})
	const want = "meter set 3 on dp0: needs Linux 4.15: meters: the family ovs_meter and the action meter: " +
		"this kernel has no generic netlink family ovs_meter"
	if !errors.Is(err, ErrNotSupported) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	var op *OpError
	if !errors.As(err, &op) || len(op.Missing) != 1 || op.Missing[0].Name != "meter" {
		t.Errorf("missing features %+v", op)
	}
}

// FuzzMeterMessage checks that whatever comes is a meter that encodes to the
// same again, or no meter, or an error.
func FuzzMeterMessage(f *testing.F) {
	f.Add(countedMeter)
	f.Add(fakedp.Uint32(ovsh.MeterAttrID, 7))
	f.Add(fakedp.Join(fakedp.Uint32(ovsh.MeterAttrMaxMeters, 9), fakedp.Attr(ovsh.MeterAttrBands,
		fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint32(ovsh.BandAttrType, ovsh.MeterBandTypeDrop)))))
	f.Add(fakedp.Attr(ovsh.MeterAttrBands, []byte{3, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, found, err := decodeMeter(reply{attrs: b})
		if err != nil && (found || !cmp.Equal(s, MeterStats{})) {
			t.Fatalf("meter %+v and error %v", s, err)
		}
		if found {
			var bands []byte
			for _, c := range s.Bands {
				bands = append(bands, fakedp.Attr(ovsh.BandAttrUnspec, fakedp.Uint64s(ovsh.BandAttrStats, c.Packets, c.Bytes))...)
			}
			again := fakedp.Join(fakedp.Uint32(ovsh.MeterAttrID, s.ID), fakedp.Uint64s(ovsh.MeterAttrStats, s.Packets, s.Bytes),
				fakedp.Uint64s(ovsh.MeterAttrUsed, s.UsedMs))
			if len(bands) <= attrMaxLen-attrHeaderLen { // an empty band is shorter than one with zeros
				again = append(again, fakedp.Attr(ovsh.MeterAttrBands, bands)...)
				second, found, err := decodeMeter(reply{attrs: again})
				if diff := cmp.Diff(s, second); !found || err != nil || diff != "" {
					t.Fatalf("encoded again: %v %v\n%s", found, err, diff)
				}
			}
			s.Idle()
		}
		if features, err := decodeMeterFeatures(reply{attrs: b}); err != nil && !cmp.Equal(features, MeterFeatures{}) {
			t.Fatalf("features %+v and error %v", features, err)
		}
	})
}
