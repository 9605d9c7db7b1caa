/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Near miss: the process that holds a shared mutex is stopped under its tracer,
 * which sleeps and could let it go on.
 */
#include "hang.h"

#include <signal.h>
#include <sys/ptrace.h>

struct table {
	pthread_mutex_t lock;
	pthread_barrier_t taken;
};

static void hold(void *argument)
{
	struct table *table = argument;

	pthread_mutex_lock(&table->lock);
	must(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	pthread_barrier_wait(&table->taken);
	raise(SIGSTOP);
	pthread_mutex_unlock(&table->lock);
}

static void take(void *argument)
{
	struct table *table = argument;

	pthread_barrier_wait(&table->taken);
	pthread_mutex_lock(&table->lock);
}

int main(void)
{
	struct table *table = shared_memory(sizeof(*table));
	pthread_mutexattr_t attributes;

	go();
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&table->lock, &attributes);
	meeting_init(&table->taken, 2, PTHREAD_PROCESS_SHARED);
	pid_t holder = child_new(hold, table);
	pid_t a = child_new(take, table);
	ready("main", getpid(), "holder", holder, "a", a, NULL);
	sleep_for_ever();
	return 0;
}
