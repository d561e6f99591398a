package wake_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestEachLine(t *testing.T) {
	long := strings.Repeat("long ", 200_000)
	for _, text := range []string{"", "\n", "a", "a\n", "a\r\nb\n\nc", "\ufeffa\nb", long + "\nx\n" + long} {
		w := waketest.New(t, map[string]string{"/f": text})
		var got []string
		if err := w.EachLine("/f", func(line string) error {
			got = append(got, line)
			return nil
		}); err != nil {
			t.Error(err)
		}
		var want []string
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			want = append(want, strings.TrimRight(line, "\r\n"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%.20q: %d lines, want %d", text, len(got), len(want))
		}
	}
}

func TestGrep(t *testing.T) {
	w := waketest.New(t, map[string]string{"/log": "GET /a 200\nGET /b 404\nPOST /c 500\r\n"})
	var got []wake.Match
	find := func(expr string, stop error) error {
		got = nil
		return w.Grep("/log", expr, func(m wake.Match) error {
			got = append(got, m)
			return stop
		})
	}
	if err := find(`(\S+) ([45]\d\d)$`, nil); err != nil || fmt.Sprint(got) != "[{2 GET /b 404 [/b 404 /b 404]} {3 POST /c 500 [/c 500 /c 500]}]" {
		t.Error(got, err)
	}
	if err := find("GET", fs.SkipAll); err != nil || len(got) != 1 {
		t.Error(got, err)
	}
	if err := find("GET", wake.ErrIO); err != wake.ErrIO || len(got) != 1 {
		t.Error(got, err)
	}
	if err := find("(", nil); err == nil || !strings.Contains(err.Error(), "missing closing )") {
		t.Error(err)
	}
	if err := w.Grep("/none", "x", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestEachCSV(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{"a,b\n1,2\n\"x,\"\"y\",\n", "[map[a:1 b:2] map[a:x,\"y b:]]", ""},
		{"\ufeffa,\n1,2\n", "[map[a:1 column2:2]]", ""},
		{"", "[]", ""},
		{"a,b\n", "[]", ""},
		{"a,b\n1,2\n1\n", "[map[a:1 b:2]]", "read /f: not in the expected format: record on line 3: wrong number of fields"},
		{"a\n\"x", "[]", "read /f: not in the expected format: parse error on line 2, column 3: extraneous or missing \" in quoted-field"},
	} {
		w := waketest.New(t, map[string]string{"/f": tt.text})
		got := []map[string]string{}
		err := w.EachCSV("/f", func(row map[string]string) error {
			got = append(got, row)
			return nil
		})
		if fmt.Sprint(got) != tt.want || tt.err == "" != (err == nil) || err != nil && (err.Error() != tt.err || !errors.Is(err, wake.ErrFormat)) {
			t.Errorf("%q: %v, %v", tt.text, got, err)
		}
	}
}

var jsonTests = []struct{ text, records, csv, err string }{
	{"", "[]", "", ""},
	{" \n", "[]", "", ""},
	{"{\"a\":1,\"b\":\"x\"}\n{\"b\":null,\"c\":[1, 2]}\n", "[map[a:1 b:x] map[b:<nil> c:[1 2]]]", "a,b\n1,x\n,\n", ""},
	{"[{\"b\":12345678901234567890,\"a\":{\"n\": true}},\n{}]", "[map[a:map[n:true] b:1.2345678901234567e+19] map[]]", "b,a\n12345678901234567890,\"{\"\"n\"\":true}\"\n,\n", ""},
	{"[]", "[]", "", ""},
	{"\ufeff{\"a\":\"q\\\"\\u00fc\"}", "[map[a:q\"ü]]", "a\n\"q\"\"ü\"\n", ""},
	{"{\"a\":1}\n{\"a\"", "[map[a:1]]", "a\n1\n", "record 2: unexpected EOF"},
	{"{\"a\":1}\n7\n", "[map[a:1]]", "a\n1\n", "record 2: "},
	{"{\"a\":1},", "[map[a:1]]", "a\n1\n", "record 2: invalid character ','"},
	{"[{\"a\":1}", "[map[a:1]]", "a\n1\n", "record 2: "},
	{"[{\"a\":1}]x", "[map[a:1]]", "a\n1\n", "record 2: "},
	{"[{\"a\":1}][]", "[map[a:1]]", "a\n1\n", "record 2: more after the end"},
	{"[1]", "[]", "", "record 1: "},
}

func TestEachJSON(t *testing.T) {
	for _, tt := range jsonTests {
		w := waketest.New(t, map[string]string{"/f": tt.text})
		got := []map[string]any{}
		err := w.EachJSON("/f", func(r map[string]any) error {
			got = append(got, r)
			return nil
		})
		bad(t, tt.text, tt.err, err)
		if fmt.Sprint(got) != tt.records {
			t.Errorf("%q: %v", tt.text, got)
		}
		_, err = w.JSONToCSV("/f", "/out/f.csv")
		bad(t, tt.text, tt.err, err)
		if got := w.Read("/out/f.csv"); got != tt.csv {
			t.Errorf("%q as CSV: %q", tt.text, got)
		}
	}
	w := waketest.New(t, map[string]string{"/f": "{\"a\":1,\"b\":2}{\"c\":\"x\"}{\"b\":3}"})
	if rows, err := w.JSONToCSV("/f", "/g", "b", "c"); rows != 3 || err != nil || w.Read("/g") != "b,c\n2,\n,x\n3,\n" {
		t.Error(rows, err, w.Read("/g"))
	}
	n := 0
	if err := w.EachJSON("/f", func(map[string]any) error { n++; return fmt.Errorf("own: %w", wake.ErrFormat) }); n != 1 || err.Error() != "own: not in the expected format" {
		t.Error(n, err)
	}
	if err := w.EachJSON("/f", func(map[string]any) error { n++; return fs.SkipAll }); n != 2 || err != nil {
		t.Error(n, err)
	}
}

func bad(t *testing.T, text, want string, err error) {
	t.Helper()
	if want == "" != (err == nil) || err != nil && (!strings.HasPrefix(err.Error(), "read /f: not in the expected format: "+want) || !errors.Is(err, wake.ErrFormat)) {
		t.Errorf("%q: %v; want %q", text, err, want)
	}
}

func TestHash(t *testing.T) {
	w := waketest.New(t, map[string]string{"/f": "abc"})
	got, err := w.Hash("/f", "md5", "sha1", "sha256", "sha512", "sha3-256", "crc32", "crc32c", "fnv64a")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", "352441c2", "364b3fb7", "e71fa2190541574b",
	} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("%d: %s, want %s", i, got[i], want)
		}
	}
	if _, err := w.Hash("/f", "sha0"); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	if s, err := w.SHA256("/f"); err != nil || s != got[2] {
		t.Error(s, err)
	}
}
