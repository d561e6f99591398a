package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{"/notify/a.txt": "hello"})
	e := w.Arrive("/notify/a.txt")
	if err := Handle(w.Context, e); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a secret: %v", err)
	}
	w.Host.Secrets = map[string]string{"webhook-key": "the key of the hook"}
	status, calls := 204, 0
	w.Host.Serve = func(r wake.Request) (wake.Response, error) {
		calls++
		mac := hmac.New(sha256.New, []byte("the key of the hook"))
		mac.Write(r.Body)
		if r.Method != "POST" || r.URL != "https://hooks.example.com/files" || r.Header["X-Signature"] != "sha256="+hex.EncodeToString(mac.Sum(nil)) ||
			r.Header["Idempotency-Key"] != waketest.Key || r.Header["Content-Type"] != "application/json" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		const want = `{"event":"arrive","path":"/notify/a.txt","size":5,"time":"2026-01-02T03:04:05Z","version":1}`
		if string(r.Body) != want {
			t.Errorf("%s", r.Body)
		}
		return wake.Response{Status: status}, nil
	}
	if err := Handle(w.Context, e); err != nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	status = 503
	if err := Handle(w.Context, e); err == nil || err.Error() != "https://hooks.example.com/files: status 503" {
		t.Errorf("%v", err)
	}
}
