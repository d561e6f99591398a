// The text of documents in /documents goes to /text, where grep and the like find it: of PDF files, of .docx and .odt, and
// of the text files in .zip archives.
//
// Of a PDF it finds what is written with a font of single bytes, in streams that are plain or Flate-coded: most of what
// offices and TeX produce in Western languages. What is scanned, encrypted or in a font with its own codes stays unread.
//
//wake:on arrive /documents/**/*.{pdf,zip,docx,odt}
//wake:budget cpu=120s wall=300s memory=256MiB read=256MiB write=64MiB ops=10000
package textract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

const maxText = 32 << 20 // bytes unpacked from one document: a small file may claim to hold terabytes

// Handle extracts the text of the document that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	data, err := c.ReadFile(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var text string
	if path.Ext(e.Name) == ".pdf" {
		text = fromPDF(data)
	} else if text, err = fromZip(data); err != nil {
		c.Log("no text:", err) // trying again would not help
		return nil
	}
	return c.WriteFile("/text/"+strings.TrimPrefix(e.Path, "/documents/")+".txt", []byte(text))
}

// fromZip returns the text files of an archive, or the text of an office document, which is an archive of XML.
func fromZip(data []byte) (string, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, f := range archive.File {
		office := f.Name == "word/document.xml" || f.Name == "content.xml"
		if ext := strings.ToLower(path.Ext(f.Name)); !office && ext != ".txt" && ext != ".md" && ext != ".csv" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return "", err
		}
		part := io.LimitReader(r, int64(maxText-out.Len()))
		if office {
			err = fromXML(&out, part)
		} else {
			fmt.Fprintf(&out, "== %s ==\n", f.Name)
			_, err = io.Copy(&out, part)
			out.WriteString("\n")
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return out.String(), nil
}

// fromXML writes the characters between the tags, with a line end after each paragraph.
func fromXML(out *strings.Builder, r io.Reader) error {
	for d := xml.NewDecoder(r); ; {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			out.Write(t)
		case xml.EndElement:
			if t.Name.Local == "p" || t.Name.Local == "h" {
				out.WriteString("\n")
			}
		}
	}
}

var (
	// shown finds strings in parentheses and hexadecimal, and the operators that begin a new line.
	shown  = regexp.MustCompile(`(?s)\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)|<[0-9A-Fa-f\s]+>|\b(?:T[dDm]|ET)\b|T\*|'`)
	escape = regexp.MustCompile(`(?s)\\(?:[0-7]{1,3}|\r\n|.)`)
)

// fromPDF returns what the content streams show.
func fromPDF(pdf []byte) string {
	var out strings.Builder
	for {
		before, content, found := bytes.Cut(pdf, []byte("stream"))
		if !found {
			return out.String()
		}
		content, pdf, _ = bytes.Cut(content, []byte("endstream"))
		dict := before[bytes.LastIndex(before, []byte(" obj"))+1:] // says how the stream is coded
		content = bytes.TrimPrefix(bytes.TrimPrefix(content, []byte("\r")), []byte("\n"))
		if bytes.Contains(dict, []byte("/FlateDecode")) {
			r, err := zlib.NewReader(bytes.NewReader(content))
			if err != nil {
				continue
			}
			content, _ = io.ReadAll(io.LimitReader(r, maxText)) // of a damaged stream, what there is
		}
		if !bytes.Contains(content, []byte("BT")) || out.Len() > maxText {
			continue // not of text
		}
		for _, s := range shown.FindAllString(string(content), -1) {
			switch s[0] {
			case '(':
				out.WriteString(latin1(escape.ReplaceAllStringFunc(s[1:len(s)-1], unescape)))
			case '<':
				out.WriteString(latin1(unhex(s[1 : len(s)-1])))
			default:
				if !strings.HasSuffix(out.String(), "\n") {
					out.WriteString("\n")
				}
			}
		}
	}
}

// unescape returns what an escape in a string stands for.
func unescape(s string) string {
	if n, err := strconv.ParseUint(s[1:], 8, 8); err == nil {
		return string([]byte{byte(n)})
	}
	switch s[1] {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r', 'b', 'f', '\r', '\n':
		return ""
	}
	return s[1:]
}

func unhex(s string) string {
	var out []byte
	digits := strings.Join(strings.Fields(s), "")
	for i := 0; i+1 < len(digits); i += 2 {
		n, err := strconv.ParseUint(digits[i:i+2], 16, 8)
		if err == nil {
			out = append(out, byte(n))
		}
	}
	return string(out)
}

// latin1 turns single bytes into UTF-8 and leaves out what is not printed.
func latin1(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if b := s[i]; b >= ' ' && (b < 0x7f || b >= 0xa0) || b == '\n' || b == '\t' {
			out.WriteRune(rune(b))
		}
	}
	return out.String()
}
