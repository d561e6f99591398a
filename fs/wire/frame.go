package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// MaxFrame is the most bytes of message and bulk together in one frame.
const MaxFrame = 16 << 20

// maxMessage leaves room for what is added around the payload of one call.
const maxMessage = MaxFrame - 64<<10

// Class is the kind of service a connection is for.
type Class uint8

// The classes of service.
const (
	Metadata Class = 1 + iota
	Bulk
	Administration
	classEnd
)

func (c Class) String() string {
	switch c {
	case Metadata:
		return "metadata"
	case Bulk:
		return "bulk"
	case Administration:
		return "administration"
	}
	return fmt.Sprintf("class %d", uint8(c))
}

// Magic is how every connection begins: a port that serves other protocols too
// tells ours by it and hands the connection to Server.ServeConn, those bytes unread.
const Magic = "wake"

// version of the protocol: of preamble and frame; messages grow without it.
const version = 1

const preambleLen = 8

// status is the server's answer to a preamble.
type status uint8

const (
	statusOK status = iota
	statusVersion
	statusClass
	statusFull
)

type preamble struct {
	version uint8
	class   Class
	status  status
}

func (p preamble) bytes() [preambleLen]byte {
	var b [preambleLen]byte
	copy(b[:], Magic)
	b[4], b[5], b[6] = p.version, uint8(p.class), uint8(p.status)
	return b
}

func parsePreamble(b [preambleLen]byte) (preamble, error) {
	if string(b[:len(Magic)]) != Magic {
		return preamble{}, errors.New("the peer does not speak the wakefs protocol")
	}
	return preamble{version: b[4], class: Class(b[5]), status: status(b[6])}, nil
}

// refusal says why a server refused, nil if it did not.
func (p preamble) refusal() error {
	switch p.status {
	case statusOK:
		return nil
	case statusVersion:
		return fmt.Errorf("the peer speaks protocol version %d, this program %d: run the same release on both", p.version, version)
	case statusClass:
		return fmt.Errorf("the peer does not serve %v", p.class)
	case statusFull:
		return errors.New("the peer has too many connections; try again later")
	}
	return fmt.Errorf("the peer refuses with status %d", p.status)
}

// flags of a frame.
type flags uint8

const (
	flagReply  flags = 1 << iota // from the server, to a call
	flagError                    // the reply is an error
	flagMore                     // more replies to the same call follow
	flagCancel                   // the caller gave up
	flagPing                     // to be answered with flagPing|flagReply
)

const headerLen = 24

type header struct {
	msg, bulk uint32 // bytes
	stream    uint32
	method    method
	flags     flags
	timeout   time.Duration // that the caller still waits; 0: no limit
}

func (h header) put(b []byte) {
	_ = b[headerLen-1]
	binary.LittleEndian.PutUint32(b[0:], h.msg)
	binary.LittleEndian.PutUint32(b[4:], h.bulk)
	binary.LittleEndian.PutUint32(b[8:], h.stream)
	binary.LittleEndian.PutUint16(b[12:], uint16(h.method))
	b[14], b[15] = uint8(h.flags), 0
	binary.LittleEndian.PutUint64(b[16:], uint64(h.timeout))
}

// parseHeader reads a header of headerLen bytes, from whoever sent it.
func parseHeader(b []byte) (header, error) {
	_ = b[headerLen-1]
	h := header{
		msg:     binary.LittleEndian.Uint32(b[0:]),
		bulk:    binary.LittleEndian.Uint32(b[4:]),
		stream:  binary.LittleEndian.Uint32(b[8:]),
		method:  method(binary.LittleEndian.Uint16(b[12:])),
		flags:   flags(b[14]),
		timeout: time.Duration(binary.LittleEndian.Uint64(b[16:])),
	}
	if uint64(h.msg)+uint64(h.bulk) > MaxFrame {
		return header{}, fmt.Errorf("a frame of %d bytes exceeds %d", uint64(h.msg)+uint64(h.bulk), MaxFrame)
	}
	if h.timeout < 0 {
		return header{}, errors.New("a frame with a negative time limit")
	}
	return h, nil
}

// method names what is called. Append-only: numbers travel.
type method uint16

const (
	_ method = iota

	// Bulk. Messages begin with the ServerID.
	mShardPut
	mShardGet
	mShardDelete
	mShardList
	mShardVerify
	mShardStatus

	// Administration.
	mAdminCall
	mAdminStream

	// Metadata. Messages begin with SessionID, token and view, except OpenSession's.
	mOpenSession
	mCloseSession
	mPropose
	mSync
	mKeepAlive
	mLock
	mTestLock
	mChanges
	mLookup
	mGetAttr
	mReadDir
	mReadlink
	mGetXattr
	mListXattr
	mExtents
	mPath
	mStatFS
	mTriggers
	mTriggerVersions
	mTriggerSource
	mWaiting
	mDeadLetters
	mInvocation
	mReportStatus
	mClusterMap
	mStripes
	mStripe
	mInodes
	mMetaStatus
	mSpeculate
	mSpeculationTx

	methodEnd
)
