package worker

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Functions get the processor time that nobody else wants. Workers are as nice as can be, but that alone does not do: a kernel
// lets whoever runs have his slice, some 3 ms, before one that wakes up takes his place, and a request that crosses four threads
// waits four times. Only those that are scheduled as idle have no such slice; and in a group of their own, among the group's threads
// only, unless the group is idle as well: see idleGroup. And while there is foreground work, one CPU is kept free of workers.

// niceness of workers.
const niceness = 19

// beIdle makes this thread one that runs when nothing else wants to, and those that it starts.
func beIdle() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness)
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE, Nice: niceness}, 0)
}

// beNice makes a worker nice where the kernel groups processes by session (sched(7), autogroup): there, its own
// niceness would count among its own threads only. Kernels without such groups have no such file.
func beNice(pid int) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/autogroup", pid), []byte(strconv.Itoa(niceness)), 0)
}

// cpus are the CPUs of this process: all, and those that workers have while there is foreground work.
type cpus struct{ all, some unix.CPUSet }

// lookAtCPUs returns false if there are not two of them.
func lookAtCPUs() (c cpus, ok bool) {
	if unix.SchedGetaffinity(0, &c.all) != nil || c.all.Count() < 2 {
		return c, false
	}
	c.some = c.all
	for i := 0; ; i++ {
		if c.all.IsSet(i) {
			c.some.Clear(i)
			return c, true
		}
	}
}

// assign lets all threads of a process run on a set of CPUs. Threads that are being started meanwhile have the set of
// those that start them; a process that ends has none. Nothing depends on it but how soon others are served.
func assign(pid int, set *unix.CPUSet) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return
	}
	for _, t := range tasks {
		if tid, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.SchedSetaffinity(tid, set)
		}
	}
}
