//go:build !odp_profile

package command

// profile is for the benchmark, which builds with the tag odp_profile.
func profile() (stop func()) { return func() {} }
