package mount

import (
	"syscall"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/wakefs/wakefs/fs"
)

// errnos is the one table from Kind to errno; what is not in it is EIO.
var errnos = map[fs.Kind]syscall.Errno{
	fs.KindNotFound:    syscall.ENOENT,
	fs.KindExists:      syscall.EEXIST,
	fs.KindNotDir:      syscall.ENOTDIR,
	fs.KindIsDir:       syscall.EISDIR,
	fs.KindNotEmpty:    syscall.ENOTEMPTY,
	fs.KindPermission:  syscall.EPERM,
	fs.KindAccess:      syscall.EACCES,
	fs.KindInvalid:     syscall.EINVAL,
	fs.KindNameTooLong: syscall.ENAMETOOLONG,
	fs.KindNoAttr:      syscall.ENODATA,
	fs.KindTooBig:      syscall.EFBIG,
	fs.KindRange:       syscall.ERANGE,
	fs.KindNoSpace:     syscall.ENOSPC,
	fs.KindQuota:       syscall.EDQUOT,
	fs.KindLinks:       syscall.EMLINK,
	fs.KindLoop:        syscall.ELOOP,
	fs.KindCrossDevice: syscall.EXDEV,
	fs.KindWouldBlock:  syscall.EAGAIN,
	fs.KindDeadlock:    syscall.EDEADLK,
	fs.KindInterrupted: syscall.EINTR,
	fs.KindUnsupported: syscall.EOPNOTSUPP,
	fs.KindReadOnly:    syscall.EROFS,
	fs.KindStale:       syscall.ESTALE,
	fs.KindConflict:    syscall.EAGAIN,
	fs.KindCanceled:    syscall.EINTR,
	fs.KindTimeout:     syscall.ETIMEDOUT,
	fs.KindBudget:      syscall.EDQUOT,
}

// status turns an error into the kernel's answer. One that has no errno of its own is
// told to the log, since the caller learns no more than EIO.
func (m *Mount) status(op string, ino uint64, err error) gofuse.Status {
	if err == nil {
		return gofuse.OK
	}
	if errno, ok := errnos[fs.KindOf(err)]; ok {
		return gofuse.Status(errno)
	}
	m.log.Error("request failed with EIO", "op", op, "ino", ino, "err", err)
	return gofuse.EIO
}
