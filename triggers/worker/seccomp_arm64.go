package worker

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// archRules are the rules for system calls that only this architecture has.
func archRules() []rule { return nil }
