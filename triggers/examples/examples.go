// Package examples holds the sample triggers that a new filesystem can start with. Each is a folder with one script and
// its test; the script is an ordinary Go package, which is also what is deployed.
package examples

import (
	"embed"
	"path"
)

//go:embed thumbnail/thumbnail.go csv2json/csv2json.go checksum/checksum.go chargeback/chargeback.go wordindex/wordindex.go
var sources embed.FS

// A Sample is a trigger to write to /triggers/NAME.go.
type Sample struct {
	Name   string // of the trigger
	About  string // one line for people
	Source []byte
}

// Samples returns the samples, in the order in which to present them.
func Samples() []Sample {
	samples := []Sample{
		{Name: "thumbnail", About: "JPEG and PNG files in /photos get a thumbnail in a folder thumbs beside them"},
		{Name: "csv2json", About: "CSV files in /inbox become JSON files in /outbox"},
		{Name: "checksum", About: "each folder below /data has a manifest SHA256SUMS"},
		{Name: "chargeback", About: "bytes and operations by owner and top-level folder, in a daily /chargeback/YYYY-MM-DD.csv"},
		{Name: "wordindex", About: "text files in /docs are indexed: /index/words/WORD lists where a word occurs"},
	}
	for i := range samples {
		name := samples[i].Name
		source, err := sources.ReadFile(path.Join(name, name+".go"))
		if err != nil {
			panic(err) // it was embedded
		}
		samples[i].Source = source
	}
	return samples
}
