package luabind

import "strings"

// paramType is the type of a parameter: what the function's caller is known to
// give, or what its annotation says.
func (s *script) paramType(v *variable) *luaType {
	if t := s.expects[v.param]; t != nil && v.position < len(t.params) && t.params[v.position].Name != "..." {
		return s.c.api.resolve(s.c.api.read(t.params[v.position].Type))
	}
	for _, p := range s.annotation(v.param.Line()).params {
		if p.Name == v.name {
			return s.c.api.resolve(s.c.api.read(p.Type))
		}
	}
	return typeAny
}

// annotation reads the lines that begin with --- above a line.
func (s *script) annotation(line int) luaBlock {
	end := line - 1 // as an index, the line itself
	begin := end
	for begin > 0 && begin <= len(s.lines) && strings.HasPrefix(strings.TrimSpace(s.lines[begin-1]), "---") {
		begin--
	}
	var block []string
	for i := begin; i < end; i++ {
		block = append(block, strings.TrimPrefix(strings.TrimSpace(s.lines[i]), "---"))
	}
	b, err := parseBlock(block)
	if err != nil {
		return luaBlock{}
	}
	return b
}

// annotatedVariable is what a comment ---@type above a local says.
func (s *script) annotatedVariable(v *variable) *luaType {
	if v.param != nil || v.line < 2 || v.line-2 >= len(s.lines) {
		return nil
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(s.lines[v.line-2]), "---@type ")
	if !ok {
		return nil
	}
	typ, _ := cutType(text)
	return s.c.api.resolve(s.c.api.read(typ))
}
