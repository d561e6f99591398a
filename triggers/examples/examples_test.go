package examples

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
	"github.com/wakefs/wakefs/triggers/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// sample is a file of a script's testdata.
func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLibrary(t *testing.T) {
	folders, err := filepath.Glob("*/*_test.go")
	if err != nil || len(folders) != len(Library()) {
		t.Errorf("%d scripts have a test, %d are in the library: %v", len(folders), len(Library()), err)
	}
	names := ""
	for _, s := range Samples() {
		names += s.Name + " "
	}
	if names != "thumbnail csv2json checksum chargeback wordindex " {
		t.Errorf("a new filesystem starts with %s", names)
	}
}

// TestLibraryRuns deploys each script and runs it in a worker. That it does the right thing is shown by its own test.
func TestLibraryRuns(t *testing.T) {
	files := map[string]string{
		"/photos/a.png":  "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82",
		"/inbox/a.csv":   "a,b\n1,2\n",
		"/data/x/file":   "hello",
		"/home/me/notes": "text",
		"/docs/a.txt":    "a garden",

		"/quarantine/hashes.txt":   "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  Greeting.A",
		"/logs/web.log":            sample(t, "logrollup/testdata/web.log"),
		"/documents/letter.pdf":    sample(t, "textract/testdata/letter.pdf"),
		"/camera/may.jpg":          sample(t, "photosort/testdata/may.jpg"),
		"/archive/a":               "hello",
		"/tmp/.expire":             "7",
		"/events/web/visits.jsonl": sample(t, "partition/testdata/visits.jsonl"),
		"/quota/limits.csv":        "/home/me,1KiB",
		"/notify/a":                "told",
		"/mirror/a":                "mirrored",
	}
	tests := map[string]struct {
		event       wake.EventType
		path        string
		out, expect string // a file that it leaves, by glob, and how that begins
	}{
		"thumbnail":  {wake.Arrive, "/photos/a.png", "/photos/thumbs/a.png", ""},
		"csv2json":   {wake.Arrive, "/inbox/a.csv", "/outbox/a.json", "[\n  {\"a\": \"1\", \"b\": \"2\"}\n]\n"},
		"checksum":   {wake.Arrive, "/data/x/file", "/data/x/SHA256SUMS", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  file\n"},
		"chargeback": {wake.Close, "/home/me/notes", "/chargeback/2026-01-02.csv", "hour,owner,folder,changes,written,byte_seconds\n03,1000,/home,1,4,0\n"},
		"wordindex":  {wake.Arrive, "/docs/a.txt", "/index/words/garden", "1 /docs/a.txt\n"},
		"quarantine": {wake.Arrive, "/data/x/file", "/quarantine/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824/*/file", "hello"},
		"logrollup":  {wake.Arrive, "/logs/web.log", "/rollup/2026-01-02/11.csv", "log,lines,warnings,errors\nweb.log,3,0,2\n"},
		"textract":   {wake.Arrive, "/documents/letter.pdf", "/text/letter.pdf.txt", "\nDear Mr. Babbage,\nthe engine works.\n"},
		"photosort":  {wake.Arrive, "/camera/may.jpg", "/albums/2026/05/may.jpg", ""},
		"dedup":      {wake.Arrive, "/archive/a", "/archive/.by-hash/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "/archive/a"},
		"expire":     {wake.Arrive, "/tmp/.expire", "/tmp/.expire", "7"},
		"partition":  {wake.Arrive, "/events/web/visits.jsonl", "/tables/date=2026-01-03/web/visits.csv", "bytes,path,tags,time,user\n12345678901234567890,/c,,2026-01-03T00:00:00Z,bob\n"},
		"quota":      {wake.Arrive, "/home/me/notes", "/quota/report.csv", "folder,files,bytes,limit,percent,state,measured\n/home/me,1,4,1024,0.4,ok,"},
		"webhook":    {wake.Arrive, "/notify/a", "/notify/a", "told"},
		"mirror":     {wake.Arrive, "/mirror/a", "/mirror/a", "mirrored"},
	}
	requests := map[string]string{ // of the scripts that send one: how it begins
		"webhook": `POST https://hooks.example.com/files {"event":"arrive","path":"/notify/a",`,
		"mirror":  "PUT https://my-bucket.s3.eu-central-1.amazonaws.com/a mirrored",
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	if len(Library()) != len(tests) {
		t.Errorf("%d scripts, %d tests", len(Library()), len(tests))
	}
	for _, s := range Library() {
		t.Run(s.Name, func(t *testing.T) {
			prog, err := script.Compile(s.Name, map[string]string{s.Name + ".go": string(s.Source)})
			if err != nil {
				t.Fatal(err)
			}
			tt := tests[s.Name]
			w := waketest.New(t, files)
			sent := ""
			w.Host.Secrets = map[string]string{"webhook-key": "a key of the hook", "s3-key-id": "AKIAIOSFODNN7EXAMPLE", "s3-key": "a key of the bucket"}
			w.Host.Serve = func(r wake.Request) (wake.Response, error) {
				sent = r.Method + " " + r.URL + " " + string(r.Body)
				return wake.Response{Status: 200}, nil
			}
			if !prog.Spec.Wakes(tt.event, tt.path, "") {
				t.Errorf("is not woken by %s of %s", tt.event, tt.path)
			}
			budget := prog.Spec.Budget
			budget.CPU += 20 * time.Second // for a slow machine under the race detector
			for range 2 {
				e := w.Event(tt.event, tt.path)
				out, err := pool.Invoke(t.Context(), prog, e, 1, budget, w.Host)
				if err != nil || out.Result != worker.Succeeded {
					t.Fatalf("%+v, %v", out, err)
				}
				for name := range w.Files() {
					_, given := files[name]
					if !given && prog.Spec.Wakes(wake.Arrive, name, "") {
						t.Errorf("its output %s wakes it again", name)
					}
				}
				found, err := w.Glob(tt.out)
				if err != nil || len(found) != 1 {
					t.Fatalf("%s is not there: %q, %v", tt.out, found, err)
				}
				if got := w.Read(found[0]); !strings.HasPrefix(got, tt.expect) {
					t.Errorf("%s: %q, want %q", tt.out, got, tt.expect)
				}
				if want := requests[s.Name]; !strings.HasPrefix(sent, want) || want == "" && sent != "" {
					t.Errorf("sent %q, want %q", sent, want)
				}
				if s.Name == "chargeback" {
					break // the second time counts
				}
			}
		})
	}
}
