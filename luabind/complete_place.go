package luabind

import (
	"slices"
	"strings"
)

// A luaWord is a token of code that need not be whole or right.
type luaWord struct {
	kind       wordKind
	start, end int
	text       string // as it is written
	opener     int    // of a closing bracket, the word that opens it; -1 for none
}

type wordKind byte

const (
	nameWord wordKind = iota // or a keyword
	numberWord
	stringWord
	otherWord
)

// An openBlock is a bracket or block that has not ended where the code does.
type openBlock struct {
	// kind is the word that opens it: ( { [ function do then repeat; for and while up
	// to do, if up to then. It is empty for the chunk.
	kind  string
	from  int // of a bracket that calls something, the first word of what it calls
	at    int // the word that opens it
	slot  int // the word with which the argument or field begins that is being written
	count int // how many arguments, or fields without a name, come before that

	key   string // of a table: the field whose value is being written
	value bool   // that is the value of a field, be it of key or not
	given []string

	names []string // the locals of a block
}

func (b *openBlock) isBracket() bool { return b.kind == "(" || b.kind == "{" || b.kind == "[" }

// calls reports whether a bracket calls something.
func (b *openBlock) calls() bool { return b.from < b.at }

// A luaPlace tells what the end of some code is in the midst of.
type luaPlace struct {
	src   string
	words []luaWord
	open  []openBlock // innermost last; the first is the chunk

	mute   bool   // it is in a comment or a number
	quote  string // of the string that it is in, what ends it; empty for none
	text   int    // where the text of that begins
	start  int    // where the name begins that ends there
	behind int    // how many words come before that name or string
}

// placeIn reads code up to its end.
func placeIn(src string) *luaPlace {
	p := &luaPlace{src: src, open: []openBlock{{}}, start: len(src)}
	for i := 0; i < len(src); {
		i = p.read(i)
	}
	p.behind = len(p.words)
	if last := p.behind - 1; last >= 0 && p.words[last].end == len(src) && !p.mute && p.quote == "" {
		switch p.words[last].kind {
		case nameWord:
			p.start, p.behind = p.words[last].start, last
		case numberWord:
			p.mute = true
		}
	}
	for i := range p.behind {
		p.nest(i)
	}
	return p
}

// read reads the word at i, or passes over a blank or a comment, and returns where
// that ends.
func (p *luaPlace) read(i int) int {
	rest := p.src[i:]
	switch ch := rest[0]; {
	case ch == ' ' || ch >= '\t' && ch <= '\r':
		return i + 1
	case strings.HasPrefix(rest, "--"):
		_, n, closed := cutString(rest[2:])
		if rest = rest[2:]; n == 0 || rest[0] != '[' {
			n = strings.IndexByte(rest, '\n')
			closed = n >= 0
		}
		if !closed {
			p.mute = true
			return len(p.src)
		}
		return i + 2 + n
	case isDigit(ch) || ch == '.' && len(rest) > 1 && isDigit(rest[1]):
		n := 1
		for n < len(rest) && (isNameByte(rest[n]) || rest[n] == '.') {
			n++
		}
		return p.add(numberWord, i, n)
	case isNameByte(ch):
		n := 1
		for n < len(rest) && isNameByte(rest[n]) {
			n++
		}
		return p.add(nameWord, i, n)
	}
	if quote, n, closed := cutString(rest); n > 0 {
		if !closed {
			p.quote, p.text = quote, i+len(quote)
			return len(p.src)
		}
		return p.add(stringWord, i, n)
	}
	for _, op := range []string{"...", "..", "==", "~=", "<=", ">="} {
		if strings.HasPrefix(rest, op) {
			return p.add(otherWord, i, len(op))
		}
	}
	return p.add(otherWord, i, 1)
}

func (p *luaPlace) add(kind wordKind, at, length int) int {
	p.words = append(p.words, luaWord{kind: kind, start: at, end: at + length, text: p.src[at : at+length], opener: -1})
	return at + length
}

func isDigit(ch byte) bool { return ch >= '0' && ch <= '9' }

// cutString measures the string that code begins with, 0 for none, and tells what
// ends it. A quoted string that is not closed ends with its line.
func cutString(code string) (quote string, length int, closed bool) {
	if code == "" {
		return "", 0, false
	}
	switch code[0] {
	case '"', '\'':
		for i := 1; i < len(code); i++ {
			switch code[i] {
			case '\\':
				i++
			case code[0], '\n':
				return code[:1], i + 1, true
			}
		}
		return code[:1], len(code), false
	case '[':
		level := 1
		for level < len(code) && code[level] == '=' {
			level++
		}
		if level == len(code) || code[level] != '[' {
			return "", 0, false
		}
		quote = "]" + code[1:level] + "]"
		if n := strings.Index(code[level:], quote); n >= 0 {
			return quote, level + n + len(quote), true
		}
		return quote, len(code), false
	}
	return "", 0, false
}

func (p *luaPlace) top() *openBlock { return &p.open[len(p.open)-1] }

// word returns the text of a word, "" where there is none.
func (p *luaPlace) word(i int) string {
	if i < 0 || i >= len(p.words) {
		return ""
	}
	return p.words[i].text
}

// nest follows the blocks and brackets over one word.
func (p *luaPlace) nest(i int) {
	switch text, top := p.word(i), p.top(); {
	case p.words[i].kind == stringWord || p.words[i].kind == numberWord:
	case text == "(" && top.kind == "function" && top.slot == 0:
		top.slot = i // its parameters are read as one group, which is no call
		p.open = append(p.open, openBlock{kind: text, from: i, at: i, slot: i + 1})
	case text == "(" || text == "{" || text == "[":
		b := openBlock{kind: text, from: i, at: i, slot: i + 1}
		if text != "[" {
			b.from = p.expression(i)
		}
		p.open = append(p.open, b)
	case text == ")" || text == "}" || text == "]":
		p.close(i)
	case text == "," || text == ";" && top.kind == "{":
		if top.isBracket() {
			if !top.value {
				top.count++
			}
			top.slot, top.key, top.value = i+1, "", false
		}
	case text == "=" && top.kind == "{":
		p.field(i)
	case p.words[i].kind == nameWord && p.word(i-1) != "." && p.word(i-1) != ":":
		p.keyword(i)
	}
}

// close ends the bracket that a word closes. Those that were left open in it are
// given up, and so is the word if there is no such bracket in the block.
func (p *luaPlace) close(i int) {
	opening := map[string]string{")": "(", "}": "{", "]": "["}[p.word(i)]
	for n := len(p.open) - 1; p.open[n].isBracket(); n-- {
		b := p.open[n]
		if b.kind != opening {
			continue
		}
		p.words[i].opener = b.at
		p.open = p.open[:n]
		if f := p.top(); f.kind == "function" && f.slot == b.at {
			if p.word(b.at-2) == ":" {
				f.names = append(f.names, "self")
			}
			for _, w := range p.words[b.at+1 : i] {
				if w.kind == nameWord {
					f.names = append(f.names, w.text)
				}
			}
		}
		return
	}
}

// field notes the name of a field of a table, before an equals sign.
func (p *luaPlace) field(i int) {
	top := p.top()
	switch n := i - top.slot; {
	case top.value:
		return
	case n == 1 && p.words[top.slot].kind == nameWord:
		top.key = p.word(top.slot)
	case n == 3 && p.word(top.slot) == "[" && p.words[top.slot+1].kind == stringWord:
		top.key = strings.Trim(p.word(top.slot+1), `"'`)
	}
	top.value, top.slot = true, i+1
	if top.key != "" {
		top.given = append(top.given, top.key)
	}
}

// keyword follows the blocks over a keyword.
func (p *luaPlace) keyword(i int) {
	text := p.word(i)
	switch text {
	case "local", "if", "while", "for", "repeat", "return", "break", "do", "then", "elseif", "else", "until", "end":
		// A bracket that is open before a statement was forgotten.
		for p.top().isBracket() {
			p.open = p.open[:len(p.open)-1]
		}
	}
	top := p.top()
	switch text {
	case "local":
		if p.word(i+1) == "function" {
			top.names = append(top.names, p.namesAt(i+2)...)
		} else {
			top.names = append(top.names, p.namesAt(i+1)...)
		}
	case "function", "if", "while", "repeat":
		p.open = append(p.open, openBlock{kind: text, from: i, at: i})
	case "for":
		p.open = append(p.open, openBlock{kind: text, from: i, at: i, names: p.namesAt(i + 1)})
	case "do", "then":
		if text == "do" && (top.kind == "for" || top.kind == "while") || text == "then" && top.kind == "if" {
			top.kind = text
		} else if text == "do" {
			p.open = append(p.open, openBlock{kind: text, from: i, at: i})
		}
	case "elseif", "else":
		if top.kind == "then" {
			top.names = nil
			if text == "elseif" {
				top.kind = "if"
			}
		}
	case "end", "until":
		if len(p.open) > 1 && (text == "until") == (top.kind == "repeat") {
			p.open = p.open[:len(p.open)-1]
		}
	}
}

// namesAt reads a list of names that begins with a word, of those before the name
// that is being typed.
func (p *luaPlace) namesAt(i int) (names []string) {
	for ; i < p.behind && p.words[i].kind == nameWord; i += 2 {
		names = append(names, p.word(i))
		if p.word(i+1) != "," {
			break
		}
	}
	return names
}

// locals lists the locals that are known where the code ends.
func (p *luaPlace) locals() (names []string) {
	for i := range p.open {
		names = append(names, p.open[i].names...)
	}
	return names
}

// isValue reports whether a word may end an expression that can be called or
// indexed.
func (p *luaPlace) isValue(i int) bool {
	if i < 0 {
		return false
	}
	switch w := p.words[i]; w.kind {
	case nameWord:
		return !slices.Contains(luaKeywords, w.text) || p.word(i-1) == "." || p.word(i-1) == ":"
	case stringWord:
		return p.isValue(i-1) && p.words[i-1].kind != stringWord
	case otherWord:
		return w.opener >= 0
	}
	return false
}

// expression returns the first word of the expression that ends before word i: a
// name or parentheses, and what is called and indexed of it. It returns i for none.
func (p *luaPlace) expression(i int) int {
	for j := i - 1; p.isValue(j); j-- {
		switch w := p.words[j]; {
		case w.kind == nameWord && (p.word(j-1) == "." || p.word(j-1) == ":"):
			j--
		case w.kind == nameWord:
			if p.word(j-1) == "function" {
				return i // its name, before its parameters
			}
			return j
		case w.text == ")" && !p.isValue(w.opener-1):
			return w.opener
		case w.kind == otherWord:
			j = w.opener
		}
	}
	return i
}
