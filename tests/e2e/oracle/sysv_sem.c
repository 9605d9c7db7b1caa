/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of System V semaphores, in an IPC namespace of the puppet's own: its ids
 * are those of every other puppet, and it goes when the last process does.
 */
#include "act.h"

#include <sched.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

void semaphores_init(struct stage *stage)
{
	const struct plan *plan = &stage->plan;

	if (!plan->semaphore_count)
		return;
	must(unshare(CLONE_NEWIPC));
	stage->passage.semaphores = must(semget(IPC_PRIVATE, plan->semaphore_count, 0600));
	for (int i = 0; i < plan->semaphore_count; i++)
		if (plan->semaphores[i].thread != NOBODY)
			must(semctl(stage->passage.semaphores, i, SETVAL, 1));
}

static int take(const struct stage *stage, int semaphore, const struct timespec *length)
{
	struct sembuf operation = { .sem_num = (unsigned short)semaphore, .sem_op = -1 };

	return semtimedop(stage->passage.semaphores, &operation, 1, length);
}

void semaphores_take(const struct stage *stage, int thread)
{
	for (int i = 0; i < stage->plan.semaphore_count; i++)
		if (stage->plan.semaphores[i].thread == thread)
			must(take(stage, i, NULL));
}

void act_semop(const struct stage *stage, const struct plan_thread *thread)
{
	struct timespec length = { .tv_sec = LONG_S };

	take(stage, thread->argument, thread->timed ? &length : NULL);
}
