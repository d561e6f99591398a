//go:build race

package ec

const raceEnabled = true
