package odp

import (
	"errors"
	"strings"
)

// JoinOptions writes options as one line for a shell: what a shell would not take
// as it is stands in quotes, as in --eth-src="02:00:00:00:00:01&ff:ff:00:00:00:00".
func JoinOptions(args []string) string {
	var b strings.Builder
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		name, value, found := strings.Cut(arg, "=")
		if !found || strings.ContainsFunc(name, needsQuotes) {
			name, value = "", arg
		} else {
			b.WriteString(name + "=")
		}
		if value != "" && !strings.ContainsFunc(value, needsQuotes) {
			b.WriteString(value)
			continue
		}
		if value == "" && name != "" {
			continue
		}
		b.WriteByte('"')
		for _, c := range []byte(value) {
			if strings.IndexByte("\"\\$`", c) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
		b.WriteByte('"')
	}
	return b.String()
}

// needsQuotes tells whether a shell may take the character for its own.
func needsQuotes(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=:.,/+%@", r))
}

// SplitOptions divides a line into options as a shell does, by blanks outside of
// quotes. A backslash takes the next character as it is, also within double
// quotes. Nothing else is done that a shell would do.
func SplitOptions(line string) ([]string, error) {
	var args []string
	var b strings.Builder
	var quote byte
	started := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quote != '\'':
			if i++; i == len(line) {
				return nil, errors.New("options: a character expected after the backslash at the end")
			}
			b.WriteByte(line[i])
			started = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			b.WriteByte(c)
		case c == '"' || c == '\'':
			quote, started = c, true
		case strings.IndexByte(" \t\r\n", c) >= 0:
			if started {
				args = append(args, b.String())
			}
			b.Reset()
			started = false
		default:
			b.WriteByte(c)
			started = true
		}
	}
	if quote != 0 {
		return nil, errors.New("options: the closing quote " + string(quote) + " expected before the end")
	}
	if started {
		args = append(args, b.String())
	}
	return args, nil
}
