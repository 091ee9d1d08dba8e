package odp

import (
	"cmp"
	"slices"
	"strings"
)

// NearNames returns up to three of the known names that a mistyped one was
// probably meant to be: those that are equally close to it.
func NearNames(name string, known []string) []string {
	type scored struct {
		name string
		cost int
	}
	limit := min(3, len(name)/3+1)
	var found []scored
	lower := strings.ToLower(name)
	for _, k := range known {
		cost := editDistance(lower, strings.ToLower(k))
		if cost > limit && len(name) >= 3 && (strings.Contains(k, lower) || strings.HasSuffix(lower, k) && len(k) >= 3) {
			cost = limit
		}
		if cost <= limit && cost < max(len(name), len(k)) {
			found = append(found, scored{k, cost})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(a.cost-b.cost, strings.Compare(a.name, b.name))
	})
	names := make([]string, 0, 3)
	for _, f := range found[:min(3, len(found))] {
		if f.cost == found[0].cost {
			names = append(names, f.name)
		}
	}
	return names
}

// near returns the best of NearNames, or "".
func near(name string, known []string) string {
	if names := NearNames(name, known); len(names) > 0 {
		return names[0]
	}
	return ""
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func editDistance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
