package odp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Feature is something of the datapath that not every kernel has, by version or
// by configuration: an action, a key, an attribute, a family or a type of
// vport. [FeatureRows] lists them.
type Feature struct {
	Name string // such as "psample", for [FeatureByName]
	Doc  string // what it is, to stand after "needs Linux 6.11: "
	// Since is the Linux version that brought it, such as "6.11". It is empty
	// for what only the user space datapath of Open vSwitch has.
	Since string
	// Config is the option without which a newer kernel lacks it as well, such
	// as "CONFIG_PSAMPLE", or empty.
	Config string

	probe probe
	uses  []use
}

// How says how the feature is looked for.
func (f *Feature) How() string { return f.probe.how }

// String returns the name.
func (f *Feature) String() string { return f.Name }

// featureTable is made when it is first needed, and only read then.
var featureTable struct {
	once   sync.Once
	rows   []*Feature
	names  []string
	byName map[string]*Feature
}

// FeatureRows returns the table of features: actions first, connection tracking,
// keys, then the rest.
func FeatureRows() []*Feature {
	loadFeatures()
	return slices.Clone(featureTable.rows)
}

func loadFeatures() {
	t := &featureTable
	t.once.Do(func() {
		rows := makeFeatureRows()
		t.byName = map[string]*Feature{}
		for i := range rows {
			f := &rows[i]
			t.rows, t.names, t.byName[f.Name] = append(t.rows, f), append(t.names, f.Name), f
		}
	})
}

// FeatureByName returns the feature with that name, or an error that names one
// that is like it.
func FeatureByName(name string) (*Feature, error) {
	loadFeatures()
	if f := featureTable.byName[name]; f != nil {
		return f, nil
	}
	err := fmt.Errorf("there is no feature %q", name)
	if hint := near(name, featureTable.names); hint != "" {
		err = fmt.Errorf("%w (did you mean %q?)", err, hint)
	}
	return nil, err
}

// FeatureStatus tells whether a kernel has a feature.
type FeatureStatus struct {
	*Feature
	Present bool
	// Err says why it is not known; Present is false then.
	Err error
}

// featureCache holds what was found out. Answers that prove nothing, such as a
// lack of privilege, are not kept.
type featureCache struct {
	mu    sync.Mutex
	known map[*Feature]bool
}

// Has tells whether the kernel has the feature. It is probed when it is first
// asked for and then remembered by the connection. A probe does not change the
// kernel's state, but for those that [Feature.How] says make a datapath for the
// moment; it needs CAP_NET_ADMIN.
func (c *Conn) Has(f *Feature) (bool, error) {
	c.features.mu.Lock()
	defer c.features.mu.Unlock()
	return c.has(f)
}

// has is Has for one who holds the cache.
func (c *Conn) has(f *Feature) (bool, error) {
	if present, ok := c.features.known[f]; ok {
		return present, nil
	}
	present, err := f.probe.run(c)
	if err != nil {
		return false, fmt.Errorf("probe of feature %s: %w", f.Name, err)
	}
	if c.features.known == nil {
		c.features.known = map[*Feature]bool{}
	}
	c.features.known[f] = present
	return present, nil
}

// Features tells of every feature whether the kernel has it, in the order of
// [FeatureRows]. What is not known yet is probed.
func (c *Conn) Features() []FeatureStatus {
	c.features.mu.Lock()
	defer c.features.mu.Unlock()
	var all []FeatureStatus
	for _, f := range FeatureRows() {
		present, err := c.has(f)
		all = append(all, FeatureStatus{Feature: f, Present: present, Err: err})
	}
	return all
}

// missing returns the features that a refused request asks for and the kernel
// lacks. They are probed only now, so that a request that succeeds costs
// nothing; one whose probe fails is not blamed.
func (c *Conn) missing(r *request, sent []byte, errno syscall.Errno) []*Feature {
	switch errno {
	case unix.EINVAL, unix.EOPNOTSUPP, enotsupp:
	case unix.EAFNOSUPPORT:
		if f, err := FeatureByName(r.vportType.String()); err == nil {
			return []*Feature{f}
		}
		return nil
	default:
		return nil
	}
	if r.keyAttr == 0 && r.actionsAttr == 0 && r.userFeatures == 0 {
		return nil
	}
	parts := r.parts(sent)
	var missing []*Feature
	for _, f := range FeatureRows() {
		if !parts.use(f) {
			continue
		}
		if present, err := c.Has(f); err == nil && !present {
			missing = append(missing, f)
		}
	}
	return missing
}

// needs puts into words what the kernel lacks.
func needs(missing []*Feature) string {
	var words []string
	for _, f := range missing {
		words = append(words, f.needs(kernelRelease()))
	}
	return strings.Join(words, "; ")
}

// needs says what a kernel needs to have the feature: a newer version, or an
// option if release, the version of the running one, is new enough.
func (f *Feature) needs(release string) string {
	switch {
	case f.Since == "":
		return fmt.Sprintf("no Linux kernel has this, only the user space datapath: %s", f.Doc)
	case f.Config != "" && !older(release, f.Since):
		return fmt.Sprintf("needs a kernel with %s: %s", f.Config, f.Doc)
	}
	return fmt.Sprintf("needs Linux %s: %s", f.Since, f.Doc)
}

// kernelRelease returns the version of the running kernel, "" if it is not
// known. It serves messages only: kernels of distributions have features that
// their version does not tell.
func kernelRelease() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// older tells whether the release, such as 6.1.0-45-amd64, is before the
// version. One that cannot be read is taken for older.
func older(release, version string) bool {
	a, okA := majorMinor(release)
	b, okB := majorMinor(version)
	if !okA || !okB {
		return true
	}
	return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
}

func majorMinor(text string) (v [2]int, ok bool) {
	parts := strings.SplitN(text, ".", 3)
	if len(parts) < 2 {
		return v, false
	}
	for i := range v {
		digits := parts[i][:len(parts[i])-len(strings.TrimLeft(parts[i], "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			return v, false
		}
		v[i] = n
	}
	return v, true
}
