package repl

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestKeys(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"text", "größe 世界\r", "größe 世界\r"},
		{"arrows", "\x1b[A\x1bOB\x1b[1;5C\x1b[1~\x1b[4~", "\x1b[A\x1bOB\x1bf\x01\x05"},
		{"words", "\x1bb\x1bf\x1bd\x1b\x7f", "\x1bb\x1bf\x1bd\x1b\x7f"},
		{"delete is marked", "a\x1b[3~", "a\x1a\x1b[3~"},
		{"controls", "\x00\x01\x13\x1a\x1c\x1f\x7f", "\x01\x7f"},
		{"C1 controls", "a\u0085b\u009b", "ab"},
		{"mouse", "\x1b[<0;12;3M", ""},
		{"cursor report", "\x1b[12;3R", ""},
		{"alt with a key", "\x1bx\x1bé\x1b\x14y", "y"},
		{"escape twice", "\x1b\x1b[A", "\x1b[A"},
		{"broken sequence", "\x1b[1\rx", "\rx"},
		{"endless sequence", "\x1b[" + strings.Repeat("1", maxKey) + "x", "1x"},
		{"unfinished at the end", "a\x1b[1", "a"},
		{"bad UTF-8", "a\xffb", "a\xffb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				k := &keys{control: newControl(), source: newSource(r)}
				got, err := io.ReadAll(k)
				if err != nil || string(got) != tt.want {
					t.Errorf("%q gives %q, %v, want %q", tt.in, got, err, tt.want)
				}
			}
		})
	}
}

// Requests come between keys, never within one.
func TestKeysRequests(t *testing.T) {
	r, w := io.Pipe()
	k := &keys{control: newControl(), source: newSource(r)}
	read := func() string {
		t.Helper()
		p := make([]byte, 64)
		n, err := k.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		return string(p[:n])
	}
	go io.WriteString(w, "a\x1b")
	if got := read(); got != "a" {
		t.Fatalf("got %q", got)
	}
	k.control.wakeUp()
	k.control.wakeUp()
	if got := read(); got != "\x13" {
		t.Fatalf("got %q, want the wake byte", got)
	}
	k.control.interruptLine()
	if got := read(); got != "\x03" {
		t.Fatalf("got %q, want an interrupt", got)
	}
	go io.WriteString(w, "[A")
	if got := read(); got != "\x1b[A" {
		t.Fatalf("got %q, want the whole key", got)
	}
	k.control.close()
	k.control.close()
	if n, err := k.Read(make([]byte, 64)); n != 0 || err != io.EOF {
		t.Errorf("after close: %d, %v", n, err)
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"a", "\x1b[A", "\x1b[3~", "\x1bOH", "é", "\x00", "\x1b[<1;1M", "\x1b\x1b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			size, _ := key(b)
			if size == 0 {
				if len(b) > maxKey {
					t.Fatalf("%d bytes and no key yet: %q", len(b), b)
				}
				return
			}
			if size < 0 || size > len(b) {
				t.Fatalf("key(%q) takes %d bytes", b, size)
			}
			b = b[size:]
		}
	})
}
