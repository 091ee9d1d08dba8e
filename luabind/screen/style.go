package screen

import (
	"fmt"
	"strings"
)

// Style is how a character looks. The zero value is plain.
type Style struct {
	attributes uint8 // bits, by the place in Attributes
	foreground uint8 // a place in Colors and 1
	background uint8
}

// Attributes are the words for how characters look besides their colours.
var Attributes = []string{"bold", "faint", "underline", "reverse"}

var attributeCodes = []string{"1", "2", "4", "7"}

// Colors are those that every terminal has.
var Colors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

func indexOf(list []string, word string) int {
	for i, w := range list {
		if w == word {
			return i
		}
	}
	return -1
}

// ParseStyle reads words such as "bold red on blue".
func ParseStyle(text string) (s Style, err error) {
	on := false
	for _, word := range strings.Fields(text) {
		attribute, color := indexOf(Attributes, word), indexOf(Colors, word)
		switch {
		case word == "on" && !on:
			on = true
		case color >= 0 && on:
			s.background, on = uint8(color+1), false
		case color >= 0:
			s.foreground = uint8(color + 1)
		case attribute >= 0 && !on:
			s.attributes |= 1 << attribute
		case on:
			return Style{}, fmt.Errorf("a colour expected after on, got %q", word)
		default:
			return Style{}, fmt.Errorf("%s, a colour (%s) or on COLOUR expected, got %q", strings.Join(Attributes, ", "), strings.Join(Colors, ", "), word)
		}
	}
	if on {
		return Style{}, fmt.Errorf("a colour expected after on")
	}
	return s, nil
}

// sequence sets a terminal to the style, whatever it was before.
func (s Style) sequence(colors bool) string {
	codes := "0"
	for i, code := range attributeCodes {
		if s.attributes&(1<<i) != 0 {
			codes += ";" + code
		}
	}
	if colors && s.foreground > 0 {
		codes += fmt.Sprintf(";%d", 29+s.foreground)
	}
	if colors && s.background > 0 {
		codes += fmt.Sprintf(";%d", 39+s.background)
	}
	return "\x1b[" + codes + "m"
}
