package wake_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestErrors(t *testing.T) {
	w := waketest.New(t, map[string]string{"/f": "x", "/d/g": "y", "/empty/": ""})
	_, openDir := w.Open("/d")
	_, openMissing := w.Open("/none")
	_, listFile := w.ReadDir("/f")
	_, noXattr := w.GetXattr("/f", "user.a")
	for _, tt := range []struct {
		name      string
		err, want error
	}{
		{"open a directory", openDir, wake.ErrIsDir},
		{"open nothing", openMissing, fs.ErrNotExist},
		{"list a file", listFile, wake.ErrNotDir},
		{"no xattr", noXattr, wake.ErrNoXattr},
		{"remove what has entries", w.Remove("/d"), wake.ErrNotEmpty},
		{"remove nothing", w.Remove("/none"), fs.ErrNotExist},
		{"mkdir again", w.Mkdir("/d"), fs.ErrExist},
		{"mkdir below a file", w.MkdirAll("/f/x"), wake.ErrNotDir},
		{"write below a file", w.WriteFile("/f/x", nil), wake.ErrNotDir},
		{"write a directory", w.WriteFile("/d", nil), wake.ErrIsDir},
		{"relative", w.WriteFile("x", nil), fs.ErrInvalid},
		{"empty", w.Remove(""), fs.ErrInvalid},
		{"zero", w.Remove("/a\x00"), fs.ErrInvalid},
		{"long name", w.WriteFile("/"+strings.Repeat("x", 256), nil), wake.ErrNameTooLong},
		{"rename below itself", w.Rename("/d", "/d/e"), fs.ErrInvalid},
		{"rename nothing", w.Rename("/none", "/new/place"), fs.ErrNotExist},
	} {
		var pe *fs.PathError
		if !errors.Is(tt.err, tt.want) || !errors.As(tt.err, &pe) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if w.Exists("/new") {
		t.Error("a rename of nothing created a directory")
	}
}

func TestTree(t *testing.T) {
	w := waketest.New(t, nil)
	for _, name := range []string{"/a/1.txt", "/a/b/2.txt", "/a/b/3.md", "/c/4.txt"} {
		w.Write(name, name)
	}
	for _, tt := range []struct {
		pattern string
		want    []string
	}{
		{"/a/**/*.txt", []string{"/a/1.txt", "/a/b/2.txt"}},
		{"/{a,c}/*.txt", []string{"/a/1.txt", "/c/4.txt"}},
		{"/*", []string{"/a", "/c"}},
		{"/none/*", nil},
		{"/", []string{"/"}},
	} {
		if got, err := w.Glob(tt.pattern); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("Glob(%s) = %q, %v", tt.pattern, got, err)
		}
	}
	var seen []string
	err := w.Walk("/", func(name string, info wake.FileInfo) error {
		seen = append(seen, name)
		if name == "/a/b" {
			return fs.SkipDir
		}
		return nil
	})
	if want := []string{"/", "/a", "/a/1.txt", "/a/b", "/c", "/c/4.txt"}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("Walk: %q, %v", seen, err)
	}
	if err := fstest.TestFS(w.FS(), "a/1.txt", "a/b/3.md"); err != nil {
		t.Error(err)
	}
	if err := w.RemoveAll("/a"); err != nil || w.Exists("/a") || !w.Exists("/c") {
		t.Error(err)
	}
	if err := w.RemoveAll("/a"); err != nil {
		t.Error(err)
	}
}

func TestReadDirPages(t *testing.T) {
	files := map[string]string{}
	for i := range 2500 {
		files["/d/"+strings.Repeat("x", i%3)+string(rune('a'+i%26))+"-"+strings.Repeat("y", i/26)] = ""
	}
	w := waketest.New(t, files)
	infos, err := w.ReadDir("/d")
	if err != nil || len(infos) != len(files) {
		t.Fatalf("%d of %d entries, %v", len(infos), len(files), err)
	}
	if !slices.IsSortedFunc(infos, func(a, b wake.FileInfo) int { return strings.Compare(a.Name(), b.Name()) }) {
		t.Error("not sorted")
	}
}

// TestStreams reads and writes in pieces of many sizes.
func TestStreams(t *testing.T) {
	data := make([]byte, 1<<20+12345)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	for _, piece := range []int{1000, 16 << 10, 256 << 10, 256<<10 + 1, len(data)} {
		w := waketest.New(t, nil)
		out, err := w.Create("/new/f")
		if err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(data, piece) {
			if n, err := out.Write(part); err != nil || n != len(part) {
				t.Fatal(n, err)
			}
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		in, err := w.Open("/new/f")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.LimitReader(in, int64(len(data))+1))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("piece %d: %d bytes, %v", piece, len(got), err)
		}
		buf := make([]byte, piece)
		for _, off := range []int64{0, 5, int64(len(data)) - 3, 100} {
			if _, err := in.Seek(off, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			n, err := io.ReadFull(in, buf)
			want := data[off:min(int(off)+piece, len(data))]
			if !bytes.Equal(buf[:n], want) || err != nil && n == piece {
				t.Fatalf("piece %d at %d: %d bytes, %v", piece, off, n, err)
			}
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Read(buf); !errors.Is(err, fs.ErrClosed) {
			t.Error(err)
		}
	}
}

// TestEnd checks that what a handler forgot to close is written, and that it is dead afterwards.
func TestEnd(t *testing.T) {
	w := waketest.New(t, nil)
	out, err := w.Create("/f")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(out, "kept")
	if a, _ := w.Host.Stat("/f", true); a.Size != 0 {
		t.Fatal("nothing was gathered, so the test shows nothing")
	}
	if err := wake.End(w.Context); err != nil {
		t.Fatal(err)
	}
	if a, _ := w.Host.Stat("/f", true); a.Size != 4 {
		t.Errorf("%d bytes", a.Size)
	}
	if _, err := w.ReadFile("/f"); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	if _, err := out.Write(nil); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

func TestLeft(t *testing.T) {
	w := waketest.New(t, map[string]string{"/f": "12345"})
	before := w.Left()
	w.Read("/f")
	w.Write("/g", "123")
	after := w.Left()
	if before.Read-after.Read != 5 || before.Write-after.Write != 3 || after.Ops >= before.Ops {
		t.Errorf("%+v, %+v", before, after)
	}
}

// TestThumbnailPixels checks that the memory budget bounds what is decoded.
func TestThumbnailPixels(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1000, 1000))); err != nil {
		t.Fatal(err)
	}
	host := waketest.NewHost(map[string]string{"/p.png": b.String()}, nil)
	budget := waketest.Budget
	budget.Memory = 8 << 20
	c := wake.NewContext(host, wake.Invocation{Budget: budget})
	if err := c.Thumbnail("/p.png", "/t.png", 10); !errors.Is(err, wake.ErrImageTooLarge) {
		t.Error(err)
	}
	budget.Memory = 32 << 20
	c = wake.NewContext(host, wake.Invocation{Budget: budget})
	if err := c.Thumbnail("/p.png", "/t.png", 10); err != nil {
		t.Error(err)
	}
}
