package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// isSocket tells a unix socket's path from host:port.
func isSocket(addr string) bool { return strings.ContainsRune(addr, '/') }

// Listen listens at an address: host:port, or a unix socket's path, which contains a slash. The
// socket has mode 0600 from its first moment; one left behind by a dead process is replaced. With conf, which may be nil,
// the connections are TLS (conf says whether a client needs a certificate). Closing the listener removes the socket.
func Listen(addr string, conf *tls.Config) (net.Listener, error) {
	l, err := listen(addr)
	if err == nil && conf != nil {
		l = tls.NewListener(l, conf)
	}
	return l, err
}

func listen(addr string) (net.Listener, error) {
	if !isSocket(addr) {
		return net.Listen("tcp", addr)
	}
	l, err := listenUnix(addr)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	if nc, dialErr := dialUnix(context.Background(), addr); dialErr == nil {
		_ = nc.Close() // somebody answers: it is in use
		return nil, err
	} else if !errors.Is(dialErr, syscall.ECONNREFUSED) {
		return nil, err
	}
	if err := unix.Unlink(addr); err != nil {
		return nil, &net.OpError{Op: "listen", Net: "unix", Err: err}
	}
	return listenUnix(addr)
}

func listenUnix(path string) (net.Listener, error) {
	conf := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var modeErr error
		// The mode of the socket's inode before bind becomes the file's.
		if err := raw.Control(func(fd uintptr) { modeErr = unix.Fchmod(int(fd), 0o600) }); err != nil {
			return err
		}
		return modeErr
	}}
	var l net.Listener
	err := withShortPath(path, func(short string) (err error) {
		l, err = conf.Listen(context.Background(), "unix", short)
		return err
	})
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // its path may be a short one
	return &unixListener{Listener: l, path: path}, nil
}

// unixListener removes its socket when it is closed.
type unixListener struct {
	net.Listener
	path string
	once sync.Once
}

func (l *unixListener) Close() error {
	l.once.Do(func() { _ = unix.Unlink(l.path) }) // one that stays is replaced by the next Listen
	return l.Listener.Close()
}

// Addr tells the path that was asked for.
func (l *unixListener) Addr() net.Addr { return &net.UnixAddr{Name: l.path, Net: "unix"} }

// withShortPath calls f with a path of the socket that fits a socket address, which has 107 bytes at most.
func withShortPath(path string, f func(string) error) error {
	if len(path) <= 107 {
		return f(path)
	}
	dir, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &net.OpError{Op: "open", Net: "unix", Err: err}
	}
	defer unix.Close(dir)
	return f("/proc/self/fd/" + strconv.Itoa(dir) + "/" + filepath.Base(path))
}

func dialUnix(ctx context.Context, path string) (nc net.Conn, err error) {
	var d net.Dialer
	err = withShortPath(path, func(short string) (err error) {
		nc, err = d.DialContext(ctx, "unix", short)
		return err
	})
	return nc, err
}

// NetDialer dials addresses as Listen has them, with TLS if conf is not nil. Without conf.ServerName
// the host of the address is the name that the server's certificate must have.
func NetDialer(conf *tls.Config) Dialer {
	return func(ctx context.Context, addr string) (net.Conn, error) {
		var (
			nc  net.Conn
			err error
			d   net.Dialer
		)
		if isSocket(addr) {
			nc, err = dialUnix(ctx, addr)
		} else {
			nc, err = d.DialContext(ctx, "tcp", addr)
		}
		if err != nil || conf == nil {
			return nc, err
		}
		mine := conf
		if conf.ServerName == "" && !conf.InsecureSkipVerify {
			mine = conf.Clone()
			if mine.ServerName, _, err = net.SplitHostPort(addr); err != nil {
				mine.ServerName = "localhost" // a socket's path
			}
		}
		tc := tls.Client(nc, mine)
		if err := tc.HandshakeContext(ctx); err != nil {
			_ = nc.Close() // err says more
			return nil, err
		}
		return tc, nil
	}
}
