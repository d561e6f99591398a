//wake:on arrive /**
package main

import (
	"fmt"
	"net/netip"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	a, err := netip.ParseAddr("192.168.1.17")
	fmt.Println(a, err, a.Is4(), a.IsPrivate(), a.Next())
	p := netip.MustParsePrefix("192.168.0.0/16")
	fmt.Println(p.Contains(a), p.Masked(), p.Bits())
	_, err = netip.ParseAddr("300.1.1.1")
	fmt.Println(err)
	list := []netip.Addr{netip.MustParseAddr("::1"), a, netip.MustParseAddr("10.0.0.1")}
	sort.Slice(list, func(i, j int) bool { return list[i].Less(list[j]) })
	fmt.Println(list, list[0].Compare(list[1]))
	count := map[netip.Addr]int{a: 1}
	count[netip.MustParseAddr("192.168.1.17")]++
	fmt.Println(count)
	ap := netip.AddrPortFrom(a, 80)
	fmt.Println(ap, ap.Port(), a == netip.MustParseAddr("192.168.1.17"))
	return nil
}
