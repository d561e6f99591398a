// Package examples holds the library of triggers: those that a new filesystem can start with, and more to copy. Each is a
// folder with one script and its test; the script is an ordinary Go package, which is also what is deployed.
package examples

import (
	"embed"
	"path"
)

//go:embed thumbnail/thumbnail.go csv2json/csv2json.go checksum/checksum.go chargeback/chargeback.go wordindex/wordindex.go
//go:embed quarantine/quarantine.go logrollup/logrollup.go textract/textract.go photosort/photosort.go dedup/dedup.go
//go:embed expire/expire.go partition/partition.go quota/quota.go webhook/webhook.go mirror/mirror.go
var sources embed.FS

// A Sample is a trigger to write to /triggers/NAME.go.
type Sample struct {
	Name   string // of the trigger
	About  string // one line for people
	Source []byte
}

// library is what there is, in the order in which to present it.
var library = []Sample{
	{Name: "thumbnail", About: "JPEG and PNG files in /photos get a thumbnail in a folder thumbs beside them"},
	{Name: "csv2json", About: "CSV files in /inbox become JSON files in /outbox"},
	{Name: "checksum", About: "each folder below /data has a manifest SHA256SUMS"},
	{Name: "chargeback", About: "changes, bytes written and byte-seconds stored, by hour, owner and folder, in a daily /chargeback/YYYY-MM-DD.csv"},
	{Name: "wordindex", About: "text files in /docs are indexed: /index/words/WORD lists where a word occurs"},
	{Name: "quarantine", About: "files whose SHA-256 is in /quarantine/hashes.txt are moved to /quarantine"},
	{Name: "logrollup", About: "lines, warnings and errors of /logs/**/*.log by hour, in /rollup/YYYY-MM-DD/HH.csv"},
	{Name: "textract", About: "the text of PDF, zip, docx and odt files in /documents, in /text"},
	{Name: "photosort", About: "JPEG files in /camera are moved to /albums/YYYY/MM by the date in their EXIF data"},
	{Name: "dedup", About: "files in /archive with the same contents become hard links to one"},
	{Name: "expire", About: "a folder with a file .expire keeps nothing older than the number of days in it"},
	{Name: "partition", About: "JSON lines in /events become CSV files by day, /tables/date=YYYY-MM-DD/NAME.csv"},
	{Name: "quota", About: "how full the folders of /home are against /quota/limits.csv, in /quota/report.csv"},
	{Name: "webhook", About: "a web service is told of each file that arrives in /notify, by a POST of JSON with an HMAC signature"},
	{Name: "mirror", About: "files in /mirror are mirrored to an S3 bucket, as they arrive, go and are renamed"},
}

// started is how many of the library a new filesystem starts with.
const started = 5

// Samples returns the triggers that a new filesystem can start with, in the order in which to present them.
func Samples() []Sample { return Library()[:started:started] }

// Library returns all triggers that there are, Samples first, in the order in which to present them.
func Library() []Sample {
	list := make([]Sample, len(library))
	copy(list, library)
	for i := range list {
		source, err := sources.ReadFile(path.Join(list[i].Name, list[i].Name+".go"))
		if err != nil {
			panic(err) // it was embedded
		}
		list[i].Source = source
	}
	return list
}
