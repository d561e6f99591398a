package meta

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"path"

	"github.com/wakefs/wakefs/fs/disk"
)

// A state store travels to a follower as a stream:
//
//	magic "WKMS", format version (4 bytes), applied index (8), number of files (4)
//	for each file: length of its name (4), its length (8), the name, the bytes
//	CRC32C of all before it (4)
//
// Integers are big-endian. Files lie in one directory.

const (
	streamMagic   = "WKMS"
	streamVersion = 1
	streamHead    = 4 + 4 + 8 + 4
	streamFile    = 4 + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type streamEntry struct {
	name string
	size int64
}

// streamFiles lists a directory's files and tells the stream's length.
func streamFiles(d disk.FS, dir string) ([]streamEntry, int64, error) {
	entries, err := d.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	total := int64(streamHead + 4)
	var out []streamEntry
	for _, e := range entries {
		if e.Dir {
			return nil, 0, fmt.Errorf("state store has %s, which is no file", e.Name)
		}
		out = append(out, streamEntry{e.Name, e.Size})
		total += streamFile + int64(len(e.Name)) + e.Size
	}
	return out, total, nil
}

// writeStream writes files of a checkpoint, which no longer change.
func writeStream(to io.Writer, d disk.FS, dir string, files []streamEntry, applied uint64) error {
	sum := crc32.New(castagnoli)
	buf := bufio.NewWriterSize(to, 256<<10)
	w := io.MultiWriter(buf, sum)
	head := append([]byte(nil), streamMagic...)
	head = binary.BigEndian.AppendUint32(head, streamVersion)
	head = binary.BigEndian.AppendUint64(head, applied)
	head = binary.BigEndian.AppendUint32(head, uint32(len(files)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, f := range files {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(f.name)))
		b = binary.BigEndian.AppendUint64(b, uint64(f.size))
		if _, err := w.Write(append(b, f.name...)); err != nil {
			return err
		}
		if err := copyFileTo(w, d, path.Join(dir, f.name), f.size); err != nil {
			return err
		}
	}
	if _, err := buf.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32())); err != nil {
		return err
	}
	return buf.Flush()
}

func copyFileTo(w io.Writer, d disk.FS, name string, size int64) error {
	f, err := disk.Open(d, name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyN(w, io.NewSectionReader(f, 0, size), size)
	return err
}

// streamApplied reads the applied index of a stream's state.
func streamApplied(r io.Reader) (uint64, error) {
	var head [streamHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, fmt.Errorf("snapshot stream: %w", err)
	}
	if string(head[:4]) != streamMagic {
		return 0, errors.New("snapshot stream: no magic: it is something else")
	}
	if v := binary.BigEndian.Uint32(head[4:]); v != streamVersion {
		return 0, fmt.Errorf("snapshot stream: format %d, this version reads %d", v, streamVersion)
	}
	return binary.BigEndian.Uint64(head[8:]), nil
}

// readStream unpacks a stream into dir, which it makes anew, and makes it durable.
func readStream(r io.Reader, d disk.FS, dir string) (applied uint64, err error) {
	if err := disk.RemoveAll(d, dir); err != nil { // what a failed try left
		return 0, err
	}
	if err := d.MkdirAll(dir); err != nil {
		return 0, err
	}
	sum := crc32.New(castagnoli)
	plain := bufio.NewReaderSize(r, 256<<10)
	s := io.TeeReader(plain, sum)
	// The count of files follows what streamApplied checks.
	head := make([]byte, streamHead)
	if _, err := io.ReadFull(s, head); err != nil {
		return 0, fmt.Errorf("snapshot stream: %w", err)
	}
	applied, err = streamApplied(bytes.NewReader(head))
	if err != nil {
		return 0, err
	}
	for range binary.BigEndian.Uint32(head[16:]) {
		if err := readStreamFile(s, d, dir); err != nil {
			return 0, fmt.Errorf("snapshot stream: %w", err)
		}
	}
	if err := checkStreamSum(plain, sum); err != nil {
		return 0, err
	}
	return applied, d.SyncDir(dir)
}

func readStreamFile(r io.Reader, d disk.FS, dir string) error {
	var head [streamFile]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n, size := binary.BigEndian.Uint32(head[:]), binary.BigEndian.Uint64(head[4:])
	if n == 0 || n > 255 || size > 1<<50 {
		return fmt.Errorf("a name of %d bytes, a file of %d", n, size)
	}
	name := make([]byte, n)
	if _, err := io.ReadFull(r, name); err != nil {
		return err
	}
	if base := path.Base(string(name)); base != string(name) || base == "." || base == ".." {
		return fmt.Errorf("file name %q leaves the directory", name)
	}
	f, err := d.OpenFile(path.Join(dir, string(name)), disk.ReadWrite|disk.Create|disk.Exclusive)
	if err != nil {
		return err
	}
	_, err = io.CopyN(io.NewOffsetWriter(f, 0), r, int64(size))
	return errors.Join(err, f.Sync(), f.Close())
}

func checkStreamSum(r io.Reader, sum hash.Hash32) error {
	var want [4]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return fmt.Errorf("snapshot stream: %w", err)
	}
	if binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
		return errors.New("snapshot stream: checksum differs")
	}
	return nil
}
