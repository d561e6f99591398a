package thumbnail

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 100, 255})
		}
	}
	return m
}

func TestHandle(t *testing.T) {
	var j, p bytes.Buffer
	if err := jpeg.Encode(&j, picture(800, 400), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, picture(300, 600)); err != nil {
		t.Fatal(err)
	}
	w := waketest.New(t, map[string]string{"/photos/2026/a.jpg": j.String(), "/photos/b.png": p.String()})
	for _, tt := range []struct {
		path, thumb, format string
		w, h                int
	}{
		{"/photos/2026/a.jpg", "/photos/2026/thumbs/a.jpg", "jpeg", 256, 128},
		{"/photos/b.png", "/photos/thumbs/b.png", "png", 128, 256},
	} {
		if err := Handle(w.Context, w.Arrive(tt.path)); err != nil {
			t.Fatal(err)
		}
		cfg, format, err := image.DecodeConfig(strings.NewReader(w.Read(tt.thumb)))
		if err != nil || format != tt.format || cfg.Width != tt.w || cfg.Height != tt.h {
			t.Errorf("%s: %s of %d × %d, %v", tt.thumb, format, cfg.Width, cfg.Height, err)
		}
	}
}

func TestNotAPicture(t *testing.T) {
	// A PNG that claims 60000 × 60000 pixels.
	bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x06\x00\x00\x00\xde\x09\x2e\x65"
	for _, content := range []string{"", "not a picture", bomb, "\xff\xd8\xff\xe0 cut off"} {
		w := waketest.New(t, map[string]string{"/photos/x.png": content})
		if err := Handle(w.Context, w.Arrive("/photos/x.png")); err != nil {
			t.Errorf("%q: %v", content, err)
		}
		if len(w.Logs()) != 1 || w.Exists("/photos/thumbs/x.png") {
			t.Errorf("%q: %q, %v", content, w.Logs(), w.Files())
		}
	}
}
