package photosort

import (
	"bytes"
	"encoding/binary"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// photo is the head of a JPEG with a date, in a byte order.
func photo(order binary.AppendByteOrder, date string) string {
	tiff := []byte("MM\x00*\x00\x00\x00\x08")
	if order.String() == "LittleEndian" {
		tiff = []byte("II*\x00\x08\x00\x00\x00")
	}
	entry := func(tag, typ uint16, count, value uint32) {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, typ)
		tiff = order.AppendUint32(tiff, count)
		tiff = order.AppendUint32(tiff, value)
	}
	tiff = order.AppendUint16(tiff, 1) // at 8
	entry(tagExif, 4, 1, 26)
	tiff = order.AppendUint32(tiff, 0)
	tiff = order.AppendUint16(tiff, 1) // at 26
	entry(tagTaken, 2, 20, 44)
	tiff = order.AppendUint32(tiff, 0)
	tiff = append(tiff, date+"\x00"...) // at 44
	jpeg := []byte("\xff\xd8\xff\xe0\x00\x04JF\xff\xe1")
	jpeg = binary.BigEndian.AppendUint16(jpeg, uint16(2+6+len(tiff)))
	jpeg = append(jpeg, "Exif\x00\x00"...)
	return string(append(jpeg, tiff...)) + "\xff\xda and the picture"
}

func TestHandle(t *testing.T) {
	sample, err := os.ReadFile("testdata/may.jpg")
	if err != nil {
		t.Fatal(err)
	}
	w := waketest.New(t, map[string]string{
		"/camera/1/may.jpg": string(sample), "/camera/june.JPG": photo(binary.LittleEndian, "2024:06:30 23:59:59"),
		"/camera/2/june.JPG": photo(binary.BigEndian, "2024:06:01 00:00:00"), "/camera/none.jpg": "\xff\xd8\xff\xda",
		"/camera/wrong.jpg": photo(binary.BigEndian, "2024:13:01 00:00:00"), "/camera/empty.jpg": "",
	})
	for _, name := range []string{"/camera/1/may.jpg", "/camera/june.JPG", "/camera/2/june.JPG", "/camera/none.jpg", "/camera/wrong.jpg", "/camera/empty.jpg", "/camera/gone.jpg"} {
		if err := Handle(w.Context, w.Arrive(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"/albums/2026/05/may.jpg", "/albums/2024/06/june.JPG", "/albums/2024/06/june-2.JPG", "/albums/undated/none.jpg", "/albums/undated/wrong.jpg", "/albums/undated/empty.jpg"} {
		if !w.Exists(name) {
			t.Errorf("%s is not there", name)
		}
	}
	if len(w.Files()) != 6 {
		t.Error(w.Files())
	}
}

// TestDamaged looks for dates in damaged files: none may panic.
func TestDamaged(t *testing.T) {
	whole := []byte(photo(binary.BigEndian, "2024:06:01 00:00:00"))
	seed := int64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseInt(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WAKEFS_SEED=%d", seed)
	rng := rand.New(rand.NewSource(seed))
	for range 20_000 {
		b := bytes.Clone(whole[:rng.Intn(len(whole)+1)])
		for i := range b {
			if rng.Intn(30) == 0 {
				b[i] = byte(rng.Intn(256))
			}
		}
		taken(b)
	}
	if _, ok := taken([]byte(strings.Repeat("\xff\xe1\x00\x00", 100))); ok {
		t.Error("found a date")
	}
}
