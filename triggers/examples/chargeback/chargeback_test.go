package chargeback

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{"/home/a": "12345", "/home/b,c/d": "123", "/top": "1"})
	for _, e := range []wake.Event{
		w.Event(wake.Close, "/home/a"), w.Event(wake.Close, "/home/b,c/d"), w.Event(wake.Close, "/top"),
		w.Event(wake.Remove, "/gone/x"), w.Event(wake.Close, "/home/a"), w.Event(wake.Close, "/we,ird/x"),
	} {
		if e.UID == 0 {
			e.UID = 7
		}
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
	}
	want := "owner,folder,operations,bytes\n1000,/,1,1\n1000,/home,3,13\n7,/gone,1,0\n7,\"/we,ird\",1,0\n"
	if got := w.Read("/chargeback/2026-01-02.csv"); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestDamagedReport(t *testing.T) {
	w := waketest.New(t, map[string]string{"/a/b": "x", "/chargeback/2026-01-02.csv": "owner,folder,operations,bytes\n1,/a,x,y\n"})
	if err := Handle(w.Context, w.Event(wake.Close, "/a/b")); err == nil {
		t.Error("a damaged report was accepted")
	}
}
