/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V IPC objects, by semctl() and msgctl(), which change nothing. Their
 * numbers are those of an IPC namespace: the helper, which has one thread and
 * nothing else to do with IPC, goes where the process lives.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/procfs.h"
#include "probe/worker.h"

/* The caller defines it (semctl(2)). */
union semctl_argument {
	int value;
	struct semid_ds *state;
};

static bool is_our_namespace(const struct stat *theirs)
{
	struct stat ours;

	return !stat("/proc/self/ns/ipc", &ours) && theirs->st_ino == ours.st_ino &&
	       theirs->st_dev == ours.st_dev;
}

/* 0 or -errno; without the privilege to move, we may be there already. */
static int enter_namespace(uint32_t pid, uint64_t *ret_space)
{
	int fd = procfs_open(procfs_thread(pid), "ns/ipc", O_RDONLY);
	int err = fd < 0 ? fd : 0;
	struct stat theirs;

	if (!err && fstat(fd, &theirs))
		err = -errno;
	if (!err && !is_our_namespace(&theirs) && setns(fd, CLONE_NEWIPC))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		*ret_space = theirs.st_ino;
	return err;
}

/* An id that is not there any more will let its waiters go. */
static int ipc_error(void)
{
	return errno == EIDRM || errno == EINVAL ? -ESRCH : -errno;
}

void semaphore_answer(struct worker *worker, struct exchange *exchange)
{
	const struct question *question = &exchange->question;
	union semctl_argument none = { 0 };
	uint64_t space = 0;
	int id = (int)question->a, number = (int)question->b;

	(void)worker;
	exchange->error = enter_namespace(question->id, &space);
	if (exchange->error)
		return;

	struct semid_ds state;
	int value = semctl(id, number, GETVAL, none);
	int last = value < 0 ? -1 : semctl(id, number, GETPID, none);

	if (last < 0 || semctl(id, 0, IPC_STAT, (union semctl_argument){ .state = &state }))
		exchange->error = ipc_error();
	else
		*(struct sysv_semaphore *)exchange_add(exchange, 1) = (struct sysv_semaphore){
			.space = space,
			.value = (uint32_t)value,
			/* who gave it its first value has only made it */
			.last = state.sem_otime ? (uint32_t)last : 0,
		};
}

void queue_answer(struct worker *worker, struct exchange *exchange)
{
	struct msqid_ds state;
	uint64_t space = 0;

	(void)worker;
	exchange->error = enter_namespace(exchange->question.id, &space);
	if (exchange->error)
		return;
	if (msgctl((int)exchange->question.a, IPC_STAT, &state)) {
		exchange->error = ipc_error();
		return;
	}
	*(struct sysv_queue *)exchange_add(exchange, 1) = (struct sysv_queue){
		.space = space,
		.bytes = state.__msg_cbytes,
		.limit = state.msg_qbytes,
		.messages = (uint32_t)state.msg_qnum,
		.sender = (uint32_t)state.msg_lspid,
		.receiver = (uint32_t)state.msg_lrpid,
	};
}
