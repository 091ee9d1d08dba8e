package sandbox

import (
	"bytes"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestGuestEnv(t *testing.T) {
	own := []string{
		"PATH=/opt/go/bin:relative:/usr/bin", "HOME=/home/u", "TERM=xterm", "NO_COLOR=", "LC_TIME=C",
		"SECRET_TOKEN=x", "ODP_DEBUG=1", "ODP_WORK=/stale", "LD_PRELOAD=x", "XDG_RUNTIME_DIR=/run/user/1", "XDG_CACHE_HOME=/c",
	}
	got := guestEnv(own, "/w", []string{"TERM=dumb", "A=b=c"})
	want := []string{
		"A=b=c", "HOME=/home/u", "LC_TIME=C", "LOGNAME=root", "NO_COLOR=", "ODP_DEBUG=1", "ODP_WORK=/w",
		"PATH=/opt/go/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
		"TERM=dumb", "USER=root", "XDG_CACHE_HOME=/c",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if got := guestEnv(nil, "", nil); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "ODP_WORK") }) {
		t.Errorf("ODP_WORK is set without a work folder: %q", got)
	}
}

func TestModuleOrder(t *testing.T) {
	const dep = `kernel/net/nsh/nsh.ko:
kernel/net/a.ko: kernel/net/b-c.ko kernel/net/d.ko
kernel/net/b-c.ko: kernel/net/d.ko
kernel/net/d.ko:
kernel/fs/overlay.ko.xz: kernel/net/d.ko
`
	tests := []struct {
		names   []string
		want    string
		wantErr bool
	}{
		{[]string{"nsh"}, "kernel/net/nsh/nsh.ko", false},
		{[]string{"a"}, "kernel/net/d.ko kernel/net/b-c.ko kernel/net/a.ko", false},
		{[]string{"b_c", "overlay"}, "kernel/net/d.ko kernel/net/b-c.ko kernel/fs/overlay.ko.xz", false},
		{[]string{"absent"}, "", true},
		{nil, "", false},
	}
	for _, tt := range tests {
		got, err := moduleOrder(dep, tt.names...)
		if (err != nil) != tt.wantErr || strings.Join(got, " ") != tt.want {
			t.Errorf("moduleOrder(%q) = %q, %v; want %q, error %v", tt.names, got, err, tt.want, tt.wantErr)
		}
	}
}

func TestModuleSize(t *testing.T) {
	const about = "\x01\x02\x03\x04\x05\x00\x00\x00\x00\x00\x00\x04"
	tests := []struct {
		name, data string
		want       int
	}{
		{"signed", "module" + "sign" + about + signatureMark, 6},
		{"unsigned", "module", 6},
		{"empty", "", 0},
		{"only the mark", signatureMark, len(signatureMark)},
		{"length too large", "sig" + about + signatureMark, 3 + len(about) + len(signatureMark)},
	}
	for _, tt := range tests {
		if got := moduleSize([]byte(tt.data)); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestGrowRegisterWrites(t *testing.T) {
	program := slices.Concat([]byte("before"), registerWrite, []byte("between"), registerWrite, []byte("after"))
	want := slices.Concat([]byte("before"), largeWrite, []byte("between"), largeWrite, []byte("after"))
	if n := growRegisterWrites(program); n != 2 || !bytes.Equal(program, want) {
		t.Errorf("changed %d places, got %q, want 2 and %q", n, program, want)
	}
	if n := growRegisterWrites(program); n != 0 {
		t.Errorf("changed %d places the second time, want 0", n)
	}
}

func TestFrames(t *testing.T) {
	var wire bytes.Buffer
	w := &frameWriter{w: &wire}
	bodies := [][]byte{nil, []byte("x\r\n\x00\xff"), bytes.Repeat([]byte{1}, maxBody)}
	for _, b := range bodies {
		if err := w.write(frameStdout, b); err != nil {
			t.Fatal(err)
		}
	}
	whole := wire.Len()
	var buf []byte
	for _, b := range bodies {
		kind, got, err := readFrame(&wire, &buf)
		if err != nil || kind != frameStdout || !bytes.Equal(got, b) {
			t.Fatalf("read %q, %d bytes, %v; want %q, %d bytes", kind, len(got), err, frameStdout, len(b))
		}
	}
	if _, _, err := readFrame(&wire, &buf); err != io.EOF {
		t.Errorf("at the end: %v, want EOF", err)
	}
	if whole != 3*frameHeader+5+maxBody {
		t.Errorf("%d bytes on the wire", whole)
	}
	if _, _, err := readFrame(strings.NewReader("o\xff\xff\xff\xff"), &buf); err == nil {
		t.Error("a frame of 4 GiB was accepted")
	}
	if _, _, err := readFrame(strings.NewReader("o\x00\x00\x00\x09abc"), &buf); err != io.ErrUnexpectedEOF {
		t.Errorf("a cut frame: %v", err)
	}
}

// Arguments need not be UTF-8; they must arrive as they are.
func TestPackKeepsBytes(t *testing.T) {
	in := job{Command: []string{"\xff\xfe", "", "ü"}, TTY: [3]bool{true, false, true}, Rows: 65535}
	keeps(t, &in, new(job))
	keeps(t, &plan{Kind: kindUML, Image: image{Libs: []string{"a", "b"}}, Memory: -1}, new(plan))
	keeps(t, &unix.Termios{Iflag: 1<<32 - 1, Cc: [19]uint8{18: 255}, Ospeed: 38400}, new(unix.Termios))
	if data, err := pack(&struct{ F float64 }{}); err == nil {
		t.Errorf("a number with a fraction is packed as %x", data)
	}
}

func keeps[T any](t *testing.T, in, out *T) {
	t.Helper()
	data, err := pack(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := unpack(data, out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for n := range data {
		if err := unpack(data[:n], new(T)); err == nil {
			t.Errorf("%d bytes of %d are taken for all", n, len(data))
		}
	}
	if err := unpack(append(data, 0), new(T)); err == nil {
		t.Error("a byte too many is not seen")
	}
}

func TestArchive(t *testing.T) {
	var b bytes.Buffer
	a := newArchive(&b)
	a.entry("/a/b/c", modeFile, []byte("12345"))
	a.entry("/a/b/d", modeFile, nil)
	a.dir("/a")
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	if b.Len()%4 != 0 {
		t.Errorf("%d bytes, expected a multiple of 4", b.Len())
	}
	var names []string
	for data := b.Bytes(); len(data) >= 110; {
		head := string(data[:110])
		size, name := hex(t, head[54:62]), hex(t, head[94:102])
		names = append(names, string(data[110:110+name-1]))
		next := (110+name+3)&^3 + (size+3)&^3
		data = data[next:]
	}
	if diff := cmp.Diff([]string{"a", "a/b", "a/b/c", "a/b/d", "TRAILER!!!"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	// Where the usual program is at hand, it must agree.
	if path, err := exec.LookPath("cpio"); err == nil {
		cmd := exec.Command(path, "-t", "--quiet")
		cmd.Stdin = &b
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "a\na/b\na/b/c\na/b/d\n" {
			t.Errorf("cpio: %v: %s", err, out)
		}
	}
}

func hex(t *testing.T, s string) int {
	t.Helper()
	n := 0
	for _, c := range s {
		i := strings.IndexRune("0123456789ABCDEF", c)
		if i < 0 {
			t.Fatalf("%q is no number", s)
		}
		n = n<<4 | i
	}
	return n
}

func TestUMLArgs(t *testing.T) {
	args := umlArgs(&plan{Memory: 300})
	for _, want := range []string{"mem=300M", "con0=null,fd:4", "ssl0=fd:3", "init=" + initPath} {
		if !slices.Contains(args, want) {
			t.Errorf("no %s in %q", want, args)
		}
	}
	if got := args[len(args)-2:]; got[0] != "--" || got[1] != roleGuest {
		t.Errorf("the arguments end with %q, expected init's own", got)
	}
}

func TestKernelByName(t *testing.T) {
	for _, k := range Kernels() {
		if got, err := kernelByName(k.Name); err != nil || got.Name != k.Name {
			t.Errorf("kernelByName(%q) = %v, %v", k.Name, got, err)
		}
	}
	if _, err := kernelByName("5.4"); err == nil || !strings.Contains(err.Error(), "6.1, 6.12, 7.2, smp, host") {
		t.Errorf("unknown kernel: %v", err)
	}
	if _, err := kernelByName(Default()); err != nil {
		t.Error(err)
	}
}

func TestEscapeOverlay(t *testing.T) {
	if got, want := escapeOverlay(`/a:b,c\d`), `/a\:b\,c\\d`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
