package odp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Features are the user features of a datapath (OVS_DP_F_*), which its user
// turns on.
type Features uint32

// The user features.
const (
	// FeatureUnaligned lets the kernel send packets without padding after the
	// last attribute.
	FeatureUnaligned Features = ovsh.DatapathFUnaligned
	// FeatureVportPIDs makes the kernel report all upcall port ids of a vport,
	// not only the first.
	FeatureVportPIDs Features = ovsh.DatapathFVportPIDs
	// FeatureRecircSharing shares recirculation ids with traffic control.
	FeatureRecircSharing Features = ovsh.DatapathFTCRecircSharing
	// FeaturePerCPU sends an upcall to the socket of the CPU that it happens on
	// in place of one of the vport (Linux 5.15).
	FeaturePerCPU Features = ovsh.DatapathFDispatchUpcallPerCPU
)

// featureNames has the features in the order of their bits.
func featureNames() []string {
	return []string{"unaligned", "vport_pids", "tc_recirc_sharing", "dispatch_upcall_per_cpu"}
}

// String lists the features by name, separated by commas. Unknown bits follow as
// a number.
func (f Features) String() string {
	var names []string
	for i, name := range featureNames() {
		if bit := Features(1) << i; f&bit != 0 {
			names = append(names, name)
			f &^= bit
		}
	}
	if f != 0 {
		names = append(names, fmt.Sprintf("0x%x", uint32(f)))
	}
	return strings.Join(names, ",")
}

// UserFeatures returns every user feature by itself, in the order of their bits.
func UserFeatures() []Features {
	var all []Features
	for i := range featureNames() {
		all = append(all, Features(1)<<i)
	}
	return all
}

// ParseFeatures reads what String returns for known features: names separated
// by commas, none for the empty text.
func ParseFeatures(text string) (Features, error) {
	var f Features
	if text == "" {
		return 0, nil
	}
	for _, name := range strings.Split(text, ",") {
		i := slices.Index(featureNames(), strings.TrimSpace(name))
		if i < 0 {
			return 0, fmt.Errorf("feature %q: some of %s expected", name, strings.Join(featureNames(), ", "))
		}
		f |= Features(1) << i
	}
	return f, nil
}
