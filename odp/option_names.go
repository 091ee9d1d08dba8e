package odp

import (
	"slices"
	"strings"
	"sync"
)

// FlowOption describes one option of the option form of flows.
type FlowOption struct {
	Name string // with its dashes: "--ipv4-dst"
	Doc  string
}

// option is what the name of an option stands for: something of a key, which
// the match matches or, with --set- before the name, the action sets.
type option struct {
	path string // as [MatchBuilder.Set] takes it
	flag string // one flag of the flag set at path, or ""
	doc  string
	seed *seedOption
}

// where is the option's path, in which a flag is like a field of its flag set.
func (o option) where() string {
	if o.flag == "" {
		return o.path
	}
	return o.path + "." + o.flag
}

// seedOption is where the option form of go-odp does not follow from the rows:
// another name, or another way to write the value. Everything else has the name
// that optionName makes.
type seedOption struct {
	path     string
	name     string // without --
	hexBytes bool   // 16 hex digits, without 0x
	decimal  bool   // printed in decimal, though OVS text has hex
}

var seedOptions = []seedOption{
	{path: "tunnel.tun_id", name: "tunnel-id", hexBytes: true},
	{path: "tunnel.src", name: "tunnel-ipv4-src"},
	{path: "tunnel.dst", name: "tunnel-ipv4-dst"},
	{path: "tunnel.tos", name: "tunnel-tos", decimal: true},
}

// optionName makes the name of an option from a path: ipv4.dst is ipv4-dst, and
// ct_tuple4.tp_src is ct-tuple4-tp-src.
func optionName(path string) string { return dashes.Replace(path) }

var dashes = strings.NewReplacer(".", "-", "_", "-")

const (
	setPrefix     = "set-"
	outputOption  = "output"
	actionsOption = "actions"
	noEthOption   = "no-eth"
)

// The options that are not of a key.
var plainOptions = []FlowOption{
	{"--" + noEthOption, "Match packets without an Ethernet header. Otherwise a match is for packets that have one."},
	{"--" + outputOption, "Send the packet out of these vports, in this order, after what is set: names or numbers with commas between them."},
	{"--" + actionsOption, "All actions as Open vSwitch text, in the place of --output and --set-..."},
}

// optionTable has the options of all keys. Keys inside a tag have the name of
// encap before their own and are not listed, as tags may be within tags.
var optionTable = sync.OnceValue(func() map[string]option {
	all := make(map[string]option)
	var add func(path string, r *Row)
	add = func(path string, r *Row) {
		all[optionName(path)] = option{path: path, doc: r.Doc}
		for i := range r.Fields {
			if f := &r.Fields[i]; f.Name != "" {
				p := path + "." + f.Name
				all[optionName(p)] = option{path: p, doc: r.Name + ": " + f.Doc}
			}
		}
		if r.Layout == LayoutFlagSet {
			parent := path[:strings.LastIndexByte(path, '.')]
			for _, n := range r.Names {
				if n.Value != noAttr {
					all[optionName(parent+"."+n.Name)] = option{path: path, flag: n.Name, doc: r.Doc}
				}
			}
		}
		for i := range r.Rows {
			if kid := &r.Rows[i]; kid.Layout != LayoutPad {
				add(path+"."+kid.Name, kid)
			}
		}
	}
	for _, r := range table.keys.rows {
		add(r.Name, r)
	}
	for i := range seedOptions {
		s := &seedOptions[i]
		o := all[optionName(s.path)]
		o.seed = s
		all[s.name] = o
	}
	return all
})

// printName is the name under which an option is written: that of go-odp if it
// has one.
func printName(path string) (name string, seed *seedOption) {
	for i := range seedOptions {
		if seedOptions[i].path == path {
			return seedOptions[i].name, &seedOptions[i]
		}
	}
	return optionName(path), nil
}

// optionNamed finds the option of a key by its name without dashes before it.
func optionNamed(name string) (option, bool) {
	if o, ok := optionTable()[name]; ok {
		return o, true
	}
	if _, ok := rawID(name, "key"); ok {
		return option{path: name}, true
	}
	for _, r := range table.keys.rows {
		rest, ok := strings.CutPrefix(name, optionName(r.Name)+"-")
		if !ok || r.Layout != LayoutKeys {
			continue
		}
		if o, ok := optionNamed(rest); ok {
			o.path = r.Name + "." + o.path
			return o, true
		}
	}
	return option{}, false
}

// FlowOptions lists the options that [ParseFlowOptions] takes, by name. Keys
// inside a VLAN tag have the same options with encap- before the name, and an
// attribute that has no name is --keyNUMBER.
func FlowOptions() []FlowOption {
	list := slices.Clone(plainOptions)
	for name, o := range optionTable() {
		list = append(list, FlowOption{"--" + name, o.doc})
		if settable(o.path) {
			list = append(list, FlowOption{"--" + setPrefix + name, "Action set. " + o.doc})
		}
	}
	slices.SortFunc(list, func(a, b FlowOption) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// settable tells whether an action can set the key at path as far as the table
// knows: any key but the ones inside a tag.
func settable(path string) bool {
	name, _, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	return row != nil && row.Layout != LayoutKeys
}

// optionNames are the names that a mistyped one may have meant. Those with set-
// are left out when name is not one of them, so that they do not crowd it.
func optionNames(name string) []string {
	set := strings.HasPrefix(name, "--"+setPrefix)
	var names []string
	for _, o := range FlowOptions() {
		if strings.HasPrefix(o.Name, "--"+setPrefix) == set {
			names = append(names, o.Name)
		}
	}
	return names
}
