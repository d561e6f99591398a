package quota

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandleBatch(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/home/ada/a": "12345678", "/home/ada/b/c": "12", "/home/bob/x": "123", "/quota/limits.csv": "/home/ada,8\n*,1KiB\n",
	})
	handle := func(want string, events ...wake.Event) {
		t.Helper()
		if err := HandleBatch(w.Context, events); err != nil {
			t.Fatal(err)
		}
		want = "folder,files,bytes,limit,percent,state,measured\n" + want
		if got := w.Read(report); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	const now = ",2026-01-02T03:04:05Z\n"
	ada := "/home/ada,2,10,8,125.0,OVER" + now
	handle(ada, w.Arrive("/home/ada/a"), w.Event(wake.Remove, "/home/gone/a"), w.Arrive("/home/ada/b/c"))
	if logs := w.Logs(); len(logs) != 1 || logs[0] != "/home/ada is over its limit: 10 of 8 bytes" {
		t.Errorf("%q", logs)
	}
	handle(ada+"/home/bob,1,3,1024,0.3,ok"+now, w.Arrive("/home/bob/x"))

	w.Write("/quota/limits.csv", "/home/ada,1MiB\n")
	handle("/home/ada,2,10,1048576,0.0,ok"+now+"/home/bob,1,3,,,no limit"+now, w.Arrive("/quota/limits.csv"))
	if err := w.RemoveAll("/home/bob"); err != nil {
		t.Fatal(err)
	}
	handle("/home/ada,2,10,1048576,0.0,ok"+now, w.Event(wake.Remove, "/home/bob/x"))
}

func TestMalformedLimit(t *testing.T) {
	w := waketest.New(t, map[string]string{"/home/ada/a": "1", "/quota/limits.csv": "/home/ada,much\n"})
	if err := HandleBatch(w.Context, []wake.Event{w.Arrive("/home/ada/a")}); err == nil {
		t.Error("accepted")
	}
}
