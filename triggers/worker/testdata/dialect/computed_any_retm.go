//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type box struct{ f any }
type pt struct {
	x int
	y int
}

func id(v any) any           { return v }
func vs(n int, v ...any) any { return v[len(v)-1] }

func Handle(c *wake.Context, e wake.Event) error {
	a, b, t, u, s, x, r := 1, 2, true, false, "ab", 1.5, 'x'
	var p *pt
	q := pt{3, 4}
	xs := []int{5, 6}
	var st box
	as := []any{0, 0}
	ch := make(chan any, 1)
	_, _, _, _, _, _, _, _, _, _, _, _, _ = a, b, t, u, s, x, r, p, q, xs, st, as, ch
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC lt", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return a < b, nil }()
		fmt.Printf("lt %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC eq", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return a == b, nil }()
		fmt.Printf("eq %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC not", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return !t, nil }()
		fmt.Printf("not %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC and", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return t && u, nil }()
		fmt.Printf("and %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC or", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return t || a > b, nil }()
		fmt.Printf("or %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC add", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return a + b, nil }()
		fmt.Printf("add %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC shl", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return a << 1, nil }()
		fmt.Printf("shl %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC neg", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return -a, nil }()
		fmt.Printf("neg %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC str", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return s + s, nil }()
		fmt.Printf("str %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC xor", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return ^a, nil }()
		fmt.Printf("xor %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC f", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return x * 2, nil }()
		fmt.Printf("f %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC cmpstr", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return s < "z", nil }()
		fmt.Printf("cmpstr %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC noteq", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return !(a == b), nil }()
		fmt.Printf("noteq %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC constb", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return 5 != 0, nil }()
		fmt.Printf("constb %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC constn", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return !(5 != 0), nil }()
		fmt.Printf("constn %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC iface", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return v == w, nil }()
		fmt.Printf("iface %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC nilp", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return p == nil, nil }()
		fmt.Printf("nilp %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC call", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return len(s), nil }()
		fmt.Printf("call %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC comp", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return a+b > 2 && !u, nil }()
		fmt.Printf("comp %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC par", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return (a < b), nil }()
		fmt.Printf("par %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC div", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return x / 3, nil }()
		fmt.Printf("div %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC rune", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return r + 1, nil }()
		fmt.Printf("rune %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC byte", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return s[0], nil }()
		fmt.Printf("byte %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC idx", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return xs[0] + xs[1], nil }()
		fmt.Printf("idx %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC sel", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return q.x + q.y, nil }()
		fmt.Printf("sel %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC conv", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return int64(a) * 2, nil }()
		fmt.Printf("conv %v\n", v)
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("PANIC addr", r)
			}
		}()
		var v, w any = 1, 2
		_, _ = v, w
		v, _ = func() (any, error) { return &a == nil, nil }()
		fmt.Printf("addr %v\n", v)
	}()
	return nil
}
