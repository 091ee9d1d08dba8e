package luabind

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The interpreter takes longer to compile the Lua that a verb of the command line is
// made of than it takes to run it. So the Lua that comes with the program comes with it
// compiled as well, in files which go generate writes (see TestCompiled). A file says
// which text it was made of; one that is not of the text at hand is not used.
//
//	size and CRC-32 of the text
//	counts of all that follows, for each kind of protoCounts
//	the strings: the length of each, then the bytes of all
//	the function, with those in it
//
// Numbers are those of encoding/binary's Uvarint, but for instructions and floating
// point ones, which are little-endian.

// precompiled returns the function that a chunk is when it comes with the program,
// else nil.
func (rt *Runtime) precompiled(name, code string) *lua.FunctionProto {
	if rt.cfg.Compiled == nil {
		return nil
	}
	data, err := fs.ReadFile(rt.cfg.Compiled, name+"c")
	if err != nil {
		return nil
	}
	// Nothing writes to data any more, so that strings may be parts of it.
	r := protoReader{name: name, data: unsafe.String(unsafe.SliceData(data), len(data))}
	if r.number() != len(code) || r.number() != int(crc32.ChecksumIEEE(unsafe.Slice(unsafe.StringData(code), len(code)))) {
		return nil
	}
	return r.chunk()
}

// protoLayout is a [lua.FunctionProto], which keeps to itself what instructions look up
// that name a field. Only the interpreter's compiler sets it. TestProtoLayout sees that
// the two are the same.
type protoLayout struct {
	SourceName         string
	LineDefined        int
	LastLineDefined    int
	NumUpvalues        uint8
	NumParameters      uint8
	IsVarArg           uint8
	NumUsedRegisters   uint8
	Code               []uint32
	Constants          []lua.LValue
	FunctionPrototypes []*lua.FunctionProto

	DbgSourcePositions []int
	DbgLocals          []*lua.DbgLocalInfo
	DbgCalls           []lua.DbgCall
	DbgUpvalues        []string

	stringConstants []string
}

// protoReader reads the file of a chunk. Of each kind of part it makes all at once.
type protoReader struct {
	name string
	data string

	strings []string
	values  []lua.LValue // of strings
	protos  []lua.FunctionProto

	children  []*lua.FunctionProto
	code      []uint32
	positions []int
	constants []lua.LValue
	names     []string
	locals    []lua.DbgLocalInfo
	locations []*lua.DbgLocalInfo
	calls     []lua.DbgCall
}

// protoCounts says how many parts of each kind there are in a chunk.
type protoCounts struct{ strings, protos, instructions, constants, upvalues, locals, calls int }

func (c *protoCounts) all() []*int {
	return []*int{&c.strings, &c.protos, &c.instructions, &c.constants, &c.upvalues, &c.locals, &c.calls}
}

func (r *protoReader) number() int {
	var v uint64
	for shift, i := 0, 0; ; shift, i = shift+7, i+1 {
		b := r.data[i]
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			r.data = r.data[i+1:]
			return int(v)
		}
	}
}

// take takes n elements off the front of a slice.
func take[T any](all *[]T, n int) []T {
	part := (*all)[:n:n]
	*all = (*all)[n:]
	return part
}

func (r *protoReader) chunk() *lua.FunctionProto {
	var n protoCounts
	for _, count := range n.all() {
		*count = r.number()
	}
	r.strings = make([]string, n.strings)
	r.values = make([]lua.LValue, n.strings)
	lengths := make([]int, n.strings)
	for i := range lengths {
		lengths[i] = r.number()
	}
	for i, length := range lengths {
		r.strings[i], r.data = r.data[:length], r.data[length:]
	}
	r.protos = make([]lua.FunctionProto, n.protos)
	r.children = make([]*lua.FunctionProto, n.protos)
	r.code = make([]uint32, n.instructions)
	r.positions = make([]int, n.instructions)
	r.constants = make([]lua.LValue, n.constants)
	r.names = make([]string, n.constants+n.upvalues)
	r.locals = make([]lua.DbgLocalInfo, n.locals)
	r.locations = make([]*lua.DbgLocalInfo, n.locals)
	r.calls = make([]lua.DbgCall, n.calls)
	return r.proto()
}

// Kinds of constants.
const (
	constString = iota
	constNumber
)

func (r *protoReader) proto() *lua.FunctionProto {
	p := &take(&r.protos, 1)[0]
	p.SourceName = r.name
	p.LineDefined, p.LastLineDefined = r.number(), r.number()
	p.NumUpvalues, p.NumParameters = uint8(r.number()), uint8(r.number())
	p.IsVarArg, p.NumUsedRegisters = uint8(r.number()), uint8(r.number())

	instructions := r.number()
	p.Code = take(&r.code, instructions)
	for i := range p.Code {
		s := r.data[4*i:]
		p.Code[i] = uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	}
	r.data = r.data[4*instructions:]
	p.DbgSourcePositions = take(&r.positions, instructions)
	line := 0
	for i := range p.DbgSourcePositions {
		step := r.number()
		line += step>>1 ^ -(step & 1)
		p.DbgSourcePositions[i] = line
	}

	p.Constants = take(&r.constants, r.number())
	names := take(&r.names, len(p.Constants))
	for i := range p.Constants {
		switch r.number() {
		case constString:
			k := r.number()
			if r.values[k] == nil {
				r.values[k] = lua.LString(r.strings[k])
			}
			p.Constants[i], names[i] = r.values[k], r.strings[k]
		case constNumber:
			p.Constants[i] = lua.LNumber(math.Float64frombits(binary.LittleEndian.Uint64([]byte(r.data[:8]))))
			r.data = r.data[8:]
		}
	}
	(*protoLayout)(unsafe.Pointer(p)).stringConstants = names

	p.DbgUpvalues = take(&r.names, r.number())
	for i := range p.DbgUpvalues {
		p.DbgUpvalues[i] = r.strings[r.number()]
	}
	p.DbgLocals = take(&r.locations, r.number())
	for i := range p.DbgLocals {
		l := &take(&r.locals, 1)[0]
		l.Name, l.StartPc, l.EndPc = r.strings[r.number()], r.number(), r.number()
		p.DbgLocals[i] = l
	}
	p.DbgCalls = take(&r.calls, r.number())
	for i := range p.DbgCalls {
		p.DbgCalls[i] = lua.DbgCall{Name: r.strings[r.number()], Pc: r.number()}
	}
	p.FunctionPrototypes = take(&r.children, r.number())
	for i := range p.FunctionPrototypes {
		p.FunctionPrototypes[i] = r.proto()
	}
	return p
}
