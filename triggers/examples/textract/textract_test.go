package textract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// archive makes a zip of names and contents.
func archive(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func flate(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // to memory
	_ = w.Close()
	return b.String()
}

func TestHandle(t *testing.T) {
	sample, err := os.ReadFile("testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	packed := flate("BT /F1 12 Tf 72 700 Td [(Ker)-20(ned \\(well\\))] TJ T* (\\304rger) Tj ET")
	w := waketest.New(t, map[string]string{
		"/documents/letter.pdf":     string(sample),
		"/documents/sub/packed.pdf": fmt.Sprintf("%%PDF-1.4\n1 0 obj <</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream endobj", len(packed), packed),
		"/documents/a.zip":          archive(t, "notes/a.txt", "first", "pic.png", "\x89PNG", "../b.md", "second"),
		"/documents/b.docx":         archive(t, "word/document.xml", `<w:document xmlns:w="x"><w:p><w:r><w:t>Dear Ada,</w:t></w:r></w:p><w:p><w:t>hello &amp; bye</w:t></w:p></w:document>`),
		"/documents/bad.zip":        "not a zip",
		"/documents/bad.pdf":        "<</FlateDecode>>\nstream\nnot zlib\nendstream",
	})
	for name, want := range map[string]string{
		"letter.pdf":     "\nDear Mr. Babbage,\nthe engine works.\n",
		"sub/packed.pdf": "\nKerned (well)\nÄrger\n",
		"a.zip":          "== notes/a.txt ==\nfirst\n== ../b.md ==\nsecond\n",
		"b.docx":         "Dear Ada,\nhello & bye\n",
		"bad.pdf":        "",
	} {
		if err := Handle(w.Context, w.Arrive("/documents/"+name)); err != nil {
			t.Fatal(err)
		}
		if got := w.Read("/text/" + name + ".txt"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if err := Handle(w.Context, w.Arrive("/documents/bad.zip")); err != nil || len(w.Logs()) != 1 || w.Exists("/text/bad.zip.txt") {
		t.Error(err, w.Logs())
	}
}
