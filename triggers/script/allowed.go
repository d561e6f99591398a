package script

import (
	"maps"
	"slices"
)

// WakePath is the import path of the package that every script imports.
const WakePath = "github.com/wakefs/wakefs/triggers/wake"

// allowed are the packages that scripts may import, with the names in them that they may not use. What is here can
// compute, but not reach anything: neither files, network and processes nor the memory of the interpreter. Generic
// functions and types are not listed; scripts cannot use them at all.
var allowed = map[string][]string{
	"archive/tar":          {"FileInfoHeader"},
	"archive/zip":          {"OpenReader", "FileInfoHeader"},
	"bufio":                nil,
	"bytes":                nil,
	"compress/bzip2":       nil,
	"compress/flate":       nil,
	"compress/gzip":        nil,
	"compress/lzw":         nil,
	"compress/zlib":        nil,
	"container/heap":       nil,
	"container/list":       nil,
	"container/ring":       nil,
	"context":              {"AfterFunc"},
	"crypto/hmac":          nil,
	"crypto/md5":           nil,
	"crypto/sha1":          nil,
	"crypto/sha256":        nil,
	"crypto/sha3":          nil,
	"crypto/sha512":        nil,
	"encoding":             nil,
	"encoding/ascii85":     nil,
	"encoding/asn1":        nil,
	"encoding/base32":      nil,
	"encoding/base64":      nil,
	"encoding/binary":      nil,
	"encoding/csv":         nil,
	"encoding/gob":         nil,
	"encoding/hex":         nil,
	"encoding/json":        nil,
	"encoding/pem":         nil,
	"encoding/xml":         nil,
	"errors":               {"As"},
	"fmt":                  {"Scan", "Scanf", "Scanln"},
	"hash":                 nil,
	"hash/adler32":         nil,
	"hash/crc32":           nil,
	"hash/crc64":           nil,
	"hash/fnv":             nil,
	"hash/maphash":         nil,
	"html":                 nil,
	"html/template":        {"ParseFiles", "ParseGlob", "Template.ParseFiles", "Template.ParseGlob"},
	"image":                nil,
	"image/color":          nil,
	"image/color/palette":  nil,
	"image/draw":           nil,
	"image/gif":            nil,
	"image/jpeg":           nil,
	"image/png":            nil,
	"index/suffixarray":    nil,
	"io":                   nil,
	"io/fs":                nil,
	"log/slog":             {"SetDefault", "SetLogLoggerLevel", "NewLogLogger"},
	"math":                 nil,
	"math/big":             nil,
	"math/bits":            nil,
	"math/cmplx":           nil,
	"math/rand":            nil,
	"mime":                 nil,
	"mime/multipart":       {"Reader.ReadForm", "FileHeader.Open"},
	"mime/quotedprintable": nil,
	"net/mail":             nil,
	"net/netip":            nil,
	"net/textproto":        {"Dial"},
	"net/url":              nil,
	"path":                 nil,
	"regexp":               nil,
	"sort":                 nil,
	"strconv":              nil,
	"strings":              nil,
	"sync":                 nil,
	"sync/atomic":          {"AddUintptr", "CompareAndSwapUintptr", "LoadUintptr", "StoreUintptr", "SwapUintptr", "CompareAndSwapPointer", "LoadPointer", "StorePointer", "SwapPointer", "AndUintptr", "OrUintptr"},
	"text/scanner":         nil,
	"text/tabwriter":       nil,
	"text/template":        {"ParseFiles", "ParseGlob", "Template.ParseFiles", "Template.ParseGlob"},
	"time":                 {"AfterFunc"},
	"unicode":              nil,
	"unicode/utf16":        nil,
	"unicode/utf8":         nil,

	// What runners of scripts need, not scripts.
	WakePath: {"NewContext", "End", "Invocation", "Host", "HostFile", "Outbound", "OpenFlag", "OpenRead", "OpenWrite", "OpenCreate",
		"OpenExcl", "OpenTrunc", "Attr", "Change", "XattrFlag", "XattrAny", "XattrCreate", "XattrReplace"},
}

// Packages returns the import paths that scripts may use, in ascending order. It and Hidden serve the generators of
// what package worker and this package embed.
func Packages() []string { return slices.Sorted(maps.Keys(allowed)) }

// Hidden returns the exported names of a package that scripts may not use.
func Hidden(path string) []string { return slices.Clone(allowed[path]) }

// instead says what to do without a package that people are likely to import.
var instead = map[string]string{
	"os":            "use the methods of wake.Context",
	"io/ioutil":     "use the methods of wake.Context",
	"path/filepath": "use package path and the methods of wake.Context",
	"slices":        "use package sort, or a loop",
	"maps":          "use a loop",
	"cmp":           "compare with operators",
	"iter":          "use a loop",
	"log":           "use Log and Logf of wake.Context, or log/slog",
	"math/rand/v2":  "use math/rand",
	"net":           "use HTTP of wake.Context, with a directive //wake:allow http URLPREFIX",
	"net/http":      "use HTTP of wake.Context, with a directive //wake:allow http URLPREFIX",
	"os/exec":       "scripts cannot start programs",
	"reflect":       "scripts run without reflection",
	"unsafe":        "scripts run without it",
	"syscall":       "scripts run without system calls",
	"runtime":       "scripts cannot reach the runtime",
	"embed":         "read the file with wake.Context.ReadFile",
	"C":             "scripts run without cgo",
}
