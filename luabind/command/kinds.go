package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A kind is what an argument or a flag is.
type kind struct {
	name  string
	value string // the word for a value in help
	// plain turns the text into what a verb gets. Where it is nil, the text is read
	// in Lua, as what it names has to be looked up.
	plain func(text string) (any, error)
	live  bool // what there is of it is asked for in Lua, to be offered by a shell
	files bool // a shell offers files
}

var kinds = []*kind{
	{name: "text", value: "TEXT", plain: asText},
	{name: "file", value: "FILE", plain: asText, files: true},
	{name: "netns", value: "NAME", plain: asText, live: true},
	{name: "integer", value: "N", plain: asInteger},
	{name: "number", value: "N", plain: asNumber},
	{name: "meter", value: "N", plain: asInteger, live: true},
	{name: "list", value: "A,B,...", plain: asList},
	{name: "bool"},
	{name: "count"},
	{name: "datapath", value: "DP", live: true},
	{name: "vport", value: "PORT", live: true},
	{name: "mac", value: "MAC"},
	{name: "match", value: "MATCH"},
	{name: "actions", value: "ACTIONS"},
}

// kindNamed returns the kind of that name, and that named otherwise for none.
func kindNamed(name, otherwise string) *kind {
	if name == "" {
		name = otherwise
	}
	i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if i < 0 {
		return kinds[0] // declarations are checked
	}
	return kinds[i]
}

func asText(text string) (any, error) { return text, nil }

// maxInteger is the largest integer that a Lua number is sure to hold.
const maxInteger = 1 << 53

func asInteger(text string) (any, error) {
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil || n > maxInteger || n < -maxInteger {
		return nil, fmt.Errorf("an integer expected, got %q", text)
	}
	return n, nil
}

func asNumber(text string) (any, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n-n != 0 { // infinite, or not a number
		return nil, fmt.Errorf("a number expected, got %q", text)
	}
	return n, nil
}

func asList(text string) (any, error) { return strings.Split(text, ","), nil }

// read turns the text of an argument or a flag into what goes to Lua.
func (i *item) read(k *kind, text string) (any, error) {
	if len(i.Values) > 0 && !slices.Contains(i.Values, text) {
		return nil, fmt.Errorf("one of %s expected, got %q", strings.Join(i.Values, ", "), text)
	}
	if k.plain == nil {
		return text, nil
	}
	return k.plain(text)
}
