package odp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// The option form writes a flow as the options of a command line, as the tool of
// weaveworks/go-odp did:
//
//	--in-port=eth0 --eth-dst=02:00:00:00:00:02 --set-tunnel-ipv4-dst=10.0.0.2 --output=vxlan0
//
// Each field of each key has the option that its path makes, and what an option
// takes is what stands in OVS text after the field's name; a mask may also come
// after & in the place of /. The order of options says nothing but that keys are
// set in the order in which they come: like the tool, a flow first sets, and then
// outputs. Other actions are written in OVS text after --actions.

// OptionError is an option that cannot be used, and why.
type OptionError struct {
	Option  string // as it was given, without its value
	Problem string // what is wrong with it, or what was expected
	Hint    string // an option that was perhaps meant, or ""
	Err     error  // what is wrong with the value, often a [SyntaxError], or nil
}

// Error names the option.
func (e *OptionError) Error() string {
	msg := e.Option + ": " + e.Problem
	if e.Hint != "" {
		msg += fmt.Sprintf(" (did you mean %q?)", e.Hint)
	}
	return msg
}

// Unwrap returns what is wrong with the value.
func (e *OptionError) Unwrap() error { return e.Err }

// Is makes every option error match [ErrSyntax].
func (e *OptionError) Is(target error) bool { return target == ErrSyntax }

// ParseFlowOptions reads a flow in the option form. Options are --name=value or
// --name value, with one dash or two. The match is completed as by
// [Match.Complete], and is for Ethernet packets unless --no-eth is there. No
// option for actions is the empty list, which drops the packet. Nil options are
// the default. An error is an [OptionError] or, if the options contradict each
// other, that of Complete.
func ParseFlowOptions(args []string, o *TextOptions) (Match, Actions, error) {
	f := optionParser{match: MatchBuilder{Options: o}}
	for len(args) > 0 {
		rest, err := f.option(args)
		if err != nil {
			return Match{}, nil, err
		}
		args = rest
	}
	m, err := f.match.Match()
	if err != nil {
		return Match{}, nil, err
	}
	a, err := f.actions()
	if err != nil {
		return Match{}, nil, err
	}
	return m, a, nil
}

// optionParser collects what the options say.
type optionParser struct {
	match   MatchBuilder
	sets    []*node  // one node for each key that is set
	outputs []*node  // output actions
	text    []*node  // of --actions
	given   []string // what was given: paths, with set- before those that are set
	acts    string   // the last option that is an action, or ""
}

// option reads the first option of args and returns what follows it.
func (f *optionParser) option(args []string) (rest []string, err error) {
	arg, rest := args[0], args[1:]
	name, ok := strings.CutPrefix(arg, "-")
	if !ok || name == "" {
		return nil, &OptionError{Option: strconv.Quote(clip(arg)), Problem: "an option such as --in-port=1 expected"}
	}
	name = strings.TrimPrefix(name, "-")
	name, value, hasValue := strings.Cut(name, "=")
	dashed := "--" + name
	opt, set, err := findOption(name)
	if err != nil {
		return nil, err
	}
	switch {
	case name == noEthOption && !hasValue:
		value = "true"
	case !hasValue && len(rest) == 0:
		return nil, &OptionError{Option: dashed, Problem: "a value expected after it"}
	case !hasValue:
		value, rest = rest[0], rest[1:]
	}
	if err := f.note(name, dashed, opt, set); err != nil {
		return nil, err
	}
	switch {
	case name == noEthOption:
		f.match.NoEthernet, err = strconv.ParseBool(value)
		if err != nil {
			err = errTrueFalse
		}
	case name == outputOption:
		err = f.output(value)
	case name == actionsOption:
		p := &parser{text: value, o: f.match.Options}
		f.text, err = p.actions(false)
	case set:
		err = setOption(&f.sets, opt, value, f.match.Options)
	default:
		err = setOption(&f.match.nodes, opt, value, f.match.Options)
	}
	if err != nil {
		return nil, &OptionError{Option: dashed, Problem: valueProblem(opt.path, err), Err: err}
	}
	return rest, nil
}

var errTrueFalse = errors.New("true or false expected")

// valueProblem leaves out the path that the error of a field begins with, which
// the option's name says as well.
func valueProblem(path string, err error) string {
	return strings.TrimPrefix(err.Error(), path+": ")
}

// findOption finds the option of a name without dashes before it.
func findOption(name string) (o option, set bool, err error) {
	switch name {
	case noEthOption, outputOption, actionsOption:
		return option{}, false, nil
	}
	o, ok := optionNamed(name)
	if ok {
		return o, false, nil
	}
	of, set := strings.CutPrefix(name, setPrefix)
	if set {
		if o, ok = optionNamed(of); ok && settable(o.path) {
			return o, true, nil
		}
	}
	dashed := "--" + name
	return option{}, false, &OptionError{Option: dashed, Problem: "there is no such option", Hint: near(dashed, optionNames(dashed))}
}

// note refuses options that say something about what another one has said.
func (f *optionParser) note(name, dashed string, o option, set bool) error {
	if set || name == outputOption || name == actionsOption {
		if f.acts != "" && (name == actionsOption) != (f.acts == "--"+actionsOption) {
			return &OptionError{Option: dashed, Problem: f.acts + " stands before, and --actions says all actions"}
		}
		f.acts = dashed
	}
	if name == outputOption {
		return nil // outputs add up
	}
	here := name
	if o.path != "" {
		here = o.where()
	}
	if set {
		here = setPrefix + here
	}
	for _, before := range f.given {
		if before == here {
			return &OptionError{Option: dashed, Problem: "given twice"}
		}
		if strings.HasPrefix(before, here+".") || strings.HasPrefix(here, before+".") {
			return &OptionError{Option: dashed, Problem: "another option says a part of the same"}
		}
	}
	f.given = append(f.given, here)
	return nil
}

// output reads names or numbers of ports with commas between them.
func (f *optionParser) output(value string) error {
	row := ActionByID(ovsh.ActionAttrOutput)
	p := &parser{text: value, o: f.match.Options}
	for {
		n := newNode(row)
		if err := p.value(row.single(), n.val, nil); err != nil {
			return err
		}
		f.outputs = append(f.outputs, n)
		if p.done() {
			return nil
		}
		if err := p.expect(","); err != nil {
			return err
		}
	}
}

// actions returns what the options do with packets.
func (f *optionParser) actions() (Actions, error) {
	list := f.text
	for _, kid := range f.sets {
		n, ok := setAction(kid)
		if !ok {
			name := kid.row.Name
			return nil, &OptionError{Option: "--" + setPrefix + optionName(name) + "...", Problem: name + " is set as a whole: values without masks expected"}
		}
		list = append(list, n)
	}
	a, err := encodeActions(append(list, f.outputs...))
	if err != nil && len(f.sets) > 0 {
		err = &OptionError{Option: "--" + setPrefix + "...", Problem: strings.TrimPrefix(err.Error(), "set: "), Err: err}
	}
	return Actions(a), err
}

// setOption sets what an option stands for in a list of keys.
func setOption(list *[]*node, o option, value string, to *TextOptions) error {
	if id, ok := rawID(o.path[strings.LastIndexByte(o.path, '.')+1:], "key"); ok {
		return setRaw(list, o.path, id, value)
	}
	switch {
	case o.flag != "":
		return setFlag(list, o, value)
	case o.seed != nil && o.seed.hexBytes:
		var err error
		if value, err = hexNumbers(value); err != nil {
			return err
		}
	}
	return setPath(list, o.path, o.path, strings.Replace(value, "&", "/", 1), to)
}

// hexNumbers puts 0x before the numbers that go-odp wrote as 16 hex digits.
// Shorter ones without 0x are refused, as they might be meant as decimal.
func hexNumbers(value string) (string, error) {
	v, mask, masked := strings.Cut(strings.Replace(value, "&", "/", 1), "/")
	parts := []string{v}
	if masked {
		parts = append(parts, mask)
	}
	for i, s := range parts {
		switch {
		case len(s) == 16 && strings.IndexFunc(s, func(r rune) bool { return r > 'f' || !isHex(byte(r)) }) < 0:
			parts[i] = "0x" + s
		case !strings.HasPrefix(s, "0x") && !strings.HasPrefix(s, "0X"):
			return "", fmt.Errorf("16 hex digits or a number with 0x expected, found %q", clip(s))
		}
	}
	return strings.Join(parts, "/"), nil
}

// setFlag reads true or false for one flag of a flag set.
func setFlag(list *[]*node, o option, value string) error {
	v, err := strconv.ParseBool(value)
	if err != nil {
		return errTrueFalse
	}
	n := nodeAt(list, o.path)
	i := slices.IndexFunc(n.row.Names, func(x NamedValue) bool { return x.Name == o.flag })
	n.mask[0] |= 1 << i
	if v {
		n.val[0] |= 1 << i
	}
	return nil
}

// nodeAt finds or makes the node of a row inside nested rows.
func nodeAt(list *[]*node, path string) *node {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	n := findNode(*list, row)
	if n == nil {
		n = newNode(row)
		*list = append(*list, n)
	}
	for rest != "" {
		if n.row.Layout == LayoutKeys {
			return nodeAt(&n.kids, rest)
		}
		name, rest, _ = strings.Cut(rest, ".")
		n = n.ensure(n.row.Row(name))
	}
	return n
}

// setRaw reads the bytes of a key that has no row.
func setRaw(list *[]*node, path string, id uint16, value string) error {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		list = &nodeAt(list, path[:i]).kids
	}
	p := &parser{text: "(" + strings.Replace(value, "&", "/", 1) + ")"}
	n, err := p.raw(id)
	if err != nil {
		var syntax *SyntaxError
		if errors.As(err, &syntax) { // not of the parentheses, which nobody wrote
			syntax.Text, syntax.Offset = value, max(0, min(syntax.Offset-1, len(value)))
		}
		return err
	}
	if !p.done() {
		return fmt.Errorf("bytes as pairs of hex digits expected, found %q", value)
	}
	*list = append(*list, n)
	return nil
}
