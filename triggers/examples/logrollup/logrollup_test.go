package logrollup

import (
	"os"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	sample, err := os.ReadFile("testdata/web.log")
	if err != nil {
		t.Fatal(err)
	}
	w := waketest.New(t, map[string]string{
		"/logs/a/web.log": string(sample), "/logs/db.log": "no time\n2026-01-02 10:00:00 WARN slow\n",
		"/logs/bad.log": "aaaa-bb-..T/. ../../../inbox\n", "/logs/empty.log": "",
	})
	for _, name := range []string{"/logs/a/web.log", "/logs/a/web.log", "/logs/db.log", "/logs/empty.log", "/logs/gone.log"} {
		if err := Handle(w.Context, w.Arrive(name)); err != nil {
			t.Fatal(err)
		}
	}
	for table, want := range map[string]string{
		"/rollup/2026-01-02/10.csv": "log,lines,warnings,errors\na/web.log,3,1,0\ndb.log,1,1,0\n",
		"/rollup/2026-01-02/11.csv": "log,lines,warnings,errors\na/web.log,3,0,2\n",
		"/rollup/unknown/00.csv":    "log,lines,warnings,errors\ndb.log,1,0,0\n",
	} {
		if got := w.Files()[table]; got != want {
			t.Errorf("%s: got\n%swant\n%s", table, got, want)
		}
	}

	w.Write("/logs/db.log", "2026-01-02 10:00:00 fine\n2026-01-02 10:00:01 fine\n")
	if err := Handle(w.Context, w.Arrive("/logs/db.log")); err != nil {
		t.Fatal(err)
	}
	if got := w.Read("/rollup/2026-01-02/10.csv"); got != "log,lines,warnings,errors\na/web.log,3,1,0\ndb.log,2,0,0\n" {
		t.Error(got)
	}
	n := len(w.Files())
	if err := Handle(w.Context, w.Arrive("/logs/bad.log")); err != nil || len(w.Files()) > n+1 {
		t.Error(err, w.Files())
	}
}
