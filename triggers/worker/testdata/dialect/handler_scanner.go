//wake:on arrive /**
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	in := "a=1\n\n# c\nb = 2\nbad\nc=3"
	sc := bufio.NewScanner(strings.NewReader(in))
	sc.Buffer(make([]byte, 10), 1000)
	conf := map[string]string{}
	n := 0
	for sc.Scan() {
		n++
		line := strings.TrimSpace(sc.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		if !ok {
			fmt.Println("line", n, "bad:", line)
			continue
		}
		conf[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	if err := sc.Err(); err != nil {
		return err
	}
	fmt.Println(conf, n)
	w := bufio.NewScanner(strings.NewReader("x yy  z"))
	w.Split(bufio.ScanWords)
	var words []string
	for w.Scan() {
		words = append(words, w.Text())
	}
	fmt.Println(words, len(words))
	r := bufio.NewReader(bytes.NewBufferString("l1\nl2"))
	for {
		line, err := r.ReadString('\n')
		fmt.Printf("%q %v\n", line, err)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	var buf bytes.Buffer
	bw := bufio.NewWriter(&buf)
	fmt.Fprintln(bw, "hi", 1)
	bw.Flush()
	b := make([]byte, 2)
	for {
		n, err := buf.Read(b)
		if n > 0 {
			fmt.Printf("%q", b[:n])
		}
		if err != nil {
			fmt.Println(err)
			break
		}
	}
	return nil
}
