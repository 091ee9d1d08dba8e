package odp

import (
	"slices"
	"strconv"
	"strings"
)

// tcpFlagLetters are the letters for TCP flags in the counters of a flow.
var tcpFlagLetters = []struct {
	bit    uint8
	letter byte
}{{0x02, 'S'}, {0x01, 'F'}, {0x08, 'P'}, {0x04, 'R'}, {0x20, 'U'}, {0x10, '.'}, {0x40, 'E'}, {0x80, 'C'}}

// AppendText appends the flow as a line of ovs-dpctl dump-flows, without the
// end of line. Verbose text also has the UFID, and so has that of a terse
// listing, which leaves out what the kernel did. Nil options are the default.
func (f *Flow) AppendText(dst []byte, o *TextOptions) []byte {
	verbose := o != nil && o.Verbose
	noKey := f.Omitted&FlowKey != 0
	if (verbose || noKey) && f.HasUFID {
		dst = append(dst, "ufid:"...)
		dst = f.UFID.AppendText(dst)
		if !noKey {
			dst = append(dst, ", "...)
		}
	}
	if !noKey {
		dst = f.Match.AppendText(dst, o)
	}
	dst = append(dst, ", packets:"...)
	dst = strconv.AppendUint(dst, f.Stats.Packets, 10)
	dst = append(dst, ", bytes:"...)
	dst = strconv.AppendUint(dst, f.Stats.Bytes, 10)
	dst = append(dst, ", used:"...)
	if f.Stats.Used {
		dst = strconv.AppendFloat(dst, f.Stats.Idle().Seconds(), 'f', 3, 64)
		dst = append(dst, 's')
	} else {
		dst = append(dst, "never"...)
	}
	if f.TCPFlags != 0 {
		dst = append(dst, ", flags:"...)
		for _, l := range tcpFlagLetters {
			if f.TCPFlags&l.bit != 0 {
				dst = append(dst, l.letter)
			}
		}
	}
	if verbose {
		dst = append(dst, ", dp:ovs"...)
	}
	if f.Omitted&FlowActions != 0 {
		return dst
	}
	dst = append(dst, ", actions:"...)
	return f.Actions.AppendText(dst, o)
}

// String returns the flow as a line of ovs-dpctl dump-flows.
func (f *Flow) String() string { return string(f.AppendText(nil, nil)) }

// ParseFlow reads a line of ovs-dpctl dump-flows: keys, and after them, where
// they stand, counters and actions. What the counters say is kept, but for when
// the flow was used last, which the text says relative to when it was written.
// Nothing is filled in; see [Match.Complete]. An error is a [SyntaxError].
func ParseFlow(text string, o *TextOptions) (*Flow, error) {
	p := &parser{text: text, o: o, line: true}
	list, err := p.keys(false)
	if err != nil {
		return nil, err
	}
	f := &Flow{}
	if p.ufid != nil {
		f.UFID, f.HasUFID = *p.ufid, true
	}
	if f.Match, err = matchOf(list); err != nil {
		return nil, err
	}
	for p.separators(); !p.done(); p.separators() {
		done, err := p.counter(f)
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
	}
	return f, nil
}

// counterNames are the words before a colon that may follow the keys.
var counterNames = []string{"packets", "bytes", "used", "flags", "offloaded", "dp", "actions"}

// atCounters tells whether one of those words comes next.
func (p *parser) atCounters() bool {
	at := p.pos
	name := p.while(isWord)
	is := p.peek() == ':' && slices.Contains(counterNames, name)
	p.pos = at
	return is
}

// counter reads one name:value after the keys. done tells that it was the
// actions, which come last.
func (p *parser) counter(f *Flow) (done bool, err error) {
	at := p.pos
	name := p.while(isWord)
	if !slices.Contains(counterNames, name) {
		return false, p.failName(at, "one of "+strings.Join(counterNames, ", "), name, counterNames)
	}
	if err := p.expect(":"); err != nil {
		return false, err
	}
	switch name {
	case "packets":
		f.Stats.Packets, err = p.number(^uint64(0))
	case "bytes":
		f.Stats.Bytes, err = p.number(^uint64(0))
	case "flags":
		err = p.flagLetters(f)
	case "actions":
		list, err := p.actions(false)
		if err != nil {
			return true, err
		}
		a, err := encodeActions(list)
		f.Actions = Actions(a)
		return true, err
	default:
		p.while(func(c byte) bool { return c != ',' && c != ' ' })
	}
	return false, err
}

func (p *parser) flagLetters(f *Flow) error {
	at := p.pos
	word := p.while(func(c byte) bool { return c != ',' && c != ' ' })
	if word == "none" {
		return nil
	}
next:
	for i := range len(word) {
		for _, l := range tcpFlagLetters {
			if word[i] == l.letter {
				f.TCPFlags |= l.bit
				continue next
			}
		}
		p.pos = at + i
		return p.fail("letters of TCP flags, as in SFPRU.EC")
	}
	return nil
}

// readUFID reads what follows "ufid:".
func (p *parser) readUFID() error {
	at := p.pos
	u, err := ParseUFID(p.while(func(c byte) bool { return isHex(c) || c == '-' }))
	if err != nil {
		p.pos = at
		return p.fail("32 hexadecimal digits in groups of 8-4-4-4-12")
	}
	p.ufid = &u
	return nil
}
