package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// handlerSource is the baseline's handler: it says what time it is and ends. It is a program of its own because this one,
// with a database linked in, takes a millisecond longer to reach main, which would flatter wakefs.
const handlerSource = `package main

import (
	"os"
	"strconv"
	"time"
)

func main() { os.Stdout.WriteString(strconv.FormatInt(time.Now().UnixNano(), 10)) }
`

// buildHandler compiles the handler, statically, into dir and returns its path.
func buildHandler(ctx context.Context, dir string) (string, error) {
	source, binary := filepath.Join(dir, "handler.go"), filepath.Join(dir, "handler")
	if err := os.WriteFile(source, []byte(handlerSource), 0o644); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, source)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the handler of the baseline: %w: %s", err, out)
	}
	return binary, nil
}

// inotifyLatency is what one would do without wakefs: watch a directory with inotify, and run a static binary, handler, for
// each file that is closed. It returns, in milliseconds, from just before each close to the first line of its main.
func inotifyLatency(ctx context.Context, handler, dir string, n int) (all []float64, err error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE); err != nil {
		return nil, err
	}
	type answer struct {
		at  time.Time
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		for range n {
			at, err := handleNextClose(handler, fd)
			answers <- answer{at, err}
		}
	}()
	for range n {
		closing, err := drop(dir, unique("event"))
		if err != nil {
			return nil, err
		}
		select {
		case a := <-answers:
			if a.err != nil {
				return nil, a.err
			}
			all = append(all, a.at.Sub(closing).Seconds()*1000)
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(eventPatience):
			return nil, errors.New("inotify did not report a closed file")
		}
	}
	return all, nil
}

// handleNextClose waits for an event and runs the handler.
func handleNextClose(handler string, fd int) (time.Time, error) {
	buf := make([]byte, 4096)
	for {
		if _, err := unix.Read(fd, buf); err == nil {
			break
		} else if err != unix.EINTR {
			return time.Time{}, err
		}
	}
	out, err := exec.Command(handler).Output()
	if err != nil {
		return time.Time{}, err
	}
	ns, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return time.Unix(0, ns), err
}

// latencies turns the single measurements into the two metrics.
func latencies(all []float64) []sample {
	return []sample{{latencyP50, percentile(all, 0.5)}, {latencyP99, percentile(all, 0.99)}}
}

// latencyRound measures one side in a fresh place.
func latencyRound(ctx context.Context, onWakefs bool, mount, local string, n int) (samples []sample, err error) {
	if onWakefs {
		for _, dir := range []string{"latency-in", "latency"} {
			if err := os.RemoveAll(filepath.Join(mount, dir)); err != nil {
				return nil, err
			}
		}
		all, err := triggerLatency(ctx, mount, n)
		return latencies(all), err
	}
	dir, err := os.MkdirTemp(local, "inotify-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	handler, err := buildHandler(ctx, dir)
	if err != nil {
		return nil, err
	}
	watched := filepath.Join(dir, "watched")
	if err := os.Mkdir(watched, 0o755); err != nil {
		return nil, err
	}
	all, err := inotifyLatency(ctx, handler, watched, n)
	return latencies(all), err
}
