package wake

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// SHA256 returns the SHA-256 of a file's contents in lower-case hexadecimal digits. It streams, in compiled code.
func (c *Context) SHA256(name string) (string, error) {
	f, err := c.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, bufferSize)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Copy copies the contents of a file to another, created as by Create, and returns the number of bytes.
func (c *Context) Copy(src, dst string) (int64, error) {
	f, err := c.Open(src)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w, err := c.Create(dst)
	if err != nil {
		return 0, err
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{f}, make([]byte, bufferSize))
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return n, err
}
