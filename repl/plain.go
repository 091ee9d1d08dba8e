package repl

import (
	"bytes"
	"io"
	"strings"
)

// plain reads lines without editing them: from a pipe, without prompts, or
// from a terminal that cannot move its cursor, whose own line discipline then
// does what editing there is.
type plain struct {
	console *Console
	control *control
	source  *source
	buf     []byte // read, not yet returned
	err     error  // why there will be no more
}

func newPlain(c *Console) *plain {
	return &plain{console: c, control: c.control, source: newSource(c.cfg.Stdin)}
}

func (p *plain) interactive() bool { return p.console.cfg.Terminal != nil }

func (p *plain) readLine(prompt, _ string) (string, error) {
	c := p.console
	if !p.interactive() {
		return p.wait(func() {})
	}
	draw := screen{c.out, c.cfg.Stdout}
	c.out.beginEditing(c.cfg.Stdout)
	_, _ = io.WriteString(draw, prompt)
	line, err := p.wait(func() {
		if c.out.hasQueued() {
			// The typed part of the line cannot be moved: leave it behind,
			// and show the prompt again. The terminal still has it.
			_, _ = io.WriteString(draw, "\n")
			c.out.drain()
			_, _ = io.WriteString(draw, prompt)
		}
	})
	if err != nil {
		_, _ = io.WriteString(draw, "\n")
	}
	c.out.endEditing()
	return line, err
}

// wait returns the next line; awake is called when there is output to print.
func (p *plain) wait(awake func()) (string, error) {
	for {
		select {
		case <-p.control.closed:
			return "", io.EOF
		default:
		}
		if i := bytes.IndexByte(p.buf, '\n'); i >= 0 {
			line := string(p.buf[:i])
			p.buf = p.buf[i+1:]
			return strings.TrimSuffix(line, "\r"), nil
		}
		if p.err != nil {
			// A file's last line may lack its end. A line that a terminal
			// was cut off in was never meant to run.
			line := string(p.buf)
			p.buf = nil
			if line != "" && !p.interactive() {
				return line, nil
			}
			return "", p.err
		}
		select {
		case r := <-p.source.next():
			p.source.received()
			p.buf = append(p.buf, r.data...)
			p.err = r.err
		case <-p.control.wake:
			awake()
		case <-p.control.interrupt:
			p.buf = nil
			return "", errInterrupted
		case <-p.control.closed:
			return "", io.EOF
		}
	}
}

// record keeps nothing: without editing there is no way to recall a line, and
// what comes through a pipe is not what a person typed.
func (p *plain) record(string) {}

func (p *plain) close() {}
