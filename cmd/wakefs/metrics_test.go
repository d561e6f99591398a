package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestMetrics: what a function did is in the figures for Prometheus and in the columns of the list.
func TestMetrics(t *testing.T) {
	n := startNode(t, "--metrics", "127.0.0.1:0")
	n.deploy("upper", upperScript)
	n.write("inbox/a.txt", "x")
	n.expect("outbox/a.txt", "X")

	_, url, ok := strings.Cut(n.log.String(), "metrics")
	if !ok {
		t.Fatalf("the node does not say where its figures are:\n%s", n.log.String())
	}
	url = strings.Fields(url)[0]
	n.eventually("the figures", func() error {
		res, err := http.Get(url)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode != http.StatusOK { // such as for a figure that is there twice
			err = errors.New(res.Status)
		}
		if err != nil {
			return fmt.Errorf("%w: %s", err, b)
		}
		for _, want := range []string{
			`wakefs_trigger_done_total{trigger="upper"} 1`, `wakefs_trigger_calls_total{result="done",trigger="upper"} 1`,
			`wakefs_trigger_written_bytes_total{trigger="upper"} 1`, `wakefs_trigger_call_seconds_count{trigger="upper"} 1`,
			`wakefs_mount_request_seconds_count{op="create"} `, `wakefs_disk_failed{disk="`,
		} {
			if !strings.Contains(string(b), want) {
				return fmt.Errorf("no %s in\n%s", want, b)
			}
		}
		return nil
	})
	list := n.ok("trigger", "list")
	if !strings.Contains(list, "RATE") || !strings.Contains(list, "ms ") {
		t.Errorf("the list has no pace:\n%s", list)
	}
	n.stop()
}
