//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func grow(xs []int) []int { xs = append(xs, 1); xs[0] = 9; return xs }

func del(xs []string, i int) []string { return append(xs[:i], xs[i+1:]...) }

func ins(xs []int, i, v int) []int {
	xs = append(xs, 0)
	copy(xs[i+1:], xs[i:])
	xs[i] = v
	return xs
}

func Handle(c *wake.Context, e wake.Event) error {
	a := make([]int, 2, 10)
	b := append(a, 5)
	c2 := append(a, 6)
	fmt.Println(b, c2, len(a), cap(a))
	g := grow(a)
	fmt.Println(a, g, cap(g[1:2:3]))
	d := del([]string{"a", "b", "c"}, 1)
	fmt.Println(d, ins([]int{1, 2, 4}, 2, 3))
	x := []int{1, 2, 3, 4, 5}
	y := x[1:3]
	y = append(y, 99)
	fmt.Println(x, y, x[:0], x[5:], cap(y))
	n := copy(x, x[2:])
	fmt.Println(n, x)
	z := append([]int(nil), x...)
	z[0] = -1
	fmt.Println(x[0], z[0])
	arr := [3]int{1, 2, 3}
	brr := arr
	brr[0] = 7
	p := &arr
	p[1] = 8
	sl := arr[:]
	sl[2] = 9
	fmt.Println(arr, brr, arr == [3]int{1, 8, 9}, arr != brr, len(p))
	f := func(a [3]int) { a[0] = 100 }
	f(arr)
	fmt.Println(arr[0])
	var nilS []int
	fmt.Println(nilS == nil, len(nilS), append(nilS, 1), nilS[:0] == nil)
	grid := make([][]rune, 3)
	for i := range grid {
		grid[i] = make([]rune, 3)
		for j := range grid[i] {
			grid[i][j] = '.'
		}
	}
	grid[1][2] = '#'
	for _, row := range grid {
		fmt.Println(string(row))
	}
	var m3 [2][3]int
	m3[1][2] = 5
	for i, r := range m3 {
		for j := range r {
			m3[i][j] += i * j
		}
	}
	fmt.Println(m3, len(m3[0]))
	structs := []struct{ n int }{{1}, {2}}
	for _, s := range structs {
		s.n *= 10
	}
	for i := range structs {
		structs[i].n *= 10
	}
	fmt.Println(structs)
	ps := []*struct{ n int }{{1}, {2}}
	for _, s := range ps {
		s.n *= 10
	}
	fmt.Println(ps[0].n, ps[1].n)
	for i, v := range arr {
		arr[2] = 50
		fmt.Print(i, v, " ")
	}
	fmt.Println()
	q := []int{1}
	for len(q) > 0 && len(q) < 6 {
		h := q[0]
		q = q[1:]
		q = append(q, h*2, h*2+1)
	}
	fmt.Println(q)
	mat := [][]int{{1, 2}, {3, 4}}
	mat[0], mat[1] = mat[1], mat[0]
	mat[0][0], mat[1][1] = mat[1][1], mat[0][0]
	fmt.Println(mat)
	return nil
}
