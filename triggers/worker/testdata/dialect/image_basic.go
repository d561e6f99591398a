//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := image.NewRGBA(image.Rect(0, 0, 2, 2))
	m.Set(1, 1, color.RGBA{255, 0, 0, 255})
	var b bytes.Buffer
	fmt.Println(png.Encode(&b, m))
	d, err := png.Decode(&b)
	fmt.Println(err, d.Bounds())
	r, _, _, _ := d.At(1, 1).RGBA()
	fmt.Println(r)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
