package luabind

import "testing"

// FuzzFrameKey checks that every frame has a key. The kernel tests compare keys
// with the kernel's.
func FuzzFrameKey(f *testing.F) {
	const addresses = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"
	for _, s := range []string{
		"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", "\x08\x00\x45\x00\x00\x14", "\x86\xdd\x60\x00", "\x81\x00\x00\x05\x88\xa8\x00\x06\x08\x00",
		"\x88\x47\x00\x00\x10\x40\x00\x00\x21\x40", "\x89\x4f\x00\x46\x01\x03", "\x00\x20data", "",
	} {
		f.Add([]byte(addresses + s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := frameKey(data)
		if len(data) < ethernetLength {
			if err == nil {
				t.Fatalf("a key of %d bytes: %v", len(data), key)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}
