package wake

import (
	"bufio"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
)

// MaxPixels is the most pixels of an image that Thumbnail decodes. At four bytes each that is 160 MB; a smaller memory
// budget lowers the bound, so that a small file which claims a huge image is an error and not the end of the worker.
const MaxPixels = 40 << 20

// Thumbnail writes a smaller copy of a JPEG or PNG image, in the format of the original, whose longer side is at most
// max pixels. An image that is small enough keeps its size. It is ErrFormat if src is not such an image and
// ErrImageTooLarge if it has more pixels than MaxPixels or the memory budget allow.
func (c *Context) Thumbnail(src, dst string, max int) error {
	if max < 1 {
		return pathErr("thumbnail", src, fmt.Errorf("max %d: %w", max, ErrFormat))
	}
	img, format, err := c.decodeImage(src)
	if err != nil {
		return err
	}
	w, err := c.Create(dst)
	if err != nil {
		return err
	}
	small := shrink(img, max)
	if format == "png" {
		err = png.Encode(w, small)
	} else {
		err = jpeg.Encode(w, small, &jpeg.Options{Quality: 85})
	}
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return err
}

func (c *Context) decodeImage(src string) (image.Image, string, error) {
	f, err := c.Open(src)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	magic, err := r.Peek(8)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	format, decode, config := "jpeg", jpeg.Decode, jpeg.DecodeConfig
	if string(magic) == "\x89PNG\r\n\x1a\n" {
		format, decode, config = "png", png.Decode, png.DecodeConfig
	} else if len(magic) < 3 || string(magic[:3]) != "\xff\xd8\xff" {
		return nil, "", pathErr("thumbnail", src, fmt.Errorf("neither JPEG nor PNG: %w", ErrFormat))
	}
	cfg, err := config(r)
	if err != nil {
		return nil, "", pathErr("thumbnail", src, fmt.Errorf("%w: %w", ErrFormat, err))
	}
	if n := int64(cfg.Width) * int64(cfg.Height); n > c.pixelLimit() {
		return nil, "", pathErr("thumbnail", src, fmt.Errorf("%w: %d × %d", ErrImageTooLarge, cfg.Width, cfg.Height))
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	img, err := decode(bufio.NewReader(f))
	if err != nil {
		return nil, "", pathErr("thumbnail", src, fmt.Errorf("%w: %w", ErrFormat, err))
	}
	return img, format, nil
}

// pixelLimit allows a decoded image half of the memory budget at eight bytes a pixel (16-bit PNG, progressive JPEG).
func (c *Context) pixelLimit() int64 { return min(MaxPixels, c.inv.Budget.Memory/2/8) }

func shrink(img image.Image, max int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= max && h <= max {
		return img
	}
	if w >= h {
		w, h = max, (h*max+w/2)/w
	} else {
		w, h = (w*max+h/2)/h, max
	}
	if w < 1 {
		w = 1
	}
	if h < 1 {
		h = 1
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), img, b, draw.Src, nil)
	return dst
}
