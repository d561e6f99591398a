package wake

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CSVToJSON converts a CSV file with a header line to a JSON array of one object per row, with the columns in their
// order, and returns the number of rows. Values stay text. It streams. A column without a name is called "columnN",
// counting from 1. It is ErrFormat, with the line, if src is not well-formed.
func (c *Context) CSVToJSON(src, dst string) (rows int, err error) {
	w, err := c.Create(dst)
	if err != nil {
		return 0, err
	}
	err = c.records(src, func(r *bufio.Reader) (err error) {
		rows, err = csvToJSON(w, r)
		return err
	})
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return rows, err
}

// csvReader reads the header of a CSV file; there are no columns if there is none.
func csvReader(r io.Reader) (in *csv.Reader, columns []string, err error) {
	in = csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil && err != io.EOF {
		return nil, nil, malformed(err)
	}
	for i, name := range header {
		if name = strings.TrimSpace(name); name == "" {
			name = "column" + strconv.Itoa(i+1)
		}
		columns = append(columns, name)
	}
	return in, columns, nil
}

func csvToJSON(w io.Writer, r io.Reader) (rows int, err error) {
	in, columns, err := csvReader(r)
	if err != nil {
		return 0, err
	}
	keys := make([][]byte, len(columns))
	for i, name := range columns {
		keys[i] = appendJSON(nil, name)
	}
	out := bufio.NewWriter(w)
	out.WriteByte('[')
	var line []byte
	for len(keys) > 0 {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return rows, malformed(err)
		}
		line = line[:0]
		if rows > 0 {
			line = append(line, ',')
		}
		line = append(line, "\n  {"...)
		for i, v := range record {
			if i > 0 {
				line = append(line, ", "...)
			}
			line = append(append(line, keys[i]...), ": "...)
			line = appendJSON(line, v)
		}
		line = append(line, '}')
		if _, err := out.Write(line); err != nil {
			return rows, err
		}
		rows++
	}
	if rows > 0 {
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	return rows, out.Flush()
}

func appendJSON(b []byte, s string) []byte {
	q, _ := json.Marshal(s) // a string always marshals
	return append(b, q...)
}

// maxWord is the longest word that Words reports, in bytes; longer runs of letters are not words.
const maxWord = 64

// Words returns how often each word occurs in a text file. A word is a run of letters and digits of at least two and at
// most 64 bytes, in lower case. Bytes that are not UTF-8 separate words. It streams.
func (c *Context) Words(name string) (map[string]int, error) {
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	counts := map[string]int{}
	r := bufio.NewReaderSize(f, 64<<10)
	word := make([]byte, 0, maxWord+utf8.UTFMax)
	end := func() {
		if len(word) >= 2 && len(word) <= maxWord {
			counts[string(word)]++
		}
		word = word[:0]
	}
	for {
		ch, size, err := r.ReadRune()
		if err == io.EOF {
			end()
			return counts, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case ch == utf8.RuneError && size == 1, !unicode.IsLetter(ch) && !unicode.IsDigit(ch):
			end()
		case len(word) <= maxWord:
			word = utf8.AppendRune(word, unicode.ToLower(ch))
		}
	}
}
