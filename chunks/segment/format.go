package segment

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// Files of a data directory beside the segments.
const (
	formatFile = "format.json"
	lockFile   = "LOCK"
	indexDir   = "index"
)

// format says what a data directory is.
type format struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	UUID    string `json:"uuid"`
}

const formatName = "wakefs chunk server"

// readFormat reads the format file, or formats an empty directory.
func readFormat(fsys disk.FS, random io.Reader) (uuid [16]byte, err error) {
	b, err := disk.ReadFile(fsys, formatFile, 64<<10)
	if errors.Is(err, fs.KindNotFound) {
		return makeFormat(fsys, random)
	}
	if err != nil {
		return uuid, err
	}
	var f format
	if err := json.Unmarshal(b, &f); err != nil || f.Format != formatName {
		return uuid, fs.Errorf("open chunk server", fs.KindCorrupt, formatFile, "not a chunk server's data directory, or damaged")
	}
	if f.Version > formatVersion {
		return uuid, fs.Errorf("open chunk server", fs.KindUnsupported, formatFile, "format version %d, this program reads up to %d; use a newer wakefs", f.Version, formatVersion)
	}
	raw, err := hex.DecodeString(f.UUID)
	if err != nil || len(raw) != len(uuid) {
		return uuid, fs.Errorf("open chunk server", fs.KindCorrupt, formatFile, "bad uuid %q", f.UUID)
	}
	return [16]byte(raw), nil
}

func makeFormat(fsys disk.FS, random io.Reader) (uuid [16]byte, err error) {
	// A directory with segments but no format file was not made empty by us: to give
	// it a new identity would hide that.
	list, err := fsys.ReadDir(".")
	if err != nil {
		return uuid, err
	}
	for _, e := range list {
		if _, ok := parseSegmentName(e.Name); ok {
			return uuid, fs.Errorf("open chunk server", fs.KindCorrupt, formatFile, "missing, though there are segments such as %s; restore it from a backup", e.Name)
		}
	}
	if _, err := io.ReadFull(random, uuid[:]); err != nil {
		return uuid, err
	}
	b, err := json.Marshal(format{Format: formatName, Version: formatVersion, UUID: formatUUID(uuid)})
	if err != nil {
		return uuid, err
	}
	return uuid, disk.WriteFile(fsys, formatFile, append(b, '\n'))
}

func formatUUID(u [16]byte) string { return hex.EncodeToString(u[:]) }

func parseSegmentName(name string) (id uint32, ok bool) {
	if len(name) != 12 || name[8:] != ".seg" {
		return 0, false
	}
	if _, err := fmt.Sscanf(name[:8], "%08x", &id); err != nil || segmentName(id) != name {
		return 0, false
	}
	return id, true
}
