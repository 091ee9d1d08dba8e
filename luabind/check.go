package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// A Finding is a mistake in a script that [Check] has found.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`             // 0 if it is at the end of the file
	Column  int    `json:"column,omitempty"` // in bytes from 1; 0 where only the line is known
	Code    string `json:"code"`             // the name of the diagnostic in ---@diagnostic comments
	Message string `json:"message"`
}

// String is the finding as compilers print theirs: file:line:column: message.
func (f Finding) String() string {
	at := f.File
	if f.Line > 0 {
		at += fmt.Sprintf(":%d", f.Line)
	}
	if f.Column > 0 {
		at += fmt.Sprintf(":%d", f.Column)
	}
	return at + ": " + f.Message
}

// The codes of findings are those that lua-language-server has for the like, so
// that one comment is for both.
const (
	codeSyntax       = "syntax-error"
	codeGlobal       = "undefined-global"
	codeField        = "undefined-field"
	codeReadOnly     = "inject-field"
	codeTooFew       = "missing-parameter"
	codeTooMany      = "redundant-parameter"
	codeArgument     = "param-type-mismatch"
	codeMissingField = "missing-fields"
	codeModule       = "unknown-module"
)

// Check looks for mistakes in scripts without running them: in their syntax, in
// the names of globals, of what modules and objects have and of fields of tables
// that functions take, in how many arguments are given, and in constant values and
// Open vSwitch text. Local modules that a script requires are checked as well. It
// keeps silent on what it is not sure of: what it says would fail if it were run,
// with the exception of globals, which would be nil.
//
// Functions that pcall and xpcall are given are passed over, as they are there to
// fail, and so is what a comment ---@diagnostic disable is about.
//
// Of cfg, Modules and Path are used. The error says which file could not be read.
func Check(cfg Config, paths []string) ([]Finding, error) {
	c, err := newChecker(cfg)
	if err != nil {
		return nil, err
	}
	defer c.rt.Close()
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("cannot read the script: %w", err)
		}
		c.folder = filepath.Dir(path)
		c.file(path, string(src))
	}
	return c.sorted(), nil
}

// CheckCode is [Check] for code that is in no file. Modules are looked for in the
// current folder.
func CheckCode(cfg Config, name, code string) ([]Finding, error) {
	c, err := newChecker(cfg)
	if err != nil {
		return nil, err
	}
	defer c.rt.Close()
	c.folder = "."
	c.file(name, code)
	return c.sorted(), nil
}

// A checker is one run of Check.
type checker struct {
	api      *api
	rt       *Runtime // tells what globals there are, and tries constant values
	cfg      Config
	folder   string // of the script, where its modules are
	scripts  map[string]*script
	findings []Finding
	live     bool // it is about what is typed in the console, with the globals there are
	console  bool // for console lines, by the owner of the Lua state
}

func newChecker(cfg Config) (*checker, error) {
	rt := New(Config{Modules: cfg.Modules, Log: "off"})
	api, err := newAPI(rt.reg, cfg.Modules)
	if err != nil {
		rt.Close()
		return nil, err
	}
	return &checker{api: api, rt: rt, cfg: cfg, scripts: map[string]*script{}}, nil
}

// global returns a global of a script that has not begun, nil if there is none.
func (c *checker) global(name string) lua.LValue {
	if name == "arg" {
		return lua.LTrue // set when a script begins
	}
	if c.console {
		return c.rt.consoleValue(name)
	}
	return c.rt.L.G.Global.RawGetString(name)
}

// sorted lists the findings in the order of the files as they were met.
func (c *checker) sorted() []Finding {
	order := map[string]int{}
	for _, f := range c.findings {
		if _, ok := order[f.File]; !ok {
			order[f.File] = len(order)
		}
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		if a.File != b.File {
			return order[a.File] - order[b.File]
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(c.findings)
}

// file checks one file, once.
func (c *checker) file(path, src string) *script {
	if s := c.scripts[path]; s != nil {
		return s
	}
	if strings.HasPrefix(src, "#") {
		src = "--" + src // a line for the shell
	}
	s := newScript(c, path, src)
	c.scripts[path] = s
	chunk, err := parse.Parse(strings.NewReader(src), path)
	if err == nil {
		// It changes what it compiles, so that is not what is looked at.
		_, err = c.rt.compile(path, src)
	}
	if err != nil {
		c.findings = append(c.findings, syntaxFinding(path, err))
		return s
	}
	s.chunk = chunk
	s.resolve()
	s.expect()
	s.check()
	return s
}

// syntaxFinding converts an error of the parser or the compiler.
func syntaxFinding(path string, err error) Finding {
	f := Finding{File: path, Code: codeSyntax, Message: err.Error()}
	var syntax *parse.Error
	var script *ScriptError
	var refused *lua.CompileError
	switch {
	case errors.As(err, &syntax):
		// The parser's column is that of the token's end.
		if f.Line, f.Column = syntax.Pos.Line, max(syntax.Pos.Column-len(syntax.Token)+1, 0); f.Line == parse.EOF {
			f.Line, f.Column = 0, 0
		}
		f.Message = strings.TrimSpace(syntax.Message)
		if f.Line == 0 {
			f.Message += " at the end of the script"
		} else if syntax.Token != "" {
			f.Message += " near '" + syntax.Token + "'"
		}
	case errors.As(err, &script) && errors.As(script.Err, &refused):
		f.Line, f.Message = refused.Line, refused.Message
	}
	return f
}

// module finds what require gives for a name: a module's row or the script of
// one. Neither is what is known of a shipped module without annotations.
func (c *checker) module(name string) (row *Module, file *script, found bool) {
	if row := c.api.modules[name]; row != nil {
		return row, nil, true
	}
	if preload, ok := c.rt.L.GetField(c.rt.L.GetGlobal("package"), "preload").(*lua.LTable); ok && preload.RawGetString(name) != lua.LNil {
		return nil, nil, true
	}
	base := strings.ReplaceAll(name, ".", "/")
	for _, folder := range append(ancestors(c.folder), c.cfg.Path...) {
		for _, path := range []string{base + ".lua", base + "/init.lua"} {
			path = filepath.Join(folder, path)
			if src, err := os.ReadFile(path); err == nil {
				return nil, c.file(path, string(src)), true
			}
		}
	}
	if c.cfg.Modules != nil {
		for _, path := range []string{base + ".lua", base + "/init.lua"} {
			if _, err := fs.Stat(c.cfg.Modules, path); err == nil {
				return nil, nil, true
			}
		}
	}
	return nil, nil, false
}

// ancestors lists a folder and those that it is in. A module is found in them, too:
// what is checked may be a module of a script that is there.
func ancestors(folder string) []string {
	list := []string{folder}
	path, err := filepath.Abs(folder)
	if err != nil {
		return list
	}
	for up := filepath.Dir(path); up != path; path, up = up, filepath.Dir(up) {
		list = append(list, up)
	}
	return list
}

// A script is one file being checked.
type script struct {
	c     *checker
	path  string
	lines []string
	chunk []ast.Stmt

	tokens  map[int][]ast.Token // by line
	muted   map[int][]string    // codes that comments switch off, by line; "" is all
	scope   scopes
	types   map[typeKey]*luaType
	expects map[*ast.FunctionExpr]*luaType // what calls a function, by what takes it
	silent  int                            // within that many functions that are there to fail
	loads   bool                           // it makes or changes globals in ways that cannot be followed
}

func newScript(c *checker, path, src string) *script {
	s := &script{
		c: c, path: path, lines: strings.Split(src, "\n"),
		tokens: map[int][]ast.Token{}, muted: map[int][]string{},
		types: map[typeKey]*luaType{}, expects: map[*ast.FunctionExpr]*luaType{},
	}
	scanner, lexer := parse.NewScanner(strings.NewReader(src), path), &parse.Lexer{}
	for {
		token, err := scanner.Scan(lexer)
		if err != nil || token.Type == parse.EOF {
			break
		}
		lexer.PrevTokenType = token.Type
		s.tokens[token.Pos.Line] = append(s.tokens[token.Pos.Line], token)
	}
	s.readMutes()
	return s
}

// readMutes reads the comments ---@diagnostic disable, disable-line,
// disable-next-line and enable, as lua-language-server has them.
func (s *script) readMutes() {
	var whole []string // until it is enabled again
	for i, text := range s.lines {
		line := i + 1
		s.muted[line] = append(s.muted[line], whole...)
		at := strings.Index(text, "---@diagnostic ")
		if at < 0 {
			continue
		}
		verb, codes, _ := strings.Cut(text[at+len("---@diagnostic "):], ":")
		var list []string
		for code := range strings.SplitSeq(codes, ",") {
			list = append(list, strings.TrimSpace(code))
		}
		switch strings.TrimSpace(verb) {
		case "disable":
			whole = append(whole, list...)
		case "enable":
			whole = slices.DeleteFunc(whole, func(code string) bool { return list[0] == "" || slices.Contains(list, code) })
		case "disable-line":
			s.muted[line] = append(s.muted[line], list...)
		case "disable-next-line":
			s.muted[line+1] = append(s.muted[line+1], list...)
		}
	}
}

// report adds a finding about a name or text that is on a line, or on one of the
// next few where an expression goes on over lines.
func (s *script) report(code string, line int, word, format string, args ...any) {
	line, column := s.find(line, word)
	s.reportAt(code, line, column, format, args...)
}

// reportAt adds a finding at a place, unless the script says that it wants none.
func (s *script) reportAt(code string, line, column int, format string, args ...any) {
	if s.silent > 0 {
		return
	}
	for _, muted := range s.muted[line] {
		if muted == "" || muted == code {
			return
		}
	}
	s.c.findings = append(s.c.findings, Finding{s.path, line, column, code, fmt.Sprintf(format, args...)})
}

// maxSpread is how many lines below its beginning a name of an expression is
// looked for.
const maxSpread = 40

// find tells where a word is: the column only if it is there once.
func (s *script) find(line int, word string) (at, column int) {
	if word == "" {
		return line, 0
	}
	for l := line; l <= line+maxSpread; l++ {
		for _, token := range s.tokens[l] {
			if token.Str != word {
				continue
			}
			if column > 0 {
				return l, 0
			}
			column = token.Pos.Column
		}
		if column > 0 {
			return l, column
		}
	}
	return line, 0
}
