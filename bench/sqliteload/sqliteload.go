// Package sqliteload puts a SQLite database under concurrent writers that keep account of what was acknowledged, and
// afterwards proves that nothing acknowledged is lost. It is how the tests find out whether a database on a mount survives
// the death of its node:
//
//	l, err := sqliteload.Start(ctx, sqliteload.Options{DB: mount + "/app.db", AckDir: t.TempDir(), Processes: 8})
//	// … kill the node …
//	err = l.Stop()        // the writers' errors, to be expected here
//	// … start the node again …
//	sum, err := sqliteload.Verify(ctx, mount+"/app.db", ackDir)
//
// A writer inserts its rows one by one, each in a transaction of its own in WAL mode with synchronous=FULL, and notes a row
// in a file of AckDir as soon as SQLite has said that it is committed. AckDir must therefore not be on the filesystem
// under test. A row's content follows from its writer and number, so a wrong one is noticed.
//
// Writers are goroutines of this process, or of processes of their own, which is what exercises the file locks of the
// filesystem. For the latter the program runs itself again, so package main or the test binary must import this package;
// nothing else is needed.
package sqliteload

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Options says what to run.
type Options struct {
	DB     string // path of the database; made if it is missing
	AckDir string // existing directory for the account of acknowledged rows, on another filesystem

	Processes int // writer processes of one writer each; 0 runs everything in this process
	Writers   int // writer goroutines in this process, used if Processes is 0; default 1

	Rows    int    // rows per writer; 0 goes on until stopped
	Payload int    // bytes per row; default 100
	Journal string // journal mode; default WAL
}

func (o Options) withDefaults() Options {
	o.Writers = max(o.Writers, 1)
	if o.Payload == 0 {
		o.Payload = 100
	}
	if o.Journal == "" {
		o.Journal = "WAL"
	}
	return o
}

// validate reports what makes the options unusable.
func (o Options) validate() error {
	if o.DB == "" || o.AckDir == "" {
		return errors.New("sqliteload: DB and AckDir are needed")
	}
	if o.Processes < 0 || o.Rows < 0 || o.Payload < 0 {
		return errors.New("sqliteload: negative numbers make no sense")
	}
	return nil
}

// childEnv makes a program that imports this package a writer process.
const childEnv = "WAKEFS_SQLITELOAD_WRITER"

// child is what a writer process is told.
type child struct {
	Options Options
	Writer  int
}

func init() {
	text := os.Getenv(childEnv)
	if text == "" {
		return
	}
	var c child
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = runChild(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runChild writes until it is done or its standard input ends, so that no writer outlives its parent.
func runChild(c child) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return write(ctx, c.Options, c.Writer)
}

// Load is a running set of writers.
type Load struct {
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu   sync.Mutex
	errs []error
}

// Start makes the database and its table and starts the writers, which end with ctx. Rows that AckDir already tells of
// are continued, not repeated.
func Start(ctx context.Context, o Options) (*Load, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	db, err := open(o.DB, o.Journal)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS load (writer INTEGER, n INTEGER, payload TEXT, PRIMARY KEY (writer, n))`)
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("sqliteload: preparing %s: %w", o.DB, err)
	}
	ctx, stop := context.WithCancel(ctx)
	l := &Load{stop: stop}
	for w := range max(o.Processes, 0) {
		l.run(func() error { return spawn(ctx, child{o, w}) })
	}
	if o.Processes == 0 {
		for w := range o.Writers {
			l.run(func() error { return write(ctx, o, w) })
		}
	}
	return l, nil
}

func (l *Load) run(f func() error) {
	l.wg.Go(func() {
		if err := f(); err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.errs = append(l.errs, err)
		}
	})
}

// Wait returns when every writer has written its rows or given up, with the errors of those that did.
func (l *Load) Wait() error {
	l.wg.Wait()
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.errs...)
}

// Stop ends the writers between two rows and returns their errors; being stopped is none. A writer process that cannot
// finish its row, since its filesystem is gone, is killed after a few seconds. A writer in this process waits for SQLite
// to give up, for a minute, or for the filesystem to come back.
func (l *Load) Stop() error {
	l.stop()
	return l.Wait()
}

// killAfter is how long a writer process may take to stop before it is killed. One whose filesystem has gone away needs
// that: SQLite takes the failing lock calls for a busy database and goes on trying.
const killAfter = 5 * time.Second

// spawn runs a writer process to its end. Cancelling asks it to stop by closing its standard input, and then insists.
func spawn(ctx context.Context, c child) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	var said strings.Builder
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	defer close(exited)
	ended := context.AfterFunc(ctx, func() {
		in.Close()
		select {
		case <-exited:
		case <-time.After(killAfter):
			cmd.Process.Kill()
		}
	})
	defer ended()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("sqliteload: writer process %d: %w: %s", c.Writer, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// open opens the database with a single connection, so that a transaction's settings are those of the connection.
func open(path, journal string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}}
	q.Add("_pragma", "busy_timeout(60000)")
	if journal != "" {
		q.Add("_pragma", "journal_mode("+journal+")")
	}
	q.Add("_pragma", "synchronous(FULL)")
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// write is one writer.
func write(ctx context.Context, o Options, writer int) (err error) {
	db, err := open(o.DB, o.Journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	acked, err := readAck(ackPath(o.AckDir, writer))
	if err != nil {
		return err
	}
	ack, err := os.OpenFile(ackPath(o.AckDir, writer), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ack.Close()) }()
	// A row past the account may be there: committed, but its writer died or was cut off before it heard.
	const insert = `INSERT OR REPLACE INTO load (writer, n, payload) VALUES (?, ?, ?)`
	for n := acked; (o.Rows == 0 || n < o.Rows) && ctx.Err() == nil; n++ {
		// The statement is not cancelled with ctx: a writer stops between rows, knowing what became of each.
		if _, err := db.ExecContext(context.WithoutCancel(ctx), insert, writer, n, payload(writer, n, o.Payload)); err != nil {
			return fmt.Errorf("sqliteload: writer %d, row %d: %w", writer, n, err)
		}
		if _, err := fmt.Fprintln(ack, n); err != nil {
			return err
		}
	}
	return nil
}

// payload is size bytes of text that follow from the row's key.
func payload(writer, n, size int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", writer, n))
	text := hex.EncodeToString(sum[:])
	return strings.Repeat(text, size/len(text)+1)[:size]
}

func ackPath(dir string, writer int) string {
	return filepath.Join(dir, fmt.Sprintf("writer-%d", writer))
}

// readAck returns how many rows a writer was told are committed: rows 0 … n-1. A last line without its end is not counted.
func readAck(path string) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if line != fmt.Sprintf("%d\n", n) {
			return 0, fmt.Errorf("sqliteload: line %d of %s is %q", n, path, line)
		}
	}
}
