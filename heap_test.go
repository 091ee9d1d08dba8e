package main

import "testing"

func TestGCPercent(t *testing.T) {
	for _, tt := range []struct {
		used uint64
		want int
	}{{0, 100*heapFloor - 100}, {heapFloor / 8, 700}, {heapFloor / 2, 100}, {heapFloor, 100}, {1 << 40, 100}} {
		if got := gcPercent(tt.used); got != tt.want {
			t.Errorf("with %d bytes in use %d per cent, want %d", tt.used, got, tt.want)
		}
	}
}
