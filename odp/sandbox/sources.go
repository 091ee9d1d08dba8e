package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// aptSource is one entry of apt's list of archives, whatever form it is written in.
type aptSource struct {
	types      []string
	uris       []string
	suites     []string
	components []string
	// options are other fields in deb822 spelling, such as Signed-By; a value may
	// have several lines.
	options [][2]string
}

// debianSuites are the names that Debian's archives are entered under.
var debianSuites = []string{
	"bullseye", "bookworm", "trixie", "forky", "duke", "sid",
	"oldoldstable", "oldstable", "stable", "testing", "unstable",
}

// suiteParts are the archives of fixes that go with a stable suite.
var suiteParts = []string{"", "-updates", "-security"}

// readSources reads the machine's apt sources in both forms below etc (/etc/apt).
func readSources(etc string) ([]aptSource, error) {
	lists, _ := filepath.Glob(filepath.Join(etc, "sources.list.d", "*.list"))
	lists = append([]string{filepath.Join(etc, "sources.list")}, lists...)
	stanzas, _ := filepath.Glob(filepath.Join(etc, "sources.list.d", "*.sources"))
	var all []aptSource
	for _, path := range append(lists, stanzas...) {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(path, ".list") {
			all = append(all, parseList(string(text))...)
		} else {
			all = append(all, parseStanzas(string(text))...)
		}
	}
	return all, nil
}

// listOptions are the options of the one-line form that matter, in deb822 spelling.
var listOptions = map[string]string{
	"arch": "Architectures", "signed-by": "Signed-By", "trusted": "Trusted",
	"check-valid-until": "Check-Valid-Until", "by-hash": "By-Hash",
}

// parseList reads the one-line form: deb [options] URI suite component...
func parseList(text string) []aptSource {
	var all []aptSource
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		var src aptSource
		rest, ok := strings.CutPrefix(line, "deb")
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		rest = strings.TrimSpace(rest)
		if inner, after, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]"); ok && rest[0] == '[' {
			for _, opt := range strings.Fields(inner) {
				name, value, _ := strings.Cut(opt, "=")
				if field := listOptions[strings.ToLower(name)]; field != "" {
					src.options = append(src.options, [2]string{field, strings.ReplaceAll(value, ",", " ")})
				}
			}
			rest = after
		}
		words := strings.Fields(rest)
		if len(words) < 3 {
			continue
		}
		src.types, src.uris, src.suites, src.components = []string{"deb"}, words[:1], words[1:2], words[2:]
		all = append(all, src)
	}
	return all
}

// parseStanzas reads the deb822 form: fields of entries divided by empty lines.
func parseStanzas(text string) []aptSource {
	var all []aptSource
	var src aptSource
	enabled := true
	flush := func() {
		if len(src.uris) > 0 && enabled {
			all = append(all, src)
		}
		src, enabled = aptSource{}, true
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case strings.TrimSpace(line) == "":
			flush()
			continue
		case line[0] == ' ' || line[0] == '\t':
			if n := len(src.options); n > 0 {
				src.options[n-1][1] += "\n" + line
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "types":
			src.types = strings.Fields(value)
		case "uris":
			src.uris = strings.Fields(value)
		case "suites":
			src.suites = strings.Fields(value)
		case "components":
			src.components = strings.Fields(value)
		case "enabled":
			enabled = !slices.Contains([]string{"no", "false", "0", "off", "without", "disable"}, strings.ToLower(value))
		default:
			src.options = append(src.options, [2]string{name, value})
		}
	}
	flush()
	return all
}

// forSuite returns the entries of Debian's own archive, with another suite in the
// place of theirs. Foreign archives are left out.
func forSuite(all []aptSource, suite string) []aptSource {
	var out []aptSource
	for _, src := range all {
		if !slices.Contains(src.types, "deb") || !slices.Contains(src.components, "main") {
			continue
		}
		var suites []string
		for _, s := range src.suites {
			_, part, ok := splitSuite(s)
			// Unstable has no archives of fixes.
			if ok && (part == "" || suite != "sid" && suite != "unstable") && !slices.Contains(suites, suite+part) {
				suites = append(suites, suite+part)
			}
		}
		if len(suites) > 0 {
			src.types, src.suites, src.components = []string{"deb"}, suites, []string{"main"}
			out = append(out, src)
		}
	}
	return out
}

// splitSuite divides a suite of Debian into its name and its part, such as -security.
func splitSuite(s string) (base, part string, ok bool) {
	for _, part := range suiteParts {
		base, found := strings.CutSuffix(s, part)
		if found && slices.Contains(debianSuites, base) {
			return base, part, true
		}
	}
	return "", "", false
}

// formatSources writes entries in the deb822 form, for the package lists only.
func formatSources(all []aptSource) string {
	var b strings.Builder
	for _, src := range all {
		fmt.Fprintf(&b, "Types: %s\nURIs: %s\nSuites: %s\nComponents: %s\n", strings.Join(src.types, " "),
			strings.Join(src.uris, " "), strings.Join(src.suites, " "), strings.Join(src.components, " "))
		for _, opt := range src.options {
			if !strings.EqualFold(opt[0], "Targets") {
				fmt.Fprintf(&b, "%s: %s\n", opt[0], opt[1])
			}
		}
		b.WriteString("Targets: Packages\n\n")
	}
	return b.String()
}

// ownSuite is the code name of the machine's own Debian, or empty.
func ownSuite() string {
	sources, _ := readSources("/etc/apt")
	for _, src := range sources {
		for _, s := range src.suites {
			if s == "sid" || s == "unstable" {
				return "sid" // os-release says the same there as on testing
			}
		}
	}
	text, _ := os.ReadFile("/etc/os-release")
	return osRelease(string(text), "VERSION_CODENAME")
}

// osRelease returns a field of an os-release file without its quotes.
func osRelease(text, field string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), field+"="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}
