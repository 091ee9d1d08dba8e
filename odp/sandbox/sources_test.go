package sandbox

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourcesForSuite(t *testing.T) {
	const deb822 = `# a comment
Types: deb deb-src
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://archive.example/debian-security
# between the fields
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://docker.example/linux/debian
Suites: bookworm
Components: stable
`
	const list = `deb http://archive.example/debian bookworm main # the archive
deb [arch=amd64,i386 signed-by=/usr/share/keyrings/x.gpg] http://archive.example/debian-security bookworm-security main non-free
deb-src http://archive.example/debian bookworm main
#deb http://off.example/debian bookworm main
deb http://pg.example/apt bookworm-pgdg main
deb http://node.example/node nodistro main
deb broken
`
	tests := []struct {
		name, file, text, suite, want string
	}{
		{
			name: "stanzas to a stable suite", file: "debian.sources", text: deb822, suite: "trixie",
			want: `Types: deb
URIs: http://archive.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Targets: Packages

Types: deb
URIs: http://archive.example/debian-security
Suites: trixie-security
Components: main
Signed-By: 
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
Targets: Packages

`,
		},
		{
			name: "unstable has no archives of fixes", file: "debian.sources", text: deb822, suite: "sid",
			want: `Types: deb
URIs: http://archive.example/debian
Suites: sid
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Targets: Packages

`,
		},
		{
			name: "lines", file: "a.list", text: list, suite: "trixie",
			want: `Types: deb
URIs: http://archive.example/debian
Suites: trixie
Components: main
Targets: Packages

Types: deb
URIs: http://archive.example/debian-security
Suites: trixie-security
Components: main
Architectures: amd64 i386
Signed-By: /usr/share/keyrings/x.gpg
Targets: Packages

`,
		},
		{name: "nothing of Debian's", file: "a.list", text: "deb http://u.example/ubuntu jammy main\n", suite: "sid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			etc := t.TempDir()
			parts := filepath.Join(etc, "sources.list.d")
			if err := os.Mkdir(parts, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(parts, tt.file), []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			all, err := readSources(etc)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, formatSources(forSuite(all, tt.suite))); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOSRelease(t *testing.T) {
	const text = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID='debian'\n"
	for field, want := range map[string]string{
		"NAME": "Debian GNU/Linux", "VERSION_CODENAME": "bookworm", "ID": "debian", "ID_LIKE": "",
	} {
		if got := osRelease(text, field); got != want {
			t.Errorf("osRelease(%s) = %q, want %q", field, got, want)
		}
	}
}
