package odp

import (
	"encoding/binary"
	"errors"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// oldKernel answers flow requests as a kernel that knows no action from
// firstUnknown on: it checks them first and looks for the datapath then.
func oldKernel(firstUnknown uint16, probes *int) answerFunc {
	return func(m netlink.Message, s seen) [][]byte {
		errno := syscall.Errno(0)
		if s.Index == 0 {
			*probes++
			errno = unix.ENODEV
		}
		actionsID := uint16(ovsh.FlowAttrActions)
		if s.Family == idPacket {
			actionsID = ovsh.PacketAttrActions
		}
		list, _ := Attrs(s.Attrs).Find(actionsID)
		for id := range Attrs(list).All() {
			if id >= firstUnknown {
				errno = unix.EINVAL
			}
		}
		return [][]byte{fakedp.Ack(m, errno, "", 0)}
	}
}

func TestMissingFeature(t *testing.T) {
	t.Parallel()
	drop := Actions(fakedp.Uint32(ovsh.ActionAttrDrop, 5))
	inClone := Actions(fakedp.Attr(ovsh.ActionAttrClone, drop))
	inSample := Actions(fakedp.Attr(ovsh.ActionAttrSample, fakedp.Join(
		fakedp.Uint32(ovsh.SampleAttrProbability, 1), fakedp.Attr(ovsh.SampleAttrActions, inClone))))
	flow := func(a Actions) *Flow { return &Flow{Match: Match{Key: keyInPort}, Actions: a} }
	f, c := newFake(t)
	d := fakeDatapath(c)
	probes := 0
	const unknown = ovsh.ActionAttrDrop
	f.setAnswer(oldKernel(unknown, &probes))

	if err := d.PutFlow(flow(Actions(outputTo2)), PutCreate); err != nil || probes != 0 {
		t.Fatalf("a flow that is taken: %v, after %d probes", err, probes)
	}
	for name, do := range map[string]func() error{
		"put":     func() error { return d.PutFlow(flow(drop), PutCreate) },
		"execute": func() error { return d.Execute(&Packet{Data: aPacket, Key: keyInPort, Actions: drop}) },
	} {
		err := do()
		var op *OpError
		switch {
		case !errors.As(err, &op) || !errors.Is(err, ErrNotSupported) || !errors.Is(err, unix.EINVAL):
			t.Errorf("%s: %v", name, err)
		case len(op.Missing) != 1 || op.Missing[0].Name != "drop" || op.Reason != "needs Linux 6.6: "+op.Missing[0].Doc:
			t.Errorf("%s: missing %v, reason %q", name, op.Missing, op.Reason)
		}
	}
	if probes != 1 {
		t.Errorf("%d probes of one feature, want 1", probes)
	}
	// A flow that is refused for another reason is not blamed on features.
	f.setAnswer(refuse(unix.EINVAL, "", 0))
	if err := d.PutFlow(flow(Actions(outputTo2)), PutCreate); errors.Is(err, ErrNotSupported) || err == nil {
		t.Errorf("a flow without features: %v", err)
	}

	f.setAnswer(oldKernel(unknown, &probes))
	b := c.NewBatch()
	b.PutFlow(d, flow(Actions(outputTo2)), PutCreate)
	b.PutFlow(d, flow(drop.Append(Actions(fakedp.Attr(ovsh.ActionAttrPsample, nil)))), PutCreate)
	errs := b.Send()
	if errs[0] != nil || errs[1] == nil || !strings.Contains(errs[1].Error(), "needs Linux 6.6: ") ||
		!strings.Contains(errs[1].Error(), "sampling to a psample group") {
		t.Errorf("batch: %v", errs)
	}

	p := (&request{actionsAttr: ovsh.FlowAttrActions}).parts(fakedp.Reply(idFlow, 0, 0, 0, 0, fakedp.Attr(ovsh.FlowAttrActions, inSample)))
	row, err := FeatureByName("drop")
	if err != nil {
		t.Fatal(err)
	}
	if !p.use(row) {
		t.Error("a drop inside of clone inside of sample was not found")
	}
}

// TestUserFeatureMissing checks that refused features of a datapath are named.
func TestUserFeatureMissing(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(refuse(unix.EOPNOTSUPP, "", 0))
	_, err := c.CreateDatapath(DatapathSpec{Name: "dp0", Features: FeatureRecircSharing})
	if !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "traffic control") {
		t.Errorf("got %v", err)
	}
	// The refusal has no feature that is known to be missing.
	_, err = c.CreateDatapath(DatapathSpec{Name: "dp0", Features: FeatureVportPIDs})
	if err == nil || strings.Contains(err.Error(), "needs") {
		t.Errorf("got %v", err)
	}
}

// TestVportTypeMissing checks that a type of vport is named without a probe, as
// the kernel's answer leaves no doubt.
func TestVportTypeMissing(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(refuse(unix.EAFNOSUPPORT, "", 0))
	_, err := fakeDatapath(c).CreateVport(VportSpec{Name: "vx", Type: VportVXLAN})
	var op *OpError
	if !errors.As(err, &op) || !errors.Is(err, ErrNotSupported) || len(op.Missing) != 1 || op.Missing[0].Name != "vxlan" {
		t.Errorf("got %v, missing %v", err, op.Missing)
	}
	checkErr(t, err, "module vport-vxlan")
	if n := len(f.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestFeatureInconclusive(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(refuse(unix.EPERM, "", 0))
	row, err := FeatureByName("psample")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Has(row); !errors.Is(err, ErrPermission) || !strings.HasPrefix(err.Error(), "probe of feature psample: ") {
		t.Errorf("without privilege: %v", err)
	}
	f.setAnswer(refuse(unix.ENODEV, "", 0))
	if ok, err := c.Has(row); !ok || err != nil {
		t.Errorf("afterwards: %v, %v", ok, err)
	}
	f.setAnswer(refuse(unix.EINVAL, "", 0))
	if ok, err := c.Has(row); !ok || err != nil {
		t.Errorf("remembered: %v, %v", ok, err)
	}
	if len(f.requests()) != 0 {
		t.Error("a feature that is known was probed again")
	}
}

// TestHighestAttr checks the request to the controller and the reading of its
// answers.
func TestHighestAttr(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	reply := func(attrs ...[]byte) answerFunc {
		return func(m netlink.Message, s seen) [][]byte {
			if m.Header.Type != unix.GENL_ID_CTRL || s.Cmd != unix.CTRL_CMD_GETFAMILY ||
				string(m.Data[4:]) != string(fakedp.Attr(unix.CTRL_ATTR_FAMILY_NAME, []byte("ovs_vport\x00"))) {
				return [][]byte{fakedp.Ack(m, unix.EINVAL, "", 0)}
			}
			data := append([]byte{unix.CTRL_CMD_NEWFAMILY, 2, 0, 0}, fakedp.Join(attrs...)...)
			return [][]byte{fakedp.Message(unix.GENL_ID_CTRL, 0, m.Header.Sequence, data), fakedp.Ack(m, 0, "", 0)}
		}
	}
	for _, tt := range []struct {
		name    string
		answer  answerFunc
		highest uint32
		ok      bool
		err     string
	}{
		{"there", reply(fakedp.Uint32(unix.CTRL_ATTR_VERSION, 1), fakedp.Uint32(unix.CTRL_ATTR_MAXATTR, 9)), 9, true, ""},
		{"absent", refuse(unix.ENOENT, "", 0), 0, false, ""},
		{"refused", refuse(unix.EPERM, "", 0), 0, false, "look up generic netlink family ovs_vport: operation not permitted"},
		{"short", reply(fakedp.Attr(unix.CTRL_ATTR_MAXATTR, []byte{1})), 0, true, "highest attribute of ovs_vport: 1 bytes"},
		{"silent", func(netlink.Message, seen) [][]byte { return nil }, 0, false, "resource temporarily unavailable"},
	} {
		f.setAnswer(tt.answer)
		highest, ok, err := c.highestAttr("ovs_vport")
		if highest != tt.highest || ok != tt.ok {
			t.Errorf("%s: got %d, %v", tt.name, highest, ok)
		}
		checkErr(t, err, tt.err)
	}
}

// TestFeatureRows checks what holds for the whole table.
func TestFeatureRows(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`^[3-7]\.\d+$`)
	names := map[string]bool{}
	for _, f := range FeatureRows() {
		if names[f.Name] {
			t.Errorf("%s is twice in the table", f.Name)
		}
		names[f.Name] = true
		if f.Doc == "" || f.How() == "" || f.probe.run == nil {
			t.Errorf("%s lacks a doc or probe", f.Name)
		}
		if f.Since != "" && !version.MatchString(f.Since) {
			t.Errorf("%s: version %q", f.Name, f.Since)
		}
		if _, err := FeatureByName(f.Name); err != nil {
			t.Error(err)
		}
	}
	_, err := FeatureByName("psampel")
	checkErr(t, err, `there is no feature "psampel" (did you mean "psample"?)`)
}

func TestFeatureNeeds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		f             Feature
		release, want string
	}{
		{Feature{Since: "6.11", Doc: "x"}, "6.1.0-45-amd64", "needs Linux 6.11: x"},
		{Feature{Since: "6.11", Config: "CONFIG_X", Doc: "x"}, "6.1.0-45-amd64", "needs Linux 6.11: x"},
		{Feature{Since: "6.11", Config: "CONFIG_X", Doc: "x"}, "6.11", "needs a kernel with CONFIG_X: x"},
		{Feature{Since: "6.9", Config: "CONFIG_X", Doc: "x"}, "6.12-rc1", "needs a kernel with CONFIG_X: x"},
		{Feature{Since: "5.15", Config: "CONFIG_X", Doc: "x"}, "6.1+", "needs a kernel with CONFIG_X: x"},
		{Feature{Since: "5.15", Config: "CONFIG_X", Doc: "x"}, "", "needs Linux 5.15: x"},
		{Feature{Doc: "x"}, "7.2.0", "no Linux kernel has this, only the user space datapath: x"},
	} {
		if got := tt.f.needs(tt.release); got != tt.want {
			t.Errorf("%s on %q: %s", tt.f.Since, tt.release, got)
		}
	}
}

func TestParseFeatures(t *testing.T) {
	t.Parallel()
	for _, f := range append(UserFeatures(), 0, FeatureUnaligned|FeaturePerCPU) {
		got, err := ParseFeatures(f.String())
		if got != f || err != nil {
			t.Errorf("%v: got %v, %v", f, got, err)
		}
	}
	_, err := ParseFeatures("unaligned,percpu")
	checkErr(t, err, `feature "percpu": some of unaligned, vport_pids, tc_recirc_sharing, dispatch_upcall_per_cpu expected`)
}

// TestFetchActions checks that actions which the kernel left out of a listing
// are asked for, and that a flow that is gone by then is not listed.
func TestFetchActions(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	key := func(port uint32) []byte {
		return fakedp.Attr(ovsh.FlowAttrKey, fakedp.Uint32(ovsh.KeyAttrInPort, port))
	}
	f.setAnswer(func(m netlink.Message, s seen) [][]byte {
		if s.Flags&netlink.Dump == netlink.Dump {
			return dumpOf(idFlow, ovsh.FlowCmdNew, 0, key(1), key(2), fakedp.Join(key(3), fakedp.Attr(ovsh.FlowAttrActions, outputTo2)))(m, s)
		}
		k, _ := Attrs(s.Attrs).Find(ovsh.FlowAttrKey)
		if port, _ := Attrs(k).Find(ovsh.KeyAttrInPort); binary.NativeEndian.Uint32(port) == 2 {
			return refuse(unix.ENOENT, "", 0)(m, s)
		}
		return replyThenAck(idFlow, ovsh.FlowCmdNew, key(1), fakedp.Attr(ovsh.FlowAttrActions, outputTo2))(m, s)
	})
	var got []string
	for f, err := range fakeDatapath(c).Flows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, Match{Key: f.Match.Key}.String()+f.Actions.String())
	}
	if want := "in_port(1)2 in_port(3)2"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}
