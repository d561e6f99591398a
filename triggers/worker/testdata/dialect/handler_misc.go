//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"net/url"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/wakefs/wakefs/triggers/wake"
)

type celsius float64
type ids []int
type set map[string]struct{}

func (s set) add(k string) set  { s[k] = struct{}{}; return s }
func (s set) has(k string) bool { _, ok := s[k]; return ok }

type pair struct {
	k string
	v any
}

type handlerFunc func(string) string

func (h handlerFunc) call(s string) string { return h(s) }

type caller interface{ call(string) string }

func Handle(c *wake.Context, e wake.Event) error {
	s := set{}
	s.add("a").add("b")
	fmt.Println(s.has("a"), s.has("z"), len(s))
	var cl caller = handlerFunc(strings.ToUpper)
	fmt.Println(cl.call("x"), handlerFunc(func(s string) string { return s + "!" }).call("y"))
	re := regexp.MustCompile(`(\w+)@(\w+)`)
	for _, m := range re.FindAllStringSubmatch("a@b c@d", -1) {
		fmt.Print(m[1], "-", m[2], " ")
	}
	fmt.Println(re.ReplaceAllString("x@y", "$2 $1"), re.MatchString("q"))
	fmt.Println(re.ReplaceAllStringFunc("m@n", func(s string) string { return strings.ToUpper(s) }))
	rnd := rand.New(rand.NewSource(1))
	fmt.Println(rnd.Intn(100), rnd.Intn(100))
	up := 0
	for _, r := range "Hello World" {
		if unicode.IsUpper(r) {
			up++
		}
	}
	fmt.Println(up, celsius(36.6), celsius(1)+2, ids{1, 2}, len(ids{}))
	var buf bytes.Buffer
	tw := tabwriter.NewWriter(&buf, 0, 8, 1, ' ', 0)
	fmt.Fprintln(tw, "a\tbbb\tc")
	fmt.Fprintln(tw, "aaaa\tb\tc")
	tw.Flush()
	fmt.Print(buf.String())
	u, err := url.Parse("http://h/p?a=1&b=2")
	fmt.Println(u.Host, u.Query().Get("b"), err)
	ps := []pair{{"a", 1}, {"b", "x"}, {"c", nil}, {"d", []int{1}}, {"e", map[string]int{"z": 1}}}
	for _, p := range ps {
		switch v := p.v.(type) {
		case int:
			fmt.Print(v+1, " ")
		case string:
			fmt.Print(v+"!", " ")
		case nil:
			fmt.Print("nil ")
		default:
			fmt.Print(v, " ")
		}
	}
	fmt.Println()
	var nested any = map[string]any{"a": []any{map[string]any{"b": 5.0}}}
	if m, ok := nested.(map[string]any); ok {
		if l, ok := m["a"].([]any); ok && len(l) > 0 {
			b, _ := l[0].(map[string]any)["b"].(float64)
			fmt.Println(b, int(b))
		}
	}
	d := 90 * time.Minute
	fmt.Printf("%v %T %.1f\n", d, 1.5, d.Hours())
	lines := strings.Split(strings.TrimSpace("x\ny\n"), "\n")
	for i := range lines {
		lines[i] = fmt.Sprintf("%02d %s", i+1, lines[i])
	}
	fmt.Println(strings.Join(lines, ";"))
	b := strings.Builder{}
	pb := &b
	pb.WriteString("z")
	fmt.Fprintf(pb, "%v", true)
	fmt.Println(b.String(), b.Len())
	x, y := 10, 3
	fmt.Println(x/y, x%y, float64(x)/float64(y), x&y, x|y, x^y, x<<y, x>>1)
	if k := strings.Index("chicken", "ken"); k >= 0 {
		fmt.Println(k, "chicken"[k:])
	}
	type matrix [2][2]float64
	mul := func(a, b matrix) (r matrix) {
		for i := range a {
			for j := range b[0] {
				for k := range b {
					r[i][j] += a[i][k] * b[k][j]
				}
			}
		}
		return
	}
	id := matrix{{1, 0}, {0, 1}}
	fmt.Println(mul(id, matrix{{1, 2}, {3, 4}}), mul(matrix{{1, 1}, {1, 0}}, matrix{{1, 1}, {1, 0}}))
	return nil
}
