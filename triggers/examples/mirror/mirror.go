// The files below /mirror are mirrored to an S3 bucket as they arrive, go and are renamed, up to 16 MiB each.
//
// Put your bucket and its region into the directive and the constants, and the key into the secrets s3-key-id and s3-key.
//
//wake:on arrive,remove,rename /mirror/**
//wake:allow http https://my-bucket.s3.eu-central-1.amazonaws.com/
//wake:secret s3-key-id s3-key
//wake:budget wall=300s memory=256MiB
//wake:retry 10
package mirror

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	root   = "/mirror/"
	bucket = "my-bucket.s3.eu-central-1.amazonaws.com"
	region = "eu-central-1"
)

// Handle makes the objects that an event is about like the files. Of the files in a folder that was moved no other event tells.
func Handle(c *wake.Context, e wake.Event) error {
	if e.Type != wake.Rename {
		return sync(c, e.Path)
	}
	err := c.Walk(e.Path, func(name string, info wake.FileInfo) error {
		return errors.Join(sync(c, name), sync(c, e.OldPath+strings.TrimPrefix(name, e.Path)))
	})
	if errors.Is(err, fs.ErrNotExist) { // it was moved on, or removed
		return sync(c, e.OldPath)
	}
	return err
}

// sync makes one object like its file as it is now. If the file changes meanwhile, the function is run once more.
func sync(c *wake.Context, name string) error {
	info, err := c.Lstat(name)
	switch {
	case !strings.HasPrefix(name, root), err == nil && !info.Mode().IsRegular():
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return send(c, "DELETE", name, nil)
	case err != nil:
		return err
	}
	body, err := c.ReadFile(name)
	if err != nil {
		return err
	}
	return send(c, "PUT", name, body)
}

func send(c *wake.Context, method, name string, body []byte) error {
	id, err := c.Secret("s3-key-id")
	if err != nil {
		return err
	}
	key, err := c.Secret("s3-key")
	if err != nil {
		return err
	}
	path := escape("/" + strings.TrimPrefix(name, root))
	header := map[string]string{}
	sign(header, method, bucket, path, body, c.Now(), region, id, key)
	res, err := c.HTTP(wake.Request{Method: method, URL: "https://" + bucket + path, Header: header, Body: body})
	if err == nil && res.Status/100 != 2 {
		err = fmt.Errorf("%s %s: status %d: %.500s", method, name, res.Status, res.Body)
	}
	return err
}

// sign adds the headers of an AWS signature, version 4, which covers what is in header already.
func sign(header map[string]string, method, host, path string, body []byte, at time.Time, region, id, key string) {
	now := at.UTC().Format("20060102T150405Z")
	sum := sha256.Sum256(body)
	header["x-amz-date"], header["x-amz-content-sha256"] = now, hex.EncodeToString(sum[:])
	lines := []string{"host:" + host}
	for name, value := range header {
		lines = append(lines, strings.ToLower(name)+":"+strings.TrimSpace(value))
	}
	sort.Strings(lines)
	names := make([]string, len(lines))
	for i, line := range lines {
		names[i] = line[:strings.Index(line, ":")]
	}
	signed := strings.Join(names, ";")
	request := sha256.Sum256([]byte(method + "\n" + path + "\n\n" + strings.Join(lines, "\n") + "\n\n" + signed + "\n" + header["x-amz-content-sha256"]))
	scope := now[:8] + "/" + region + "/s3/aws4_request"
	mac := []byte("AWS4" + key)
	for _, part := range append(strings.Split(scope, "/"), "AWS4-HMAC-SHA256\n"+now+"\n"+scope+"\n"+hex.EncodeToString(request[:])) {
		h := hmac.New(sha256.New, mac)
		h.Write([]byte(part))
		mac = h.Sum(nil)
	}
	header["Authorization"] = "AWS4-HMAC-SHA256 Credential=" + id + "/" + scope + ",SignedHeaders=" + signed + ",Signature=" + hex.EncodeToString(mac)
}

// escape writes a path as S3 wants it to be signed.
func escape(path string) string {
	var out strings.Builder
	for _, b := range []byte(path) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-_.~/", b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}
