package luabind

import (
	"slices"
	"strings"

	"github.com/go-odp/odp/odp"
)

// didYouMean returns the tail of a message about an unknown name: the near
// names if there are any, otherwise all known names if they are few.
func didYouMean(name string, known []string) string {
	if near := odp.NearNames(name, known); len(near) > 0 {
		return "; did you mean " + strings.Join(near, ", ") + "?"
	}
	if len(known) == 0 || len(known) > 30 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(known))
	return "; known: " + strings.Join(sorted, ", ")
}
