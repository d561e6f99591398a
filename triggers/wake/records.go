package wake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
)

// The readers of records decode in compiled code and call the script once for each record, in the order of the file. A
// call that returns fs.SkipAll ends the reading; another error ends it and is returned as it is. Memory is needed for
// one record at a time.

// EachLine calls each for every line of a text file, without its end (\n or \r\n).
func (c *Context) EachLine(name string, each func(line string) error) error {
	return c.records(name, func(r *bufio.Reader) error {
		return lines(r, func(_ int, line []byte) error { return each(string(line)) })
	})
}

// A Match is a line that Grep has found.
type Match struct {
	Line  int      // from 1
	Text  string   // without the end of the line
	Group []string // the whole match, then the groups of the expression in it
}

// Grep calls each for every line of a text file that a regular expression, in the syntax of package regexp, matches.
func (c *Context) Grep(name, expr string, each func(Match) error) error {
	re, err := regexp.Compile(expr)
	if err != nil {
		return err
	}
	return c.records(name, func(r *bufio.Reader) error {
		return lines(r, func(n int, line []byte) error {
			if m := re.FindSubmatch(line); m != nil {
				group := make([]string, len(m))
				for i := range m {
					group[i] = string(m[i])
				}
				return each(Match{n, string(line), group})
			}
			return nil
		})
	})
}

// EachCSV calls each for every row of a CSV file with a header line; a row is its values by column. A column without a name is called
// "columnN", counting from 1. It is ErrFormat, with the line, if the file is not well-formed.
func (c *Context) EachCSV(name string, each func(row map[string]string) error) error {
	return c.records(name, func(r *bufio.Reader) error {
		in, keys, err := csvReader(r)
		if err != nil {
			return err
		}
		for len(keys) > 0 {
			record, err := in.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return malformed(err)
			}
			row := make(map[string]string, len(keys))
			for i, v := range record {
				row[keys[i]] = v
			}
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// EachJSON calls each for every object of a file of JSON: one after the other, as in JSON lines, or in one array. Values are as
// package json decodes them. It is ErrFormat, with the record's number, if the file is not well-formed.
func (c *Context) EachJSON(name string, each func(record map[string]any) error) error {
	return c.records(name, func(r *bufio.Reader) error {
		return objects(r, false, func(d *json.Decoder) error {
			var v map[string]any
			if err := d.Decode(&v); err != nil {
				return err
			}
			return called{each(v)}.err()
		})
	})
}

// JSONToCSV converts the objects of a file of JSON, as EachJSON reads them, to a CSV file with a header line and returns the number of
// rows. Without columns they are the keys of the first object, in their order. A value that is no text is written as JSON; one that is
// missing, or null, is empty. It streams.
func (c *Context) JSONToCSV(src, dst string, columns ...string) (rows int, err error) {
	w, err := c.Create(dst)
	if err != nil {
		return 0, err
	}
	err = c.records(src, func(r *bufio.Reader) (err error) {
		rows, err = jsonToCSV(w, r, columns)
		return err
	})
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return rows, err
}

func jsonToCSV(w io.Writer, r *bufio.Reader, columns []string) (rows int, err error) {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	row := make([]string, len(columns))
	if len(columns) > 0 {
		if err := out.Write(columns); err != nil {
			return 0, err
		}
	}
	err = objects(r, true, func(d *json.Decoder) error {
		keys, values, err := object(d)
		if err != nil {
			return err
		}
		if rows == 0 && len(columns) == 0 {
			columns, row = keys, make([]string, len(keys))
			if err := out.Write(columns); err != nil {
				return called{err}.err()
			}
		}
		for i, key := range columns {
			row[i] = values[key]
		}
		rows++
		return called{out.Write(row)}.err()
	})
	out.Flush()
	if err == nil {
		err = errors.Join(out.Error(), buffered.Flush())
	}
	return rows, err
}

// object reads an object: its keys in their order and its values as they are written to CSV.
func object(d *json.Decoder) (keys []string, values map[string]string, err error) {
	t, err := d.Token()
	if err != nil {
		return nil, nil, err
	}
	if t != json.Delim('{') {
		return nil, nil, fmt.Errorf("%v where an object is needed", t)
	}
	values = make(map[string]string)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, inside(err)
		}
		key := t.(string) // it is a key
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, nil, inside(err)
		}
		text := string(raw)
		switch {
		case text == "null":
			text = ""
		case raw[0] == '"':
			if err := json.Unmarshal(raw, &text); err != nil {
				return nil, nil, err
			}
		case raw[0] == '{' || raw[0] == '[':
			var b bytes.Buffer
			if err := json.Compact(&b, raw); err != nil {
				return nil, nil, err
			}
			text = b.String()
		}
		if _, ok := values[key]; !ok {
			keys = append(keys, key)
		}
		values[key] = text
	}
	_, err = d.Token()
	return keys, values, inside(err)
}

// inside is an error of reading where something must follow.
func inside(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// called is the result of what was called for a record, to tell it from an error of the record.
type called struct{ result error }

func (c called) err() error {
	if c.result == nil {
		return nil
	}
	return c
}

func (c called) Error() string { return c.result.Error() }

// objects calls each with a decoder before every object of a file.
func objects(r *bufio.Reader, number bool, each func(*json.Decoder) error) error {
	d := json.NewDecoder(r)
	if number {
		d.UseNumber()
	}
	array := false
	for {
		b, err := r.Peek(1)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !strings.ContainsRune(" \t\r\n", rune(b[0])) {
			array = b[0] == '['
			break
		}
		r.Discard(1) //nolint:errcheck // it was peeked
	}
	if array {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	for n := 1; ; n++ {
		if array && !d.More() {
			_, err := d.Token() // the end of the array
			if err == nil {
				if _, err = d.Token(); err == io.EOF {
					return nil
				}
				err = errors.New("more after the end of the array")
			}
			err = inside(err)
			return &badRecord{fmt.Errorf("record %d: %w", n, err)}
		}
		err := each(d)
		if c, ok := err.(called); ok {
			return c.result
		}
		if err == io.EOF && !array {
			return nil
		}
		err = inside(err)
		if _, ok := err.(*fs.PathError); ok {
			return err // the file cannot be read
		}
		if err != nil {
			return &badRecord{fmt.Errorf("record %d: %w", n, err)}
		}
	}
}

// records opens a file, calls read with its content behind a byte order mark, and says of which file an error of the
// format is.
func (c *Context) records(name string, read func(*bufio.Reader) error) error {
	f, err := c.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(struct{ io.Reader }{f}, bufferSize)
	if bom, _ := r.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		r.Discard(3) //nolint:errcheck // it was peeked
	}
	err = read(r)
	if err == fs.SkipAll {
		return nil
	}
	if bad, ok := err.(*badRecord); ok {
		return pathErr("read", name, fmt.Errorf("%w: %w", ErrFormat, bad.err))
	}
	return err
}

// badRecord says that the file is not what it should be, other than an error that a call for a record has returned.
type badRecord struct{ err error }

func (b *badRecord) Error() string { return b.err.Error() }

// malformed tells what is wrong with a CSV file from what is wrong with reading it.
func malformed(err error) error {
	if parse, ok := err.(*csv.ParseError); ok {
		return &badRecord{parse}
	}
	return err
}

// lines calls each for every line, with its number from 1.
func lines(r *bufio.Reader, each func(n int, line []byte) error) error {
	var long []byte
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			long = long[:0]
			for err == bufio.ErrBufferFull {
				long = append(long, line...)
				line, err = r.ReadSlice('\n')
			}
			long = append(long, line...)
			line = long
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) > 0 {
			line = bytes.TrimSuffix(line, []byte("\n"))
			if err := each(n, bytes.TrimSuffix(line, []byte("\r"))); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}
