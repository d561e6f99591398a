package worker

import (
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// rule is what the filter does with a system call.
type rule struct {
	nr   uint32
	verb ruleVerb
	arg  uint32 // which argument ruleArg and ruleMask look at
	val  uint32 // its low 32 bits, or the mask
}

type ruleVerb uint8

const (
	ruleAllow ruleVerb = iota
	ruleDeny           // fail with EACCES
	ruleNoSys          // fail with ENOSYS
	ruleEqual          // allow if the argument is val, else fail with EPERM
	ruleZero           // allow if no bit of val is set in the argument, else kill
	ruleSet            // allow if all bits of val are set in the argument, else kill
)

// Offsets into struct seccomp_data.
const (
	dataNr   = 0
	dataArch = 4
	dataArgs = 16
)

// rules is what the Go runtime needs and a socket that is already open: memory that is not executable, threads but no
// processes, time, and signals to itself. Opening a file fails with an error, since some packages try (time zones);
// everything else that is not named ends the process.
func rules() []rule {
	all := func(verb ruleVerb, nrs ...uint32) (rs []rule) {
		for _, nr := range nrs {
			rs = append(rs, rule{nr: nr, verb: verb})
		}
		return rs
	}
	pid := uint32(unix.Getpid())
	rs := all(ruleAllow,
		unix.SYS_READ, unix.SYS_WRITE, unix.SYS_FUTEX, unix.SYS_EPOLL_PWAIT, unix.SYS_CLOCK_GETTIME,
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY,
		unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK, unix.SYS_MREMAP,
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETRANDOM, unix.SYS_GETTIMEOFDAY, unix.SYS_RESTART_SYSCALL,
		unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SET_TID_ADDRESS, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
		unix.SYS_CLOSE, unix.SYS_GETRUSAGE, unix.SYS_GETCPU, unix.SYS_EPOLL_CTL,
	)
	rs = append(rs,
		rule{unix.SYS_MMAP, ruleZero, 2, unix.PROT_EXEC},
		rule{unix.SYS_MPROTECT, ruleZero, 2, unix.PROT_EXEC},
		rule{unix.SYS_CLONE, ruleSet, 0, unix.CLONE_THREAD | unix.CLONE_VM | unix.CLONE_SIGHAND},
		rule{unix.SYS_TGKILL, ruleEqual, 0, pid},
		rule{unix.SYS_PRLIMIT64, ruleEqual, 0, 0},
		// The runtime names its mappings.
		rule{unix.SYS_PRCTL, ruleEqual, 0, unix.PR_SET_VMA},
	)
	rs = append(rs, all(ruleNoSys, unix.SYS_CLONE3, unix.SYS_MEMBARRIER)...)
	rs = append(rs, all(ruleDeny, unix.SYS_OPENAT, unix.SYS_NEWFSTATAT, unix.SYS_READLINKAT, unix.SYS_FSTAT,
		unix.SYS_FCNTL, unix.SYS_UNAME, unix.SYS_FACCESSAT, unix.SYS_GETCWD, unix.SYS_STATX)...)
	return append(rs, archRules()...)
}

// filter assembles the program. Each rule is a block that ends in a verdict, so that no jump is long.
func filter() ([]bpf.RawInstruction, error) {
	const errno = uint32(unix.SECCOMP_RET_ERRNO)
	verdict := func(v uint32) bpf.Instruction { return bpf.RetConstant{Val: v} }
	kill := verdict(unix.SECCOMP_RET_KILL_PROCESS)
	allow := verdict(unix.SECCOMP_RET_ALLOW)
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: dataArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		kill,
		bpf.LoadAbsolute{Off: dataNr, Size: 4},
	}
	for _, r := range rules() {
		var block []bpf.Instruction
		load := bpf.LoadAbsolute{Off: dataArgs + 8*r.arg, Size: 4}
		switch r.verb {
		case ruleAllow:
			block = []bpf.Instruction{allow}
		case ruleDeny:
			block = []bpf.Instruction{verdict(errno | uint32(unix.EACCES))}
		case ruleNoSys:
			block = []bpf.Instruction{verdict(errno | uint32(unix.ENOSYS))}
		case ruleEqual:
			block = []bpf.Instruction{load,
				bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.val, SkipFalse: 1}, allow, verdict(errno | uint32(unix.EPERM))}
		case ruleZero:
			block = []bpf.Instruction{load,
				bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: r.val, SkipFalse: 1}, allow, kill}
		case ruleSet:
			block = []bpf.Instruction{load, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: r.val},
				bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.val, SkipFalse: 1}, allow, kill}
		}
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.nr, SkipFalse: uint8(len(block))})
		program = append(program, block...)
	}
	return bpf.Assemble(append(program, kill))
}

// installSeccomp puts the filter on all threads; it needs no_new_privs on the calling one.
func installSeccomp() error {
	raw, err := filter()
	if err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(raw)), Filter: (*unix.SockFilter)(unsafe.Pointer(&raw[0]))}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(raw)
	if errno != 0 {
		return errno
	}
	return nil
}
