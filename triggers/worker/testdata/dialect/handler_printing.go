//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type in struct{ A, B int }

type T struct {
	N  int
	S  string
	P  *int
	L  []in
	M  map[string]in
	I  any
	F  float64
	B  []byte
	E  error
	X  struct{ Q bool }
	Ar [2]in
}

func Handle(c *wake.Context, e wake.Event) error {
	t := T{N: 1, S: "s", L: []in{{1, 2}}, M: map[string]in{"k": {3, 4}}, I: in{5, 6}, B: []byte("hi")}
	fmt.Println(t)
	fmt.Printf("%v|%d|%s\n", t.L, t.L, t.S)
	fmt.Println(&in{1, 2}, []*in{nil}, &[]int{1}, &map[string]int{"a": 1}, struct{ a, b any }{1, nil})
	fmt.Printf("%v %v %v\n", &t.L[0], t.M, t.Ar)
	fmt.Println([]any{in{1, 2}, &in{3, 4}, nil, []in{{5, 6}}}[0])
	fmt.Printf("%5t|%-5v|%05.1f|%+v|%x|%X|%#x|%c|%U\n", true, 1, 2.5, []int{1}, "hi", []byte{255}, 255, 'A', 'A')
	fmt.Printf("%6.2f|%-8s|%8s|%08b|%o|%e\n", 3.14159, "ab", "cd", 5, 64, 1234.5)
	fmt.Printf("%[2]d %[1]s %v\n", "a", 2, "c")
	fmt.Println(fmt.Sprintf("%v", [3]bool{true}), fmt.Sprint("a", 1, 2, "b", "c", 3.0), fmt.Sprintln("x", 1) == "x 1\n")
	var p *in
	var s []int
	var m map[string]int
	var f func()
	var err error
	fmt.Println(p, s, m, f == nil, err, p == nil)
	fmt.Printf("%v %+v %d %s\n", s, m, s, []string(nil))
	fmt.Printf("%t %v %q %v\n", false, 'x', 'x', "x"[0])
	fmt.Println(int8(-5), uint8(5), 1e6, 1e-5, float32(1)/3, 2.0/3, complex(1, -1), 100000000000.0)
	fmt.Printf("%s %v %d\n", []byte("abc"), []byte("abc"), []byte("abc"))
	fmt.Printf("%v %s\n", fmt.Errorf("e%d", 1), fmt.Errorf("w: %w", fmt.Errorf("in")))
	fmt.Printf("%3d|%-3d|%+d|% d|%x\n", 7, 7, 7, 7, -255)
	fmt.Printf("%v %v\n", struct {
		A int
		B string
	}{1, "z"}, map[in]bool{{1, 2}: true})
	fmt.Printf("%d%%\n", 50)
	return nil
}
