package chargeback

import (
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

const report = "/chargeback/2026-01-02.csv"

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{"/home/a": "12345", "/home/b,c/d": "123", "/top": "1", "/data/x/": ""})
	at := time.Date(2026, 1, 2, 3, 50, 0, 0, time.UTC)
	handle := func(after time.Duration, e wake.Event) {
		t.Helper()
		at = at.Add(after)
		e.Time = at
		if e.UID == 0 {
			e.UID = 7
		}
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
	}
	check := func(file, want string) {
		t.Helper()
		if got := w.Files()[file]; got != header+want {
			t.Errorf("%s: got\n%swant\n%s", file, got, header+want)
		}
	}
	handle(0, w.Event(wake.Close, "/home/a"))
	handle(10*time.Second, w.Event(wake.Close, "/home/b,c/d"))
	handle(0, w.Event(wake.Close, "/top"))
	handle(0, w.Event(wake.Remove, "/we,ird/x"))
	handle(0, w.Event(wake.Rename, "/data/x")) // a folder
	check(report, "03,1000,/,1,1,0\n03,1000,/data,1,0,0\n03,1000,/home,2,8,50\n03,7,\"/we,ird\",1,0,0\n")

	// Two hours and ten minutes go by; then the file shrinks.
	w.Write("/home/a", "12")
	handle(2*time.Hour+10*time.Minute-10*time.Second, w.Event(wake.Close, "/home/a"))
	check(report, "03,1000,/,1,1,590\n03,1000,/data,1,0,0\n03,1000,/home,2,8,4770\n03,7,\"/we,ird\",1,0,0\n"+
		"04,1000,/,0,0,3600\n04,1000,/home,0,0,28800\n05,1000,/,0,0,3600\n05,1000,/home,1,2,28800\n")

	// Moved, and time that goes back; then removed in the next day's first hour.
	if err := w.Rename("/home/a", "/data/a"); err != nil {
		t.Fatal(err)
	}
	handle(-time.Minute, w.Event(wake.Rename, "/data/a"))
	gone := w.Event(wake.Remove, "/data/a")
	handle(18*time.Hour+time.Minute+time.Second, gone)
	check("/chargeback/2026-01-03.csv", "00,1000,/,0,0,1\n00,1000,/data,1,0,2\n00,1000,/home,0,0,3\n")
	handle(time.Second, gone)
	check("/chargeback/2026-01-03.csv", "00,1000,/,0,0,2\n00,1000,/data,2,0,2\n00,1000,/home,0,0,6\n")

	// The clock bills the rest of the hour.
	handle(time.Hour-2*time.Second, wake.Event{Type: wake.Every})
	check("/chargeback/2026-01-03.csv", "00,1000,/,0,0,3600\n00,1000,/data,2,0,2\n00,1000,/home,0,0,10800\n")
}

func TestDamaged(t *testing.T) {
	for file, text := range map[string]string{
		report: header + "03,1,/a,x,y,z\n", stored: "yesterday\n",
	} {
		w := waketest.New(t, map[string]string{"/a/b": "x", file: text})
		if err := Handle(w.Context, w.Event(wake.Close, "/a/b")); err == nil {
			t.Errorf("a damaged %s was accepted", file)
		}
	}
}
