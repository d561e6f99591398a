package examples

import (
	"os"
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

// TestSamplesRun deploys each sample and runs it in a worker. That it does the right thing is shown by its own test.
func TestSamplesRun(t *testing.T) {
	files := map[string]string{
		"/photos/a.png":  "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82",
		"/inbox/a.csv":   "a,b\n1,2\n",
		"/data/x/file":   "hello",
		"/home/me/notes": "text",
		"/docs/a.txt":    "a garden",
	}
	tests := map[string]struct {
		event       wake.EventType
		path        string
		out, expect string
	}{
		"thumbnail":  {wake.Arrive, "/photos/a.png", "/photos/thumbs/a.png", ""},
		"csv2json":   {wake.Arrive, "/inbox/a.csv", "/outbox/a.json", "[\n  {\"a\": \"1\", \"b\": \"2\"}\n]\n"},
		"checksum":   {wake.Arrive, "/data/x/file", "/data/x/SHA256SUMS", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  file\n"},
		"chargeback": {wake.Close, "/home/me/notes", "/chargeback/2026-01-02.csv", "owner,folder,operations,bytes\n1000,/home,1,4\n"},
		"wordindex":  {wake.Arrive, "/docs/a.txt", "/index/words/garden", "1 /docs/a.txt\n"},
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	if len(Samples()) != len(tests) {
		t.Errorf("%d samples, %d tests", len(Samples()), len(tests))
	}
	for _, s := range Samples() {
		t.Run(s.Name, func(t *testing.T) {
			prog, err := script.Compile(s.Name, map[string]string{s.Name + ".go": string(s.Source)})
			if err != nil {
				t.Fatal(err)
			}
			tt := tests[s.Name]
			w := waketest.New(t, files)
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
				if got := w.Read(tt.out); tt.expect != "" && got != tt.expect {
					t.Errorf("%s: %q, want %q", tt.out, got, tt.expect)
				}
				if s.Name == "chargeback" {
					break // the second time counts
				}
			}
		})
	}
}
