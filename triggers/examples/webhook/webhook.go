// A POST of JSON tells a web service of each file that arrives below /notify.
//
// The header X-Signature has the HMAC-SHA256 of the body under the secret webhook-key, so that the service can tell who asks. It
// may be told twice, with the same Idempotency-Key. Put your URL into the directive and the constant.
//
//wake:on arrive /notify/**
//wake:allow http https://hooks.example.com/
//wake:secret webhook-key
//wake:retry 10
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

const url = "https://hooks.example.com/files"

// Handle posts what has happened.
func Handle(c *wake.Context, e wake.Event) error {
	key, err := c.Secret("webhook-key")
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{
		"event": string(e.Type), "path": e.Path, "size": e.Size, "version": e.Version, "time": e.Time.UTC().Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	res, err := c.HTTP(wake.Request{Method: "POST", URL: url, Body: body, Header: map[string]string{
		"Content-Type":    "application/json",
		"Idempotency-Key": c.Key(),
		"X-Signature":     "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	}})
	if err != nil {
		return err
	}
	if res.Status/100 != 2 {
		return fmt.Errorf("%s: status %d", url, res.Status) // it is told again
	}
	return nil
}
