// Package worker runs trigger scripts, each in a process of its own that can reach nothing but its node.
//
// A [Pool] starts the binary that it is part of again, as a worker; [Main], called first thing in main, makes the new
// process one. A worker builds an interpreter, gives up every right that it can do without (see Layers), and then takes
// one script and runs it for one event at a time. It talks to its node over one socket. The node treats every frame
// from a worker as hostile, counts for itself, and kills a worker that exceeds a budget, breaks the protocol, panics or
// leaves a goroutine behind. Scripts come checked and rewritten, as a [script.Program], and see the filesystem through
// the [wake.Host] that the caller of [Pool.Invoke] gives.
//
// This is the only package that imports the interpreter.
//
// # What holds the worker
//
// no_new_privs, rlimits and seccomp always; Landlock unless the binary uses cgo; network, PID, mount and IPC
// namespaces, and with the mount namespace an empty root, as root and where user namespaces are permitted; a user ID of
// its own as root. CPU, wall and memory are watched from the node every 10 ms; bytes and operations are counted there
// with every call. Memory is also bounded by RLIMIT_DATA, so that one huge allocation fails at once.
//
// # Locks
//
// Pool.mu, monitor.mu and process.mu; none is held while another is taken, except monitor.mu before process.mu.
package worker
