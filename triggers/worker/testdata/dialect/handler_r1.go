//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f1(s string) (string, int, bool)              { return "other", len(s), false }
func f2(s string) (k string, n int, ok bool)       { return "other", len(s), false }
func f3(s string) (k string, n int)                { return s, len(s) }
func f4(s []int) (n int, m int)                    { return len(s), cap(s) }
func f5(s []int) (k string, m []int)               { return "a", append(s, 1) }
func f6(s []int) (k string, m *int)                { return "a", new(int) }
func f7(s string) (k string, n int)                { return "a", int(s[0]) }
func f8(s string) (k string, n int)                { return "a", len(s) + 1 }
func f9(s string) (k string, n []byte)             { return "a", []byte(s) }
func f10(s string) (k string, n []byte, err error) { return "a", make([]byte, 2), nil }

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(f3("q"))
	fmt.Println(f4([]int{1}))
	fmt.Println(f5([]int{1}))
	_, p := f6(nil)
	fmt.Println(*p)
	fmt.Println(f7("q"))
	fmt.Println(f8("q"))
	fmt.Println(f9("q"))
	fmt.Println(f10("q"))
	fmt.Println(f1("q"))
	fmt.Println(f2("q"))
	return nil
}
