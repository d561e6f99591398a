package wake

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

// Errors that io/fs has no name for. Test for them with errors.Is. They are the errors of the operating system, so
// that a Host over local files needs no translation.
var (
	ErrNotEmpty     error = syscall.ENOTEMPTY    // the directory is not empty
	ErrIsDir        error = syscall.EISDIR       // a directory where a file is needed
	ErrNotDir       error = syscall.ENOTDIR      // a file where a directory is needed
	ErrNoSpace      error = syscall.ENOSPC       // the filesystem is full
	ErrQuota        error = syscall.EDQUOT       // the owner's quota is used up
	ErrNameTooLong  error = syscall.ENAMETOOLONG // a name of more than 255 bytes
	ErrFileTooLarge error = syscall.EFBIG        // beyond the largest size of a file
	ErrNoXattr      error = syscall.ENODATA      // no extended attribute of that name
	ErrReadOnly     error = syscall.EROFS        // the filesystem is read-only
	ErrLoop         error = syscall.ELOOP        // too many symbolic links
	ErrNotSupported error = syscall.EOPNOTSUPP   // the filesystem cannot do that
	ErrIO           error = syscall.EIO          // anything else
)

// Errors of the helpers.
var (
	// ErrImageTooLarge: the image has more pixels than Thumbnail decodes.
	ErrImageTooLarge = errors.New("image has too many pixels")
	// ErrFormat: the file is not what its reader expects.
	ErrFormat = errors.New("not in the expected format")
)

// errEnded is what a Context that outlived its handler returns.
var errEnded = &contextError{"the handler that this Context belongs to has returned", fs.ErrClosed}

var errRelative = &contextError{"path is not absolute", fs.ErrInvalid}

// contextError gives one of the known errors a better text.
type contextError struct {
	text string
	is   error
}

func (e *contextError) Error() string { return e.text }
func (e *contextError) Unwrap() error { return e.is }

// pathErr wraps err, once, with what was tried. io.EOF and nil must not come here.
func pathErr(op, name string, err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		err = pe.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// clean checks and cleans a path that a script gave.
func clean(name string) (string, error) {
	switch {
	case !strings.HasPrefix(name, "/"):
		return "", errRelative
	case strings.IndexByte(name, 0) >= 0:
		return "", fs.ErrInvalid
	}
	return path.Clean(name), nil
}
