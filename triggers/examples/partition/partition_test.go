package partition

import (
	"os"
	"reflect"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	sample, err := os.ReadFile("testdata/visits.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	w := waketest.New(t, map[string]string{"/events/web/visits.jsonl": string(sample)})
	handle := func() map[string]string {
		t.Helper()
		if err := Handle(w.Context, w.Arrive("/events/web/visits.jsonl")); err != nil {
			t.Fatal(err)
		}
		files := w.Files()
		delete(files, "/events/web/visits.jsonl")
		return files
	}
	want := map[string]string{
		"/tables/date=2026-01-02/web/visits.csv": "bytes,path,tags,time,user\n512,/,,2026-01-02T09:00:00Z,ada\n,\"/a,b\",\"[\"\"x\"\",1]\",2026-01-02T23:59:59Z,\n",
		"/tables/date=2026-01-03/web/visits.csv": "bytes,path,tags,time,user\n12345678901234567890,/c,,2026-01-03T00:00:00Z,bob\n",
		"/tables/date=unknown/web/visits.csv":    "bytes,path,tags,time,user\n,/d,,,\n",
		"/tables/rejected/web/visits.jsonl":      "not json\n[1]\n",
	}
	if got := handle(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	w.Write("/events/web/visits.jsonl", `{"time":"2026-01-05"}`)
	if got := handle(); !reflect.DeepEqual(got, map[string]string{"/tables/date=2026-01-05/web/visits.csv": "time\n2026-01-05\n"}) {
		t.Errorf("the second time: %q", got)
	}
}
