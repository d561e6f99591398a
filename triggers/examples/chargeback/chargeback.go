// What to bill whom for: /chargeback/YYYY-MM-DD.csv has a line for each hour, owner and top-level folder, with the changes
// made, the bytes written, and the byte-seconds of what was stored: 3600 of them are a byte-hour.
//
// A file of several names is billed until the first of them goes, a moved folder where it was until its files are written.
// What is read, and what functions use, a function is not told yet.
//
//wake:every @hourly
//wake:on close,remove,rename /** !/chargeback/**
//wake:budget cpu=30s wall=120s memory=64MiB read=64MiB write=64MiB ops=100000
//wake:concurrency 1
package chargeback

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	header = "hour,owner,folder,changes,written,byte_seconds\n"
	stored = "/chargeback/state/stored" // until when time is billed, and the bytes of each account
)

// usage is what an account used in an hour. An account is written "owner,folder".
type usage struct{ changes, written, byteSeconds int64 }

// Handle bills the time that has passed for what was stored, and the event.
func Handle(c *wake.Context, e wake.Event) error {
	balance, since, err := loadBalance(c)
	if err != nil {
		return err
	}
	now := e.Time.UTC().Truncate(time.Second)
	if now.Before(since) { // events of different files may overtake each other
		now = since
	}
	if since.IsZero() {
		since = now
	}
	for next := since.Truncate(time.Hour).Add(time.Hour); next.Before(now); next = next.Add(time.Hour) {
		if err := bill(c, since, next, balance, "", usage{}); err != nil {
			return err
		}
		since = next
	}
	if e.Type == wake.Every {
		if err := bill(c, since, now, balance, "", usage{}); err != nil {
			return err
		}
		return saveBalance(c, balance, now)
	}
	account := fmt.Sprintf("%d,%s", e.UID, topFolder(e.Path))
	event := usage{changes: 1}
	if e.Type == wake.Close {
		event.written = e.Size
	}
	if err := bill(c, since, now, balance, account, event); err != nil {
		return err
	}
	if err := book(c, e, account, balance); err != nil {
		return err
	}
	return saveBalance(c, balance, now)
}

// topFolder returns the first element of a path, "/" for a file at the top.
func topFolder(p string) string {
	first, _, below := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	if !below {
		return "/"
	}
	return "/" + first
}

// bill adds to the hour of since what storing the balance until then costs, and what an account did.
func bill(c *wake.Context, since, until time.Time, balance map[string]int64, account string, event usage) error {
	report, hour := since.Format("/chargeback/2006-01-02.csv"), since.Format("15")
	data, err := c.ReadFile(report)
	if errors.Is(err, fs.ErrNotExist) {
		data = []byte(header)
	} else if err != nil {
		return err
	}
	// The hours before are in front, and stay as they are.
	before, now := string(data), ""
	if i := strings.Index(before, "\n"+hour+","); i >= 0 {
		now = before[i+1:]
		before = before[:i+1]
	}
	used, err := parse(now)
	if err != nil {
		return fmt.Errorf("%s: %w", report, err)
	}
	seconds := int64(until.Sub(since) / time.Second)
	for a, size := range balance {
		u := used[a]
		u.byteSeconds += size * seconds
		used[a] = u
	}
	if account != "" {
		u := used[account]
		u.changes += event.changes
		u.written += event.written
		used[account] = u
	}
	return c.WriteFile(report, []byte(before+format(hour, used)))
}

// book moves the size of the event's file from the account that it was booked to, which a note for each file remembers,
// to the one where it is now.
func book(c *wake.Context, e wake.Event, account string, balance map[string]int64) error {
	note := fmt.Sprintf("/chargeback/state/files/%03d/%d", e.Ino%1000, e.Ino)
	data, err := c.ReadFile(note)
	known := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	size := e.Size
	if known {
		number, old, _ := strings.Cut(string(data), " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: %w", note, err)
		}
		if balance[old] -= n; balance[old] <= 0 {
			delete(balance, old)
		}
		if e.Type == wake.Rename {
			size = n
		}
	}
	switch {
	case e.Type == wake.Remove && known:
		return c.Remove(note)
	case e.Type == wake.Close || known:
		balance[account] += size
		return c.WriteFile(note, []byte(fmt.Sprintf("%d %s", size, account)))
	}
	return nil // a folder, or a file from before there were bills
}

func parse(text string) (map[string]usage, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	used := map[string]usage{}
	for _, row := range rows {
		changes, err1 := strconv.ParseInt(row[3], 10, 64)
		written, err2 := strconv.ParseInt(row[4], 10, 64)
		byteSeconds, err3 := strconv.ParseInt(row[5], 10, 64)
		err = errors.Join(err, err1, err2, err3)
		used[row[1]+","+row[2]] = usage{changes, written, byteSeconds}
	}
	return used, err
}

func format(hour string, used map[string]usage) string {
	accounts := make([]string, 0, len(used))
	for a := range used {
		accounts = append(accounts, a)
	}
	sort.Strings(accounts)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, a := range accounts {
		owner, folder, _ := strings.Cut(a, ",")
		u := used[a]
		// Writing to memory does not fail.
		_ = w.Write([]string{hour, owner, folder, fmt.Sprint(u.changes), fmt.Sprint(u.written), fmt.Sprint(u.byteSeconds)})
	}
	w.Flush()
	return out.String()
}

// loadBalance reads the line with the time and the lines BYTES ACCOUNT.
func loadBalance(c *wake.Context) (map[string]int64, time.Time, error) {
	balance := map[string]int64{}
	data, err := c.ReadFile(stored)
	if errors.Is(err, fs.ErrNotExist) {
		return balance, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	first, rest, _ := strings.Cut(string(data), "\n")
	since, err := time.Parse(time.RFC3339, first)
	for _, line := range strings.Split(strings.TrimSuffix(rest, "\n"), "\n") {
		if number, account, ok := strings.Cut(line, " "); ok {
			n, err1 := strconv.ParseInt(number, 10, 64)
			err = errors.Join(err, err1)
			balance[account] = n
		}
	}
	if err != nil {
		return nil, since, fmt.Errorf("%s: %w", stored, err)
	}
	return balance, since, nil
}

func saveBalance(c *wake.Context, balance map[string]int64, now time.Time) error {
	text := now.Format(time.RFC3339) + "\n"
	for account, n := range balance {
		text += fmt.Sprintf("%d %s\n", n, account)
	}
	return c.WriteFile(stored, []byte(text))
}
