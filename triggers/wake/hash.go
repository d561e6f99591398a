package wake

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/fnv"
	"io"
	"io/fs"
)

var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New,
	"sha3-256": func() hash.Hash { return sha3.New256() }, "sha3-512": func() hash.Hash { return sha3.New512() },
	"crc32":  func() hash.Hash { return crc32.NewIEEE() },
	"crc32c": func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"fnv64a": func() hash.Hash { return fnv.New64a() },
}

// SHA256 returns the SHA-256 of a file's contents in lower-case hexadecimal digits. It streams, in compiled code.
func (c *Context) SHA256(name string) (string, error) {
	sums, err := c.Hash(name, "sha256")
	if err != nil {
		return "", err
	}
	return sums[0], nil
}

// Hash returns hashes of a file's contents in lower-case hexadecimal digits, one for each algorithm: md5, sha1, sha256, sha512,
// sha3-256, sha3-512, crc32 (IEEE), crc32c or fnv64a. It reads the file once.
func (c *Context) Hash(name string, algorithms ...string) ([]string, error) {
	all := make([]hash.Hash, len(algorithms))
	writers := make([]io.Writer, len(algorithms))
	for i, alg := range algorithms {
		if hashes[alg] == nil {
			return nil, fmt.Errorf("hash %q: %w: there is no such algorithm", alg, fs.ErrInvalid)
		}
		all[i] = hashes[alg]()
		writers[i] = all[i]
	}
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := io.CopyBuffer(io.MultiWriter(writers...), struct{ io.Reader }{f}, make([]byte, bufferSize)); err != nil {
		return nil, err
	}
	sums := make([]string, len(all))
	for i, h := range all {
		sums[i] = hex.EncodeToString(h.Sum(nil))
	}
	return sums, nil
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
