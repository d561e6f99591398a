package quota

import (
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

const head = "folder,files,bytes,limit,percent,state,measured\n"

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/home/ada/a": "12345678", "/home/ada/b/c": "12", "/home/bob/x": "123", "/quota/limits.csv": "/home/ada,8\n*,1KiB\n",
	})
	now := waketest.Time
	handle := func(e wake.Event, want string) {
		t.Helper()
		c := wake.NewContext(w.Host, wake.Invocation{Budget: waketest.Budget, Now: func() time.Time { return now }})
		if err := Handle(c, e); err != nil {
			t.Fatal(err)
		}
		if got := w.Read(report); got != head+want {
			t.Errorf("got\n%swant\n%s", got, head+want)
		}
	}
	ada := "/home/ada,2,10,8,125.0,OVER,2026-01-02T03:04:05Z\n"
	handle(w.Arrive("/home/ada/a"), ada)
	handle(w.Event(wake.Remove, "/home/gone/a"), ada)
	handle(w.Arrive("/home/bob/x"), ada+"/home/bob,1,3,1024,0.3,ok,2026-01-02T03:04:05Z\n")

	w.Write("/home/bob/y", "1")
	handle(w.Arrive("/home/bob/y"), ada+"/home/bob,1,3,1024,0.3,ok,2026-01-02T03:04:05Z\n")
	now = now.Add(time.Minute)
	handle(w.Arrive("/home/bob/y"), ada+"/home/bob,2,4,1024,0.4,ok,2026-01-02T03:05:05Z\n")

	w.Write("/quota/limits.csv", "/home/ada,1MiB\n")
	handle(w.Arrive("/quota/limits.csv"), "/home/ada,2,10,1048576,0.0,ok,2026-01-02T03:05:05Z\n/home/bob,2,4,,,no limit,2026-01-02T03:05:05Z\n")
}

func TestMalformedLimit(t *testing.T) {
	w := waketest.New(t, map[string]string{"/home/ada/a": "1", "/quota/limits.csv": "/home/ada,much\n"})
	if err := Handle(w.Context, w.Arrive("/home/ada/a")); err == nil {
		t.Error("accepted")
	}
}
