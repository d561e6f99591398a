package disk

import (
	"io"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxVectors is the kernel's limit of buffers per call (IOV_MAX).
const maxVectors = 1024

// vectored reads or writes all the buffers by as few calls as can be.
func (f *realFile) vectored(call uintptr, op string, bufs [][]byte, off int64) error {
	v := vectors.Get()
	iov := (*v)[:0]
	for _, b := range bufs {
		if len(b) > 0 {
			iov = append(iov, unix.Iovec{Base: unsafe.SliceData(b)})
			iov[len(iov)-1].SetLen(len(b))
		}
	}
	err := f.transfer(call, op, iov, off)
	clear(iov) // do not keep the buffers alive
	*v = iov
	vectors.Put(v)
	return err
}

func (f *realFile) transfer(call uintptr, op string, iov []unix.Iovec, off int64) error {
	for len(iov) > 0 {
		n, _, errno := unix.Syscall6(call, uintptr(f.fd), uintptr(unsafe.Pointer(&iov[0])),
			uintptr(min(len(iov), maxVectors)), uintptr(off), uintptr(off>>32), 0)
		switch {
		case errno == unix.EINTR:
			continue
		case errno != 0:
			return wrap(op, f.name, errno)
		case n == 0:
			return io.ErrUnexpectedEOF
		}
		off += int64(n)
		iov = advance(iov, int(n))
	}
	return nil
}

// advance drops the first n bytes.
func advance(iov []unix.Iovec, n int) []unix.Iovec {
	for len(iov) > 0 && n >= int(iov[0].Len) {
		n -= int(iov[0].Len)
		iov = iov[1:]
	}
	if n > 0 {
		iov[0].Base = (*byte)(unsafe.Add(unsafe.Pointer(iov[0].Base), n))
		iov[0].SetLen(int(iov[0].Len) - n)
	}
	return iov
}

func modified(st *unix.Stat_t) time.Time { return time.Unix(st.Mtim.Unix()) }
