package luatest

import (
	"path/filepath"
	"strings"
)

// A Pattern selects tests: FILE, FILE:CASE or :CASE. In both parts * stands for
// any text and ? for one character. A part without these is looked for anywhere
// in a name. FILE is compared with the path of the file, its name, and its name
// without _test.lua.
type Pattern struct{ file, name string }

// ParsePattern reads a pattern. The empty one selects everything.
func ParsePattern(s string) Pattern {
	file, name, _ := strings.Cut(s, ":")
	return Pattern{file, name}
}

// File reports whether the file is selected, or cases in it may be.
func (p Pattern) File(f File) bool {
	return wild(p.file, f.Name()) || wild(p.file, filepath.Base(f.Path)) || wild(p.file, f.Path)
}

// wild reports whether the pattern matches the name.
func wild(pattern, name string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return strings.Contains(name, pattern)
	}
	return glob([]rune(pattern), []rune(name))
}

// glob reports whether the pattern matches all of the name. Of the stars only the
// last one that was met is ever tried again, so it takes no more than the product
// of both lengths.
func glob(pattern, name []rune) bool {
	p, n := 0, 0
	star, from := -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
