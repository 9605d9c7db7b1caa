/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls that a task may sleep in, by what they are to the kinds.
 * The numbers are those of the architecture that this is built for
 * (asm/unistd.h); the look gives 32-bit calls the numbers of their 64-bit likes.
 */
#include <sys/syscall.h>

#include "core/kind.h"

struct call_row {
	const char *name;
	enum call call;
};

#define ROW(name, call) [SYS_##name] = { #name, CALL_##call }

static const struct call_row call_rows[] = {
	ROW(futex, FUTEX),
	ROW(wait4, WAIT4),
	ROW(waitid, WAITID),
	ROW(read, READ),
	ROW(readv, READ),
	ROW(write, WRITE),
	ROW(writev, WRITE),
	ROW(ppoll, PPOLL),
	ROW(pselect6, PSELECT),
	ROW(semop, SEMOP),
	ROW(semtimedop, SEMTIMEDOP),
	ROW(msgrcv, MSGRCV),
	ROW(msgsnd, MSGSND),
	ROW(mq_timedreceive, MQ_RECEIVE),
	ROW(mq_timedsend, MQ_SEND),
	ROW(flock, FLOCK),
	ROW(fcntl, FCNTL),
	ROW(clone, CLONE),
	ROW(clone3, CLONE),
	ROW(rt_sigtimedwait, SIGWAIT),
	ROW(rt_sigsuspend, SIGSUSPEND),
	ROW(nanosleep, SLEEP),
	ROW(clock_nanosleep, SLEEP),
	ROW(preadv2, READ),
	ROW(pwritev2, WRITE),
	ROW(accept, ACCEPT),
	ROW(accept4, ACCEPT),
	ROW(connect, CONNECT),
	ROW(recvfrom, RECEIVE),
	ROW(recvmsg, RECEIVE),
	ROW(recvmmsg, RECEIVE),
	ROW(sendto, SEND),
	ROW(sendmsg, SEND),
	ROW(sendmmsg, SEND),
	ROW(epoll_pwait, EPOLL),
	ROW(splice, SPLICE),
	ROW(tee, TEE),
	ROW(vmsplice, VMSPLICE),
	ROW(sendfile, SENDFILE),
	ROW(openat, OPENAT),
	ROW(restart_syscall, RESTART),
#ifdef __x86_64__
	ROW(poll, POLL),
	ROW(select, SELECT),
	ROW(pause, PAUSE),
	ROW(vfork, CLONE),
	ROW(epoll_wait, EPOLL),
	ROW(open, OPEN),
	ROW(creat, OPEN),
#endif
	[441] = { "epoll_pwait2", CALL_EPOLL2 },
	/* futex2, the same numbers everywhere (asm-generic/unistd.h); newer than some headers */
	[449] = { "futex_waitv", CALL_FUTEX_WAITV },
	[454] = { "futex_wake", CALL_UNKNOWN },
	[455] = { "futex_wait", CALL_FUTEX_WAIT },
	[456] = { "futex_requeue", CALL_UNKNOWN },

	/* Known by name only. */
	ROW(close, UNKNOWN),
	ROW(copy_file_range, UNKNOWN),
	ROW(execve, UNKNOWN),
	ROW(exit, UNKNOWN),
	ROW(exit_group, UNKNOWN),
	ROW(fallocate, UNKNOWN),
	ROW(fdatasync, UNKNOWN),
	ROW(fsync, UNKNOWN),
	ROW(ftruncate, UNKNOWN),
	ROW(getdents64, UNKNOWN),
	ROW(io_getevents, UNKNOWN),
	ROW(io_pgetevents, UNKNOWN),
	ROW(io_submit, UNKNOWN),
	ROW(io_uring_enter, UNKNOWN),
	ROW(ioctl, UNKNOWN),
	ROW(madvise, UNKNOWN),
	ROW(mmap, UNKNOWN),
	ROW(mount, UNKNOWN),
	ROW(mprotect, UNKNOWN),
	ROW(msync, UNKNOWN),
	ROW(munmap, UNKNOWN),
	ROW(newfstatat, UNKNOWN),
	ROW(pread64, UNKNOWN),
	ROW(preadv, UNKNOWN),
	ROW(pwrite64, UNKNOWN),
	ROW(pwritev, UNKNOWN),
	ROW(ptrace, UNKNOWN),
	ROW(renameat2, UNKNOWN),
	ROW(statx, UNKNOWN),
	ROW(sync, UNKNOWN),
	ROW(syncfs, UNKNOWN),
	ROW(umount2, UNKNOWN),
	ROW(unlinkat, UNKNOWN),
	ROW(userfaultfd, UNKNOWN),
#ifdef __x86_64__
	ROW(fork, UNKNOWN),
	ROW(stat, UNKNOWN),
	ROW(unlink, UNKNOWN),
#endif
};

#define CALL_ROWS ((int)(sizeof(call_rows) / sizeof(call_rows[0])))

enum call call_of(const struct look_task *task)
{
	if (task->call < 0 || task->call >= CALL_ROWS)
		return CALL_UNKNOWN;
	return call_rows[task->call].call;
}

const char *call_name(int number)
{
	if (number < 0 || number >= CALL_ROWS || !call_rows[number].name)
		return "?";
	return call_rows[number].name;
}
