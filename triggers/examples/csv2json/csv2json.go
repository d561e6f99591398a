// CSV files that arrive in /inbox become JSON files in /outbox, in the same folders.
//
//wake:on arrive /inbox/**/*.csv
//wake:budget cpu=30s wall=120s memory=64MiB read=1GiB write=4GiB ops=100000
package csv2json

import (
	"errors"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle converts the file that has arrived.
func Handle(c *wake.Context, e wake.Event) error {
	out := "/outbox/" + strings.TrimPrefix(strings.TrimSuffix(e.Path, ".csv"), "/inbox/") + ".json"
	rows, err := c.CSVToJSON(e.Path, out)
	if errors.Is(err, wake.ErrFormat) {
		// Trying again would not help. The sender finds the reason beside where the result would be.
		if err := c.Remove(out); err != nil {
			return err
		}
		return c.WriteFile(out+".error", []byte(err.Error()+"\n"))
	}
	if err != nil {
		return err
	}
	c.Logf("%s: %d rows", out, rows)
	return nil
}
