//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type sample struct {
	At    time.Time `json:"at"`
	Host  string    `json:"host"`
	Value float64   `json:"value"`
}

type stats struct {
	n             int
	sum, min, max float64
	last          time.Time
	hist          [4]int
}

func (s *stats) add(x sample) {
	if s.n == 0 || x.Value < s.min {
		s.min = x.Value
	}
	if s.n == 0 || x.Value > s.max {
		s.max = x.Value
	}
	s.n++
	s.sum += x.Value
	if x.At.After(s.last) {
		s.last = x.At
	}
	s.hist[min(int(x.Value/10), len(s.hist)-1)]++
}

func (s stats) mean() (m float64, ok bool) {
	if s.n == 0 {
		return
	}
	return math.Round(s.sum/float64(s.n)*100) / 100, true
}

type byHost map[string]*stats

func (b byHost) get(h string) *stats {
	s, ok := b[h]
	if !ok {
		s = new(stats)
		b[h] = s
	}
	return s
}

func parse(text string) (out []sample, bad int, err error) {
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var s sample
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			bad++
			continue
		}
		if s.Host == "" {
			return nil, bad, fmt.Errorf("line %d: no host", n+1)
		}
		out = append(out, s)
	}
	return out, bad, nil
}

func Handle(c *wake.Context, e wake.Event) error {
	in := `{"at":"2024-01-01T00:00:00Z","host":"a","value":5}
{"at":"2024-01-01T01:00:00Z","host":"b","value":25.5}

not json
{"at":"2024-01-01T02:00:00Z","host":"a","value":45}`
	samples, bad, err := parse(in)
	if err != nil {
		return err
	}
	hosts := byHost{}
	for _, s := range samples {
		hosts.get(s.Host).add(s)
	}
	names := make([]string, 0, len(hosts))
	for n := range hosts {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		s := hosts[n]
		m, ok := s.mean()
		fmt.Println(n, s.n, m, ok, s.min, s.max, s.last.Format(time.Kitchen), s.hist)
	}
	m, ok := stats{}.mean()
	fmt.Println(bad, m, ok)
	_, _, err = parse("{}")
	fmt.Println(err)
	out, err := json.Marshal(map[string]any{"hosts": names, "bad": bad, "first": samples[0], "all": samples[1:]})
	fmt.Println(string(out), err)
	return nil
}
