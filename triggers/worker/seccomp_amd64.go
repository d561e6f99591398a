package worker

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

// archRules are the rules for system calls that only this architecture has. With its 32nd bit set a number is of the
// x32 ABI, which matches no rule.
func archRules() []rule {
	return []rule{
		{nr: unix.SYS_EPOLL_WAIT, verb: ruleAllow},
		{nr: unix.SYS_OPEN, verb: ruleDeny},
		{nr: unix.SYS_STAT, verb: ruleDeny},
		{nr: unix.SYS_LSTAT, verb: ruleDeny},
		{nr: unix.SYS_READLINK, verb: ruleDeny},
		{nr: unix.SYS_ACCESS, verb: ruleDeny},
		{nr: unix.SYS_ARCH_PRCTL, verb: ruleNoSys},
	}
}
