//wake:on arrive /**
package main

import (
	"fmt"
	"image"
	"image/color/palette"
	"index/suffixarray"
	"regexp"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	i := suffixarray.New([]byte("banana"))
	at := i.Lookup([]byte("ana"), -1)
	sort.Ints(at)
	fmt.Println(at, i.FindAllIndex(regexp.MustCompile("an"), -1), len(i.Bytes()))
	img := image.NewPaletted(image.Rect(0, 0, 2, 2), palette.WebSafe)
	img.SetColorIndex(1, 1, 5)
	fmt.Println(len(palette.Plan9), img.At(1, 1), img.ColorIndexAt(1, 1))
	return nil
}
